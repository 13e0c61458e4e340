package database_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// write runs one statement in a transaction of its own.
func write(t *testing.T, db *database.DB, statement string, args ...any) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *database.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	}); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// table makes a table to write to that has nothing to do with the schema.
func table(t *testing.T, db *database.DB) {
	t.Helper()
	write(t, db, "CREATE TABLE notes (id bigint PRIMARY KEY, text text)")
	write(t, db, "INSERT INTO notes VALUES (1, 'one'), (2, 'two')")
}

// texts are the rows that a query answers, their columns joined by a bar.
func texts(t *testing.T, tx *database.Tx, query string, args ...any) []string {
	t.Helper()
	found, err := tryTexts(t.Context(), tx, query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return found
}

func tryTexts(ctx context.Context, tx *database.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var found []string
	for rows.Next() {
		cells := make([]*string, len(columns))
		to := make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i, cell := range cells {
			row[i] = "null"
			if cell != nil {
				row[i] = *cell
			}
		}
		found = append(found, strings.Join(row, "|"))
	}
	return found, rows.Err()
}

// text is the only cell that a query answers.
func text(t *testing.T, tx *database.Tx, query string, args ...any) string {
	t.Helper()
	found := texts(t, tx, query, args...)
	if len(found) != 1 {
		t.Fatalf("%s answers %q", query, found)
	}
	return found[0]
}

// wantFault wants a code and, where it is not empty, a part of the sentence.
func wantFault(t *testing.T, err error, code fault.Code, sentence string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Errorf("error %v, want the fault %s", err, code)
	} else if f.Code != code || !strings.Contains(f.Message, sentence) {
		t.Errorf("fault %s %q, want %s with %q", f.Code, f.Message, code, sentence)
	}
}
