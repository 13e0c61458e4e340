package main

import (
	"context"
	"fmt"

	"github.com/contatore/contatore/internal/database"
)

type migrateCommand struct {
	storage
	DryRun bool `help:"Print the SQL and change nothing."`
}

// Run migrates, or prints what it would run.
func (c *migrateCommand) Run(ctx context.Context, sh *shell) error {
	return c.open(ctx, func(ctx context.Context, db *database.DB) error {
		pending, err := db.Pending(ctx)
		if err != nil {
			return err
		}
		switch {
		case c.DryRun:
			_, err = fmt.Fprint(sh.out, pending)
			return err
		case pending == "":
			_, err = fmt.Fprintln(sh.out, "The schema is up to date.")
			return err
		}
		if err := db.Migrate(ctx); err != nil {
			return err
		}
		_, err = fmt.Fprintln(sh.out, "The schema is now up to date.")
		return err
	})
}
