package analytics

import (
	"cmp"
	"slices"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// sum is an amount of usage.
type sum struct {
	messages int64
	cost     money.Total
}

func (s sum) plus(t sum) sum { return sum{s.messages + t.messages, s.cost.Plus(t.cost)} }

// days is usage by local day.
type days struct {
	calendar.Range
	sums []sum
}

func newDays(r calendar.Range) *days { return &days{r, make([]sum, r.Days())} }

func (d *days) add(day calendar.Date, s sum) {
	at := &d.sums[day-d.Start]
	*at = at.plus(s)
}

// over sums the part of a range that d holds.
func (d *days) over(r calendar.Range) sum {
	var total sum
	for _, s := range d.sums[r.Start-d.Start : r.End-d.Start+1] {
		total = total.plus(s)
	}
	return total
}

// fold is what the quarter-hours come to. A part that nobody needs is nil.
type fold struct {
	// period, heat and the labels are of the range; heat is only filled where
	// hours are wanted.
	period *days
	hours  bool
	heat   [7][24]sum
	labels map[label]*sum
	// last is the label that came last, and its sum: mostly the next one's too.
	last    label
	lastSum *sum

	previous *previous
	months   *months

	prospect   *prospect
	retrospect *retrospect
}

// label is what usage is told apart by.
type label struct{ kind, model string }

// previous is the period before the range.
type previous struct {
	calendar.Range
	sum
}

// months are whole months up to the current one.
type months struct {
	*days
	current calendar.Month
	// The month before the current one counts in toDate as far as it lies
	// before the time of the month that it is now; whole, all of it.
	last   calendar.Month
	before calendar.Local
	whole  bool
	toDate sum
}

func newFold(period calendar.Range, now calendar.Local, at calendar.Instant, need Need) *fold {
	f := &fold{hours: need.Hours || need.Heatmap}
	if need.days() {
		f.period = newDays(period)
	}
	if need.Labels {
		f.labels = map[label]*sum{}
	}
	if need.Previous {
		f.previous = &previous{Range: period.Previous()}
	}
	if back := need.months(); back > 0 {
		m := &months{current: now.Date.Month()}
		m.days = newDays(calendar.Range{Start: m.current.Add(-back).First(), End: m.current.Last()})
		m.last, m.before, m.whole = calendar.ToDate(now)
		f.months = m
	}
	if need.Forecast {
		f.prospect = newProspect(now, at)
	}
	if need.Anomalies {
		f.retrospect = newRetrospect(period, now.Date)
	}
	return f
}

// ranges are the local days that the fold wants, and those whose times it wants
// too. They overlap.
func (f *fold) ranges() (days, timed []calendar.Range) {
	if f.period != nil {
		days = append(days, f.period.Range)
		if f.hours {
			timed = append(timed, f.period.Range)
		}
	}
	if f.previous != nil {
		days = append(days, f.previous.Range)
	}
	if m := f.months; m != nil {
		days = append(days, m.Range)
		if !m.whole {
			timed = append(timed, calendar.Range{Start: m.before.Date, End: m.before.Date})
		}
	}
	if p := f.prospect; p != nil {
		days = append(days, p.Range)
		timed = append(timed, calendar.Range{Start: p.now.Date.Add(-recent), End: p.now.Date.Add(-1)})
	}
	if r := f.retrospect; r != nil && r.days != nil {
		timed = append(timed, r.Range)
	}
	return days, timed
}

// add places one slice; what lies outside of the ranges is dropped.
func (f *fold) add(at calendar.Local, slice ledger.Slice) {
	s := sum{slice.Messages, slice.Cost}
	if f.period != nil && f.period.Contains(at.Date) {
		f.period.add(at.Date, s)
		if f.hours {
			cell := &f.heat[at.Date.Weekday()][at.Hour]
			*cell = cell.plus(s)
		}
	}
	if f.previous != nil && f.previous.Contains(at.Date) {
		f.previous.sum = f.previous.plus(s)
	}
	if m := f.months; m != nil && m.Contains(at.Date) {
		m.add(at.Date, s)
		if (m.whole || at.Compare(m.before) < 0) && at.Date >= m.last.First() && at.Date <= m.last.Last() {
			m.toDate = m.toDate.plus(s)
		}
	}
	if f.prospect != nil {
		f.prospect.add(at, s)
	}
	if f.retrospect != nil {
		f.retrospect.add(at, s)
	}
}

// addLabel places one slice of the range by its label.
func (f *fold) addLabel(at calendar.Local, slice ledger.Slice) {
	if !f.period.Contains(at.Date) {
		return
	}
	if l := (label{slice.Kind, slice.Model}); f.lastSum == nil || l != f.last {
		f.last, f.lastSum = l, f.labels[l]
		if f.lastSum == nil {
			f.lastSum = &sum{}
			f.labels[l] = f.lastSum
		}
	}
	*f.lastSum = f.lastSum.plus(sum{slice.Messages, slice.Cost})
}

// of sums a month, which must be one of m's.
func (m *months) of(month calendar.Month) sum {
	return m.over(calendar.Range{Start: month.First(), End: month.Last()})
}

// clients are all that had usage in the range, by cost downwards. The list is
// the ledger's and is never changed.
type clients struct {
	byCost []ledger.ClientSlice
	total  money.Total
	names  map[string]ledger.Name
}

func byMessages(a, b ledger.ClientSlice) int {
	if order := cmp.Compare(b.Messages, a.Messages); order != 0 {
		return order
	}
	return ledger.Costliest(a, b)
}

// top are the first n of the order by that measure.
func (c *clients) top(n int, by Measure) []ledger.ClientSlice {
	n = min(n, len(c.byCost))
	if by != Messages || n == 0 {
		return c.byCost[:n]
	}
	// Of many a few are wanted: each is put where it belongs among the first so
	// far, which is mostly behind them.
	first := make([]ledger.ClientSlice, 0, n+1)
	for _, client := range c.byCost {
		if len(first) == n && byMessages(client, first[n-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first, client, byMessages)
		first = slices.Insert(first, at, client)[:min(n, len(first)+1)]
	}
	return first
}
