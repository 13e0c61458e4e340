package main

import (
	"context"
	"fmt"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
)

type rollupCommand struct {
	Verify  verifyCommand  `cmd:"" help:"Compare each rollup with the raw usage and print what differs; exit code 1 where something does."`
	Rebuild rebuildCommand `cmd:"" help:"Make the rollups anew from the raw usage."`
}

// chosen says which workspaces a command works on.
type chosen struct {
	Workspace string `placeholder:"ID" help:"Only this workspace (all unless given)."`
}

func (c chosen) ids(ctx context.Context, book *ledger.Book) ([]string, error) {
	if c.Workspace != "" {
		return []string{c.Workspace}, nil
	}
	return book.Workspaces(ctx)
}

type verifyCommand struct {
	storage
	chosen
}

// Run prints a line for each rollup row that differs.
func (c *verifyCommand) Run(ctx context.Context, sh *shell) error {
	return c.with(ctx, func(ctx context.Context, db *database.DB) error {
		book := ledger.Open(db)
		ids, err := c.ids(ctx, book)
		if err != nil {
			return err
		}
		differences := 0
		for _, id := range ids {
			if err := book.Verify(ctx, id, func(d ledger.Difference) {
				differences++
				fmt.Fprintf(sh.out, "%s %s: the usages come to %s, the rollup holds %s\n", d.Rollup, d.Row, d.Raw, d.Kept)
			}); err != nil {
				return err
			}
		}
		if differences > 0 {
			return fault.New(fault.Conflict, "%d rollup rows differ from the raw usage; contatore rollup rebuild makes them anew.", differences)
		}
		_, err = fmt.Fprintf(sh.out, "The rollups of %s agree with the raw usage.\n", counted(len(ids), "workspace"))
		return err
	})
}

type rebuildCommand struct {
	storage
	chosen
}

// Run rebuilds one workspace after the other.
func (c *rebuildCommand) Run(ctx context.Context, sh *shell) error {
	return c.with(ctx, func(ctx context.Context, db *database.DB) error {
		book := ledger.Open(db)
		ids, err := c.ids(ctx, book)
		if err != nil {
			return err
		}
		for _, id := range ids {
			bar := sh.progress("Rebuilding "+id, "days")
			err := book.Rebuild(ctx, id, bar.at)
			bar.end()
			if err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(sh.out, "Rebuilt the rollups of %s.\n", counted(len(ids), "workspace"))
		return err
	})
}

// counted is "1 workspace", "2 workspaces".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
