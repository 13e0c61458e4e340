package testkit_test

import (
	"context"
	"database/sql"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/contatore/contatore/internal/testkit"
)

func connect(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestPostgresDatabasesAreFreshAndGoWithTheirTest(t *testing.T) {
	t.Parallel()
	own := testkit.EmptyPostgresURL(t)
	var other string
	t.Run("inner", func(t *testing.T) {
		other = testkit.EmptyPostgresURL(t)
		for _, url := range []string{own, other} {
			// Fails where both are one database.
			run(t, connect(t, url), "CREATE TABLE fresh (n bigint)")
		}
	})
	if err := connect(t, other).PingContext(t.Context()); err == nil {
		t.Error("the inner test's database outlives it")
	}
	run(t, connect(t, own), "INSERT INTO fresh VALUES (1)")
}

func TestPostgresCopiesComeFromOneMigration(t *testing.T) {
	t.Parallel()
	var migrations atomic.Int64
	migrate := func(ctx context.Context, url string) error {
		migrations.Add(1)
		db, err := sql.Open("postgres", url)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.ExecContext(ctx, "CREATE TABLE migrated (n bigint PRIMARY KEY)")
		return err
	}
	// A version no other run has made, in case the server is a lasting one.
	version := testkit.EmptyPostgresURL(t)
	t.Run("copies", func(t *testing.T) {
		for range 4 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				// Fails where two copies are one database.
				run(t, connect(t, testkit.PostgresCopy(t, version, migrate)), "INSERT INTO migrated VALUES (1)")
			})
		}
	})
	if n := migrations.Load(); n != 1 {
		t.Errorf("%d migrations", n)
	}
}

// A server whose owner is killed must not stay behind: its script sees the end
// of the pipe and nothing else.
func TestPostgresEndsWithItsOwner(t *testing.T) {
	t.Parallel()
	testkit.EmptyPostgresURL(t) // skips where there is none
	script := exec.CommandContext(t.Context(), "sh", "postgres.sh")
	alive, err := script.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := script.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	script.Stderr = os.Stderr
	if err := script.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(answers)
	if err != nil {
		t.Fatal(err)
	}
	server := strings.TrimSpace(string(said))
	var folder string
	if err := connect(t, server).QueryRowContext(t.Context(), "SHOW data_directory").Scan(&folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); err != nil {
		t.Fatal(err)
	}
	if err := alive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := script.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the data folder is left behind: %v", err)
	}
	if err := connect(t, server).PingContext(t.Context()); err == nil {
		u, err := url.Parse(server)
		t.Errorf("a server still answers at %s (%v)", u.Host, err)
	}
}
