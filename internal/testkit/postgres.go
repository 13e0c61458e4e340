package testkit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	_ "github.com/lib/pq" // the driver "postgres"

	"github.com/contatore/contatore/internal/database"
)

// postgresVariable names a server to use in place of one started here: a URL
// whose user may create databases. The Makefile sets it, so that all test
// binaries of a run share one server.
const postgresVariable = "CONTATORE_TEST_POSTGRES_URL"

// errNoPostgres says that PostgreSQL is not installed. One that is installed
// and does not start is another error, which nothing skips.
var errNoPostgres = errors.New("PostgreSQL is not installed; on Debian: apt-get install postgresql")

//go:embed postgres.sh
var postgresScript string

// postgresServer is the server of this test process, started when the first
// test asks for it.
var postgresServer = sync.OnceValues(startPostgres)

// A postgres is a running server.
type postgres struct {
	url url.URL
	// alive is the pipe whose end stops the server: it is never written to
	// and closes with the process. Nil for a server that others started.
	alive *os.File
	// schema is the SQL that makes the program's schema.
	schema func() (string, error)
}

// EmptyPostgresURL returns the URL of a fresh empty database, which is dropped
// when the test ends. Where PostgreSQL is not installed the test is skipped, in
// CI it fails.
func EmptyPostgresURL(tb testing.TB) string {
	tb.Helper()
	return freshDatabase(tb, "", nil)
}

// PostgresURL is EmptyPostgresURL for a database with the program's schema.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	server, err := postgresServer()
	if err != nil {
		return EmptyPostgresURL(tb) // says what is the matter
	}
	version, err := server.schema()
	if err != nil {
		tb.Fatalf("read the schema: %v", err)
	}
	return PostgresCopy(tb, version, migrate)
}

// PostgresCopy is EmptyPostgresURL for a database that migrate has worked on: it
// runs once a version and server, on an empty database at the URL it gets, and
// must have closed its connections when it returns. Each call gets its own
// copy, which costs far less than migrating. Version is any text that changes
// with what migrate makes.
func PostgresCopy(tb testing.TB, version string, migrate func(ctx context.Context, url string) error) string {
	tb.Helper()
	return freshDatabase(tb, version, migrate)
}

// freshDatabase makes a database, empty where migrate is nil, and has it
// dropped at the end of the test.
func freshDatabase(tb testing.TB, version string, migrate func(context.Context, string) error) string {
	tb.Helper()
	server, err := postgresServer()
	switch {
	case errors.Is(err, errNoPostgres) && !inCI():
		tb.Skip(err)
	case err != nil:
		tb.Fatalf("start PostgreSQL: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	tb.Cleanup(func() {
		ctx := context.WithoutCancel(tb.Context())
		if err := server.administer(ctx, func(conn *sql.Conn) error {
			_, err := conn.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
			return err
		}); err != nil {
			tb.Errorf("drop the test's database: %v", err)
		}
	})
	err = server.administer(tb.Context(), func(conn *sql.Conn) error {
		template := "template1"
		if migrate != nil {
			var err error
			if template, err = server.template(tb.Context(), conn, version, migrate); err != nil {
				return fmt.Errorf("make the template: %w", err)
			}
		}
		_, err := conn.ExecContext(tb.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template)
		return err
	})
	if err != nil {
		tb.Fatalf("create the test's database: %v", err)
	}
	return server.database(name)
}

// template returns the name of the database from which those of this version
// are copied, and makes it where no test of this server did. The advisory lock
// keeps test processes from making it twice, the new name from seeing half of
// it.
func (p *postgres) template(ctx context.Context, conn *sql.Conn, version string, migrate func(context.Context, string) error) (string, error) {
	name := fmt.Sprintf("template_%x", sha256.Sum256([]byte(version)))[:40]
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext('"+name+"'))"); err != nil {
		return "", err
	}
	defer func() {
		// Where this fails the connection is broken, and the lock gone with it.
		_, _ = conn.ExecContext(ctx, "SELECT pg_advisory_unlock_all()")
	}()
	var made bool
	if err := conn.QueryRowContext(ctx, "SELECT count(*) > 0 FROM pg_database WHERE datname = $1", name).Scan(&made); err != nil || made {
		return name, err
	}
	draft := "draft_" + strings.ToLower(rand.Text())
	if _, err := conn.ExecContext(ctx, "CREATE DATABASE "+draft); err != nil {
		return "", err
	}
	if err := migrate(ctx, p.database(draft)); err != nil {
		return "", err
	}
	_, err := conn.ExecContext(ctx, "ALTER DATABASE "+draft+" RENAME TO "+name)
	return name, err
}

// administer runs fn on a connection to the server's own database.
func (p *postgres) administer(ctx context.Context, fn func(*sql.Conn) error) error {
	db, err := sql.Open("postgres", p.url.String())
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return fn(conn)
}

// database returns the URL of a database of the server.
func (p *postgres) database(name string) string {
	u := p.url
	u.Path = "/" + name
	return u.String()
}

// startPostgres takes the server that the environment names, or starts one
// that lives until this process ends, even by a signal.
func startPostgres() (*postgres, error) {
	if given := os.Getenv(postgresVariable); given != "" {
		return postgresAt(given, nil)
	}
	lives, alive, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	answers, tells, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, lives.Close(), alive.Close())
	}
	// Files, not buffers: so no goroutine is left to copy them.
	script := exec.CommandContext(context.Background(), "sh", "-c", postgresScript)
	script.Stdin, script.Stdout, script.Stderr = lives, tells, tells
	err = errors.Join(script.Start(), lives.Close(), tells.Close())
	if err != nil {
		return nil, errors.Join(err, alive.Close(), answers.Close())
	}
	said, err := io.ReadAll(answers)
	if err = errors.Join(err, answers.Close()); err != nil {
		return nil, errors.Join(err, alive.Close())
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if last := lines[len(lines)-1]; strings.HasPrefix(last, "postgres://") {
		return postgresAt(last, alive)
	}
	err = errors.Join(script.Wait(), alive.Close())
	if script.ProcessState.ExitCode() == 3 {
		return nil, errNoPostgres
	}
	return nil, fmt.Errorf("%w\n%s", err, said)
}

func postgresAt(rawURL string, alive *os.File) (*postgres, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("%s is not a URL", postgresVariable) // the cause would repeat the password
	}
	return &postgres{url: *u, alive: alive, schema: sync.OnceValues(func() (string, error) {
		db, err := database.Open(context.Background(), rawURL, database.Options{})
		if err != nil {
			return "", err
		}
		defer db.Close()
		return db.Pending(context.Background())
	})}, nil
}

// inCI tells whether what can't be tested is a failure.
func inCI() bool {
	ci := os.Getenv("CI")
	return ci != "" && ci != "false"
}
