package analytics_test

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/forecast"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

// course is what the oracle knows of each local day.
type course struct {
	*oracle
	days  map[string]*big.Int
	hours map[string]*[24]big.Int
}

func (o *oracle) course() course {
	c := course{o, map[string]*big.Int{}, map[string]*[24]big.Int{}}
	for _, a := range o.answers {
		local := a.at.In(o.location)
		if !o.counts(a, local) {
			continue
		}
		date := local.Format(time.DateOnly)
		if c.days[date] == nil {
			c.days[date], c.hours[date] = new(big.Int), &[24]big.Int{}
		}
		c.days[date].Add(c.days[date], big.NewInt(a.nanos))
		hour := &c.hours[date][local.Hour()]
		hour.Add(hour, big.NewInt(a.nanos))
	}
	return c
}

func (c course) on(date string) *big.Int {
	if n := c.days[date]; n != nil {
		return n
	}
	return new(big.Int)
}

// history is from the first day that cost something, n at most, to the last.
func (c course) history(last string, n int) (first string, days []float64, hours [][24]float64) {
	for n--; n >= 0; n-- {
		date := shift(last, -n)
		if len(days) == 0 && c.on(date).Sign() == 0 {
			continue
		}
		if len(days) == 0 {
			first = date
		}
		days = append(days, float(c.on(date)))
		var day [24]float64
		if h := c.hours[date]; h != nil {
			for i := range day {
				day[i] = float(&h[i])
			}
		}
		hours = append(hours, day)
	}
	return first, days, hours
}

func float(n *big.Int) float64 {
	f, _ := new(big.Float).SetInt(n).Float64()
	return f
}

// share is what part of its cost a day has by now's time of the day.
func (c course) share() float64 {
	quarter := func(t time.Time) int { return t.Hour()*4 + t.Minute()/15 }
	now := c.now.In(c.location)
	today := now.Format(time.DateOnly)
	gone := float64(now.Sub(now.Truncate(15*time.Minute)).Microseconds()) / float64(15*time.Minute/time.Microsecond)
	for _, step := range []int{7, 1} {
		among := map[string]bool{}
		for back := step; back <= 56; back += step {
			if date := shift(today, -back); c.on(date).Sign() > 0 {
				among[date] = true
			}
		}
		if len(among) == 0 || step == 7 && len(among) < 4 {
			continue
		}
		before, within, whole := new(big.Int), new(big.Int), new(big.Int)
		for _, a := range c.answers {
			local := a.at.In(c.location)
			if !c.counts(a, local) || !among[local.Format(time.DateOnly)] {
				continue
			}
			price := big.NewInt(a.nanos)
			whole.Add(whole, price)
			switch cmp.Compare(quarter(local), quarter(now)) {
			case -1:
				before.Add(before, price)
			case 0:
				within.Add(within, price)
			}
		}
		return ratio(before, whole) + gone*ratio(within, whole)
	}
	return (float64(quarter(now)) + gone) / 96
}

// forecast is what package forecast makes of it.
func (c course) forecast() testkit.Figures {
	now := c.now.In(c.location)
	today := now.Format(time.DateOnly)
	_, days, _ := c.history(shift(today, -1), 182)
	share, paid, spent := c.share(), float(c.on(today)), new(big.Int)
	left := 0
	for date := today[:len("2006-01-")] + "01"; date[:7] == today[:7]; date = shift(date, 1) {
		spent.Add(spent, c.on(date))
		if date >= today {
			left++
		}
	}
	if len(days) == 0 && paid > 0 {
		days = []float64{paid / max(share, 0.25)}
	}
	f := forecast.Of(days).Given(paid, share)
	var method *string
	var mase *float64
	if name := f.Method(); name != "" {
		method = &name
	}
	if m, ok := f.Backtest(); ok {
		mase = &m
	}
	month := f.Sum(1, left, 0.8)
	rest := func(y float64) string {
		return decimal(new(big.Int).Add(spent, nearest(y-paid)))
	}
	figures := testkit.Figures{
		"forecast": {testkit.Line(method, mase)}, "forecastDaily": {}, "forecastBounds": {},
		"monthEnd": {rest(month.Expected)}, "monthEndBounds": {testkit.Line(rest(month.Low), rest(month.High))},
	}
	for i, in := range f.Days(31, 0.8)[1:] {
		if method == nil {
			break
		}
		date := shift(today, i+1)
		figures["forecastDaily"] = append(figures["forecastDaily"], testkit.Line(date, decimal(nearest(in.Expected))))
		figures["forecastBounds"] = append(figures["forecastBounds"], testkit.Line(date, decimal(nearest(in.Low)), decimal(nearest(in.High))))
	}
	return figures
}

// nearest is a whole number of nanos, 0 at least.
func nearest(nanos float64) *big.Int {
	n, _ := big.NewFloat(max(nanos, 0) + 0.5).Int(nil)
	return n
}

// anomalies are what package forecast finds, with the differences counted one
// by one.
func (c course) anomalies() testkit.Figures {
	f := testkit.Figures{"anomalies": {}, "anomalyBounds": {}, "anomalyClients": {}, "anomalyKinds": {}, "anomalyModels": {}}
	last := min(c.end, shift(c.now.In(c.location).Format(time.DateOnly), -1))
	if last < c.start {
		return f
	}
	n := 57
	for d := c.start; d < last; d = shift(d, 1) {
		n++
	}
	first, days, hours := c.history(last, max(n, 182))
	type found struct {
		date   string
		hour   *int
		above  bool
		bounds forecast.Interval
	}
	var all []found
	for _, d := range forecast.Of(days).Unusual(0.99) {
		all = append(all, found{shift(first, d.Index), nil, d.Above(), d.Interval})
	}
	for _, h := range analytics.UnusualHours(hours, 0.99) {
		all = append(all, found{shift(first, h.Day), &h.Hour, h.Above(), h.Interval})
	}
	slices.SortStableFunc(all, func(a, b found) int { return strings.Compare(a.date, b.date) })
	for _, a := range all {
		if a.date < c.start || a.date > c.end {
			continue
		}
		actual, direction := c.on(a.date), "BELOW"
		if a.hour != nil {
			actual = &c.hours[a.date][*a.hour]
		}
		if a.above {
			direction = "ABOVE"
		}
		if actual.Cmp(nearest(a.bounds.Low)) >= 0 && actual.Cmp(nearest(a.bounds.High)) <= 0 {
			continue // by less than a nano
		}
		f["anomalies"] = append(f["anomalies"], testkit.Line(a.date, a.hour, direction, decimal(actual)))
		f["anomalyBounds"] = append(f["anomalyBounds"], testkit.Line(a.date, a.hour, decimal(nearest(a.bounds.Expected)), decimal(nearest(a.bounds.Low)), decimal(nearest(a.bounds.High))))
		for widget, name := range map[string]func(answer) string{
			"anomalyClients": func(a answer) string {
				known := "-"
				if name := c.names[a.client][0]; name != "" {
					known = strconv.Quote(name)
				}
				return a.client + " " + known
			},
			"anomalyKinds":  func(a answer) string { return strconv.Quote(a.kind) },
			"anomalyModels": func(a answer) string { return strconv.Quote(a.model) },
		} {
			for _, line := range c.reasons(a.date, a.hour, first, a.above, name) {
				f[widget] = append(f[widget], testkit.Line(a.date, a.hour, line))
			}
		}
	}
	return f
}

func (c course) reasons(date string, hour *int, first string, above bool, name func(answer) string) []string {
	actual, before := piles{}, piles{}
	weeks := int64(0)
	for back := 7; back <= 28; back += 7 {
		if shift(date, -back) >= first {
			weeks++
		}
	}
	for _, a := range c.answers {
		local := a.at.In(c.location)
		if !c.counts(a, local) || hour != nil && local.Hour() != *hour {
			continue
		}
		actual.at(name(a))
		before.at(name(a))
		switch day := local.Format(time.DateOnly); {
		case day == date:
			actual.at(name(a)).add(a)
		case day >= first && slices.Contains([]string{shift(date, -7), shift(date, -14), shift(date, -21), shift(date, -28)}, day):
			before.at(name(a)).add(a)
		}
	}
	type reason struct {
		name                string
		usual, by, distance *big.Int
	}
	var list []reason
	for name, now := range actual {
		usual := new(big.Int)
		if weeks > 0 {
			half := new(big.Rat).Add(new(big.Rat).SetFrac64(1, 2), new(big.Rat).SetFrac(before[name].nanos, big.NewInt(weeks)))
			usual.Div(half.Num(), half.Denom())
		}
		by := new(big.Int).Sub(now.nanos, usual)
		if by.Sign() > 0 && above || by.Sign() < 0 && !above {
			list = append(list, reason{name, usual, by, new(big.Int).Abs(by)})
		}
	}
	slices.SortFunc(list, func(a, b reason) int { return cmp.Or(b.distance.Cmp(a.distance), strings.Compare(a.name, b.name)) })
	var lines []string
	for _, r := range list[:min(3, len(list))] {
		lines = append(lines, testkit.Line(r.name, decimal(actual[r.name].nanos), decimal(r.usual), decimal(r.by)))
	}
	return lines
}

// some answers of a shop up to now: a few a day, and on one day many of one
// hour or of all.
func (o *oracle) trade(draw *rand.Rand, days int) {
	one := func(at time.Time) {
		o.answers = append(o.answers, answer{
			at: at, client: clientIDs[draw.IntN(len(clientIDs))], nanos: 1 + draw.Int64N(2e9),
			kind: kinds[draw.IntN(len(kinds))], model: models[draw.IntN(len(models))], void: draw.IntN(9) == 0,
		})
	}
	y, m, d := o.now.In(o.location).Date()
	for back := range days {
		for range 6 + draw.IntN(3) {
			if at := time.Date(y, m, d-back, 8+draw.IntN(12), draw.IntN(60), 0, draw.IntN(1e9), o.location); !at.After(o.now) {
				one(at.Truncate(time.Microsecond))
			}
		}
	}
	for i := range 60 {
		one(time.Date(y, m, d-1-days/3, 8+i%12, i%60, 0, 0, o.location))
		one(time.Date(y, m, d-1-days/2, 12, i, 0, 0, o.location))
	}
}

// Forecasts and anomalies of any usage, zone and time of asking are what the
// oracle's days make of package forecast.
func TestForecastsAreTheOracles(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		var anomalies, methods int
		for i, zone := range zones {
			draw := rand.New(rand.NewPCG(uint64(i), 0))
			o := &oracle{names: map[string][2]string{"anna": {"Anna", ""}}}
			var err error
			if o.location, err = time.LoadLocation(zone); err != nil {
				t.Fatal(err)
			}
			all := edges(o.location)
			days := []int{1, 3, 13, 14, 15, 40, 40, 70, 70}[i]
			o.now = all[draw.IntN(len(all))].Add(steps[draw.IntN(len(steps))]).Add(time.Duration(draw.IntN(40)) * time.Hour)
			if o.now.Year() < 1972 {
				o.now = o.now.AddDate(2, 0, 0)
			}
			o.trade(draw, days)
			b := newBench(t, db, zone, []calendar.Date{calendar.MaxDate, calendar.MinDate}[i%2])
			b.customer(t, "anna", "Anna", "")
			b.count(t, o.answers)
			now := o.now
			for j, filter := range []*analytics.Filter{nil, {ClientIds: clientIDs[:4]}, {Hours: []int{12, 13, 17}}, {Kinds: kinds[:2], Weekdays: []calendar.Weekday{0, 1, 2, 3, 4}}} {
				o.filter = filter
				local := now.In(o.location)
				from := calendar.DateOf(local.Date()).Add(-[]int{10, 80, 30, 55}[j])
				until := from.Add([]int{20, 60, 1000, 50}[j])
				if o.now = now; j == 2 { // a long range, whose first days are long ago
					o.now = now.AddDate(0, 0, 160)
				}
				o.start, o.end = from.String(), until.String()
				got := testkit.FiguresOf(b.open(t, ask{
					rng: between(from, until), filter: filter, need: analytics.Need{Forecast: true, AnomalyClients: true, AnomalyLabels: true}, now: o.now,
				}), 1, 1)
				what := fmt.Sprintf("%s at %s, filter %d", zone, o.now, j)
				same(t, what, got, o.course().forecast())
				same(t, what, got, o.course().anomalies())
				anomalies += len(got["anomalies"])
				if got["forecast"][0][0] != '-' {
					methods++
				}
			}
		}
		if anomalies < 10 || methods < 15 {
			t.Errorf("only %d anomalies and %d methods were compared", anomalies, methods)
		}
	})
}

// What was learned is not learned again until a day of the history changes: by
// time, by a late event, by one that is taken back.
func TestForecastsAreRemembered(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db, "Europe/Rome", calendar.MaxDate)
		var answers []answer
		for back := 1; back <= 40; back++ {
			answers = append(answers, answer{at: noon.AddDate(0, 0, -back), client: "ada", nanos: int64(back%7+1) * 1e9, kind: "message"})
		}
		b.count(t, answers)
		memory := &analytics.Forecasts{}
		ask := func(what string, need analytics.Need, now time.Time, want int) *analytics.Stats {
			t.Helper()
			stats, err := memory.Open(context.Background(), b.book, b.workspace, nil, nil, need, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := memory.Len(); got != want {
				t.Errorf("%s: %d forecasts are remembered, want %d", what, got, want)
			}
			return stats
		}
		first := func(s *analytics.Stats) money.Total {
			t.Helper()
			f, err := s.Forecast(new(1))
			if err != nil {
				t.Fatal(err)
			}
			return f.Daily[0].Expected
		}
		both := analytics.Need{Forecast: true, Anomalies: true}
		ask("all but a forecast", everything(10, 4), noon, 0)
		before := first(ask("the first time", both, noon, 1))
		if again := first(ask("again", both, noon, 1)); again != before {
			t.Errorf("%s, then %s", before, again)
		}
		b.count(t, []answer{{at: noon, client: "ada", nanos: 50e9, kind: "message"}})
		if more := first(ask("more today", both, noon.Add(time.Hour), 1)); more == before {
			t.Error("today's usage changes nothing")
		}
		b.count(t, []answer{{at: noon.AddDate(0, 0, -2), client: "ada", nanos: 20e9, kind: "message"}})
		late := first(ask("a late event", both, noon, 2))
		if late == before {
			t.Error("a late event changes nothing")
		}
		ask("tomorrow", both, noon.AddDate(0, 0, 1), 3)
	})
}

// A memory forgets what nobody asks for.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	memory := &analytics.Forecasts{}
	kept := memory.Of([]float64{1, 2, 3})
	lost := memory.Of([]float64{1, 2})
	for i := range 3000 {
		memory.Of([]float64{float64(i)})
		if memory.Of([]float64{1, 2, 3}) != kept {
			t.Fatal("what is asked for all the time is forgotten")
		}
	}
	if n := memory.Len(); n > 1000 {
		t.Errorf("%d forecasts are remembered", n)
	}
	if memory.Of([]float64{1, 2}) == lost {
		t.Error("nothing is forgotten")
	}
}

// Amounts stay in order and above nothing, whatever the prices.
func TestForecastOfGiants(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db, "Europe/Rome", calendar.MaxDate)
		var answers []answer
		for back := range 40 {
			nanos := int64(1)
			if back%3 == 0 {
				nanos = int64(money.MaxPrice)
			}
			answers = append(answers, answer{at: noon.AddDate(0, 0, -back), client: "ada", nanos: nanos, kind: "message"})
		}
		b.count(t, answers)
		s := b.open(t, ask{need: analytics.Need{Forecast: true}, now: noon})
		f, err := s.Forecast(new(365))
		if err != nil || len(f.Daily) != 365 || f.Daily[364].Date != calendar.DateOf(2025, 2, 14) {
			t.Fatalf("%+v, %v", f, err)
		}
		spent := money.MaxPrice.Total().Plus(money.Nanos(10).Total()) // five of them and ten nanos
		for range 4 {
			spent = spent.PlusNanos(money.MaxPrice)
		}
		intervals := []analytics.ForecastInterval{{Low80: spent, Expected: f.MonthEnd.Low80, High80: f.MonthEnd.High80}, f.MonthEnd}
		for _, d := range f.Daily {
			intervals = append(intervals, d.ForecastInterval)
		}
		for _, in := range intervals {
			if in.Low80.Sign() < 0 || in.Low80.Cmp(in.Expected) > 0 || in.Expected.Cmp(in.High80) > 0 {
				t.Errorf("%+v", in)
			}
		}
	})
}

func TestForecastDays(t *testing.T) {
	t.Parallel()
	eachRecorded(t, "Europe/Rome", noon, calendar.MaxDate, func(t *testing.T, b *bench, _ *recorder) {
		s := b.open(t, ask{need: analytics.Need{Forecast: true}, now: noon})
		for n, code := range map[int]fault.Code{-1: fault.Invalid, 0: fault.Invalid, 1: "", 365: "", 366: fault.Invalid} {
			_, err := s.Forecast(&n)
			if fault.CodeOf(err) != code || code != "" && fault.Of(err).Field != "days" {
				t.Errorf("%d days: %v, want %s", n, err, code)
			}
		}
		s = b.open(t, ask{need: everything(10, 4), now: noon})
		if _, err := s.Forecast(nil); fault.CodeOf(err) != fault.Internal {
			t.Errorf("a forecast that nobody declared: %v", err)
		}
		if _, err := s.Anomalies(); fault.CodeOf(err) != fault.Internal {
			t.Errorf("anomalies that nobody declared: %v", err)
		}
	})
}

// Half of a workspace's first day has cost 0.0125: the pace of 0.025 a day goes
// on for 15 days, today among them, until 29 February.
func TestMonthEnd(t *testing.T) {
	t.Parallel()
	eachRecorded(t, "UTC", noon, calendar.MaxDate, func(t *testing.T, b *bench, _ *recorder) {
		b.count(t, []answer{{at: noon.Add(-time.Hour), client: "ada", nanos: 12_500_000, kind: "message"}})
		s := b.open(t, ask{need: analytics.Need{Forecast: true}, now: noon})
		for limit, on := range map[money.Nanos]string{
			0: "2024-02-15", 12_500_000: "2024-02-15", 24_900_000: "2024-02-15", 25_100_000: "2024-02-16", 374_900_000: "2024-02-29", 375_100_000: "",
		} {
			expected, metOn, err := s.MonthEnd(limit.Total())
			got := ""
			if metOn != nil {
				got = metOn.String()
			}
			if err != nil || got != on || !strings.HasPrefix(expected.String(), "0.37500") {
				t.Errorf("%s: %s by the end, met on %q, %v; want 0.37500, %q", limit, expected, got, err, on)
			}
		}
		s = b.open(t, ask{need: everything(10, 4), now: noon})
		if _, _, err := s.MonthEnd(money.Total{}); fault.CodeOf(err) != fault.Internal {
			t.Errorf("a month's end that nobody declared: %v", err)
		}
	})
}
