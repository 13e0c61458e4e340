package analytics_test

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// bench is a workspace on which figures are tried.
type bench struct {
	db        *database.DB
	book      *ledger.Book
	workspace string
}

// fatal is what testing.T and rapid.T share.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// newBench makes a workspace of its own; daysReady as in ledger.Account.
func newBench(t fatal, db *database.DB, zone string, daysReady calendar.Date) *bench {
	t.Helper()
	b := &bench{db, ledger.Open(db), uuid.NewString()}
	b.exec(t, "INSERT INTO workspaces (id, name, currency, time_zone, prices, days_ready, created_at) VALUES ($1, 'Bench', 'EUR', $2, '{}', $3, 0)",
		b.workspace, zone, int64(daysReady))
	return b
}

func (b *bench) exec(t fatal, query string, args ...any) {
	t.Helper()
	err := b.db.Write(context.Background(), func(tx *database.Tx) error {
		_, err := tx.Exec(context.Background(), query, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// customer adds one; an empty name or phone is not known.
func (b *bench) customer(t fatal, clientID, name, phone string) {
	t.Helper()
	optional := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	b.exec(t, "INSERT INTO customers (workspace_id, id, client_id, name, phone, active_chatbot, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0)",
		b.workspace, uuid.NewString(), clientID, optional(name), optional(phone), true)
}

// answer is one counted answer as the tests write it down.
type answer struct {
	at          time.Time
	client      string
	nanos       int64
	kind, model string
	void        bool
}

// count puts the answers into the book, a year late, and takes the void ones
// back.
func (b *bench) count(t fatal, answers []answer) {
	t.Helper()
	refs := []ledger.Ref{{WorkspaceID: b.workspace}}
	entries := make([]*ledger.Usage, len(answers))
	for i, a := range answers {
		entries[i] = &ledger.Usage{
			WorkspaceID: b.workspace, ID: uuid.Must(uuid.NewV7()).String(), ClientID: a.client, Price: money.Nanos(a.nanos),
			Kind: a.kind, CreatedAt: calendar.At(a.at), RecordedAt: calendar.At(a.at.AddDate(1, 0, 0)),
		}
		if a.model != "" {
			entries[i].Model = &answers[i].model
		}
	}
	// In pieces, so that quarter-hours are added to and not only made.
	for piece := range slices.Chunk(entries, max(1, len(entries)/2)) {
		if _, err := b.book.Append(context.Background(), refs, func(*ledger.Directory) []*ledger.Usage { return piece }); err != nil {
			t.Fatalf("append: %v", err)
		}
	}
	for i, a := range answers {
		if !a.void {
			continue
		}
		if _, err := b.book.Void(context.Background(), b.workspace, entries[i].ID, 1, nil); err != nil {
			t.Fatalf("void: %v", err)
		}
	}
}

// ask is one question to Open.
type ask struct {
	rng    *calendar.RangeInput
	filter *analytics.Filter
	need   analytics.Need
	now    time.Time
	// The arguments of the figures that take some.
	first, months int
}

// everything is the need of all figures.
func everything(first, months int) analytics.Need {
	return analytics.Need{
		Totals: true, Daily: true, Hours: true, Heatmap: true, Labels: true, Comparison: true, Previous: true,
		Months: months, Clients: true, Names: first,
	}
}

func (b *bench) open(t fatal, a ask) *analytics.Stats {
	t.Helper()
	stats, err := analytics.Open(context.Background(), b.book, b.workspace, a.rng, a.filter, a.need, a.now)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return stats
}
