package ledger_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) {
	// A check is dozens of transactions: a few say enough, where the command
	// line doesn't ask for more.
	if err := flag.Set("rapid.checks", "8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// fatal is what testing.T and rapid.T share.
type fatal interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// bench is a book with what it stands on.
type bench struct {
	*ledger.Book
	db        *database.DB
	directory *workspace.Directory
}

func newBench(db *database.DB) *bench {
	return &bench{ledger.Open(db), db, workspace.Open(db, noon.Time)}
}

// noon is when most things here happen.
var noon = at("2024-01-30T12:00:00Z")

func at(text string) calendar.Instant {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return calendar.At(t)
}

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// shop makes a workspace with active customers.
func (b *bench) shop(t fatal, id, zone string, clients ...string) {
	t.Helper()
	if _, err := b.directory.Create(scope.All(t.Context()), workspace.CreateInput{ID: &id, Name: "Shop", TimeZone: &zone}); err != nil {
		t.Fatalf("create: %v", err)
	}
	for _, client := range clients {
		b.customer(t, id, workspace.CustomerInput{ClientID: &client})
	}
}

func (b *bench) customer(t fatal, workspaceID string, in workspace.CustomerInput) {
	t.Helper()
	if _, err := b.directory.UpsertCustomer(scope.All(t.Context()), workspaceID, in); err != nil {
		t.Fatalf("customer: %v", err)
	}
}

// move changes the workspace's time zone.
func (b *bench) move(t fatal, workspaceID, zone string) {
	t.Helper()
	if _, _, err := b.directory.Update(scope.All(t.Context()), workspaceID, workspace.UpdateInput{TimeZone: &zone}); err != nil {
		t.Fatalf("update: %v", err)
	}
}

// answer is an entry of a message at noon without model, tokens or key, which
// changes alter.
func answer(workspaceID, client string, price money.Nanos, changes ...func(*ledger.Usage)) *ledger.Usage {
	u := &ledger.Usage{
		WorkspaceID: workspaceID, ID: uuid.Must(uuid.NewV7()).String(), ClientID: client, Price: price,
		Kind: "message", CreatedAt: noon, RecordedAt: noon + 1,
	}
	for _, change := range changes {
		change(u)
	}
	return u
}

func key(k string) func(*ledger.Usage)            { return func(u *ledger.Usage) { u.IdempotencyKey = &k } }
func kind(k string) func(*ledger.Usage)           { return func(u *ledger.Usage) { u.Kind = k } }
func model(m string) func(*ledger.Usage)          { return func(u *ledger.Usage) { u.Model = &m } }
func when(i calendar.Instant) func(*ledger.Usage) { return func(u *ledger.Usage) { u.CreatedAt = i } }

func tokens(in, out int) func(*ledger.Usage) {
	return func(u *ledger.Usage) { u.InputTokens, u.OutputTokens = &in, &out }
}

// refs names the customers of entries.
func refs(entries []*ledger.Usage) []ledger.Ref {
	var refs []ledger.Ref
	for _, u := range entries {
		refs = append(refs, ledger.Ref{WorkspaceID: u.WorkspaceID, ClientID: u.ClientID})
	}
	return refs
}

// count appends entries that nobody judges.
func (b *bench) count(t fatal, entries ...*ledger.Usage) []ledger.Outcome {
	t.Helper()
	outcomes, err := b.Append(t.Context(), refs(entries), func(*ledger.Directory) []*ledger.Usage { return entries })
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	if len(outcomes) != len(entries) {
		t.Fatalf("%d outcomes of %d entries", len(outcomes), len(entries))
	}
	return outcomes
}

// line is a usage in words, its id apart.
func line(u *ledger.Usage) string {
	if u == nil {
		return "nothing"
	}
	text := fmt.Sprintf("%s/%s %s %s at %s", u.WorkspaceID, u.ClientID, u.Kind, u.Price, u.CreatedAt)
	if u.Model != nil {
		text += fmt.Sprintf(" model %q", *u.Model)
	}
	if u.InputTokens != nil || u.OutputTokens != nil {
		text += fmt.Sprintf(" tokens %d %d", *u.InputTokens, *u.OutputTokens)
	}
	if u.IdempotencyKey != nil {
		text += fmt.Sprintf(" key %q", *u.IdempotencyKey)
	}
	if u.VoidedAt != nil {
		text += fmt.Sprintf(" void at %s", *u.VoidedAt)
	}
	if u.VoidReason != nil {
		text += fmt.Sprintf(" because %q", *u.VoidReason)
	}
	return text
}

// outcome is an outcome in a word and the stored usage's id.
func outcome(o ledger.Outcome) string {
	switch {
	case o.Overflow && o.Usage == nil && !o.Duplicate:
		return "overflow"
	case o.Over != nil && o.Usage == nil && !o.Duplicate:
		return fmt.Sprintf("over %q %s at %s", o.Over.ClientID, o.Over.Month, o.Over.Cost)
	case o.Usage == nil || o.Overflow:
		return fmt.Sprintf("nonsense %+v", o)
	case o.Duplicate:
		return "duplicate of " + o.Usage.ID
	default:
		return "counted " + o.Usage.ID
	}
}

// wantOutcomes compares with "counted", "overflow" or "duplicate N", N being
// the index of the entry that stands.
func wantOutcomes(t fatal, outcomes []ledger.Outcome, entries []*ledger.Usage, want ...string) {
	t.Helper()
	for i, o := range outcomes {
		expected := want[i]
		var first int
		if n, _ := fmt.Sscanf(expected, "duplicate %d", &first); n == 1 {
			expected = "duplicate of " + entries[first].ID
		} else if expected == "counted" {
			expected += " " + entries[i].ID
		}
		if got := outcome(o); got != expected {
			t.Errorf("entry %d: %s, want %s (%s)", i, got, expected, want[i])
		}
	}
}

// blocking makes a budget one that blocks; changes of a budget are handed to
// limit.
func blocking(b *ledger.Budget) { b.Blocks = true }

// limit sets a budget at noon.
func (b *bench) limit(t fatal, workspaceID, client string, limit money.Nanos, changes ...func(*ledger.Budget)) {
	t.Helper()
	l := ledger.Limit{Budget: ledger.Budget{WorkspaceID: workspaceID, ClientID: client, Limit: limit, Thresholds: []int{80}}, At: noon}
	for _, change := range changes {
		change(&l.Budget)
	}
	if err := b.SetBudget(t.Context(), l); err != nil {
		t.Fatalf("set budget: %v", err)
	}
}

// spent is what a budget's month comes to, "none" where there is no budget.
func (b *bench) spent(t fatal, workspaceID, client string, now calendar.Instant) string {
	t.Helper()
	text := "none"
	b.snapshot(t, workspaceID, func(s *ledger.Snapshot, scope ledger.Scope) error {
		spend, err := s.Spend(t.Context(), scope.Account, client, now)
		if spend != nil {
			text = fmt.Sprintf("%s: %s of %s", spend.Month, spend.Cost, spend.Limit)
		}
		return err
	})
	return text
}

// differences is what Verify reports.
func (b *bench) differences(t fatal, workspaceID string) []string {
	t.Helper()
	var found []string
	if err := b.Verify(t.Context(), workspaceID, func(d ledger.Difference) {
		found = append(found, fmt.Sprintf("%s: %s: raw %s, kept %s", d.Rollup, d.Row, d.Raw, d.Kept))
	}); err != nil {
		t.Fatalf("verify: %v", err)
	}
	return found
}

func (b *bench) wantClean(t fatal, workspaceIDs ...string) {
	t.Helper()
	for _, id := range workspaceIDs {
		for _, d := range b.differences(t, id) {
			t.Errorf("not clean: %s", d)
		}
	}
}

// snapshot reads the book with a workspace's account at hand.
func (b *bench) snapshot(t fatal, workspaceID string, read func(s *ledger.Snapshot, scope ledger.Scope) error) {
	t.Helper()
	if err := b.Snapshot(t.Context(), func(s *ledger.Snapshot) error {
		account, err := s.Account(t.Context(), workspaceID)
		if err != nil {
			return err
		}
		return read(s, ledger.Scope{Account: account})
	}); err != nil {
		t.Fatalf("snapshot: %v", err)
	}
}

// run writes past the book, to break it or to fill it fast.
func (b *bench) run(t fatal, statement string, args ...any) {
	t.Helper()
	if err := b.db.Write(t.Context(), func(tx *database.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	}); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// texts are the rows that a query answers, their columns joined by a bar.
func (b *bench) texts(t fatal, query string, args ...any) []string {
	t.Helper()
	rows, err := b.db.Reader().Query(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatalf("columns: %v", err)
	}
	var found []string
	for rows.Next() {
		cells := make([]string, len(columns))
		to := make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatalf("scan: %v", err)
		}
		found = append(found, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return found
}

// wantTexts compares the rows of a query.
func (b *bench) wantTexts(t fatal, want []string, query string, args ...any) {
	t.Helper()
	if got := b.texts(t, query, args...); !slices.Equal(got, want) {
		t.Errorf("%s\ngot  %q\nwant %q", query, got, want)
	}
}

const (
	bucketsOf = "SELECT starts_at, kind, model, messages, cost, input_tokens, output_tokens FROM usage_buckets WHERE workspace_id = $1 ORDER BY starts_at, kind, model"
	daysOf    = "SELECT day, client_id, messages, cost FROM client_days WHERE workspace_id = $1 ORDER BY day, client_id"
)

// wantFault wants a code and the sentence.
func wantFault(t fatal, err error, code fault.Code, sentence string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Errorf("error %v, want the fault %s", err, code)
	} else if f.Code != code || f.Message != sentence {
		t.Errorf("fault %s %q, want %s %q", f.Code, f.Message, code, sentence)
	}
}
