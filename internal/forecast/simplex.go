package forecast

type point struct {
	at    [mostDims]float64
	value float64
}

// minimise looks for the lowest value of f in the box from 0 to 1, from start
// on, with steps of that size and about so many evaluations at most. Only the
// first dims numbers of a point count. It is the simplex search of Nelder and
// Mead (1965) with their coefficients. gonum's would do as well, were it not
// that it runs goroutines for each search and is a module of 19 MB, for what
// stands here on a page.
func minimise(f func(*[mostDims]float64) float64, start [mostDims]float64, dims int, step float64, most int) [mostDims]float64 {
	// tolerance is how much worse than the best corner the worst may be at the
	// end, as a share.
	const tolerance = 1e-6
	evaluations := 0
	look := func(at [mostDims]float64) point {
		for i := range dims {
			at[i] = min(max(at[i], 0), 1)
		}
		evaluations++
		return point{at, f(&at)}
	}
	var simplex [mostDims + 1]point
	simplex[0] = look(start)
	for i := range dims {
		corner := start
		if corner[i] += step; corner[i] > 1 {
			corner[i] -= 2 * step
		}
		simplex[i+1] = look(corner)
	}
	for {
		// The best first; five points are sorted by insertion.
		for i := 1; i <= dims; i++ {
			for j := i; j > 0 && simplex[j].value < simplex[j-1].value; j-- {
				simplex[j], simplex[j-1] = simplex[j-1], simplex[j]
			}
		}
		best, worst := simplex[0].value, simplex[dims].value
		if evaluations >= most || worst-best <= tolerance*best {
			return simplex[0].at
		}
		var middle [mostDims]float64
		for i := range dims {
			for j := range dims {
				middle[j] += simplex[i].at[j] / float64(dims)
			}
		}
		// along is the point on the line from the middle through the worst one,
		// by multiples of their distance.
		along := func(by float64) point {
			at := middle
			for j := range dims {
				at[j] += by * (simplex[dims].at[j] - middle[j])
			}
			return look(at)
		}
		next := along(-1)
		switch {
		case next.value < best:
			if far := along(-2); far.value < next.value {
				next = far
			}
		case next.value >= worst:
			next = along(0.5)
		case next.value >= simplex[dims-1].value:
			if near := along(-0.5); near.value < next.value {
				next = near
			}
		}
		if next.value < worst {
			simplex[dims] = next
			continue
		}
		// Nothing on that line: all draw nearer to the best.
		for i := 1; i <= dims; i++ {
			at := simplex[i].at
			for j := range dims {
				at[j] = (at[j] + simplex[0].at[j]) / 2
			}
			simplex[i] = look(at)
		}
	}
}
