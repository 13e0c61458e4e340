package analytics

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// Direction is on which side of the expected an anomaly lies: the schema's
// AnomalyDirection.
type Direction string

// The two directions.
const (
	Above Direction = "ABOVE"
	Below Direction = "BELOW"
)

// MarshalGQL writes the enum AnomalyDirection.
func (d Direction) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(d))) }

// UnmarshalGQL is what a type of an enum must have; no input has this one.
func (d *Direction) UnmarshalGQL(v any) error {
	*d = Direction(fmt.Sprint(v))
	return nil
}

// Anomaly is a complete day, or an hour of one, that cost more or less than
// 99 of 100 do.
type Anomaly struct {
	Date calendar.Date
	// Hour is nil for a day.
	Hour      *int
	Direction Direction
	// Actual lies outside of Low to High.
	Actual, Expected, Low, High money.Total

	// reasons are nil where nobody needs them.
	clients       []ClientDeparture
	kinds, models []LabelDeparture
}

// Clients are up to three that explain most of the difference, the first one
// most.
func (a *Anomaly) Clients() ([]ClientDeparture, error) {
	if a.clients == nil {
		return nil, undeclared("anomalies.clients")
	}
	return a.clients, nil
}

// Kinds are up to three that explain most of the difference.
func (a *Anomaly) Kinds() ([]LabelDeparture, error) {
	if a.kinds == nil {
		return nil, undeclared("anomalies.kinds")
	}
	return a.kinds, nil
}

// Models are up to three that explain most of the difference.
func (a *Anomaly) Models() ([]LabelDeparture, error) {
	if a.models == nil {
		return nil, undeclared("anomalies.models")
	}
	return a.models, nil
}

// Departure is what something cost in the anomaly against what it usually
// does: the mean of the same weekday, and hour, of the four weeks before, or
// of as many of them as the workspace has.
type Departure struct{ Actual, Usual, Difference money.Total }

// ClientDeparture is a client's. Its name is nil where it is not known.
type ClientDeparture struct {
	ClientID   string
	ClientName *string
	Departure
}

// LabelDeparture is a kind's or model's; the empty label stands for usage
// without a model.
type LabelDeparture struct {
	Label string
	Departure
}

const (
	// odd is the level of the interval that an anomaly lies outside of.
	odd = 0.99
	// weeksBefore are those that tell what is usual.
	weeksBefore = 4
	// mostReasons is how many of each sort explain an anomaly.
	mostReasons = 3
)

// retrospect is what anomalies are found in.
type retrospect struct {
	// days are those that the judged ones are compared with, and these.
	*days
	hours [][24]money.Total
	// judged are the complete days of the range; none, then End < Start.
	judged calendar.Range
}

// newRetrospect looks at the range as its last day let it look: on half a year
// at least, and on eight weeks before its first day. What comes later changes
// nothing in a range that is over.
func newRetrospect(period calendar.Range, today calendar.Date) *retrospect {
	r := &retrospect{judged: calendar.Range{Start: period.Start, End: min(period.End, today.Add(-1))}}
	if r.judged.Days() > 0 {
		r.days = newDays(calendar.Range{Start: min(r.judged.End.Add(1-lookBack), period.Start.Add(-recent)), End: r.judged.End})
		r.hours = make([][24]money.Total, r.Days())
	}
	return r
}

func (r *retrospect) add(at calendar.Local, s sum) {
	if r.days == nil || !r.Contains(at.Date) {
		return
	}
	r.days.add(at.Date, s)
	hour := &r.hours[at.Date-r.Start][at.Hour]
	*hour = hour.Plus(s.cost)
}

// findings are the anomalies and what is known of why.
type findings struct {
	anomalies []Anomaly
	// first is the first day that cost something.
	first calendar.Date
	// roles say in which anomalies a day plays a part.
	roles map[calendar.Date][]role
}

// role is that of a day in an anomaly: it is the anomaly's own, or one of the
// weeks before.
type role struct {
	anomaly int
	own     bool
}

func (r *retrospect) findings(memory *Forecasts) *findings {
	f := &findings{anomalies: []Anomaly{}, roles: map[calendar.Date][]role{}}
	if r.days == nil {
		return f
	}
	var costs []float64
	f.first, costs = r.history(r.judged.End)
	for _, day := range memory.Of(costs).Unusual(odd) {
		if date := f.first.Add(day.Index); r.judged.Contains(date) {
			f.add(Anomaly{
				Date: date, Direction: directionOf(day.Above()), Actual: r.sums[date-r.Start].cost,
				Expected: amountOf(day.Expected), Low: amountOf(day.Low), High: amountOf(day.High),
			})
		}
	}
	hours := make([][24]float64, len(costs))
	for i := range hours {
		for hour, cost := range r.hours[int(f.first-r.Start)+i] {
			hours[i][hour] = cost.Float()
		}
	}
	for _, hour := range UnusualHours(hours, odd) {
		if date := f.first.Add(hour.Day); r.judged.Contains(date) {
			f.add(Anomaly{
				Date: date, Hour: &hour.Hour, Direction: directionOf(hour.Above()), Actual: r.hours[date-r.Start][hour.Hour],
				Expected: amountOf(hour.Expected), Low: amountOf(hour.Low), High: amountOf(hour.High),
			})
		}
	}
	slices.SortStableFunc(f.anomalies, func(a, b Anomaly) int { return cmp.Compare(a.Date, b.Date) })
	for i, a := range f.anomalies {
		f.roles[a.Date] = append(f.roles[a.Date], role{i, true})
		for week := range weeksBefore {
			if before := a.Date.Add(-7 * (week + 1)); before >= f.first {
				f.roles[before] = append(f.roles[before], role{i, false})
			}
		}
	}
	return f
}

// add takes what a total, which is whole nanos, finds outside too.
func (f *findings) add(a Anomaly) {
	if a.Actual.Cmp(a.Low) < 0 || a.Actual.Cmp(a.High) > 0 {
		f.anomalies = append(f.anomalies, a)
	}
}

func directionOf(above bool) Direction {
	if above {
		return Above
	}
	return Below
}

// explain reads what the anomalies' days and the same of the weeks before cost
// by client and by label, as far as that is needed.
func (o *opening) explain(ctx context.Context, f *findings) error {
	if len(f.anomalies) == 0 || !o.need.AnomalyClients && !o.need.AnomalyLabels {
		return nil
	}
	days := slices.Sorted(maps.Keys(f.roles))
	key, err := o.reasonsKey(ctx, f, days)
	if err != nil {
		return err
	}
	list := o.memory.reasonsOf(key)
	if list == nil {
		if list, err = o.reasons(ctx, f, days); err != nil {
			return err
		}
		o.memory.keepReasons(key, list)
	}
	if o.need.AnomalyLabels {
		for i := range f.anomalies {
			f.anomalies[i].kinds, f.anomalies[i].models = labelDepartures(list[i].kinds), labelDepartures(list[i].models)
		}
	}
	if o.need.AnomalyClients {
		return o.nameDepartures(ctx, f, list)
	}
	return nil
}

// reasons are what explains an anomaly, without people's names.
type reasons struct{ clients, kinds, models []named }

// reasonsKey names the reasons for the memory: the same for the same anomalies
// as long as their days hold what they held. Empty where that can't be told, or
// is not worth it.
func (o *opening) reasonsKey(ctx context.Context, f *findings, days []calendar.Date) (string, error) {
	if o.memory == nil || o.keep != nil || o.scope.Clients != nil || o.scope.Kinds != nil || o.scope.Models != nil {
		return "", nil
	}
	stamp, settled, err := o.Stamp(ctx, o.scope.Account, days)
	if err != nil || !settled {
		return "", err
	}
	key := fmt.Appendf(nil, "%q %q %s %t %t", o.scope.Account.ID, o.scope.Account.Zone.Name(), stamp, o.need.AnomalyClients, o.need.AnomalyLabels)
	for _, a := range f.anomalies {
		key = fmt.Appendf(key, " %d %s", a.Date, a.Direction)
		if a.Hour != nil {
			key = fmt.Appendf(key, " at %d", *a.Hour)
		}
	}
	return string(fmt.Appendf(key, " since %d", f.first)), nil
}

// reasons reads what explains each anomaly.
func (o *opening) reasons(ctx context.Context, f *findings, days []calendar.Date) ([]reasons, error) {
	clients, kinds, models := f.ledger(), f.ledger(), f.ledger()
	// Some days at a time, so that no statement grows without end.
	const some = 100
	for part := range slices.Chunk(days, some) {
		if o.need.AnomalyClients {
			if err := o.clientsOn(ctx, f, part, clients); err != nil {
				return nil, fmt.Errorf("anomalies' clients: %w", err)
			}
		}
		if o.need.AnomalyLabels {
			if err := o.labelsOn(ctx, f, part, kinds, models); err != nil {
				return nil, fmt.Errorf("anomalies' labels: %w", err)
			}
		}
	}
	list := make([]reasons, len(f.anomalies))
	for i := range list {
		list[i] = reasons{f.top(i, clients[i]), f.top(i, kinds[i]), f.top(i, models[i])}
	}
	return list, nil
}

// account is what something cost in an anomaly, and in all of the weeks before.
type account struct{ actual, before money.Total }

// ledger has room for the accounts of each anomaly.
func (f *findings) ledger() []map[string]account {
	books := make([]map[string]account, len(f.anomalies))
	for i := range books {
		books[i] = map[string]account{}
	}
	return books
}

// enter adds a cost to the anomalies in which the time plays a part.
func (f *findings) enter(books []map[string]account, at calendar.Local, name string, cost money.Total) {
	for _, r := range f.roles[at.Date] {
		if hour := f.anomalies[r.anomaly].Hour; hour != nil && *hour != at.Hour {
			continue
		}
		a := books[r.anomaly][name]
		if r.own {
			a.actual = a.actual.Plus(cost)
		} else {
			a.before = a.before.Plus(cost)
		}
		books[r.anomaly][name] = a
	}
}

func (o *opening) labelsOn(ctx context.Context, f *findings, days []calendar.Date, kinds, models []map[string]account) error {
	zone := o.scope.Account.Zone
	wanted := map[calendar.Date]bool{}
	for _, day := range days {
		wanted[day] = true
	}
	clock := zone.Clock()
	return o.Quarters(ctx, o.scope, zone.SpansOf(days), true, func(slice ledger.Slice) error {
		if at := clock.Local(slice.At); wanted[at.Date] && (o.keep == nil || o.keep(at)) {
			f.enter(kinds, at, slice.Kind, slice.Cost)
			f.enter(models, at, slice.Model, slice.Cost)
		}
		return nil
	})
}

func (o *opening) clientsOn(ctx context.Context, f *findings, days []calendar.Date, books []map[string]account) error {
	byQuarter := o.keep != nil
	wanted := map[calendar.Date]bool{}
	for _, day := range days {
		wanted[day] = true
		for _, r := range f.roles[day] {
			byQuarter = byQuarter || f.anomalies[r.anomaly].Hour != nil
		}
	}
	clock := o.scope.Account.Zone.Clock()
	return o.ClientsOn(ctx, o.scope, days, byQuarter, func(slice ledger.ClientSlice) error {
		if at := clock.Local(slice.At); wanted[at.Date] && (o.keep == nil || o.keep(at)) {
			f.enter(books, at, slice.ClientID, slice.Cost)
		}
		return nil
	})
}

// named is a departure and whose it is.
type named struct {
	name string
	Departure
}

// top are those whose difference goes the anomaly's way, the furthest first,
// ties by name upwards in byte order.
func (f *findings) top(i int, books map[string]account) []named {
	anomaly := f.anomalies[i]
	weeks := int64(min(weeksBefore, int(anomaly.Date-f.first)/7))
	way := 1
	if anomaly.Direction == Below {
		way = -1
	}
	var list []named
	for name, a := range books {
		d := Departure{Actual: a.actual}
		if weeks > 0 {
			d.Usual = a.before.Per(weeks)
		}
		if d.Difference = d.Actual.Minus(d.Usual); d.Difference.Sign() == way {
			list = append(list, named{name, d})
		}
	}
	slices.SortFunc(list, func(a, b named) int {
		return cmp.Or(way*b.Difference.Cmp(a.Difference), cmp.Compare(a.name, b.name))
	})
	return list[:min(len(list), mostReasons)]
}

func labelDepartures(top []named) []LabelDeparture {
	list := make([]LabelDeparture, len(top))
	for i, d := range top {
		list[i] = LabelDeparture{d.name, d.Departure}
	}
	return list
}

func (o *opening) nameDepartures(ctx context.Context, f *findings, list []reasons) error {
	known := map[string]bool{}
	var ids []string
	for i := range f.anomalies {
		clients := []ClientDeparture{}
		for _, d := range list[i].clients {
			clients = append(clients, ClientDeparture{ClientID: d.name, Departure: d.Departure})
			if !known[d.name] {
				known[d.name] = true
				ids = append(ids, d.name)
			}
		}
		f.anomalies[i].clients = clients
	}
	names, err := o.Names(ctx, o.scope.Account.ID, ids)
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	for _, a := range f.anomalies {
		for i := range a.clients {
			a.clients[i].ClientName = names[a.clients[i].ClientID].Name
		}
	}
	return nil
}

// Anomalies are the complete days of the range, and hours of them, whose cost
// lies outside of what 99 of 100 cost, by date, a day before its hours.
func (s *Stats) Anomalies() ([]Anomaly, error) {
	if s.findings == nil {
		return nil, undeclared("anomalies")
	}
	return s.findings.anomalies, nil
}
