package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

func TestRollupsAreVerifiedAndRebuilt(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		for _, id := range []string{"first", "second"} {
			invoke(t, at(url), "seed", "--workspace", id, "--messages", "40", "--end", "2024-01-30").must(t)
		}
		if o := invoke(t, at(url), "rollup", "verify").must(t); o.out != "The rollups of 2 workspaces agree with the raw usage.\n" {
			t.Errorf("verify prints %q", o.out)
		}

		// A bucket too many messages, a client's day too few, a day of nothing, a
		// month too dear.
		db := testkit.Open(t, url, database.Options{})
		budget(t, db, "second", "2024-01-30T12:00:00Z")
		invoke(t, at(url), "rollup", "verify").must(t)
		broken := 0
		err := db.Write(t.Context(), func(tx *database.Tx) error {
			broken = 0
			for _, breakage := range []string{
				"UPDATE usage_buckets SET messages = messages + 1 WHERE workspace_id = 'second' AND starts_at = (SELECT max(starts_at) FROM usage_buckets WHERE workspace_id = 'second')",
				"DELETE FROM client_days WHERE workspace_id = 'second' AND day = (SELECT min(day) FROM client_days WHERE workspace_id = 'second')",
				"UPDATE month_costs SET cost_low = cost_low - 1 WHERE workspace_id = 'second'",
				"INSERT INTO client_days (workspace_id, day, client_id, messages, cost) VALUES ('second', 1, 'customer-001', 4, 20000000)",
			} {
				result, err := tx.Exec(t.Context(), breakage)
				if err != nil {
					return err
				}
				n, err := result.RowsAffected()
				if err != nil || n == 0 {
					return fmt.Errorf("%s changed %d rows: %w", breakage, n, err)
				}
				broken += int(n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}

		o := invoke(t, at(url), "rollup", "verify")
		o.mustFail(t, failed, fmt.Sprintf("%d rollup rows differ", broken), "contatore rollup rebuild")
		if n := strings.Count(o.out, "\n"); n != broken {
			t.Errorf("verify prints %d lines for %d broken rows:\n%s", n, broken, o.out)
		}
		for _, words := range []string{`usage_buckets workspace "second"`, `client_days workspace "second"`, `day 1970-01-02 client "customer-001"`, "messages 4 cost 0.02", `month_costs workspace "second" month 2024-01 client ""`} {
			if !strings.Contains(o.out, words) {
				t.Errorf("verify lacks %q:\n%s", words, o.out)
			}
		}
		invoke(t, at(url), "rollup", "verify", "--workspace", "second").mustFail(t, failed, "differ")
		invoke(t, at(url), "rollup", "verify", "--workspace", "first").must(t)

		// Only what is asked for is mended.
		invoke(t, at(url), "rollup", "rebuild", "--workspace", "first").must(t)
		invoke(t, at(url), "rollup", "verify").mustFail(t, failed, "differ")
		if o := invoke(t, at(url), "rollup", "rebuild").must(t); o.out != "Rebuilt the rollups of 2 workspaces.\n" || o.err != "" {
			t.Errorf("rebuild prints %q, %q", o.out, o.err)
		}
		invoke(t, at(url), "rollup", "verify").must(t)
	})
}

func TestRollupsOfAnUnknownWorkspace(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		for _, command := range []string{"verify", "rebuild"} {
			invoke(t, at(url), "rollup", command, "--workspace", "nowhere").mustFail(t, failed, "nowhere")
			invoke(t, at(url), "rollup", command).must(t)
		}
	})
}
