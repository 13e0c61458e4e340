package database

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// jobsTables is how the names of River's tables begin.
const jobsTables = "river_"

// jobsVersions are the program's migrations that bring the tables of the jobs,
// which are River's own, to a version of River's. The first ends where
// PostgreSQL wants a commit before a new value of an enum is used. A River that
// wants a newer version needs a new migration.
func jobsVersions() map[int64]int { return map[int64]int{4: 4, 5: 8} }

// Jobs is what River works with: the pool that writes.
func (db *DB) Jobs() riverdriver.Driver[*sql.Tx] { return jobs(db.dialect, db.writer.DB) }

func jobs(dialect Dialect, pool *sql.DB) riverdriver.Driver[*sql.Tx] {
	if dialect == SQLite {
		return riversqlite.New(pool)
	}
	return riverdatabasesql.New(pool)
}

// Bare is the transaction as the driver has it, for River, which adds a job in
// it. Nil outside of a transaction.
func (tx *Tx) Bare() *sql.Tx {
	bare, _ := tx.on.(*sql.Tx)
	return bare
}

// makeJobs are the migrations that make River's tables.
func (db *DB) makeJobs() ([]*goose.Migration, error) {
	migrator, err := rivermigrate.New(jobs(db.dialect, nil), nil)
	if err != nil {
		return nil, fmt.Errorf("river's migrations: %w", err)
	}
	var made []*goose.Migration
	for version, target := range jobsVersions() {
		made = append(made, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			// Deprecated, for some versions can't share a transaction: these are parted.
			_, err := migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: target}) //nolint:staticcheck // see above
			return err                                                                                                        //nolint:wrapcheck // goose says which migration it was
		}}, nil))
	}
	return made, nil
}

// jobsSQL is what a migration of makeJobs runs, empty for one that is none.
func (db *DB) jobsSQL(version int64) (string, error) {
	target, ok := jobsVersions()[version]
	if !ok {
		return "", nil
	}
	migrator, err := rivermigrate.New(jobs(db.dialect, nil), nil)
	if err != nil {
		return "", fmt.Errorf("river's migrations: %w", err)
	}
	var b strings.Builder
	for _, m := range migrator.AllVersions() {
		if m.Version <= target && m.Version > jobsVersions()[version-1] {
			b.WriteString(strings.ReplaceAll(strings.TrimSpace(m.SQLUp), "/* TEMPLATE: schema */", "") + "\n")
		}
	}
	return b.String(), nil
}
