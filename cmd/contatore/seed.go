package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/sample"
	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/workspace"
)

// day is an option that names a local day; MinDate stands for today.
type day calendar.Date

// UnmarshalText reads YYYY-MM-DD or today.
func (d *day) UnmarshalText(text []byte) error {
	if string(text) == "today" {
		*d = day(calendar.MinDate)
		return nil
	}
	date, err := calendar.ParseDate(string(text))
	*d = day(date)
	return err //nolint:wrapcheck // the sentence says it all
}

type seedCommand struct {
	storage
	Workspace string `default:"workspace-123" placeholder:"ID" help:"The workspace to fill; made where there is none (workspace-123 unless given)."`
	Days      int    `default:"30" placeholder:"N" help:"How many days to fill (30 unless given); the months before get some usage too."`
	End       day    `default:"today" placeholder:"DATE" help:"The last day, YYYY-MM-DD or today (today unless given)."`
	Seed      uint64 `default:"1" placeholder:"N" help:"Which data to make up (1 unless given)."`
	Messages  int    `placeholder:"N" help:"How many answers the days hold (200 a day unless given)."`
}

// Run migrates, fills the workspace and prints a line on what it holds.
func (c *seedCommand) Run(ctx context.Context, sh *shell) error {
	return c.withMigrated(ctx, func(ctx context.Context, db *database.DB) error {
		counted, repeated := 0, 0
		tally := func(result string) {
			if result == "DUPLICATE" {
				repeated++
			} else {
				counted++
			}
		}
		now := sh.now()
		err := counting(ctx, sh, db, tally, func(m *meter.Meter, d *workspace.Directory) error {
			bar := sh.progress("Sample data", "answers")
			defer bar.end()
			return sample.Fill(ctx, m, d, sample.Options{
				Workspace: c.Workspace, Days: c.Days, End: calendar.Date(c.End), Messages: c.Messages, Seed: c.Seed, Now: now,
			}, bar.at)
		})
		if err != nil {
			return err
		}
		filled := calendar.RangeInput{LastDays: &c.Days}
		if end := calendar.Date(c.End); end != calendar.MinDate {
			filled = calendar.RangeInput{StartDate: new(end.Add(1 - c.Days)), EndDate: &end}
		}
		stats, err := analytics.Open(ctx, ledger.Open(db), c.Workspace, &filled, nil, analytics.Need{Totals: true}, now)
		if err != nil {
			return err
		}
		cost, err := stats.TotalCost()
		if err != nil {
			return err
		}
		messages, err := stats.TotalMessages()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sh.out, "Counted %d answers, %d were counted before; %s has %d from %s to %s, %s %s.\n",
			counted, repeated, c.Workspace, messages, stats.StartDate(), stats.EndDate(), cost, stats.Currency())
		return err
	})
}

// counting lends fn a meter and a directory. What the meter took is committed
// when counting returns, also after an interruption; what it crossed of a
// budget is recorded for a server to tell. result is told what became of each
// answer; nil: nobody is.
func counting(ctx context.Context, sh *shell, db *database.DB, result func(string), fn func(*meter.Meter, *workspace.Directory) error) (err error) {
	outbox, err := alert.NewOutbox(db, sh.now, sh.random)
	if err != nil {
		return err
	}
	m := meter.Start(ledger.Open(db).Into(outbox), meter.Options{
		Now: sh.now, Random: sh.random, OnResult: result, Committers: server.Committers(db.Dialect()),
	})
	defer func() { err = errors.Join(err, m.Stop(context.WithoutCancel(ctx))) }()
	return fn(m, workspace.Open(db, sh.now))
}
