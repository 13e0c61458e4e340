package forecast

// model is one of the candidates, in the taxonomy of FPP3, section 8.4: errors
// are additive, the trend is none or additive damped, the season is none or
// additive. A trend that is not damped is no candidate: over a month it runs
// away, and the benchmark's errors grew with it.
type model struct{ trend, seasonal bool }

// String is the model's name in the literature.
func (m model) String() string {
	switch m {
	case model{trend: true, seasonal: true}:
		return "ETS(A,Ad,A)"
	case model{trend: true}:
		return "ETS(A,Ad,N)"
	case model{seasonal: true}:
		return "ETS(A,N,A)"
	}
	return "ETS(A,N,N)"
}

// weights are the smoothing parameters (FPP3, section 8.5). Without a trend beta
// and phi are 0, without a season gamma is.
type weights struct{ alpha, beta, gamma, phi float64 }

// state is what the model knows at the end of a day: level, slope, and the
// season of the next seven days.
type state struct {
	level, slope float64
	season       [week]float64
}

const (
	// mostDims are alpha, gamma, beta and phi; mostStates level, slope and a
	// season that adds up to nothing.
	mostDims   = 4
	mostStates = 2 + week - 1
)

// dims is how many weights the model has.
func (m model) dims() int {
	dims := 1
	if m.seasonal {
		dims++
	}
	if m.trend {
		dims += 2
	}
	return dims
}

// weightsAt are the weights at a point of the box that the simplex searches:
// the usual region (FPP3, section 8.6), with more room for
// small weights, which are common and differ more.
func (m model) weightsAt(at *[mostDims]float64) weights {
	w := weights{alpha: 0.0001 + 0.9998*at[0]*at[0]}
	next := 1
	if m.seasonal {
		w.gamma = (1 - w.alpha) * at[next] * at[next]
		next++
	}
	if m.trend {
		w.beta = w.alpha * at[next] * at[next]
		w.phi = 0.8 + 0.18*at[next+1]
	}
	return w
}

// start is where the simplex begins.
func (m model) start() [mostDims]float64 {
	if m.seasonal {
		return [mostDims]float64{0.4, 0.2, 0.2, 0.5}
	}
	return [mostDims]float64{0.4, 0.2, 0.5}
}

// basis are the states that any first state of the model is a sum of multiples
// of.
func (m model) basis() []state {
	basis := []state{{level: 1}}
	if m.trend {
		basis = append(basis, state{slope: 1})
	}
	if m.seasonal {
		for day := range week - 1 {
			var s state
			s.season[day], s.season[week-1] = 1, -1
			basis = append(basis, s)
		}
	}
	return basis
}

// states is how many numbers the first state has.
func (m model) states() int { return len(m.basis()) }

// run goes through the days from a state on and returns the state at their end
// and the sum of the squared errors. errors takes the errors of one day ahead,
// and seasons, longer than the days by a week, the seasons on the way. These
// are the equations of FPP3, table 8.7:
//
//	y[t] = level[t-1] + phi slope[t-1] + season[t-7] + e[t]
//	level[t] = level[t-1] + phi slope[t-1] + alpha e[t]
//	slope[t] = phi slope[t-1] + beta e[t]
//	season[t] = season[t-7] + gamma e[t]
func run(days []float64, w weights, from state, seasons, errors []float64) (to state, squares float64) {
	copy(seasons, from.season[:])
	seasons, errors = seasons[:len(days)+week], errors[:len(days)]
	level, slope := from.level, from.slope
	for t, y := range days {
		slope *= w.phi
		level += slope
		e := y - seasons[t] - level
		level += w.alpha * e
		slope += w.beta * e
		seasons[t+week] = seasons[t] + w.gamma*e
		errors[t] = e
		squares += e * e
	}
	to.level, to.slope = level, slope
	copy(to.season[:], seasons[len(days):])
	return to, squares
}

// expect are the means of the next n days (FPP3, table 8.6).
func (s state) expect(w weights, n int) []float64 {
	means := make([]float64, n)
	for h := range means {
		s.slope *= w.phi
		s.level += s.slope
		means[h] = s.level + s.season[h%week]
	}
	return means
}

// echo is how much the error of a day moves that day and the n-1 after it: 1,
// and then the c[j] of HKOS, chapter 6, whose squares add up to the variances of
// FPP3, table 8.8.
//
//	c[j] = alpha + beta (phi + phi² + … + phi^j) + gamma [7 divides j]
func (w weights) echo(n int) []float64 {
	c := make([]float64, n)
	power, sum := 1.0, 0.0
	for j := range c {
		if j == 0 {
			c[j] = 1
			continue
		}
		power *= w.phi
		sum += power
		c[j] = w.alpha + w.beta*sum
		if j%week == 0 {
			c[j] += w.gamma
		}
	}
	return c
}
