package forecast

import (
	"math"
	"slices"
)

// fitting holds what the fits of one series share: the days, without those that
// stand out unless the series wanders, and room to work in.
type fitting struct {
	days            []float64
	wanders         bool
	seasons, errors []float64
	nothing         []float64
	columns         [mostStates][]float64
}

func newFitting(days []float64, wanders bool) *fitting {
	n := len(days)
	f := &fitting{days: days, wanders: wanders, seasons: make([]float64, n+week), errors: make([]float64, n), nothing: make([]float64, n)}
	if !wanders {
		f.days = clean(days)
	}
	for i := range f.columns {
		f.columns[i] = make([]float64, n)
	}
	return f
}

// learn chooses a model and fits it. Most shops keep to a course, and what
// leaves it is to be cut. Where the course itself wanders, as prices do, cutting
// costs what is new: it shows in the ordinary days, which the model of the days
// as they are foretells better then.
func learn(days []float64) (*fitting, fit) {
	const better = 0.97
	work := newFitting(days, false)
	found := work.choose()
	if slices.Equal(work.days, days) {
		return work, found
	}
	whole := newFitting(days, true)
	if whole.missed(days, whole.fit(found.model)) < better*work.missed(days, found) {
		found = whole.choose()
		return whole, found
	}
	return work, found
}

// missed is how far off the fit is on ordinary days: all but the tenth that it
// misses most.
func (f *fitting) missed(days []float64, found fit) float64 {
	expected := f.expected(found)
	off := make([]float64, len(days))
	for t, y := range days {
		off[t] = math.Abs(y - expected[t])
	}
	slices.Sort(off)
	var sum float64
	for _, o := range off[:len(off)-len(off)/10] {
		sum += o
	}
	return sum
}

// fit is a model with the weights and the first state that make the days most
// likely, the state at the end, and the criterion to choose it by.
type fit struct {
	model       model
	weights     weights
	first, last state
	aicc        float64
}

// choose fits the candidates and returns the one with the least AICc. A trend
// is tried with or without a season as is better without one.
func (f *fitting) choose() fit {
	best := f.fit(model{seasonal: true})
	if plain := f.fit(model{}); plain.aicc < best.aicc {
		best = plain
	}
	if trended := f.fit(model{trend: true, seasonal: best.model.seasonal}); trended.aicc < best.aicc {
		best = trended
	}
	return best
}

// rounds are how many evaluations each round of a fit has.
var rounds = [...]int{60, 40, 40}

// fit finds the greatest likelihood. With normal errors that is the least sum
// of their squares (FPP3, section 8.6; HKOS, chapter 5). Errors are linear in
// the first state, so that it is solved for, while the simplex looks for the
// weights: in turns, as each needs the other. A search for all at once, up to
// twelve numbers, takes many times as long.
func (f *fitting) fit(m model) fit {
	found := fit{model: m, first: f.guess(m)}
	start, step := m.start(), 0.25
	for _, most := range rounds {
		start = minimise(func(at *[mostDims]float64) float64 {
			_, squares := run(f.days, m.weightsAt(at), found.first, f.seasons, f.errors)
			return squares
		}, start, m.dims(), step, most)
		step /= 2
		found.weights = m.weightsAt(&start)
		found.first = f.solve(m, found.weights, found.first)
	}
	var squares float64
	found.last, squares = run(f.days, found.weights, found.first, f.seasons, f.errors)
	// FPP3, section 8.6; k counts the variance too.
	n, k := float64(len(f.days)), float64(m.dims()+m.states()+1)
	found.aicc = math.Inf(1)
	if n > k+1 {
		found.aicc = n*math.Log(squares/n+dust*dust) + 2*k + 2*k*(k+1)/(n-k-1)
	}
	return found
}

// guess is a first state to begin with: means of the first four weeks.
func (f *fitting) guess(m model) state {
	var s state
	n := min(len(f.days)/week, 4) * week
	for _, y := range f.days[:n] {
		s.level += y / float64(n)
	}
	if m.seasonal {
		for t, y := range f.days[:n] {
			s.season[t%week] += (y - s.level) * week / float64(n)
		}
	}
	return s
}

// solve improves the first state to that of the least squares at the weights.
// How much an error moves with a number of the state is the error of the run
// from that number alone, through days of nothing.
func (f *fitting) solve(m model, w weights, first state) state {
	basis := m.basis()
	p := len(basis)
	for i, b := range basis {
		run(f.nothing, w, b, f.seasons, f.columns[i])
	}
	run(f.days, w, first, f.seasons, f.errors)
	var a [mostStates][mostStates]float64
	var x [mostStates]float64
	for i := range p {
		for t, c := range f.columns[i] {
			x[i] -= c * f.errors[t]
		}
		for j := range i + 1 {
			other := f.columns[j]
			for t, c := range f.columns[i] {
				a[i][j] += c * other[t]
			}
		}
	}
	if !cholesky(&a, &x, p) {
		return first
	}
	for i, b := range basis {
		first.level += x[i] * b.level
		first.slope += x[i] * b.slope
		for j := range first.season {
			first.season[j] += x[i] * b.season[j]
		}
	}
	return first
}

// cholesky solves the first p of the normal equations a x = x, of which it
// reads the lower half. It fails where they tell too little.
func cholesky(a *[mostStates][mostStates]float64, x *[mostStates]float64, p int) bool {
	const ridge = 1e-10
	for i := range p {
		a[i][i] *= 1 + ridge
		for j := range i + 1 {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			switch {
			case j < i:
				a[i][j] = sum / a[j][j]
			case sum > 0:
				a[i][i] = math.Sqrt(sum)
			default:
				return false
			}
		}
	}
	for i := range p {
		for k := range i {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	for i := p - 1; i >= 0; i-- {
		for k := i + 1; k < p; k++ {
			x[i] -= a[k][i] * x[k]
		}
		x[i] /= a[i][i]
	}
	return true
}

// expected is what the fit expects of each day by the days before it.
func (f *fitting) expected(found fit) []float64 {
	run(f.days, found.weights, found.first, f.seasons, f.errors)
	expected := slices.Clone(f.days)
	for t := range expected {
		expected[t] -= f.errors[t]
	}
	return expected
}

// spread returns what the fit expected of each of the days, and how far off
// they were, by weekday.
func (f *fitting) spread(days []float64, found fit) (expected []float64, deviation [week]float64) {
	expected = f.expected(found)
	for t, y := range days {
		f.errors[t] = y - expected[t]
	}
	return expected, deviations(f.errors, found.model.dims()+found.model.states())
}
