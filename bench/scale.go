//go:build linux

package main

import (
	"fmt"
	"io"
)

// The month that docs/scale.md reckons with.
const (
	aMonth         = 1e9
	workspaces     = 200
	labels         = 6 // kinds times models in use
	quarterHours   = 96 * 30
	peak           = 4 // times the mean of a month
	secondsInMonth = 30 * 86_400
	workers        = 8
	gib            = 1 << 30
)

// prediction writes what a billion usages a month would take, by the model of
// docs/scale.md and the measured costs. Every client has usage on every day:
// more rows than that the rollups can't get.
func (b *bench) prediction(w io.Writer) {
	bytes := func(table string) float64 {
		return b.figures.median(9, "PostgreSQL, "+table, ours, "bytes a row")
	}
	event := b.figures.median(1, connectionsCase("PostgreSQL", b.Busy), ours, perEvent) / 1e6
	if bytes("usages") == 0 || event == 0 {
		return
	}
	fmt.Fprintf(w, `
## What a billion usages a month would take

By the model of [docs/scale.md](../docs/scale.md): %d workspaces of %s customers, each asking every day, %d labels; a peak of %d times the mean. Predicted, not measured.

| | on one PostgreSQL | a worker of %d on Citus |
|---|---:|---:|
`, workspaces, number(customers), labels, peak, workers)
	line := func(what string, value float64, unit string) {
		fmt.Fprintf(w, "| %s | %s%s | %s%s |\n", what, number(value), unit, number(value/workers), unit)
	}
	line("usages, a month", aMonth*bytes("usages")/gib, " GiB")
	line("client_days, a month", workspaces*customers*30*bytes("client_days")/gib, " GiB")
	line("usage_buckets, a month", workspaces*quarterHours*labels*bytes("usage_buckets")/gib, " GiB")
	line("events a second, mean", aMonth/secondsInMonth, "")
	line("events a second, peak", peak*aMonth/secondsInMonth, "")
	line("processors for them at the peak, server and database", peak*aMonth/secondsInMonth*event, "")
}
