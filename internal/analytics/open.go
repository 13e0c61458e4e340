// Package analytics computes every figure that people see of a workspace's
// usage.
//
// In come a range, a filter, what is needed of it and the time it is now; out
// comes a Stats, immutable, with a method for each widget. It reads through
// the ledger's snapshot, as little as the need asks for, and folds in the
// workspace's time zone. It must never send SQL, round a sum, or ask who the
// caller is: whoever calls has asked the gate.
package analytics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/ledger"
)

// Open reads and folds what need declares, on one state of the book. A nil
// range is the last 30 days, a nil filter everything; now tells which local
// day is today. Faults: INVALID of the filter, INVALID_RANGE,
// WORKSPACE_NOT_FOUND.
//
// What a forecast or anomalies are learned from is learned anew;
// Forecasts.Open remembers it.
func Open(ctx context.Context, book *ledger.Book, workspaceID string, r *calendar.RangeInput, f *Filter, need Need, now time.Time) (*Stats, error) {
	return open(ctx, book, nil, workspaceID, r, f, need, now)
}

func open(ctx context.Context, book *ledger.Book, memory *Forecasts, workspaceID string, r *calendar.RangeInput, f *Filter, need Need, now time.Time) (*Stats, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	var stats *Stats
	err := book.Snapshot(ctx, func(s *ledger.Snapshot) error {
		account, err := s.Account(ctx, workspaceID)
		if err != nil {
			return err
		}
		s.Recall(calendar.At(now))
		local := account.Zone.Clock().Local(calendar.At(now))
		period, err := r.Resolve(local.Date)
		if err != nil {
			return err
		}
		o := opening{Snapshot: s, scope: f.Scope(account), keep: f.Keep(), need: need.bounded(), memory: memory}
		stats, err = o.read(ctx, period, local, calendar.At(now))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	return stats, nil
}

// opening is the making of one Stats.
type opening struct {
	*ledger.Snapshot
	scope ledger.Scope
	// keep is nil where every local time counts.
	keep func(calendar.Local) bool
	need Need
	// memory is nil where none is to be had.
	memory *Forecasts
}

func (o *opening) read(ctx context.Context, period calendar.Range, now calendar.Local, at calendar.Instant) (*Stats, error) {
	stats := &Stats{account: o.scope.Account, period: period, need: o.need}
	stats.fold = newFold(period, now, at, o.need)

	if err := o.quarters(ctx, stats.fold, period); err != nil {
		return nil, fmt.Errorf("quarter-hours: %w", err)
	}
	if o.need.Clients {
		clients, err := o.clients(ctx, period)
		if err != nil {
			return nil, fmt.Errorf("clients: %w", err)
		}
		stats.clients = clients
	}
	if stats.fold.prospect != nil {
		stats.outlook = stats.fold.prospect.outlook(o.memory)
	}
	if stats.fold.retrospect != nil {
		stats.findings = stats.fold.retrospect.findings(o.memory)
		if err := o.explain(ctx, stats.findings); err != nil {
			return nil, err
		}
	}
	return stats, nil
}

// quarters folds what the quarter-hours hold, or whole days where times don't
// matter. Labels have a read of their own, which is of the range alone: most of
// what is folded is of other days, and of no label. Of single clients all is
// counted anew, and once is enough.
func (o *opening) quarters(ctx context.Context, f *fold, period calendar.Range) error {
	zone := o.scope.Account.Zone
	clock := zone.Clock()
	into := func(folds ...func(calendar.Local, ledger.Slice)) func(ledger.Slice) error {
		return func(slice ledger.Slice) error {
			if local := clock.Local(slice.At); slice.Messages != 0 && (o.keep == nil || o.keep(local)) {
				for _, fold := range folds {
					fold(local, slice)
				}
			}
			return nil
		}
	}
	days, timed := f.ranges()
	known := map[calendar.Date]bool{} // their edges come again with their neighbours'
	add := func(local calendar.Local, slice ledger.Slice) {
		if !known[local.Date] {
			f.add(local, slice)
		}
	}
	once, all := o.need.Labels && o.scope.Clients != nil, into(add)
	if once {
		all = into(add, f.addLabel)
	}
	whole := apart(days, timed)
	if o.keep == nil {
		var err error
		if whole, err = o.Days(ctx, o.scope, whole, func(d calendar.Date, slice ledger.Slice) {
			known[d] = true
			f.add(calendar.Local{Date: d}, slice)
		}); err != nil {
			return err
		}
	}
	spans := zone.SpansOf(whole)
	for _, r := range timed {
		spans = append(spans, zone.Spans(r)...)
	}
	if len(spans) > 0 {
		if err := o.Quarters(ctx, o.scope, calendar.Merge(spans), once, all); err != nil {
			return err
		}
	}
	switch {
	case once || !o.need.Labels:
		return nil
	case o.keep == nil:
		return o.Labels(ctx, o.scope, zone.Spans(period), into(f.addLabel))
	default:
		return o.Quarters(ctx, o.scope, zone.Spans(period), true, into(f.addLabel))
	}
}

// apart are the days of the ranges that lie in none of the others, each once
// and in order.
func apart(ranges, others []calendar.Range) (list []calendar.Date) {
	for _, r := range ranges {
		for d := r.Start; d <= r.End; d++ {
			if !slices.ContainsFunc(others, func(o calendar.Range) bool { return o.Contains(d) }) {
				list = append(list, d)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// clients sums the range by client and names those that may come out on top.
func (o *opening) clients(ctx context.Context, period calendar.Range) (*clients, error) {
	list, err := o.keptClients(ctx, period)
	if err != nil {
		return nil, err
	}
	c := &clients{byCost: list}
	for _, client := range list {
		c.total = c.total.Plus(client.Cost)
	}
	if o.need.Names == 0 {
		return c, nil
	}
	ids := map[string]bool{}
	for _, by := range []Measure{Cost, Messages} {
		for _, client := range c.top(o.need.Names, by) {
			ids[client.ClientID] = true
		}
	}
	if c.names, err = o.Names(ctx, o.scope.Account.ID, slices.Collect(maps.Keys(ids))); err != nil {
		return nil, err
	}
	return c, nil
}

// keptClients sums what is kept of the range by client, by cost downwards: by
// the database where it is told the times, else by quarter-hours. Of single
// clients the latter is less, for they have an index.
func (o *opening) keptClients(ctx context.Context, period calendar.Range) ([]ledger.ClientSlice, error) {
	if o.keep == nil {
		return o.Clients(ctx, o.scope, period)
	}
	if spans, ok := o.scope.Account.Kept(period, o.keep); ok && o.scope.Clients == nil {
		return o.ClientsWithin(ctx, o.scope, spans)
	}
	sums := map[string]sum{}
	clock := o.scope.Account.Zone.Clock()
	err := o.ClientQuarters(ctx, o.scope, period, func(slice ledger.ClientSlice) error {
		if local := clock.Local(slice.At); period.Contains(local.Date) && o.keep(local) {
			sums[slice.ClientID] = sums[slice.ClientID].plus(sum{slice.Messages, slice.Cost})
		}
		return nil
	})
	list := make([]ledger.ClientSlice, 0, len(sums))
	for id, s := range sums {
		list = append(list, ledger.ClientSlice{ClientID: id, Messages: s.messages, Cost: s.cost})
	}
	slices.SortFunc(list, ledger.Costliest)
	return list, err
}
