package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/contatore/contatore/internal/database"
)

type copyCommand struct {
	storage
	To string `required:"" placeholder:"URL" help:"The empty database to copy into; its schema is made where it has none."`
}

// Run copies all of it or nothing. Usage that is counted meanwhile is not in
// the copy, so the server should be stopped.
func (c *copyCommand) Run(ctx context.Context, sh *shell) error {
	return c.with(ctx, func(ctx context.Context, from *database.DB) (err error) {
		to, err := database.Open(ctx, c.To, database.Options{})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, to.Close()) }()
		if err := to.Migrate(ctx); err != nil {
			return err
		}
		tables := map[string]int{}
		total := 0
		bar := sh.progress("Copying", "rows")
		defer bar.end()
		err = database.Copy(ctx, from, to, func(table string, rows int) {
			total += rows - tables[table]
			tables[table] = rows
			bar.at(total, 0)
		})
		if err != nil {
			return err
		}
		bar.end()
		_, err = fmt.Fprintf(sh.out, "Copied %d rows of %d tables.\n", total, len(tables))
		return err
	})
}
