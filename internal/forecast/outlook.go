package forecast

import "math"

// An outlook is what makes the forecasts: a model's weights and last state, and
// how far off the coming days are, the first one first. Without a method it is
// a mean.
type outlook struct {
	weights   weights
	state     state
	deviation [week]float64
	// naive forecasts are the days of the week before, whatever their noise.
	naive bool
	// flat: each day has this mean and variance, learned from count days.
	flat                  bool
	mean, variance, count float64
}

// naiveOf is the seasonal naive forecast (FPP3, section 5.2) as a state space
// model: a season alone that each error moves in full.
func naiveOf(days []float64) outlook {
	o := outlook{weights: weights{gamma: 1}, naive: true}
	n := len(days)
	copy(o.state.season[:], days[n-week:])
	errors := make([]float64, n-week)
	for t := range errors {
		errors[t] = days[t+week] - days[t]
	}
	o.deviation = deviations(errors, 0)
	return o
}

// meanOf is for histories that are too short for a method. The days' spread is
// taken as if one more day had been off by all of the mean, so that a single
// day has an interval too.
func meanOf(days []float64) outlook {
	o := outlook{flat: true, count: float64(len(days))}
	for _, d := range days {
		o.mean += d * d / o.count
	}
	for _, d := range days {
		o.variance += (d*d - o.mean) * (d*d - o.mean) / o.count
	}
	o.variance += o.mean * o.mean / max(o.count, 1)
	return o
}

// A horizon is an outlook at work on the coming days: what is expected of each,
// in units, and the mean of its root; how much an error moves the days after
// it, and the variance of each day's error. Of a day that is under way it
// expects what is left.
type horizon struct {
	outlook
	today            *partial
	expected, root   []float64
	echo, innovation []float64
}

func (o outlook) until(n int, today *partial) horizon {
	h := horizon{outlook: o, today: today}
	if o.flat || n < 1 {
		return h
	}
	h.root, h.echo = o.state.expect(o.weights, n), o.weights.echo(n)
	h.innovation, h.expected = make([]float64, n), make([]float64, n)
	for i := range n {
		d := o.deviation[i%week]
		h.innovation[i] = d * d
		h.root[i] = max(h.root[i], 0)
	}
	if today != nil {
		now := squareOf(today.units+today.left, today.variance)
		most := usual * o.deviation[0]
		moved := min(max(now.mean-h.root[0], -most), most)
		h.root[0], h.innovation[0] = now.mean, now.variance
		for i := 1; i < n; i++ {
			h.root[i] = max(h.root[i]+h.echo[i]*moved, 0)
		}
	}
	for i, m := range h.root {
		h.expected[i] = m * m
		if !o.naive {
			h.expected[i] += h.covariance(i, i)
		}
	}
	if today != nil {
		h.expected[0] = today.left
	}
	return h
}

// covariance is that of the roots of two days: the errors up to the first of
// them echo in both (HKOS, chapter 6).
func (h *horizon) covariance(i, j int) float64 {
	var sum float64
	for k := range min(i, j) + 1 {
		sum += h.echo[i-k] * h.echo[j-k] * h.innovation[k]
	}
	return sum
}

// total returns the mean and variance of the total of some days, in units. The
// total of squares of jointly normal roots has moments in closed form, for a
// root of mean m and variance v, and two of covariance c:
//
//	E[z²] = m² + v
//	Cov[z²,z'²] = 2c² + 4mm'c
func (h *horizon) total(from, to int) (expected, variance float64) {
	if h.flat {
		days := float64(to - from + 1)
		if from == 0 && h.today != nil {
			days--
			expected, variance = h.today.left, h.today.variance
		}
		expected += days * h.mean
		variance += h.variance * (days + days*days/max(h.count, 1))
		return expected, variance
	}
	for i := from; i <= to; i++ {
		expected += h.expected[i]
		for j := i; j <= to; j++ {
			c := h.covariance(i, j)
			both := 2*c*c + 4*h.root[i]*h.root[j]*c
			if j > i {
				both *= 2
			}
			variance += both
		}
	}
	return expected, variance
}

// A square is an amount as the square of a normal root.
type square struct{ mean, variance float64 }

// squareOf has the mean and variance of the amount, as far as a square can. For
// one day it gives back the root; the total of several is nearly such a square
// too, less skew than a day and never below zero.
func squareOf(mean, variance float64) square {
	mean = max(mean, 0)
	if variance >= 2*mean*mean {
		return square{0, mean}
	}
	v := variance / 2 / (mean + math.Sqrt(mean*mean-variance/2))
	return square{math.Sqrt(max(mean-v, 0)), v}
}

// within is the interval of the amount; Expected is left to the caller.
func (s square) within(level float64) Interval {
	half := quantile(level) * math.Sqrt(s.variance)
	low, high := max(s.mean-half, 0), s.mean+half
	return Interval{Low: low * low, High: high * high}
}

// quantile is how many deviations around a normal's mean hold the level.
func quantile(level float64) float64 {
	const most = 1 - 1e-12
	if !(level > 0) {
		return 0
	}
	return math.Sqrt2 * math.Erfinv(min(level, most))
}
