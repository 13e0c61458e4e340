package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/transfer"
	"github.com/contatore/contatore/internal/workspace"
)

type importCommand struct {
	storage
	Files           []string `arg:"" name:"file" help:"CSV, NDJSON or CloudEvents, gzip or not; - is standard input."`
	Workspace       string   `required:"" placeholder:"ID" help:"The workspace that the usage is of."`
	Map             []string `placeholder:"COLUMN=FIELD" help:"Which column is which field of TrackUsageInput, such as TIMESTAMP=occurredAt; repeatable, or with commas between (a comma in a name is \\,)."`
	Customer        string   `placeholder:"CLIENT" help:"The clientId that every row goes to (the rows say whose they are unless given)."`
	CreateCustomers bool     `help:"Make the customers that the workspace lacks."`
	TimeZone        string   `placeholder:"ZONE" help:"The zone of times without an offset, such as Europe/Rome (the workspace's unless given)."`
	DryRun          bool     `help:"Read everything and count nothing."`
	Rejects         string   `placeholder:"FILE" help:"Where to write the rows that are not counted, with the reason of each, as CSV."`
}

// Validate makes a bad option a wrong usage.
func (c *importCommand) Validate() error {
	if len(c.Files) == 0 {
		return fault.New(fault.Invalid, "Name a file to import, or - for standard input.")
	}
	if _, err := transfer.ParseMapping(c.Map); err != nil {
		return err
	}
	if c.TimeZone == "" {
		return nil
	}
	_, err := calendar.LoadZone(c.TimeZone)
	return err
}

// Run imports one file after the other and prints how many rows were counted.
func (c *importCommand) Run(ctx context.Context, sh *shell) error {
	total, err := c.size()
	if err != nil {
		return err
	}
	return c.with(ctx, func(ctx context.Context, db *database.DB) error {
		return counting(ctx, sh, db, nil, func(m *meter.Meter, d *workspace.Directory) error {
			return c.count(ctx, sh, m, d, total)
		})
	})
}

// count is Run once the files are known to be there. total is their bytes.
func (c *importCommand) count(ctx context.Context, sh *shell, m *meter.Meter, d *workspace.Directory, total int64) (err error) {
	shop, err := d.Find(ctx, c.Workspace)
	if fault.CodeOf(err) == fault.WorkspaceNotFound {
		return fault.Wrap(err, fault.WorkspaceNotFound,
			"There is no workspace %q: make it with createWorkspace over GraphQL, or with sample data by contatore seed --workspace.", c.Workspace)
	}
	if err != nil {
		return err
	}
	mapping, err := transfer.ParseMapping(c.Map)
	if err != nil {
		return err
	}
	opt := transfer.ImportOptions{
		WorkspaceID: c.Workspace, Mapping: mapping, Customer: c.Customer, CreateCustomers: c.CreateCustomers,
		TimeZone: c.TimeZone, DryRun: c.DryRun,
	}
	if c.Rejects != "" {
		file, err := os.Create(c.Rejects)
		if err != nil {
			return unwritable(c.Rejects, err)
		}
		defer func() {
			if e := file.Close(); err == nil && e != nil {
				err = unwritable(c.Rejects, e)
			}
		}()
		if opt.Rejects, err = transfer.NewRejects(file); err != nil {
			return err
		}
	}
	bar := sh.progress("Importing", "bytes")
	defer bar.end()
	var before int64
	var summary transfer.Summary
	for _, name := range c.Files {
		var read int64
		opt.Progress = func(bytes int64, _ int) {
			read = bytes
			bar.at(int(before+bytes), int(total))
		}
		one, err := c.file(ctx, sh, name, func(in io.Reader) (transfer.Summary, error) { return transfer.Import(ctx, in, m, d, opt) })
		summary, before = summary.Plus(one), before+read
		switch {
		case ctx.Err() != nil: // whatever it made fail
			return ctx.Err()
		case err != nil && len(c.Files) > 1:
			f := fault.Of(err)
			return fault.Wrap(err, f.Code, "%s: %s", name, f.Message)
		case err != nil:
			return err
		}
	}
	bar.end()
	return c.report(sh, summary, shop.Currency)
}

// report prints the outcome; rows that were not counted make it an error.
func (c *importCommand) report(sh *shell, s transfer.Summary, currency string) error {
	line := fmt.Sprintf("%s: %d counted, %d repeated, %d rejected, %s %s", counted(s.Rows, "row"), s.Tracked, s.Duplicates, s.Rejected, s.Cost, currency)
	if c.DryRun {
		line = fmt.Sprintf("%s: %d can be read, %d rejected, nothing counted", counted(s.Rows, "row"), s.Rows-s.Rejected, s.Rejected)
	}
	if _, err := fmt.Fprintln(sh.out, line); err != nil {
		return err
	}
	switch {
	case s.Rejected == 0:
		return nil
	case c.Rejects == "":
		return fault.New(fault.Invalid, "Not counted: %d of %s; add --rejects FILE to see which and why. Repeating the import is safe.", s.Rejected, counted(s.Rows, "row"))
	default:
		return fault.New(fault.Invalid, "Not counted: %d of %s; %s says which and why. Repeating the import is safe.", s.Rejected, counted(s.Rows, "row"), c.Rejects)
	}
}

// size is how many bytes the files have, 0 where that can't be told. It finds
// what can't be imported before anything is, and keeps the rejects from being
// written over a file that is still to be read.
func (c *importCommand) size() (total int64, err error) {
	rejects, err := os.Stat(c.Rejects)
	if err != nil {
		rejects = nil // it will be made
	}
	known := true
	for _, name := range c.Files {
		if name == "-" {
			known = false
			continue
		}
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return 0, unreadable(name, err)
		case info.IsDir():
			return 0, fault.New(fault.Invalid, "%s is a directory; name the files in it.", name)
		case rejects != nil && os.SameFile(info, rejects):
			return 0, fault.New(fault.Invalid, "%s can't be both imported and written by --rejects; name another file for the rejected rows.", name)
		}
		known = known && info.Mode().IsRegular()
		total += info.Size()
	}
	if !known {
		total = 0
	}
	return total, nil
}

// file reads one file or standard input.
func (c *importCommand) file(ctx context.Context, sh *shell, name string, read func(io.Reader) (transfer.Summary, error)) (transfer.Summary, error) {
	if name == "-" {
		in, stop := interruptible(ctx, sh.in)
		defer stop()
		return read(in)
	}
	file, err := os.Open(name)
	if err != nil {
		return transfer.Summary{}, unreadable(name, err)
	}
	defer file.Close() //nolint:errcheck // only read from
	return read(file)
}

// interruptible reads from what may keep its reader waiting for ever, such as
// a terminal, and ends with the context all the same. stop lets go of it; a
// read that waits then goes on in vain until the process ends.
func interruptible(ctx context.Context, from io.Reader) (in io.Reader, stop func()) {
	out, into := io.Pipe()
	go func() {
		_, err := io.Copy(into, from)
		into.CloseWithError(err)
	}()
	forget := context.AfterFunc(ctx, func() { out.CloseWithError(ctx.Err()) })
	return out, func() {
		forget()
		out.Close() //nolint:errcheck // it always returns nil
	}
}

func unreadable(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(err, fault.Invalid, "There is no file %s.", name)
	case errors.Is(err, fs.ErrPermission):
		return fault.Wrap(err, fault.Invalid, "This user may not read %s.", name)
	default:
		return fault.Wrap(err, fault.Invalid, "%s can't be read: %s.", name, reason(err))
	}
}

func unwritable(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(err, fault.Invalid, "%s can't be made: its directory does not exist.", name)
	case errors.Is(err, fs.ErrPermission):
		return fault.Wrap(err, fault.Invalid, "This user may not write %s.", name)
	default:
		return fault.Wrap(err, fault.Invalid, "%s can't be written: %s.", name, reason(err))
	}
}

// reason is what the system says of a file, without the path that the caller
// names anyway.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
