package database

import (
	"context"
	"fmt"
	"strings"

	"github.com/contatore/contatore/internal/fault"
)

// copyRows is how many rows travel in one statement.
const copyRows = 500

// Copy brings every row of one database into another of the same schema, of
// either dialect: one state of the source, and all of it or nothing. progress
// is told how many rows of a table are there; nil: nobody is. The error is the
// fault CONFLICT where the target holds rows already.
func Copy(ctx context.Context, from, to *DB, progress func(table string, rows int)) error {
	if progress == nil {
		progress = func(string, int) {}
	}
	err := from.Read(ctx, func(source *Tx) error {
		tables, err := source.tables(ctx)
		if err != nil {
			return err
		}
		return to.Write(ctx, func(target *Tx) error {
			for _, table := range tables {
				if err := copyTable(ctx, source, target, table, progress); err != nil {
					return fmt.Errorf("table %s: %w", table, err)
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// tables lists those of the program's schema, without the jobs': what is to do
// is done where it was planned.
func (tx *Tx) tables(ctx context.Context) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
	if tx.Dialect() == Postgres {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name"
	}
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		if name != migrationsTable && !strings.HasPrefix(name, jobsTables) {
			tables = append(tables, name)
		}
	}
	return tables, Fault(rows.Err())
}

func copyTable(ctx context.Context, source, target *Tx, table string, progress func(string, int)) error {
	filled, err := target.filled(ctx, table)
	if err != nil {
		return err
	}
	if filled {
		return fault.New(fault.Conflict, "The target database holds data already; copy into an empty one.")
	}
	rows, err := source.Query(ctx, "SELECT * FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	batch := batch{tx: target, table: table, columns: columns}
	row := make([]any, len(columns))
	to := make([]any, len(columns))
	for i := range row {
		to[i] = &row[i]
	}
	copied := 0
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return fmt.Errorf("scan: %w", err)
		}
		if err := batch.add(ctx, row); err != nil {
			return err
		}
		if copied++; copied%copyRows == 0 {
			progress(table, copied)
		}
	}
	if err := rows.Err(); err != nil {
		return Fault(err)
	}
	progress(table, copied)
	return batch.flush(ctx)
}

// filled reports that a table holds rows.
func (tx *Tx) filled(ctx context.Context, table string) (bool, error) {
	rows, err := tx.Query(ctx, "SELECT 1 FROM "+table+" LIMIT 1")
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), Fault(rows.Err())
}

// batch is the rows that wait for one INSERT.
type batch struct {
	tx      *Tx
	table   string
	columns []string
	values  []any
}

func (b *batch) add(ctx context.Context, row []any) error {
	for _, v := range row {
		if text, ok := v.([]byte); ok { // a uuid of PostgreSQL
			v = string(text)
		}
		b.values = append(b.values, v)
	}
	if len(b.values) < copyRows*len(b.columns) {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.values) == 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "INSERT INTO %s (%s) VALUES ", b.table, strings.Join(b.columns, ", "))
	for i := range b.values {
		switch {
		case i == 0:
			text.WriteString("(")
		case i%len(b.columns) == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		if b.tx.Dialect() == SQLite {
			text.WriteString("?") // it looks names up one by one
		} else {
			fmt.Fprintf(&text, "$%d", i+1)
		}
	}
	text.WriteString(")")
	_, err := b.tx.Exec(ctx, text.String(), b.values...)
	b.values = b.values[:0]
	return err
}
