package database_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

// holds lists the files of the database in which a text can be read.
func holds(t *testing.T, url, secret string) []string {
	t.Helper()
	files, err := filepath.Glob(strings.TrimPrefix(url, "sqlite://") + "*")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), secret) {
			found = append(found, filepath.Base(name))
		}
	}
	return found
}

func TestForgetOnSQLite(t *testing.T) {
	t.Parallel()
	const secret = "Ada Lovelace, +44 20 7946 0000"
	for what, erase := range map[string]string{
		"deleted":     "DELETE FROM notes WHERE id = 3",
		"overwritten": "UPDATE notes SET text = NULL WHERE id = 3",
		// A text so long that it has pages of its own, which become free.
		"of many pages": "UPDATE notes SET text = 'short' WHERE id = 3",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			url := testkit.SQLiteURL(t)
			db := testkit.Open(t, url, database.Options{})
			table(t, db)
			text := secret
			if what == "of many pages" {
				text = strings.Repeat(secret, 1000)
			}
			write(t, db, "INSERT INTO notes VALUES (3, $1)", text)
			if err := db.Forget(t.Context(), "notes"); err != nil { // into the main file
				t.Fatal(err)
			}
			write(t, db, "UPDATE notes SET text = text || '.'") // and into the log
			if found := holds(t, url, secret); len(found) != 2 {
				t.Fatalf("the secret is in %q only, which proves nothing", found)
			}
			write(t, db, erase)
			if err := db.Forget(t.Context(), "notes"); err != nil {
				t.Fatal(err)
			}
			if found := holds(t, url, secret); len(found) != 0 {
				t.Errorf("the secret is still in %q", found)
			}
		})
	}
}

// Somebody who still reads the old rows keeps them in the log: then nothing is
// forgotten yet, and it is said so.
func TestForgetWaitsForReaders(t *testing.T) {
	t.Parallel()
	const secret = "Ada Lovelace, +44 20 7946 0000"
	url := testkit.SQLiteURL(t)
	db := testkit.Open(t, url, database.Options{})
	table(t, db)
	write(t, db, "INSERT INTO notes VALUES (3, $1)", secret)
	impatient(t, db)
	if err := db.Read(t.Context(), func(tx *database.Tx) error {
		text(t, tx, "SELECT text FROM notes WHERE id = 3")
		write(t, db, "DELETE FROM notes WHERE id = 3")
		wantFault(t, db.Forget(t.Context(), "notes"), fault.Unavailable, "Others are reading the database")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Forget(t.Context(), "notes"); err != nil {
		t.Error(err)
	}
	if found := holds(t, url, secret); len(found) != 0 {
		t.Errorf("the secret is still in %q", found)
	}
}

func TestForgetOnPostgreSQL(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	table(t, db)
	write(t, db, "INSERT INTO notes SELECT n, repeat('secret', 20) FROM generate_series(3, 2000) AS n")
	write(t, db, "DELETE FROM notes")
	size := func() int {
		n, err := strconv.Atoi(text(t, db.Reader(), "SELECT pg_relation_size('notes')"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if size() == 0 {
		t.Fatal("there is nothing to forget")
	}
	if err := db.Forget(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	if n := size(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
	if err := db.Forget(t.Context(), `no "such" table`); err == nil {
		t.Error("a table that doesn't exist is forgotten")
	}
}
