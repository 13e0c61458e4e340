package main

import (
	"testing"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/testkit"
)

// budget limits a workspace from an instant on, which it returns.
func budget(t *testing.T, db *database.DB, workspaceID, at string) calendar.Instant {
	t.Helper()
	now, err := calendar.ParseInstant(at)
	if err != nil {
		t.Fatal(err)
	}
	limit := ledger.Limit{Budget: ledger.Budget{WorkspaceID: workspaceID, Limit: 1e9, Blocks: true, Thresholds: []int{}}, At: now}
	if err := ledger.Open(db).SetBudget(t.Context(), limit); err != nil {
		t.Fatal(err)
	}
	return now
}

// A copy answers every question as its source does, whichever way it went.
func TestCopy(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		invoke(t, at(url), "seed", "--end", "2024-02-15", "--messages", "300").must(t)
		invoke(t, at(url), "keys", "create", "--role", "READ", "--workspace", "workspace-123").must(t)
		now := budget(t, testkit.Open(t, url, database.Options{}), "workspace-123", "2024-02-15T12:00:00Z")
		rows := []string{"export", "--workspace", "workspace-123", "--rows", "usage", "--start", "2023-11-01", "--end", "2024-02-15"}
		days := []string{"export", "--workspace", "workspace-123", "--start", "2023-11-01", "--end", "2024-02-15"}
		for _, to := range []string{testkit.EmptySQLiteURL(t), testkit.EmptyPostgresURL(t)} {
			invoke(t, at(url), "copy", "--to", to).must(t)
			invoke(t, at(to), "rollup", "verify").must(t)
			for _, args := range [][]string{rows, days, {"keys", "list"}} {
				if source, copied := invoke(t, at(url), args...).must(t), invoke(t, at(to), args...).must(t); source.out != copied.out {
					t.Errorf("%v differs:\n%.500s\n%.500s", args, source.out, copied.out)
				}
			}
			book := ledger.Open(testkit.Open(t, to, database.Options{}))
			standing, err := book.Standing(t.Context(), ledger.Ref{WorkspaceID: "workspace-123", ClientID: "customer-001"}, now)
			if err != nil || len(standing.Spends) != 1 || !standing.Spends[0].Blocks || standing.Spends[0].Cost.IsZero() {
				t.Errorf("the copy knows of the budget: %+v, %v", standing, err)
			}
			invoke(t, at(url), "copy", "--to", to).mustFail(t, failed, "empty")
			invoke(t, at(to), "rollup", "verify").must(t)
		}
		invoke(t, at(url), "copy", "--to", url).mustFail(t, failed, "empty")
	})
}
