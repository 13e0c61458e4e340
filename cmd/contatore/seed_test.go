package main

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/testkit"
)

func TestSeedFillsAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		seed := []string{"seed", "--messages", "300", "--end", "2024-01-30", "--seed", "7"}
		first := invoke(t, at(url), seed...).must(t)
		if !strings.Contains(first.out, "workspace-123 has 300 from 2024-01-01 to 2024-01-30, ") || !strings.HasSuffix(first.out, " EUR.\n") || strings.Count(first.out, "\n") != 1 {
			t.Errorf("seed prints %q", first.out)
		}
		if first.err != "" {
			t.Errorf("seed writes to standard error, which is no terminal: %q", first.err)
		}
		again := invoke(t, at(url), seed...).must(t)
		if !strings.HasPrefix(again.out, "Counted 0 answers, ") || !strings.Contains(again.out, "has 300 ") {
			t.Errorf("again it prints %q", again.out)
		}
		invoke(t, at(url), "rollup", "verify").must(t)

		// The same seed, by variables, in another database.
		other := at(testkit.EmptySQLiteURL(t))
		maps.Copy(other, map[string]string{"CONTATORE_MESSAGES": "300", "CONTATORE_END": "2024-01-30", "CONTATORE_SEED": "7", "CONTATORE_WORKSPACE": "workspace-123", "CONTATORE_DAYS": "30"})
		if o := invoke(t, other, "seed").must(t); o.out != first.out {
			t.Errorf("one seed makes %q and %q", first.out, o.out)
		}
		export := []string{"export", "--workspace", "workspace-123", "--start", "2023-11-01", "--end", "2024-01-30"}
		here, there := invoke(t, at(url), export...).must(t).out, invoke(t, map[string]string{"CONTATORE_DATABASE_URL": other["CONTATORE_DATABASE_URL"]}, export...).must(t).out
		if here != there {
			t.Error("two databases export one seed differently")
		}
	})
}

func TestSeedRefusals(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		invoke(t, at(url), "seed", "--end", "9999-01-01").mustFail(t, failed, "9999-01-01", "today")
		invoke(t, at(url), "seed", "--days", "0").mustFail(t, failed, "0 days")
		invoke(t, at(url), "seed", "--workspace", "a b").mustFail(t, failed, "id must be")
	})
}

func TestSeedEndsToday(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		rome, err := time.LoadLocation("Europe/Rome")
		if err != nil {
			t.Fatal(err)
		}
		before := time.Now().In(rome).Format(time.DateOnly)
		o := invoke(t, at(url), "seed", "--days", "7", "--messages", "50", "--end", "today").must(t)
		after := time.Now().In(rome).Format(time.DateOnly) // another day where midnight fell between
		if !strings.Contains(o.out, " has 50 ") || !strings.Contains(o.out, " to "+before+", ") && !strings.Contains(o.out, " to "+after+", ") {
			t.Errorf("on %s seed prints %q", after, o.out)
		}
		for _, row := range table(t, invoke(t, at(url), "export", "--workspace", "workspace-123").must(t).out) {
			if row["Date"] > after {
				t.Errorf("usage on %s, today is %s", row["Date"], after)
			}
		}
	})
}
