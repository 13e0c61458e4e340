package forecast

import (
	"math"
	"slices"
)

// A Day is a day of the history that was out of the ordinary: what it came to,
// and what was expected of it the day before.
type Day struct {
	// Index is its place in the history that Of was given.
	Index  int
	Actual float64
	Interval
}

// Above tells a day that cost more than expected from one that cost less.
func (d Day) Above() bool { return d.Actual > d.High }

// Unusual are the days that lie outside of their interval at the level, the
// oldest first: the forecast of each from the days before it, by the model of
// the whole history. A day that stands out moves neither the expectation of the
// next days nor the width of the intervals, so that it hides no other and makes
// no ordinary day look odd. Noise with longer tails than the normal's gets
// intervals as wide as it takes. None where there is no method.
func (f *Forecast) Unusual(level float64) []Day {
	n := len(f.usual)
	if n == 0 {
		return nil
	}
	off := make([]float64, n)
	nothing := 0
	for t := range f.usual {
		if f.days[t] == 0 {
			nothing++
		}
		off[t] = math.Abs(f.days[t]-f.usual[t]) / f.deviationOf(t)
	}
	half := reach(off, level, 2*nothing > n)
	var list []Day
	for t, o := range off {
		if o <= half {
			continue
		}
		m, d := f.usual[t], half*f.deviationOf(t)
		root := max(m, 0)
		low, high := max(m-d, 0), max(m+d, 0)
		list = append(list, Day{
			Index:    f.skipped + t,
			Actual:   f.history[t],
			Interval: Interval{Expected: f.amount(0, root*root), Low: f.amount(0, low*low), High: f.amount(0, high*high)},
		})
	}
	return list
}

// deviationOf is by how much the day of the history is expected to be off.
func (f *Forecast) deviationOf(t int) float64 {
	n := len(f.days)
	return f.deviation[(t+week-n%week)%week]
}

// reach is how many deviations around the expected an interval of the level has,
// given by how many the days were off. It is the normal's, unless the noise has
// longer tails: a tenth of the days then lies further out than the normal's
// tenth, or more lie outside than can be accidents. Where most days have nothing
// a day with sales is no news, unless it is one of the largest.
func reach(off []float64, level float64, mostNothing bool) float64 {
	const (
		tenth          = 0.1
		few, fewOfMany = 3, 0.04
	)
	half := quantile(level)
	sorted := slices.Clone(off)
	slices.Sort(sorted)
	n := len(sorted)
	half *= max(1, sorted[n-1-int(tenth*float64(n))]/quantile(1-tenth))
	if within, _ := slices.BinarySearch(sorted, half); mostNothing || n-within > max(few, int(fewOfMany*float64(n))) {
		outside := math.Erfc(quantile(level) / math.Sqrt2)
		half = max(half, sorted[n-1-max(1, int(outside*float64(n-1)))]) // the largest itself may be what is looked for
	}
	return half
}
