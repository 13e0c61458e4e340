package analytics

import (
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/forecast"
	"github.com/contatore/contatore/internal/money"
)

// Forecast is what the days to come are expected to cost, learned from the half
// year before today, whatever the range. Method is nil where they hold less
// than 14 days since the first that cost something: then Daily is empty.
type Forecast struct {
	Method   *string
	Daily    []ForecastDay
	MonthEnd ForecastInterval
	// BacktestMase is nil where too few days could be held out.
	BacktestMase *float64
}

// ForecastDay is what one local day is expected to cost.
type ForecastDay struct {
	Date calendar.Date
	ForecastInterval
}

// ForecastInterval is an expectation, and between what the truth lies in 8
// cases of 10.
type ForecastInterval struct {
	Expected money.Total
	Low80    money.Total
	High80   money.Total
}

const (
	// likely is the level of a forecast's intervals.
	likely = 0.8
	// lookBack is how many complete days a forecast learns from. Over the
	// benchmark's long series two years of days err by 1 % less than these, and
	// take four times as long to read.
	lookBack = 26 * 7
	// Eight weeks tell how a day passes, a weekday by itself where it had usage
	// in half of them.
	recent, enough = 8 * 7, 4
	quartersADay   = 96
)

// prospect is what a forecast is made of.
type prospect struct {
	// days are the complete ones, today, and the rest of its month, where
	// usage may be dated after now.
	*days
	now calendar.Local
	// gone is the part of now's quarter-hour that is over.
	gone float64
	// parts are the recent days, yesterday first.
	parts [recent]part
}

// part is what a day cost before the quarter-hour that it is now by the
// clock's face, and within it.
type part struct{ before, within money.Total }

func newProspect(now calendar.Local, at calendar.Instant) *prospect {
	period := calendar.Range{Start: now.Date.Add(-lookBack), End: now.Date.Month().Last()}
	return &prospect{
		days: newDays(period), now: now,
		gone: float64(at-at.QuarterStart()) / float64(calendar.Quarter),
	}
}

func (p *prospect) add(at calendar.Local, s sum) {
	if !p.Contains(at.Date) {
		return
	}
	p.days.add(at.Date, s)
	if back := int(p.now.Date - at.Date); back >= 1 && back <= recent {
		switch day := &p.parts[back-1]; {
		case at.Quarter < p.now.Quarter:
			day.before = day.before.Plus(s.cost)
		case at.Quarter == p.now.Quarter:
			day.within = day.within.Plus(s.cost)
		}
	}
}

// share is the part of its cost that a day like today has had by now.
func (p *prospect) share() float64 {
	for _, step := range []int{7, 1} {
		var before, within, whole money.Total
		used := 0
		for back := step; back <= recent; back += step {
			cost := p.sums[p.now.Date.Add(-back)-p.Start].cost
			if cost.IsZero() {
				continue
			}
			used++
			day := p.parts[back-1]
			before, within, whole = before.Plus(day.before), within.Plus(day.within), whole.Plus(cost)
		}
		if used >= enough || used > 0 && step == 1 {
			return before.Share(whole) + p.gone*within.Share(whole)
		}
	}
	return (float64(p.now.Quarter) + p.gone) / quartersADay
}

// history are the costs, in nanos, of the days up to and with last, from the
// first one on that cost something.
func (d *days) history(last calendar.Date) (first calendar.Date, costs []float64) {
	for _, s := range d.sums[:last-d.Start+1] {
		if len(costs) > 0 || !s.cost.IsZero() {
			costs = append(costs, s.cost.Float())
		}
	}
	return last.Add(1 - len(costs)), costs
}

// outlook is a forecast and what is known of the day and month that it begins
// in.
type outlook struct {
	*forecast.Forecast
	today calendar.Date
	// spent is what this month has cost, paid what today has.
	spent money.Total
	paid  float64
}

func (p *prospect) outlook(memory *Forecasts) *outlook {
	today := p.now.Date
	o := &outlook{
		today: today,
		spent: p.over(calendar.Range{Start: today.Month().First(), End: p.End}).cost,
		paid:  p.sums[today-p.Start].cost.Float(),
	}
	_, costs := p.history(today.Add(-1))
	share := p.share()
	if len(costs) == 0 && o.paid > 0 {
		// On its first day a workspace is known by this day's pace alone; of its
		// first hours nobody knows what part of a day they are.
		const least = 0.25
		costs = []float64{o.paid / max(share, least)}
	}
	o.Forecast = memory.Of(costs).Given(o.paid, share)
	return o
}

// plus are the bounds of a forecast, of which paid is in the amount already.
func plus(amount money.Total, in forecast.Interval, paid float64) ForecastInterval {
	with := func(nanos float64) money.Total { return amount.Plus(amountOf(nanos - paid)) }
	return ForecastInterval{with(in.Expected), with(in.Low), with(in.High)}
}

// amountOf rounds to whole nanos, 0 at least and no more than a total holds.
func amountOf(nanos float64) money.Total {
	const most = 1e38
	return money.TotalOfFloat(min(max(nanos, 0), most))
}

// left is how many days the month still has, today included.
func (o *outlook) left() int { return int(o.today.Month().Last()-o.today) + 1 }

// by is what the month will have cost after as many more days, today included.
func (o *outlook) by(days int) ForecastInterval {
	return plus(o.spent, o.Sum(1, days, likely), o.paid)
}

// MonthEnd is what the month that holds today is expected to cost, and the day
// on which it is expected to meet a limit: today where it has, nil where it is
// not this month. It needs what Forecast needs.
func (s *Stats) MonthEnd(limit money.Total) (expected money.Total, metOn *calendar.Date, err error) {
	o := s.outlook
	if o == nil {
		return expected, nil, undeclared("forecast")
	}
	for n := 1; n <= o.left() && metOn == nil; n++ {
		if o.by(n).Expected.Cmp(limit) >= 0 {
			metOn = new(o.today.Add(n - 1))
		}
	}
	return o.by(o.left()).Expected, metOn, nil
}

// Forecast is what the days from tomorrow on and the month that holds today
// are expected to cost. days, 1 to 365 and 30 where nil, is for how many of
// them, else the fault INVALID.
func (s *Stats) Forecast(days *int) (*Forecast, error) {
	n := DefaultForecast
	if days != nil {
		n = *days
	}
	if n < 1 || n > maxForecast {
		return nil, fault.Field("days", "days is %d; it must be 1 to %d.", n, maxForecast)
	}
	o := s.outlook
	if o == nil {
		return nil, undeclared("forecast")
	}
	f := &Forecast{Daily: []ForecastDay{}, MonthEnd: o.by(o.left())}
	if mase, ok := o.Backtest(); ok {
		f.BacktestMase = &mase
	}
	method := o.Method()
	if method == "" {
		return f, nil
	}
	f.Method = &method
	for i, in := range o.Days(n+1, likely)[1:] { // today is the first
		f.Daily = append(f.Daily, ForecastDay{o.today.Add(i + 1), plus(money.Total{}, in, 0)})
	}
	return f, nil
}
