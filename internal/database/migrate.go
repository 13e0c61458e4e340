package database

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/contatore/contatore/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// migrationsTable keeps which migrations a database has.
const migrationsTable = "contatore_migrations"

// Migrate brings the schema up to date. Several nodes may call it at once:
// on PostgreSQL one works and the others wait for its advisory lock; on SQLite
// each migration is one transaction, and who comes second finds it done.
// A database newer than the program is refused and left as it is.
func (db *DB) Migrate(ctx context.Context) error {
	provider, err := db.goose()
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		pending, err := db.pending(ctx, provider)
		if err != nil || len(pending) == 0 {
			return err
		}
		if _, err = provider.Up(ctx); err == nil {
			return nil
		}
		if db.dialect == Postgres || attempt == attempts {
			return fmt.Errorf("migrate: %w", Fault(err))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("migrate: %w", Fault(err))
		case <-time.After(time.Duration(attempt) * 50 * time.Millisecond):
		}
	}
}

// Pending is the SQL that Migrate would run, each part under its name and in a
// transaction of its own; empty where the schema is up to date.
func (db *DB) Pending(ctx context.Context) (string, error) {
	provider, err := db.goose()
	if err != nil {
		return "", err
	}
	sources, err := db.pending(ctx, provider)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, s := range sources {
		jobs, err := db.jobsSQL(s.Version)
		if err != nil {
			return "", err
		}
		if jobs != "" {
			fmt.Fprintf(&b, "-- River's tables, %d\n%s", s.Version, jobs)
			continue
		}
		text, err := fs.ReadFile(migrations, path.Join("migrations", string(db.dialect), path.Base(s.Path)))
		if err != nil {
			return "", fmt.Errorf("read migration: %w", err)
		}
		fmt.Fprintf(&b, "-- %s\n%s", path.Base(s.Path), strings.TrimPrefix(string(text), "-- +goose Up\n"))
	}
	return b.String(), nil
}

// Ready tells whether the database answers and its schema is the program's.
func (db *DB) Ready(ctx context.Context) error {
	provider, err := db.goose()
	if err != nil {
		return err
	}
	pending, err := db.pending(ctx, provider)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return fault.New(fault.Unavailable, "The database's schema is older than this program; run contatore migrate.")
	}
	return nil
}

func (db *DB) goose() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+string(db.dialect))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	makeJobs, err := db.makeJobs()
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{
		goose.WithTableName(migrationsTable), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(makeJobs...),
	}
	if db.dialect == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.writer.DB, files, options...)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return provider, nil
}

// pending lists what is still to run, oldest first. It only reads.
func (db *DB) pending(ctx context.Context, provider *goose.Provider) ([]*goose.Source, error) {
	current, err := db.version(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the schema's version: %w", err)
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; current > newest {
		return nil, fault.New(fault.Unavailable,
			"The database's schema has version %d, this program knows %d: start a newer contatore.", current, newest)
	}
	for i, s := range sources {
		if s.Version > current {
			return sources[i:], nil
		}
	}
	return nil, nil
}

// version is the newest migration that the database holds, 0 for none.
func (db *DB) version(ctx context.Context) (int64, error) {
	known := "SELECT count(*) FROM sqlite_master WHERE name = '" + migrationsTable + "'"
	if db.dialect == Postgres {
		known = "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('" + migrationsTable + "')"
	}
	var tables int
	if err := db.scalar(ctx, known, &tables); err != nil || tables == 0 {
		return 0, err
	}
	var version int64
	err := db.scalar(ctx, "SELECT COALESCE(max(version_id), 0) FROM "+migrationsTable, &version)
	return version, err
}

func (db *DB) scalar(ctx context.Context, query string, to any) error {
	rows, err := db.Reader().Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(to); err != nil {
			return fmt.Errorf("scan: %w", err)
		}
	}
	return Fault(rows.Err())
}
