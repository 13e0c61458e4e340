package database_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

// shelves fills every table: values at their bounds, nulls, and more rows than
// travel in one statement.
func shelves(t *testing.T, db *database.DB) {
	t.Helper()
	write(t, db, `INSERT INTO workspaces VALUES ('shop', 'It''s "my" shop, perché 🛍', 'EUR', 'Europe/Rome', '{"image":"0.02"}', 2147483647, 1, 3, 'it', 23), ('b', 'B', 'CHF', 'UTC', '{}', -2147483648, 9223372036854775807, 0, 'en', 8)`)
	bools := map[database.Dialect][2]string{database.SQLite: {"1", "0"}, database.Postgres: {"true", "false"}}[db.Dialect()]
	write(t, db, `INSERT INTO customers VALUES ('shop', '018d5a1e-0000-7000-8000-00000000000a', 'anna', '+39333', NULL, '', `+bools[0]+`, 1), ('shop', '018d5a1e-0000-7000-8000-00000000000b', 'bruno', NULL, 'b@example.org', NULL, `+bools[1]+`, 1)`)
	write(t, db, `INSERT INTO usage_buckets VALUES ('shop', 900000000, 'message', '', 9223372036854775807, -9223372036854775808, 0, 1)`)
	write(t, db, `INSERT INTO client_days VALUES ('shop', -2147483648, 'anna', 1, 2)`)
	write(t, db, `INSERT INTO budgets VALUES ('shop', '', 9223372036854775807, '[50,80]', 'BLOCK', 3, 1), ('shop', 'anna', 0, '[]', 'NOTIFY', 1, 2)`)
	write(t, db, `INSERT INTO month_costs VALUES ('shop', '', 24289, -9223372036854775808, 4294967295, 9223372036854775807), ('shop', 'anna', 24289, 0, 1, NULL)`)
	write(t, db, `INSERT INTO late_days VALUES ('shop', -2147483648, 1)`)
	write(t, db, `INSERT INTO alerts VALUES ('shop', '018d5a1e-0000-7000-8000-00000000000d', NULL, 'usage.silent', 'once', '{}', 1), ('shop', '018d5a1e-0000-7000-8000-00000000000e', 'anna', 'budget.exceeded', NULL, '{"limit":1}', 2)`)
	write(t, db, `INSERT INTO alert_channels VALUES ('shop', '018d5a1e-0000-7000-8000-00000000000f', 'WEBHOOK', 'a channel', 'https://example.org', '[]', '[]', NULL, 3, 'by hand', 1, 1)`)
	write(t, db, `INSERT INTO alert_deliveries VALUES ('shop', '018d5a1e-0000-7000-8000-000000000010', '018d5a1e-0000-7000-8000-00000000000d', '018d5a1e-0000-7000-8000-00000000000f', 'PENDING', 2, 1, 7, 1)`)
	write(t, db, `INSERT INTO alert_attempts VALUES ('shop', '018d5a1e-0000-7000-8000-000000000010', 1, 1, 20, NULL, '', 'a failure'), ('shop', '018d5a1e-0000-7000-8000-000000000010', 2, 2, 20, 500, 'oops', 'a failure')`)
	write(t, db, `INSERT INTO api_keys VALUES ('018d5a1e-0000-7000-8000-00000000000c', 'a key', 'abc', 'READ', NULL, 1, NULL, 7)`)
	var rows []string
	for i := range 503 {
		rows = append(rows, fmt.Sprintf("('shop', '018d5a1e-0000-7000-8000-%012x', 'anna', %d, 'message', NULL, %d, NULL, 1, 2, 'key %d', NULL, NULL)", i, i, i, i))
	}
	write(t, db, "INSERT INTO usages VALUES "+strings.Join(rows, ", "))
}

// dump is every row of every table but the migrations', in words that are the
// same in both dialects.
func dump(t *testing.T, db *database.DB) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, table := range tables(t, db) {
		if table == "contatore_migrations" || strings.HasPrefix(table, "river_") {
			continue
		}
		rows := texts(t, db.Reader(), "SELECT * FROM "+table)
		for i, row := range rows {
			cells := strings.Split(row, "|")
			if table == "customers" {
				cells[6] = map[string]string{"1": "true", "0": "false"}[cells[6]] + strings.Trim(cells[6], "01")
			}
			rows[i] = strings.Join(cells, "|")
		}
		slices.Sort(rows)
		found[table] = rows
	}
	return found
}

func TestCopy(t *testing.T) {
	t.Parallel()
	makers := map[string]func(testing.TB, database.Options) *database.DB{"sqlite": testkit.SQLite, "postgres": testkit.Postgres}
	for source, from := range makers {
		for target, to := range makers {
			t.Run(source+" to "+target, func(t *testing.T) {
				t.Parallel()
				from, to := from(t, database.Options{}), to(t, database.Options{})
				shelves(t, from)
				told := map[string]int{}
				if err := database.Copy(t.Context(), from, to, func(table string, rows int) {
					if rows < told[table] {
						t.Errorf("%s: %d rows after %d", table, rows, told[table])
					}
					told[table] = rows
				}); err != nil {
					t.Fatal(err)
				}
				want := dump(t, from)
				got := dump(t, to)
				for table, rows := range want {
					if !slices.Equal(got[table], rows) {
						t.Errorf("%s: got %.500q, want %.500q", table, got[table], rows)
					}
					if len(rows) == 0 || told[table] != len(rows) {
						t.Errorf("%s: told %d of %d rows", table, told[table], len(rows))
					}
				}
				// A second time there is no empty database to copy into.
				wantFault(t, database.Copy(t.Context(), from, to, nil), fault.Conflict, "The target database holds data already")
				if again := dump(t, to); !maps.EqualFunc(again, got, slices.Equal) {
					t.Error("the refused copy changed the target")
				}
			})
		}
	}
}

// A copy that ends half-way leaves nothing behind.
func TestCopyAllOrNothing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, to *database.DB) {
		from := testkit.SQLite(t, database.Options{})
		shelves(t, from)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		if err := database.Copy(ctx, from, to, func(table string, _ int) {
			if table == "usages" {
				leave()
			}
		}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		for table, rows := range dump(t, to) {
			if len(rows) != 0 {
				t.Errorf("%s holds %d rows", table, len(rows))
			}
		}
		if err := database.Copy(t.Context(), from, to, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestIsBadValue(t *testing.T) {
	t.Parallel()
	tx := testkit.Postgres(t, database.Options{}).Reader()
	for query, want := range map[string]bool{
		"SELECT 1 FROM usages WHERE id = $1":     true,
		"SELECT 1 FROM usages WHERE price = $1":  true,
		"SELECT 1 FROM usages WHERE kind = $1":   false,
		"SELECT 1 FROM nonsense WHERE kind = $1": false,
	} {
		if _, err := tryTexts(t.Context(), tx, query, "12345678901234567890x"); database.IsBadValue(err) != want {
			t.Errorf("%s: %v", query, err)
		}
	}
	if _, err := tryTexts(t.Context(), tx, "SELECT 1 FROM usages WHERE kind = $1", "a\x00b"); !database.IsBadValue(err) {
		t.Errorf("a text with NUL: %v", err)
	}
}
