package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/transfer"
)

type exportCommand struct {
	storage
	Workspace string          `required:"" placeholder:"ID" help:"The workspace to export."`
	Start     *day            `placeholder:"DATE" help:"The first local day, YYYY-MM-DD, with --end (the last 90 days unless given)."`
	End       *day            `placeholder:"DATE" help:"The last local day, YYYY-MM-DD, with --start."`
	Format    transfer.Format `default:"csv" enum:"csv,json" placeholder:"FORMAT" help:"csv or json (csv unless given)."`
	Rows      transfer.Rows   `default:"daily" enum:"daily,usage" placeholder:"ROWS" help:"A row for each day and client (daily) or for each answer (usage) (daily unless given)."`
	Output    string          `default:"-" placeholder:"FILE" help:"Where to write; the file is there only when it is whole (standard output unless given)."`
}

func (c *exportCommand) days() *calendar.RangeInput {
	return &calendar.RangeInput{StartDate: (*calendar.Date)(c.Start), EndDate: (*calendar.Date)(c.End)}
}

// Validate makes a bad range a wrong usage.
func (c *exportCommand) Validate() error {
	given := 0
	for _, d := range []*day{c.Start, c.End} {
		switch {
		case d == nil:
		case *d == day(calendar.MinDate):
			return fault.New(fault.InvalidRange, "Write the days of --start and --end as YYYY-MM-DD.")
		default:
			given++
		}
	}
	if given == 1 {
		return fault.New(fault.InvalidRange, "Give both --start and --end, or neither for the last 90 days.")
	}
	_, err := c.days().Resolve(0) // today matters to other ranges only
	return err
}

// Run writes the export.
func (c *exportCommand) Run(ctx context.Context, sh *shell) error {
	return c.with(ctx, func(ctx context.Context, db *database.DB) error {
		write := func(w io.Writer) error {
			return transfer.Export(ctx, output{w, c.Output}, ledger.Open(db), transfer.ExportOptions{
				WorkspaceID: c.Workspace, Range: c.days(), Rows: c.Rows, Format: c.Format,
			}, sh.now())
		}
		if c.Output == "-" {
			return write(sh.out)
		}
		err := whole(c.Output, write)
		if ctx.Err() != nil && err != nil {
			return fault.Wrap(err, fault.Unavailable, "Interrupted; %s is as it was.", c.Output)
		}
		return err
	})
}

// output makes what the system says of a write a sentence for people.
type output struct {
	io.Writer
	name string
}

func (o output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil && o.name == "-" {
		err = fault.Wrap(err, fault.Invalid, "Standard output can't be written: %s.", reason(err))
	} else if err != nil {
		err = unwritable(o.name, err)
	}
	return n, err
}

// whole writes a file under another name and renames it in the end, so that it
// never holds a part only. What is no file, such as a pipe, is written as it
// is; a new file is readable by its owner alone, for it names customers.
func whole(name string, write func(io.Writer) error) (err error) {
	mode := os.FileMode(0o600)
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			return straight(name, write)
		}
		mode = info.Mode().Perm()
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return unwritable(name, err)
		}
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return unwritable(name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	defer file.Close() //nolint:errcheck // closed below where it is to be kept
	if err := write(file); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return file.Chmod(mode) }, file.Sync, file.Close,
		func() error { return os.Rename(file.Name(), name) },
	} {
		if err := step(); err != nil {
			return unwritable(name, err)
		}
	}
	return nil
}

func straight(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return unwritable(name, err)
	}
	defer file.Close() //nolint:errcheck // closed below where all is written
	if err := write(file); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return unwritable(name, err)
	}
	return nil
}
