package forecast

import (
	"math"
	"slices"
)

const (
	// week is the length of the season.
	week = 7
	// around is how many days of one weekday tell what is usual for it.
	around = 9
	// usual is how many standard deviations a day may be off before it is cut.
	usual = 3
	// normal makes a standard deviation of a normal's median absolute error.
	normal = 1.4826
)

// clean returns the days, with those that stand out put where they were to be
// expected. It asks medians only, which a few days can't move: that of the same
// weekdays around, and, as weeks differ, that of what is left on the days
// around. A model fitted to the days as they are would learn a single campaign
// as a new level, or as what comes on that weekday. A level that is really new
// is one after eight days.
func clean(days []float64) []float64 {
	n := len(days)
	window := make([]float64, 0, 2*week+1)
	expected, left, off := make([]float64, n), make([]float64, n), make([]float64, n)
	for t := range days {
		// As many weeks before as after, as far as there are.
		weeks := (n-1-t%week)/week + 1
		count := min(around, weeks)
		from := min(max(t/week-around/2, 0), weeks-count)
		window = window[:0]
		for i := range count {
			window = append(window, days[t%week+week*(from+i)])
		}
		expected[t] = median(window)
		left[t] = days[t] - expected[t]
	}
	span := min(n, 2*week+1)
	for t := range days {
		from := min(max(t-span/2, 0), n-span)
		window = append(window[:0], left[from:from+span]...)
		expected[t] += median(window)
		off[t] = math.Abs(days[t] - expected[t])
	}
	most := bound(off)
	cleaned := slices.Clone(days)
	for t, d := range off {
		if d > most {
			cleaned[t] = expected[t]
		}
	}
	return cleaned
}

// bound is how far off a day may be before it stands out among days that are so
// far off: usual deviations, which the median tells, yet so that few stand out.
// In a shop that sells now and then most days are not off at all, and none of
// the others stands out.
func bound(off []float64) float64 {
	const few = 0.07
	sorted := slices.Clone(off)
	slices.Sort(sorted)
	n := len(sorted)
	middle := sorted[n/2]
	if middle <= dust && sorted[n-1-max(1, n/100)] > dust {
		return math.Inf(1)
	}
	return max(usual*max(normal*middle, dust), sorted[n-1-int(few*float64(n))])
}

// deviations are by how much days are off, by weekday, that of the next day
// first. Errors that stand out count as far as others go, and a weekday with
// few days as the others do. The model used up so many degrees of freedom.
func deviations(errors []float64, used int) (deviation [week]float64) {
	const few = 10
	off := make([]float64, len(errors))
	for t, e := range errors {
		off[t] = math.Abs(e)
	}
	most := bound(off)
	var squares, count [week]float64
	var all float64
	n := len(errors)
	for t, e := range off {
		e = min(e, most)
		day := (t + week - n%week) % week
		squares[day] += e * e
		count[day]++
		all += e * e / float64(n)
	}
	free := math.Sqrt(float64(n) / float64(n-used))
	for day := range deviation {
		deviation[day] = max(dust, free*math.Sqrt((squares[day]+few*all)/(count[day]+few)))
	}
	return deviation
}

// median sorts the window: a few numbers, by insertion.
func median(window []float64) float64 {
	for i := 1; i < len(window); i++ {
		for j := i; j > 0 && window[j] < window[j-1]; j-- {
			window[j], window[j-1] = window[j-1], window[j]
		}
	}
	half := len(window) / 2
	if len(window)%2 == 0 {
		return (window[half-1] + window[half]) / 2
	}
	return window[half]
}
