package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"github.com/contatore/contatore/ent"
	_ "github.com/contatore/contatore/ent/runtime" // the privacy rules
)

// Tx is a transaction, or outside of one a connection pool that only reads.
// Not for concurrent use.
type Tx struct {
	db *DB
	on interface {
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		ExecContext(context.Context, string, ...any) (sql.Result, error)
	}
	// readOnly refuses mutations, ent's too.
	readOnly bool
}

// attempts bounds how often what others got in the way of is tried.
const attempts = 6

// Write runs fn in one read-write transaction and commits. Where another
// transaction rolled it back, fn runs again from the start, so fn must not
// change anything but through tx and its own results. An error after which
// the commit's outcome is unknown is returned, never retried; the fault
// UNAVAILABLE marks a database that is away.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	for attempt := 1; ; attempt++ {
		again, err := db.once(ctx, fn)
		if err == nil || !again || attempt == attempts || !pause(ctx, attempt) {
			return faultIn(ctx, err)
		}
	}
}

// pause lets others get on before the next attempt; false where ctx ends
// before.
func pause(ctx context.Context, attempt int) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Duration(attempt*attempt) * 5 * time.Millisecond):
		return true
	}
}

// once reports in again that nothing was committed and a retry may help.
func (db *DB) once(ctx context.Context, fn func(tx *Tx) error) (again bool, err error) {
	db.writer.prepare(ctx)
	t, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return lost(err) || contended(err), fmt.Errorf("begin: %w", err)
	}
	defer t.Rollback() //nolint:errcheck // after a commit it has nothing to do, after an error it is best effort
	if err := fn(&Tx{db: db, on: t}); err != nil {
		return lost(err) || contended(err), err
	}
	if err := t.Commit(); err != nil {
		return contended(err), fmt.Errorf("commit: %w", err)
	}
	return false, nil
}

// Read runs fn on one snapshot of the database, which nothing changes
// meanwhile.
func (db *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	db.reader.prepare(ctx) // the writer's may be busy for long
	opt := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if db.dialect == SQLite {
		opt = nil // every SQLite transaction is a snapshot; the reader pool can't write
	}
	t, err := db.reader.BeginTx(ctx, opt)
	if err != nil {
		return faultIn(ctx, fmt.Errorf("begin: %w", err))
	}
	defer t.Rollback() //nolint:errcheck // it only read
	return faultIn(ctx, fn(&Tx{db: db, on: t, readOnly: true}))
}

// Reader reads outside of a transaction: one statement, one snapshot.
func (db *DB) Reader() *Tx { return &Tx{db: db, on: db.reader, readOnly: true} }

// Ent reads through ent, outside of a transaction. The context must carry a
// scope (ent/scope); a mutation is refused.
func (db *DB) Ent() *ent.Client { return db.Reader().Ent() }

// Dialect is the SQL that the transaction speaks.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

var errReadOnly = errors.New("database: a mutation outside of Write")

func mutates(query string) bool {
	verb, _, _ := strings.Cut(query, " ")
	return slices.Contains([]string{"INSERT", "UPDATE", "DELETE"}, verb)
}

// Query runs a statement that answers rows. Outside of Write a mutation is
// refused.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.query(ctx, nil, query, args)
}

// query runs a statement, prepared or, where that is nil, as its text.
func (tx *Tx) query(ctx context.Context, prepared *sql.Stmt, query string, args []any) (rows *sql.Rows, err error) {
	// ent has PostgreSQL return what it inserts.
	if tx.readOnly && mutates(query) {
		return nil, errReadOnly
	}
	tx.db.tell(ctx, query)
	if prepared != nil {
		rows, err = prepared.QueryContext(ctx, args...)
	} else {
		rows, err = tx.on.QueryContext(ctx, query, args...)
	}
	if err != nil {
		return nil, faultIn(ctx, err)
	}
	return rows, nil
}

// Exec runs a statement that answers none. Outside of Write it is refused.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.exec(ctx, nil, query, args)
}

func (tx *Tx) exec(ctx context.Context, prepared *sql.Stmt, query string, args []any) (result sql.Result, err error) {
	if tx.readOnly {
		return nil, errReadOnly
	}
	tx.db.tell(ctx, query)
	if prepared != nil {
		result, err = prepared.ExecContext(ctx, args...)
	} else {
		result, err = tx.on.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return nil, faultIn(ctx, err)
	}
	return result, nil
}

// LockShared keeps the layout of these workspaces' rollups until the
// transaction ends: LockExclusive waits for it and holds it up. SQLite needs
// neither, its writers queue.
func (tx *Tx) LockShared(ctx context.Context, workspaceIDs []string) error {
	return tx.Lock(ctx, workspaceIDs, nil)
}

// LockExclusive waits until no other transaction holds the lock of one of the
// workspaces and keeps these until this one ends.
func (tx *Tx) LockExclusive(ctx context.Context, workspaceIDs ...string) error {
	return tx.Lock(ctx, nil, workspaceIDs)
}

// Lock is LockShared of the workspaces but for those that alone names, whose
// lock is LockExclusive's: all in one order, so that no two transactions wait
// for each other.
func (tx *Tx) Lock(ctx context.Context, workspaceIDs, alone []string) error {
	if tx.db.dialect == SQLite || len(workspaceIDs)+len(alone) == 0 {
		return nil
	}
	exclusive := map[int64]bool{} // by the key of the lock
	for i, id := range append(slices.Clone(workspaceIDs), alone...) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(id)) // a hash never fails
		key := int64(h.Sum64())
		exclusive[key] = exclusive[key] || i >= len(workspaceIDs)
	}
	keys := slices.Sorted(maps.Keys(exclusive))
	modes := make([]bool, len(keys))
	for i, key := range keys {
		modes[i] = exclusive[key]
	}
	if !slices.Contains(modes, true) { // by far the most
		_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock_shared(k) FROM unnest($1::bigint[]) AS k", pq.Array(keys))
		return err
	}
	_, err := tx.Exec(ctx, `SELECT CASE WHEN alone THEN pg_advisory_xact_lock(k) ELSE pg_advisory_xact_lock_shared(k) END
FROM unnest($1::bigint[], $2::boolean[]) AS locks(k, alone)`, pq.Array(keys), pq.Array(modes))
	return err
}

// Ent works through ent inside the transaction. The context must carry a
// scope (ent/scope).
func (tx *Tx) Ent() *ent.Client {
	name := dialect.Postgres
	if tx.db.dialect == SQLite {
		name = dialect.SQLite
	}
	return ent.NewClient(ent.Driver(&entDriver{Conn: entsql.Conn{ExecQuerier: entConn{tx}}, name: name}))
}

// entConn is how ent's statements reach the transaction and its observer.
type entConn struct{ tx *Tx }

func (c entConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return c.tx.Query(ctx, query, args...)
}

func (c entConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return c.tx.Exec(ctx, query, args...)
}

// entDriver is ent's view of a transaction that somebody else ends.
type entDriver struct {
	entsql.Conn
	name string
}

func (d *entDriver) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d), nil }
func (*entDriver) Close() error                             { return nil }
func (d *entDriver) Dialect() string                        { return d.name }
