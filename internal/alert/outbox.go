package alert

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
)

//go:embed queries/alert.sql
var alertSQL string

// Outbox records what people are to be told, each with the job that will tell
// them, in the transaction of whoever has something to tell. It is safe for
// concurrent use.
type Outbox struct {
	db      *database.DB
	queries map[string]*database.Statement
	now     func() time.Time
	jobs    *river.Client[*sql.Tx]

	mu     sync.Mutex
	random io.Reader
	// last is the millisecond of the last id, drawn how many there were in it.
	last  int64
	drawn uint16
}

// NewOutbox keeps the outbox of a migrated database. It delivers nothing: a
// Desk does, in this process or another.
func NewOutbox(db *database.DB, now func() time.Time, random io.Reader) (*Outbox, error) {
	jobs, err := river.NewClient(db.Jobs(), &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return &Outbox{db: db, queries: database.Statements(alertSQL), now: now, jobs: jobs, random: random}, nil
}

// News is something to tell.
type News struct {
	WorkspaceID string
	// ClientID is empty where it is about the whole workspace.
	ClientID string
	Event    string
	// Once names what is told only once; empty: it always is.
	Once  string
	Facts Facts
	At    calendar.Instant
}

// Record keeps the news that are new, with their jobs, and returns the alerts'
// ids.
func (o *Outbox) Record(ctx context.Context, tx *database.Tx, news []News) (recorded []string, err error) {
	var jobs []river.InsertManyParams
	for _, n := range news {
		id, err := o.record(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		if id == "" {
			continue
		}
		recorded = append(recorded, id)
		jobs = append(jobs, river.InsertManyParams{Args: fanOutArgs{n.WorkspaceID, id}})
	}
	return recorded, o.enqueue(ctx, tx, jobs)
}

// record keeps one alert without a job; id is empty where it was told before.
func (o *Outbox) record(ctx context.Context, tx *database.Tx, n News) (id string, err error) {
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return "", fmt.Errorf("facts of %s: %w", n.Event, err)
	}
	fresh, err := o.id()
	if err != nil {
		return "", err
	}
	rows, err := tx.QueryRows(ctx, o.queries["record"], nil, n.WorkspaceID, fresh, orNull(n.ClientID), n.Event, orNull(n.Once), string(facts), int64(n.At))
	err = each(rows, err, func() error { return rows.Scan(&id) })
	return id, err
}

func (o *Outbox) enqueue(ctx context.Context, tx *database.Tx, jobs []river.InsertManyParams) error {
	if len(jobs) == 0 {
		return nil
	}
	if _, err := o.jobs.InsertManyTx(ctx, tx.Bare(), jobs); err != nil {
		return fmt.Errorf("enqueue: %w", database.Fault(err))
	}
	return nil
}

// Put records crossings of budgets: it is the ledger's outbox.
func (o *Outbox) Put(ctx context.Context, tx *database.Tx, crossings []ledger.Crossing) error {
	news := make([]News, len(crossings))
	for i, c := range crossings {
		event, enforcement := BudgetExceeded, "NOTIFY"
		if c.Threshold > 0 {
			event = ThresholdReached
		}
		if c.Blocks {
			enforcement = "BLOCK"
		}
		news[i] = News{
			WorkspaceID: c.WorkspaceID, ClientID: c.ClientID, Event: event, Once: c.Once(), At: c.At,
			Facts: Facts{
				Currency: c.Currency, Month: c.Month.String(), Enforcement: enforcement, Threshold: c.Threshold,
				Limit: Amount(c.Limit.String()), Spent: Amount(c.Cost.String()),
			},
		}
	}
	_, err := o.Record(ctx, tx, news)
	return err
}

// id makes a UUIDv7 (RFC 9562, section 5.7): milliseconds, a count within one
// (method 1 of section 6.2), so that ids are in order, then random bits.
func (o *Outbox) id() (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var id uuid.UUID
	if _, err := io.ReadFull(o.random, id[8:]); err != nil {
		return "", fmt.Errorf("draw: %w", err)
	}
	if now := max(o.now().UnixMilli(), o.last); now > o.last || o.drawn == 1<<12-1 {
		o.last, o.drawn = max(now, o.last+1), 0
	} else {
		o.drawn++
	}
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(o.last)) //nolint:gosec // not negative
	copy(id[:6], stamp[2:])
	binary.BigEndian.PutUint16(id[6:], 0x7000|o.drawn)
	id[8] = id[8]&0x3f | 0x80
	return id.String(), nil
}

func (o *Outbox) draw(into []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := io.ReadFull(o.random, into); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	return nil
}

func (o *Outbox) at() calendar.Instant { return calendar.At(o.now()) }

// orNull is nil for the empty text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
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
