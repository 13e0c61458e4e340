// Package testkit gives tests what they share: fresh databases of both kinds,
// a clock that stands until it is moved, and analytics written as text.
//
// In come a test and what it wants to start from; out come things that are
// gone when the test ends. It must never be imported by the program, share
// rows between two tests, or wait for time to pass.
package testkit

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/database"
)

// Each runs fn as two parallel subtests, on a fresh migrated SQLite database
// and on a fresh migrated PostgreSQL one.
func Each(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	EachWith(t, database.Options{}, fn)
}

// EachWith is Each with options for both databases.
func EachWith(t *testing.T, opt database.Options, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { fn(t, Open(t, url, opt)) })
}

// EachURL is Each for who opens the migrated databases themselves.
func EachURL(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, SQLiteURL(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, PostgresURL(t))
	})
}

// EachEmptyURL is EachURL for databases that hold nothing yet, no schema
// either.
func EachEmptyURL(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, EmptySQLiteURL(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, EmptyPostgresURL(t))
	})
}

// SQLite opens a fresh migrated SQLite database.
func SQLite(tb testing.TB, opt database.Options) *database.DB {
	tb.Helper()
	return Open(tb, SQLiteURL(tb), opt)
}

// Postgres opens a fresh migrated PostgreSQL database.
func Postgres(tb testing.TB, opt database.Options) *database.DB {
	tb.Helper()
	return Open(tb, PostgresURL(tb), opt)
}

// EmptySQLiteURL is the URL of a SQLite file that does not exist yet.
func EmptySQLiteURL(tb testing.TB) string {
	tb.Helper()
	return "sqlite://" + filepath.Join(tb.TempDir(), "contatore.db")
}

// SQLiteURL is EmptySQLiteURL for a database with the program's schema.
func SQLiteURL(tb testing.TB) string {
	tb.Helper()
	url := EmptySQLiteURL(tb)
	if err := migrate(tb.Context(), url); err != nil {
		tb.Fatalf("migrate: %v", err)
	}
	return url
}

func migrate(ctx context.Context, url string) error {
	db, err := database.Open(ctx, url, database.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Migrate(ctx)
}

// Open opens a database until the test ends.
func Open(tb testing.TB, url string, opt database.Options) *database.DB {
	tb.Helper()
	db, err := database.Open(tb.Context(), url, opt)
	if err != nil {
		tb.Fatalf("open the test's database: %v", err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close the test's database: %v", err)
		}
	})
	return db
}

// Clock stands still until it is set. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock makes a clock that stands at an instant.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves the clock, forwards or back.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
