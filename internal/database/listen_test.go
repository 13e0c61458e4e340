package database_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

// ear is who listens to a topic; each loss is the text "missed".
func ear(t *testing.T, db *database.DB, topic string) <-chan string {
	t.Helper()
	heard := make(chan string, 100)
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		db.Listen(ctx, topic, func(text string) { heard <- text }, func() { heard <- "missed" })
	}()
	t.Cleanup(func() {
		cancel()
		<-over
	})
	return heard
}

func hears(t *testing.T, heard <-chan string, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-heard:
			if got != w {
				t.Fatalf("heard %.100q, want %.100q", got, w)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("heard nothing, want %.100q", w)
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	url := testkit.EmptyPostgresURL(t)
	here, there := testkit.Open(t, url, database.Options{}), testkit.Open(t, url, database.Options{})
	mine, theirs, other := ear(t, here, "Topic: a"), ear(t, there, "Topic: a"), ear(t, there, "b")
	for _, e := range []<-chan string{mine, theirs, other} {
		hears(t, e, "missed")
	}
	long := strings.Repeat("x", 7_999)
	for _, texts := range [][]string{{"one", "two 🙂"}, nil, {long}} {
		if err := here.Announce(t.Context(), "Topic: a", texts); err != nil {
			t.Fatal(err)
		}
		for _, e := range []<-chan string{mine, theirs} {
			hears(t, e, texts...)
		}
	}
	if err := here.Announce(t.Context(), "b", []string{"three"}); err != nil {
		t.Fatal(err)
	}
	hears(t, other, "three") // and nothing before it

	// After a loss it listens again, and says so.
	write(t, here, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")
	for _, e := range []<-chan string{mine, theirs, other} {
		hears(t, e, "missed")
	}
	if err := there.Announce(t.Context(), "Topic: a", []string{"four"}); err != nil {
		t.Fatal(err)
	}
	hears(t, mine, "four")
	hears(t, theirs, "four")
}

// The end of its context ends it even while there is no database to listen to.
func TestListenToNobody(t *testing.T) {
	t.Parallel()
	url := testkit.EmptyPostgresURL(t)
	db := testkit.Open(t, url, database.Options{})
	heard := ear(t, db, "a")
	hears(t, heard, "missed")
	name := url[strings.LastIndexByte(url, '/')+1:]
	if i := strings.IndexByte(name, '?'); i >= 0 {
		name = name[:i]
	}
	other := testkit.Open(t, testkit.EmptyPostgresURL(t), database.Options{})
	write(t, other, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false")
	write(t, other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	began := time.Now()
	t.Cleanup(func() { // after it was ended
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("its end took %s", took)
		}
	})
}

// On SQLite there is nobody to tell, and nobody who would.
func TestListenOnSQLite(t *testing.T) {
	t.Parallel()
	var statements []string
	db := testkit.Open(t, testkit.EmptySQLiteURL(t), database.Options{OnStatement: func(_ context.Context, query string) { statements = append(statements, query) }})
	if err := db.Announce(t.Context(), "a", []string{"one"}); err != nil {
		t.Error(err)
	}
	db.Listen(t.Context(), "a", func(string) { t.Error("it heard something") }, func() { t.Error("it missed something") })
	if len(statements) != 0 {
		t.Errorf("it ran %q", statements)
	}
}
