// Package forecast tells what the coming days will cost by what the days so
// far cost, and which of these were out of the ordinary.
//
// In come the totals of complete local days, the oldest first; out come
// expectations with their intervals. They are numbers without a currency, and
// days without a date: the first forecast day follows the last one of the
// history. The same history gives the same forecast, bit by bit. The package
// must never read a clock, draw a random number or learn what it is that the
// days count.
//
// The sources are Hyndman and Athanasopoulos, "Forecasting: Principles and
// Practice", 3rd edition (FPP3), and Hyndman, Koehler, Ord and Snyder,
// "Forecasting with Exponential Smoothing", 2008 (HKOS). In short:
//
//   - The models look at the square roots of the days: a Box-Cox transformation
//     (FPP3, equation 3.1) with lambda ½, the one that makes the noise of
//     counts as wide on busy days as on calm ones. A season that doubles and a
//     shop that closes on Sundays are then nearly additive, and no interval
//     goes below zero.
//   - Days that stand out are cut first (clean.go).
//   - Four ETS models are fitted by maximum likelihood and chosen among by AICc
//     (fit.go); the seasonal naive forecast takes their place where it was much
//     better on days that were held out.
//   - Variances come in closed form from the model's linear state space (FPP3,
//     section 8.7; HKOS, chapter 6); nothing is simulated.
package forecast

import (
	"math"
	"slices"
)

// Interval is what is expected, and the bounds that the truth lies between at
// the level that was asked for: 0 <= Low <= Expected <= High, all finite.
type Interval struct{ Expected, Low, High float64 }

// Forecast is what a history lets expect. Nothing changes it, so that it is
// safe for concurrent use. Forecast days count from 1, the day after the last
// one of the history. A level lies between 0 and 1, such as 0.8.
type Forecast struct {
	// skipped are the days before the first usage; days are the others, as
	// square roots in units.
	skipped int
	history []float64
	days    []float64
	unit    float64

	// fit is the chosen model, wanders what learn found, usual what was expected
	// of each day and deviation by how much days of that weekday miss it; unset
	// where there is no method.
	fit       fit
	wanders   bool
	usual     []float64
	deviation [week]float64

	// ahead makes the forecasts: the fit again, or the seasonal naive.
	method string
	ahead  outlook
	// today is what Given knows of the first forecast day.
	today *partial

	mase  float64
	known bool // mase is
}

const (
	// least is how many days a method needs: two of each weekday.
	least = 2 * week
	// held is how many days the backtest holds out.
	held = 14
	// largest is how many units a day counts at most. It keeps the squares of
	// errors finite; no shop's day is 10^12 times its usual one.
	largest = 1e12
	// dust is the deviation of a series that has none, in roots of a unit.
	dust = 1e-6
	// Naive is the method of the seasonal naive forecast: a day costs what it
	// did a week before.
	Naive = "SNAIVE"
)

// Of learns from a history. What lies before the first usage is no history;
// negative and non-finite days count as 0.
func Of(history []float64) *Forecast {
	f := &Forecast{}
	for f.skipped < len(history) && !(usable(history[f.skipped]) > 0) {
		f.skipped++
	}
	f.history = make([]float64, len(history)-f.skipped)
	for t := range f.history {
		f.history[t] = usable(history[f.skipped+t])
	}
	f.unit = unitOf(f.history)
	f.days = make([]float64, len(f.history))
	for t, y := range f.history {
		f.days[t] = rounded(math.Sqrt(f.inUnits(y)))
	}
	if len(f.days) < least {
		f.ahead = meanOf(f.days)
		return f
	}
	var work *fitting
	work, f.fit = learn(f.days)
	f.wanders = work.wanders
	f.method = f.fit.model.String()
	f.usual, f.deviation = work.spread(f.days, f.fit)
	f.ahead = outlook{weights: f.fit.weights, state: f.fit.last, deviation: f.deviation}
	f.holdOut()
	return f
}

// holdOut forecasts the last two weeks from the days before them, if these are
// enough for a method, and hands over to the seasonal naive forecast where the
// model did much worse. Without a season it has nothing to say: in a shop that
// sells now and then it would expect nothing, and mostly be right.
func (f *Forecast) holdOut() {
	before := len(f.days) - held
	if before < least {
		return
	}
	work := newFitting(f.days[:before], f.wanders)
	fitted := work.fit(f.fit.model)
	_, deviation := work.spread(f.days[:before], fitted)
	h := outlook{weights: fitted.weights, state: fitted.last, deviation: deviation}.until(held, nil)
	cost := func(t int) float64 { return f.days[t] * f.days[t] }
	var missed, naive, scale float64
	for i := range held {
		missed += math.Abs(cost(before+i)-h.expected[i]) / held
		naive += math.Abs(cost(before+i)-cost(before-week+i%week)) / held
	}
	for t := week; t < before; t++ {
		scale += math.Abs(cost(t)-cost(t-week)) / float64(before-week)
	}
	if f.fit.model.seasonal && missed > patience*naive+dust {
		missed = naive
		f.method = Naive
		f.ahead = naiveOf(f.days)
	}
	switch {
	case scale > dust:
		f.mase, f.known = missed/scale, true
	case missed <= dust:
		f.known = true
	}
}

// patience is how much worse the model may have been than the seasonal naive
// forecast. Two weeks are a short trial: who believes any loss in it forecasts
// worse on the whole, as the benchmark showed.
const patience = 1.5

// Backtest is the mean absolute scaled error (FPP3, section 5.8) of the method
// on the last 14 days, forecast from the days before: their mean absolute error
// by that of the seasonal naive forecast one day ahead within the days before.
// ok is false where these are less than 14. Where the seasonal naive made no
// error, a method without one has 0, another has none, so ok is false too.
func (f *Forecast) Backtest() (mase float64, ok bool) { return f.mase, f.known }

// Days are the first n forecast days at the level.
func (f *Forecast) Days(n int, level float64) []Interval {
	h := f.ahead.until(n, f.today)
	list := make([]Interval, max(n, 0))
	for i := range list {
		list[i] = f.interval(h, i, i, level)
	}
	return list
}

// Sum is the total of the forecast days from one to another, both included, at
// the level. Days of one level err together, so that it is less certain than if
// each erred by itself, and yet more than if all erred alike.
func (f *Forecast) Sum(from, to int, level float64) Interval {
	from = max(from, 1)
	if to < from {
		return Interval{}
	}
	return f.interval(f.ahead.until(to, f.today), from-1, to-1, level)
}

func (f *Forecast) interval(h horizon, from, to int, level float64) Interval {
	expected, variance := h.total(from, to)
	var spent float64
	if from == 0 && f.today != nil {
		spent = f.today.spent
	}
	in := squareOf(expected, variance).within(level)
	return Interval{
		Expected: f.amount(spent, expected),
		Low:      f.amount(spent, min(in.Low, expected)),
		High:     f.amount(spent, max(in.High, expected)),
	}
}

// amount is what is spent and so many units more.
func (f *Forecast) amount(spent, units float64) float64 {
	return min(spent+units*f.unit, math.MaxFloat64)
}

func (f *Forecast) inUnits(amount float64) float64 { return min(amount/f.unit, largest) }

// A partial is what the first forecast day came to so far, as an amount and in
// units, and the moments of what is left of it, in units.
type partial struct{ spent, units, left, variance float64 }

// together is the part of a day's deviation that the whole day shares; the rest
// comes by the hour. Nothing in daily totals tells it. At 1 the morning's rate
// would be believed for the evening, at 0 it would tell nothing.
const together = 0.5

// Given is the forecast once the first forecast day is under way: what was
// spent on it so far, and the share of a day, from 0 to 1, that has passed by
// then on such days. What is spent is certain, the rest is expected from the
// forecast and, in part, from the rate so far. The days after move as by any
// day's error.
//
// Let the day's total have mean m and variance v, of which the share c =
// together moves the whole day alike and the rest comes evenly. For the part p
// that has passed, what is spent S and what is left R are jointly normal with
// means pm and (1-p)m, Var S = v(p²c + p(1-c)) and Cov = p(1-p)cv, hence
//
//	E[R|S] = (1-p) (m + c/(pc+1-c) (S-pm))
//	Var[R|S] = v ((1-p)²c + (1-p)(1-c) - p(1-p)²c²/(pc+1-c))
func (f *Forecast) Given(spent, share float64) *Forecast {
	p := min(max(share, 0), 1)
	if math.IsNaN(share) {
		p = 0
	}
	const c = together
	day := f.ahead.until(1, nil)
	mean, variance := day.total(0, 0)
	now := partial{spent: usable(spent), units: f.inUnits(usable(spent))}
	// A surprise is believed as far as days differ: a campaign of this morning
	// is no new level.
	most := 2 * math.Sqrt(variance*(p*p*c+p*(1-c)))
	surprise := min(max(now.units-p*mean, -most), most)
	now.left = max(0, (1-p)*(mean+c/(p*c+1-c)*surprise))
	now.variance = variance * (1 - p) * ((1-p)*c + 1 - c - p*(1-p)*c*c/(p*c+1-c))
	given := *f
	given.today = &now
	return &given
}

// usable is a day's total as the package counts it.
func usable(y float64) float64 {
	if y > 0 && !math.IsInf(y, 1) {
		return y
	}
	return 0
}

// unitOf is a usual day: the median of those that have usage. It is one of
// them, so that it grows exactly as they do.
func unitOf(history []float64) float64 {
	sizes := make([]float64, 0, len(history))
	for _, y := range history {
		if y > 0 {
			sizes = append(sizes, y)
		}
	}
	if len(sizes) == 0 {
		return 1
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}

// rounded keeps 30 bits of a root, which are nine digits: days in euros and the
// same in cents are then the same to the last bit, and make the same forecast.
func rounded(root float64) float64 {
	const grain = 1 << 30
	fraction, exponent := math.Frexp(root)
	return math.Ldexp(math.Round(fraction*grain)/grain, exponent)
}

// Method is how the days are forecast: "ETS(A,Ad,A)" and the like for the error,
// trend and season of the model of the days' square roots, or Naive. It is
// empty where less than 14 days have passed since the first usage: the mean is
// expected then, with a wide interval.
func (f *Forecast) Method() string { return f.method }
