package ledger_test

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/testkit"
)

// everyWorkspace are the statements that are about all workspaces, and why
// they may be: no caller's question is answered from them.
func everyWorkspace() map[string]string {
	return map[string]string{
		"SELECT id FROM workspaces ORDER BY id":                       "an operator's rollup verify and rebuild go through all of them",
		"SELECT id FROM workspaces WHERE days_ready < $1 ORDER BY id": "the sweep finds what another node left half-way",
	}
}

var (
	quotes = strings.NewReplacer("`", "", `"`, "")
	// tableNamed is where a statement names a workspace's table, and what it
	// calls it.
	tableNamed = regexp.MustCompile(`(?i)\b(FROM|JOIN|UPDATE|INTO)\s+(workspaces|customers|usages|usage_buckets|client_days|budgets|month_costs)\b(?:\s+AS\s+(\w+))?`)
	whitespace = regexp.MustCompile(`\s+`)
)

// unscoped names the table that a statement touches without saying of which
// workspace; "" where there is none. A cluster would ask every worker, and a
// mistake show one workspace's rows to another.
func unscoped(statement string) string {
	statement = quotes.Replace(whitespace.ReplaceAllString(statement, " "))
	named := tableNamed.FindAllStringSubmatchIndex(statement, -1)
	for i, at := range named {
		verb, table := strings.ToUpper(statement[at[2]:at[3]]), statement[at[4]:at[5]]
		// The clause of this table ends where the next one is named.
		clause := statement[at[1]:]
		if i+1 < len(named) {
			clause = statement[at[1]:named[i+1][0]]
		}
		column := "workspace_id"
		if table == "workspaces" {
			column = "id"
		}
		if verb == "INTO" {
			columns, _, _ := strings.Cut(clause, ")")
			if !slices.Contains(strings.FieldsFunc(columns, func(r rune) bool { return strings.ContainsRune(" (,", r) }), column) {
				return table
			}
			continue
		}
		// Under a name of its own the condition may stand anywhere.
		names, where := []string{column, table + "." + column}, clause
		if at[6] >= 0 {
			names, where = []string{statement[at[6]:at[7]] + "." + column}, statement
		}
		if !slices.ContainsFunc(names, func(name string) bool {
			return regexp.MustCompile(`(?i)\b(WHERE|AND|ON) ` + regexp.QuoteMeta(name) + ` = (\$\d+|\?|rows\.workspace_id)( |\)|$)`).MatchString(where)
		}) {
			return table
		}
	}
	return ""
}

func TestUnscoped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ statement, want string }{
		{"SELECT 1", ""},
		{"SELECT price FROM usages WHERE workspace_id = $1", ""},
		{"SELECT price FROM usages WHERE id = $1", "usages"},
		{"SELECT price FROM usages", "usages"},
		{"select workspace_id\nfrom usages", "usages"},
		{"SELECT price FROM usages WHERE workspace_id <> $1", "usages"},
		{"SELECT price FROM usages WHERE workspace_id = 'shop'", "usages"},
		{"SELECT price FROM usages WHERE voided_at IS NULL AND workspace_id = $2", ""},
		{"SELECT price FROM usages WHERE client_id = $1 OR workspace_id = $2", "usages"},
		{"SELECT u.price FROM usages AS u JOIN customers AS c ON c.client_id = u.client_id WHERE u.workspace_id = $1", "customers"},
		{"SELECT u.price FROM usages AS u JOIN customers AS c ON c.workspace_id = $1 AND c.client_id = u.client_id WHERE u.workspace_id = $1", ""},
		{"SELECT u.price FROM usages AS u JOIN customers AS c ON c.workspace_id = $1 AND c.client_id = u.client_id", "usages"},
		{"SELECT 1 FROM usages WHERE workspace_id = $1 UNION ALL SELECT 1 FROM usage_buckets", "usage_buckets"},
		{"SELECT 1 FROM usages UNION ALL SELECT 1 FROM usage_buckets WHERE workspace_id = $1", "usages"},
		{"SELECT c.phone FROM json_each($1) AS rows JOIN customers AS c ON c.workspace_id = rows.workspace_id AND c.phone = rows.phone", ""},
		{"SELECT c.phone FROM json_each($1) AS rows JOIN customers AS c ON c.phone = rows.phone", "customers"},
		{"UPDATE usages SET voided_at = $1 WHERE id = $2", "usages"},
		{"UPDATE usages SET workspace_id = $1", "usages"},
		{"DELETE FROM client_days WHERE workspace_id = $1", ""},
		{"DELETE FROM client_days WHERE day = $1", "client_days"},
		{"INSERT INTO usages (workspace_id, id) VALUES ($1, $2)", ""},
		{"INSERT INTO usages (id, price) VALUES ($1, $2)", "usages"},
		{"INSERT INTO customers (id, workspace_id) VALUES ($1, $2)", ""},
		{"INSERT INTO workspaces (name) VALUES ($1)", "workspaces"},
		{"INSERT INTO usages VALUES ($1, $2)", "usages"},
		{"INSERT INTO usage_buckets AS t (workspace_id, kind) SELECT workspace_id, kind FROM usages", "usages"},
		{"SELECT * FROM workspaces WHERE id = $1", ""},
		{"SELECT * FROM `workspaces` WHERE `workspaces`.`id` = ?", ""},
		{`SELECT * FROM "usages" WHERE "usages"."id" = $1`, "usages"},
		{`SELECT * FROM "usages" WHERE "usages"."workspace_id" = $1`, ""},
		{"SELECT * FROM workspaces WHERE name = $1", "workspaces"},
		{"UPDATE workspaces SET days_ready = $2 WHERE id = $1", ""},
	} {
		if got := unscoped(c.statement); got != c.want {
			t.Errorf("%s: %q, want %q", c.statement, got, c.want)
		}
	}
}

// Every statement that the book sends says of which workspace it is.
func TestStatementsNameTheWorkspace(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		var mu sync.Mutex
		sent := map[string]bool{}
		watched := newBench(testkit.Open(t, url, database.Options{OnStatement: func(_ context.Context, statement string) {
			mu.Lock()
			defer mu.Unlock()
			sent[whitespace.ReplaceAllString(statement, " ")] = true
		}}))
		everything(t, watched)

		allowed := everyWorkspace()
		for statement := range sent {
			if allowed[statement] != "" {
				delete(allowed, statement)
				continue
			}
			if table := unscoped(statement); table != "" {
				t.Errorf("%s without its workspace: %s", table, statement)
			}
		}
		for statement := range allowed {
			t.Errorf("nobody sends %s any more", statement)
		}
		// Each named statement of the book was among them.
		for _, part := range []string{
			"INSERT INTO usages ", "INSERT INTO usage_buckets AS t", "INSERT INTO client_days AS t", "UPDATE usages SET voided_at", "UPDATE usage_buckets SET messages",
			"UPDATE client_days SET messages", "DELETE FROM usage_buckets", "INSERT INTO usage_buckets (", "DELETE FROM client_days", "UPDATE workspaces SET days_ready",
			"OFFSET 200000", "MIN(day)", "AS both_sides", "JOIN customers AS c ON c.workspace_id = rows.workspace_id AND c.phone", "JOIN usage_buckets AS t", "JOIN client_days AS t",
			"JOIN usages AS u ON u.workspace_id = rows.workspace_id", "INSERT INTO month_costs AS t", "UPDATE month_costs SET cost_high", "LEFT JOIN month_costs AS m ON m.workspace_id = rows.workspace_id",
			"INSERT INTO budgets AS t", "UPDATE month_costs SET ceiling", "DELETE FROM budgets", "DELETE FROM month_costs WHERE workspace_id = $1 AND client_id", "MIN(client_id)", "UPDATE workspaces SET budgeted",
			"FROM month_costs WHERE workspace_id = $1 ORDER BY", "AND c.client_id = $2 LEFT JOIN budgets", "AND c.phone = $2 LEFT JOIN budgets", "b.client_id = rows.client_id", "b.client_id = c.client_id",
			"FROM client_days WHERE workspace_id = $1 AND day >=", "LIMIT 5000", "SELECT client_id, name, phone",
		} {
			if !containsKey(sent, part) {
				t.Errorf("the run never sent %s", part)
			}
		}
	})
}

func containsKey(sent map[string]bool, part string) bool {
	for statement := range sent {
		if strings.Contains(statement, part) {
			return true
		}
	}
	return false
}

// everything does whatever a book can do.
func everything(t *testing.T, b *bench) {
	t.Helper()
	b.shop(t, "shop", "America/St_Johns", "anna", "bruno")
	b.shop(t, "other", "UTC", "anna")
	then := when(at("2010-11-07T12:00:00Z"))
	entries := append(around("shop", at("2010-11-07T02:31:00Z")), answer("other", "anna", 5, key("k"), tokens(1, 1)), answer("shop", "anna", 5, key("k"), then))
	for _, u := range entries {
		u.ClientID = "anna"
	}
	b.count(t, entries...)
	b.count(t, answer("shop", "anna", 5, key("k"), then), answer("shop", "anna", math.MaxInt64, then), answer("shop", "bruno", math.MaxInt64, then))
	if _, err := b.Append(t.Context(), []ledger.Ref{{WorkspaceID: "shop", Phone: "+393331234567"}}, func(*ledger.Directory) []*ledger.Usage { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Void(t.Context(), "shop", entries[0].ID, noon, new("why")); err != nil {
		t.Fatal(err)
	}
	for _, client := range []string{"", "anna"} {
		b.limit(t, "shop", client, 1, blocking)
		b.count(t, answer("shop", "anna", 7), answer("shop", "anna", 1, then))
		for _, ref := range []ledger.Ref{{WorkspaceID: "shop", ClientID: "anna"}, {WorkspaceID: "shop", Phone: "+393331234567"}} {
			if _, err := b.Standing(t.Context(), ref, noon); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := b.Append(t.Context(), []ledger.Ref{{WorkspaceID: "shop", Phone: "+393331234567"}}, func(*ledger.Directory) []*ledger.Usage { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := b.RemoveBudget(t.Context(), "shop", "anna"); err != nil {
		t.Fatal(err)
	}
	r := calendar.Range{Start: day("2010-11-01"), End: day("2010-12-31")}
	read := func() {
		for _, filter := range []ledger.Scope{{}, {Clients: []string{"anna"}}, {Kinds: []string{"message"}, Models: []string{""}}} {
			b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
				filter.Account = scope.Account
				for _, flag := range []bool{false, true} {
					quarters(t, s, filter, r, flag)
					clients(t, s, filter, r, flag)
				}
				clientDays(t, s, filter, r, nil)
				if _, err := s.ClientsWithin(t.Context(), filter, scope.Account.Zone.Spans(r)); err != nil {
					t.Error(err)
				}
				if _, err := s.Days(t.Context(), filter, []calendar.Date{r.Start, r.End}, func(calendar.Date, ledger.Slice) {}); err != nil {
					t.Error(err)
				}
				clientDays(t, s, filter, r, func(calendar.Local) bool { return true })
				return s.Usages(t.Context(), filter, r, func(ledger.UsageRow) error { return nil })
			})
		}
		b.differences(t, "shop")
	}
	read()
	if err := b.Rebuild(t.Context(), "shop", nil); err != nil {
		t.Fatal(err)
	}
	b.move(t, "shop", "Europe/Rome")
	read()
	for _, list := range []func(context.Context) ([]string, error){b.Workspaces, b.Unready} {
		if ids, err := list(t.Context()); err != nil || len(ids) == 0 {
			t.Fatal(fmt.Sprint(ids, err))
		}
	}
	if err := b.RebuildDays(t.Context(), "shop", nil); err != nil {
		t.Fatal(err)
	}
}
