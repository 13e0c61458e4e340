package analytics

import (
	"cmp"
	"math"
	"slices"

	"github.com/contatore/contatore/internal/forecast"
)

// UnusualHour is an hour that stands out of its day.
type UnusualHour struct {
	// Day is its place among the days.
	Day, Hour int
	Actual    float64
	forecast.Interval
}

// Above tells an hour that cost more than expected from one that cost less.
func (h UnusualHour) Above() bool { return h.Actual > h.Expected }

const (
	// around are the weeks that tell what is usual for an hour, leastWeeks the
	// fewest.
	around, leastWeeks = 9, 4
	hoursADay          = 24
)

// UnusualHours are the hours of complete days, the oldest first, that lie
// outside of their interval, which is so wide that of 100 days a level of 0.99
// leaves one with any hour outside: 24 intervals of 99 % would leave one out
// of each fourth day.
//
// What is expected of an hour is the median of the weeks around, at the level
// of its own day: where all of a day is high its hours are what they should
// be, and the day is the anomaly. As the days' model does, it looks at square
// roots, whose noise is the same in busy and calm hours.
func UnusualHours(days [][24]float64, level float64) []UnusualHour {
	if len(days) < 7*leastWeeks {
		return nil
	}
	unit := unitOf(days)
	n := len(days)
	expected, off := make([][hoursADay]float64, n), make([][hoursADay]float64, n)
	roots := make([][hoursADay]float64, n)
	for t, day := range days {
		for hour, y := range day {
			roots[t][hour] = math.Sqrt(y / unit)
		}
	}
	for t := range days {
		usual := usualHours(roots, t)
		size := sizeOf(roots[t], usual)
		for hour, m := range usual {
			expected[t][hour] = size * m
			off[t][hour] = math.Abs(roots[t][hour] - size*m)
		}
	}
	deviation := deviationsOf(off)
	half := reach(off, deviation, level)
	var list []UnusualHour
	for t := range days {
		for hour, o := range off[t] {
			if o/deviation[hour] <= half {
				continue
			}
			m, d := expected[t][hour], half*deviation[hour]
			low, high := max(m-d, 0), m+d
			list = append(list, UnusualHour{
				Day: t, Hour: hour, Actual: days[t][hour],
				Interval: forecast.Interval{Expected: unit * m * m, Low: unit * low * low, High: unit * high * high},
			})
		}
	}
	return list
}

// unitOf is what an hour costs that costs something.
func unitOf(days [][24]float64) float64 {
	sum, count := 0., 0.
	for _, day := range days {
		for _, y := range day {
			if y > 0 {
				sum += y
				count++
			}
		}
	}
	if count == 0 {
		return 1
	}
	return sum / count
}

// usualHours are the medians of the same weekday's hours in the weeks around,
// as many before as after, as far as there are.
func usualHours(roots [][hoursADay]float64, t int) (usual [hoursADay]float64) {
	weeks := (len(roots)-1-t%7)/7 + 1
	count := min(around, weeks)
	from := min(max(t/7-around/2, 0), weeks-count)
	window := make([]float64, 0, around)
	for hour := range usual {
		window = window[:0]
		for i := range count {
			if day := t%7 + 7*(from+i); day != t {
				window = append(window, roots[day][hour])
			}
		}
		slices.Sort(window)
		half := len(window) / 2
		usual[hour] = (window[half] + window[(len(window)-1)/2]) / 2
	}
	return usual
}

// sizeOf is how large a day is by its hours: the median of what they are to
// what they usually are, busy ones weighing more. A few hours can't move it.
func sizeOf(roots, usual [hoursADay]float64) float64 {
	type ratio struct{ value, weight float64 }
	ratios := make([]ratio, 0, hoursADay)
	var weights float64
	for hour, m := range usual {
		if m > 0 {
			ratios = append(ratios, ratio{roots[hour] / m, m * m})
			weights += m * m
		}
	}
	slices.SortFunc(ratios, func(a, b ratio) int { return cmp.Compare(a.value, b.value) })
	var sum float64
	for _, r := range ratios {
		if sum += r.weight; sum >= weights/2 {
			return r.value
		}
	}
	return 1
}

// deviationsOf are by how much hours of the day are off. What stands out
// counts as far as others go. No hour is steadier than all are on the whole:
// the first answer of a night is no news.
func deviationsOf(off [][hoursADay]float64) (deviation [hoursADay]float64) {
	const most, dust = 0.95, 1e-6
	var squares [hoursADay]float64
	var all float64
	n := float64(len(off))
	list := make([]float64, len(off))
	for hour := range deviation {
		for t := range off {
			list[t] = off[t][hour]
		}
		slices.Sort(list)
		bound := list[int(most*n)]
		for _, o := range list {
			o = min(o, bound)
			squares[hour] += o * o
		}
		all += squares[hour] / n / hoursADay
	}
	for hour, s := range squares {
		deviation[hour] = max(dust, math.Sqrt(max(s/n, all)))
	}
	return deviation
}

// reach is how many deviations hold all hours of so many of the days: those of
// the largest of 24 normals, or more where the noise has longer tails, which a
// tenth of the days tell. However that is, few days lie outside.
func reach(off [][hoursADay]float64, deviation [hoursADay]float64, level float64) float64 {
	const (
		tenth          = 0.9
		few, fewOfMany = 3, 0.02
	)
	largest := func(level float64) float64 { return math.Sqrt2 * math.Erfinv(math.Pow(level, 1./hoursADay)) }
	furthest := make([]float64, len(off))
	for t, day := range off {
		for hour, o := range day {
			furthest[t] = max(furthest[t], o/deviation[hour])
		}
	}
	slices.Sort(furthest)
	n := len(furthest)
	half := largest(level) * max(1, furthest[int(tenth*float64(n-1))]/largest(tenth))
	return max(half, furthest[n-1-max(few, int(fewOfMany*float64(n)))])
}
