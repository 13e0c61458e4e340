package workspace_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/workspace"
)

// everywhere is a context that may touch every workspace.
func everywhere(t *testing.T) context.Context {
	t.Helper()
	return scope.All(t.Context())
}

func clock() time.Time { return time.Date(2024, 1, 30, 12, 0, 0, 123456789, time.UTC) }

// shop makes the workspace "shop" and returns its directory.
func shop(t *testing.T, db *database.DB) *workspace.Directory {
	t.Helper()
	d := workspace.Open(db, clock)
	if _, err := d.Create(everywhere(t), workspace.CreateInput{ID: new("shop"), Name: "Shop"}); err != nil {
		t.Fatal(err)
	}
	return d
}

// wantFault wants a code and, where it is not empty, a field.
func wantFault(t *testing.T, err error, code fault.Code, field string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Errorf("error %v, want the fault %s", err, code)
	} else if f.Code != code || f.Field != field {
		t.Errorf("fault %s in %q (%s), want %s in %q", f.Code, f.Field, f.Message, code, field)
	}
}

// count is the one number that a query answers.
func count(t *testing.T, db *database.DB, query string, args ...any) int {
	t.Helper()
	rows, err := db.Reader().Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := -1
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// run writes what belongs to other packages: usage and rollups.
func run(t *testing.T, db *database.DB, statement string, args ...any) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *database.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
