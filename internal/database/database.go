// Package database opens SQLite or PostgreSQL by URL and runs transactions.
//
// In come a URL, named SQL and functions to run in a transaction; out come
// rows, and faults where the database is away. What differs between the
// dialects stays here: pools, locks, error codes, how many rows travel in one
// statement. The package must never know what a usage or a customer is, and
// never retry a commit whose outcome is unknown.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/lib/pq"
	"modernc.org/sqlite" // and the driver of that name

	"github.com/contatore/contatore/internal/fault"
)

// Dialect names the SQL that a database speaks.
type Dialect string

// The two dialects; Citus speaks PostgreSQL's.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options of Open. The zero value is what a server wants.
type Options struct {
	// OnStatement is told every statement before it runs; nil: nobody is.
	// It may be called by several goroutines at once.
	OnStatement func(ctx context.Context, query string)
	// MaxConnections bounds the pool that reads (on PostgreSQL, also writes);
	// 0: 20 on PostgreSQL, one a processor and at least 4 on SQLite.
	MaxConnections int
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect Dialect
	// reader and writer are the same pool on PostgreSQL. On SQLite the writer
	// is a single connection, so that writers queue here and not in SQLite's
	// busy handler.
	reader, writer *pool
	// url is PostgreSQL's, for connections outside of the pool.
	url         string
	onStatement func(context.Context, string)
}

// Open connects to sqlite://PATH or postgres://…. It does not migrate. Where
// the URL or what it leads to is at fault, so is the error, with a sentence
// that tells what to do.
func Open(ctx context.Context, rawURL string, opt Options) (*DB, error) {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return nil, badURL()
	}
	db := &DB{onStatement: opt.OnStatement}
	var err error
	switch scheme {
	case "sqlite":
		err = db.openSQLite(rest, opt)
	case "postgres", "postgresql":
		err = db.openPostgres(rawURL, opt)
	default:
		return nil, badURL()
	}
	if err != nil {
		return nil, err
	}
	// Several that make a SQLite file at once find it locked: who turns to the
	// write-ahead log is not made to wait.
	for attempt := 1; ; attempt++ {
		if err = db.writer.PingContext(ctx); err == nil {
			return db, nil
		}
		if !contended(err) || attempt == attempts || !pause(ctx, attempt) {
			_ = db.Close() // the ping's error tells more
			return nil, openFault(err, rest)
		}
	}
}

func badURL() error {
	return fault.New(fault.Invalid, "The database URL is neither sqlite://PATH nor postgres://USER:PASSWORD@HOST/NAME.")
}

func (db *DB) openSQLite(path string, opt Options) error {
	if path == "" || strings.Contains(path, ":memory:") || strings.Contains(path, "?") {
		return fault.New(fault.Invalid, "The SQLite URL must be sqlite:// and a file's path, without parameters.")
	}
	if strings.HasPrefix(path, "//") {
		path = "/" + strings.TrimLeft(path, "/") // or its first folder would be a host
	}
	db.dialect = SQLite
	// As every Linux distribution builds SQLite: the data and the size of the
	// file are on the disk at the commit, its time stamps are not. Where there
	// is no such call, all is synced.
	_, _ = sqlite.Fdatasync(true)
	// The caches are each connection's own, in KiB.
	open := func(lock string, cache int, pragmas ...string) (*pool, error) {
		values := url.Values{"_txlock": {lock}, "_pragma": append([]string{
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "foreign_keys(ON)",
			fmt.Sprintf("cache_size(-%d)", cache), "temp_store(MEMORY)",
		}, pragmas...)}
		name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: values.Encode()}).String()
		opened, err := sql.Open("sqlite", name)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The SQLite file %s can't be opened.", path)
		}
		return &pool{DB: opened}, nil
	}
	var err error
	if db.writer, err = open("immediate", 24<<10); err != nil {
		return err
	}
	db.writer.SetMaxOpenConns(1)
	if db.reader, err = open("deferred", 16<<10, "query_only(ON)"); err != nil {
		return err
	}
	readers := opt.MaxConnections
	if readers == 0 {
		readers = max(4, runtime.NumCPU())
	}
	db.reader.SetMaxOpenConns(readers)
	db.reader.SetMaxIdleConns(readers)
	return nil
}

func (db *DB) openPostgres(rawURL string, opt Options) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return badURL() // the cause would repeat the password
	}
	q := u.Query()
	if !q.Has("binary_parameters") {
		// One round trip a statement in place of two.
		q.Set("binary_parameters", "yes")
	}
	if !q.Has("connect_timeout") {
		q.Set("connect_timeout", "5")
	}
	u.RawQuery = q.Encode()
	connector, err := pq.NewConnector(u.String())
	if err != nil {
		return badURL()
	}
	db.dialect, db.url = Postgres, u.String()
	db.writer = &pool{DB: sql.OpenDB(connector)}
	connections := opt.MaxConnections
	if connections == 0 {
		connections = 20
	}
	db.writer.SetMaxOpenConns(connections)
	db.writer.SetMaxIdleConns(connections)
	db.writer.SetConnMaxIdleTime(5 * time.Minute)
	db.reader = db.writer
	return nil
}

// Dialect is the SQL that the database speaks.
func (db *DB) Dialect() Dialect { return db.dialect }

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	// The driver's own ping would report a connection that died since it was
	// last used; a statement gets another one.
	if _, err := db.writer.ExecContext(ctx, "SELECT 1"); err != nil {
		return faultIn(ctx, err)
	}
	return nil
}

// Close ends every connection.
func (db *DB) Close() error {
	err := db.writer.Close()
	if db.reader != db.writer && db.reader != nil {
		if e := db.reader.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Forget makes what was overwritten or deleted unreadable in the files too:
// SQLite overwrites freed pages (secure_delete), and the write-ahead log is
// emptied here. On PostgreSQL the dead rows of the table go.
func (db *DB) Forget(ctx context.Context, table string) error {
	if db.dialect == SQLite {
		return db.truncateLog(ctx)
	}
	statement := "VACUUM " + pq.QuoteIdentifier(table)
	db.tell(ctx, statement)
	if _, err := db.writer.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("forget: %w", faultIn(ctx, err))
	}
	return nil
}

// truncateLog empties the write-ahead log. A reader that still needs the log
// is waited for as a writer is; the pragma reports one that outlasts this in a
// row, not as an error.
func (db *DB) truncateLog(ctx context.Context) error {
	const statement = "PRAGMA wal_checkpoint(TRUNCATE)"
	db.tell(ctx, statement)
	var busy, pages, moved int
	if err := db.writer.QueryRowContext(ctx, statement).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("forget: %w", faultIn(ctx, err))
	}
	if busy != 0 {
		return fault.New(fault.Unavailable, "Others are reading the database; try again in a moment.")
	}
	return nil
}

func (db *DB) tell(ctx context.Context, query string) {
	if db.onStatement != nil {
		db.onStatement(ctx, query)
	}
}
