package database_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url, database.Options{})
		wantFault(t, db.Ready(t.Context()), fault.Unavailable, "run contatore migrate")
		pending, err := db.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(pending, "-- 00001_meter.sql\n") || strings.Contains(pending, "+goose") {
			t.Errorf("pending begins with %.80q", pending)
		}
		if tables := tables(t, db); len(tables) != 0 {
			t.Errorf("asking made %q", tables)
		}
		if !strings.Contains(pending, "-- 00002_budgets.sql\n") {
			t.Errorf("pending lacks the second migration: %s", pending)
		}
		for range 2 {
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := db.Ready(t.Context()); err != nil {
				t.Error(err)
			}
			if pending, err := db.Pending(t.Context()); pending != "" || err != nil {
				t.Errorf("pending %q (%v)", pending, err)
			}
		}
	})
}

// What Pending prints is what Migrate runs: by hand it makes the same schema.
func TestPendingIsTheWholeMigration(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		byHand := testkit.Open(t, url, database.Options{})
		pending, err := byHand.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var migrated *database.DB
		if byHand.Dialect() == database.SQLite {
			migrated = testkit.SQLite(t, database.Options{})
		} else {
			migrated = testkit.Postgres(t, database.Options{})
		}
		for _, part := range strings.Split(pending, "-- River's tables") { // PostgreSQL wants a commit in between
			write(t, byHand, "--"+part)
		}
		want := schemaOf(t, migrated)
		delete(want, "contatore_migrations")
		same(t, schemaOf(t, byHand), want)
	})
}

// A database of the second migration, filled, becomes what a new one is and
// keeps all that was in it.
func TestAlertsComeToADatabaseInUse(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		want := schemaOf(t, db)
		shelves(t, db)
		statements := []string{
			"DROP TABLE alerts", "DROP TABLE alert_channels", "DROP TABLE alert_deliveries", "DROP TABLE alert_attempts", "DROP TABLE late_days",
			"ALTER TABLE workspaces DROP COLUMN language", "ALTER TABLE workspaces DROP COLUMN report_hour",
			"DROP TABLE river_job", "DROP TABLE river_leader",
			"DROP TABLE river_queue", "DROP TABLE river_notification", "DROP TABLE river_migration",
			"DELETE FROM contatore_migrations WHERE version_id > 2",
		}
		if db.Dialect() == database.Postgres {
			statements = append(statements, "DROP TYPE river_job_state CASCADE")
		}
		for _, statement := range statements {
			write(t, db, statement)
		}
		before := dump(t, db)
		pending, err := db.Pending(t.Context())
		if err != nil || !strings.HasPrefix(pending, "-- 00003_alerts.sql\n") {
			t.Errorf("pending %.80q (%v)", pending, err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, schemaOf(t, db), want)
		after := dump(t, db)
		for table, rows := range before {
			for i := range rows {
				switch table {
				case "workspaces":
					rows[i] += "|en|8"
				case "month_costs": // whoever counts next looks at the budget
					rows[i] = rows[i][:strings.LastIndex(rows[i], "|")] + "|-1"
				}
			}
			if !slices.Equal(after[table], rows) {
				t.Errorf("%s: got %.300q, want %.300q", table, after[table], rows)
			}
		}
	})
}

func TestMigrateOnSeveralNodesAtOnce(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		var nodes sync.WaitGroup
		start := make(chan struct{})
		for range 8 {
			nodes.Go(func() {
				<-start
				db, err := database.Open(t.Context(), url, database.Options{})
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				defer db.Close()
				if err := db.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
				if err := db.Ready(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		nodes.Wait()
		db := testkit.Open(t, url, database.Options{})
		if got := text(t, db.Reader(), "SELECT count(*) FROM contatore_migrations WHERE version_id = 1"); got != "1" {
			t.Errorf("the migration ran %s times", got)
		}
	})
}

func TestANewerDatabaseIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		applied := "1"
		if db.Dialect() == database.Postgres {
			applied = "true"
		}
		write(t, db, "INSERT INTO contatore_migrations (version_id, is_applied) VALUES (9000000, "+applied+")")
		write(t, db, "DROP TABLE client_days")
		schema := schemaOf(t, db)
		versions := texts(t, db.Reader(), "SELECT version_id FROM contatore_migrations ORDER BY id")

		const sentence = "The database's schema has version 9000000, this program knows 6: start a newer contatore."
		wantFault(t, db.Migrate(t.Context()), fault.Unavailable, sentence)
		wantFault(t, db.Ready(t.Context()), fault.Unavailable, sentence)
		_, err := db.Pending(t.Context())
		wantFault(t, err, fault.Unavailable, sentence)

		same(t, schemaOf(t, db), schema)
		if got := texts(t, db.Reader(), "SELECT version_id FROM contatore_migrations ORDER BY id"); strings.Join(got, " ") != strings.Join(versions, " ") {
			t.Errorf("versions %q, they were %q", got, versions)
		}
	})
}

// A migration that fails leaves the database as it was, and works once what
// was in its way is gone.
func TestAFailedMigrationLeavesNothing(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url, database.Options{})
		write(t, db, "CREATE TABLE client_days (other bigint)")
		if err := db.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "client_days") {
			t.Errorf("error %v", err)
		}
		if left := tables(t, db); strings.Join(left, " ") != "client_days contatore_migrations" {
			t.Errorf("the database holds %q", left)
		}
		wantFault(t, db.Ready(t.Context()), fault.Unavailable, "run contatore migrate")
		write(t, db, "DROP TABLE client_days")
		if err := db.Migrate(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
