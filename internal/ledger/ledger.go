// Package ledger keeps the book: every counted usage and the rollups of it.
//
// In come accepted usages and voids, each with its rollups in the same
// transaction, and the limits of what months may cost; out come quarter-hours,
// clients' sums, days and rows for whoever computes or exports. It alone
// writes usages, usage_buckets, client_days, budgets and month_costs. It must
// never judge whether a usage counts, but for the room that a row or a budget
// has, which only its transaction knows; never fold into anything that a
// person reads; and never write a usage without its rollups.
//
// Money in the database is nanos of the workspace's currency, instants are
// microseconds since 1970 UTC, days are the workspace's local days.
package ledger

import (
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"sync"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/money"
)

// Usage is one counted answer.
type Usage = ent.Usage

// Book reads and writes the ledger of every workspace. It is safe for
// concurrent use.
type Book struct {
	db *database.DB
	statements
	// zones keeps *calendar.Zone by name: loading one parses its whole history.
	zones sync.Map
	// tight are workspaces in which a budget lately had no room. It is a hint:
	// looking there first saves what would have to be taken back.
	tight sync.Map
	// What is remembered of days and of clients is kept apart: much of one does not
	// drive out the other.
	ofDays, ofClients memory
	outbox            Outbox
	told              told
}

// Open returns the book of a migrated database.
func Open(db *database.DB) *Book {
	b := &Book{db: db, statements: load(), ofDays: memory{limit: dayBytes}, ofClients: memory{limit: clientBytes}}
	for _, often := range []map[string]*database.Statement{b.in, b.budget, b.recall, b.scan} {
		db.Hot(often)
	}
	return b
}

// Account is what the ledger needs to know of a workspace.
type Account struct {
	ID, Currency string
	Zone         *calendar.Zone
	Prices       money.Prices
	// DaysReady: client_days are right for every local day before it, and
	// nothing is written for the others until a rebuild has come to them.
	DaysReady calendar.Date
}

// account scans id, currency, time_zone, prices, days_ready and, after them,
// into more.
func (b *Book) account(rows *sql.Rows, more ...any) (*Account, error) {
	var a Account
	var zone string
	if err := rows.Scan(append([]any{&a.ID, &a.Currency, &zone, &a.Prices, &a.DaysReady}, more...)...); err != nil {
		return nil, fmt.Errorf("scan workspace: %w", err)
	}
	if known, ok := b.zones.Load(zone); ok {
		a.Zone, _ = known.(*calendar.Zone)
		return &a, nil
	}
	loaded, err := calendar.LoadZone(zone)
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", a.ID, err)
	}
	b.zones.Store(zone, loaded)
	a.Zone = loaded
	return &a, nil
}

// usage scans the columns of statement find and, after them, into more.
func usage(rows *sql.Rows, more ...any) (*Usage, error) {
	var u Usage
	to := append([]any{
		&u.WorkspaceID, &u.ID, &u.ClientID, &u.Price, &u.Kind, &u.Model, &u.InputTokens, &u.OutputTokens,
		&u.CreatedAt, &u.RecordedAt, &u.IdempotencyKey, &u.VoidedAt, &u.VoidReason,
	}, more...)
	if err := rows.Scan(to...); err != nil {
		return nil, fmt.Errorf("scan usage: %w", err)
	}
	return &u, nil
}

// each calls fn for every row and closes rows.
func each(rows *sql.Rows, err error, fn func() error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(); err != nil {
			return err
		}
	}
	return database.Fault(rows.Err())
}

// errOverflow is a sum that a rollup row can't hold.
var errOverflow = errors.New("ledger: a rollup row would overflow")

//go:embed queries/append.sql
var appendSQL string

//go:embed queries/void.sql
var voidSQL string

//go:embed queries/rollup.sql
var rollupSQL string

//go:embed queries/budget.sql
var budgetSQL string

//go:embed queries/recall.sql
var recallSQL string

//go:embed queries/scan.sql
var scanSQL string

// statements are the named texts under queries/.
type statements struct {
	in, void, rollup, budget, recall, scan map[string]*database.Statement
}

func load() statements {
	return statements{
		in:     database.Statements(appendSQL),
		void:   database.Statements(voidSQL),
		rollup: database.Statements(rollupSQL),
		budget: database.Statements(budgetSQL),
		recall: database.Statements(recallSQL),
		scan:   database.Statements(scanSQL),
	}
}
