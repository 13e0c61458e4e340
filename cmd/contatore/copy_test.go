package main

import (
	"testing"

	"github.com/contatore/contatore/internal/testkit"
)

// A copy answers every question as its source does, whichever way it went.
func TestCopy(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		invoke(t, at(url), "seed", "--end", "2024-02-15", "--messages", "300").must(t)
		invoke(t, at(url), "keys", "create", "--role", "READ", "--workspace", "workspace-123").must(t)
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
			invoke(t, at(url), "copy", "--to", to).mustFail(t, failed, "empty")
			invoke(t, at(to), "rollup", "verify").must(t)
		}
		invoke(t, at(url), "copy", "--to", url).mustFail(t, failed, "empty")
	})
}
