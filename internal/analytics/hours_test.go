package analytics_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/contatore/contatore/internal/analytics"
)

// counter is a shop's hours by how much there is to do in each.
type counter [24]float64

func busyFrom(open, closed int, rate float64) (c counter) {
	for hour := open; hour < closed; hour++ {
		c[hour] = rate
	}
	return c
}

// days draws what so many days have, weekends half.
func (c counter) days(draw *rand.Rand, n int) [][24]float64 {
	days := make([][24]float64, n)
	for t := range days {
		size := 0.9 + 0.2*draw.Float64()
		if t%7 > 4 {
			size /= 2
		}
		for hour, rate := range c {
			for left := size * rate; ; {
				if left -= draw.ExpFloat64(); left < 0 {
					break
				}
				days[t][hour]++
			}
		}
	}
	return days
}

// An hour of many and one of none are found, on the day after a campaign too,
// whose own hours are no news; and so are few others.
func TestUnusualHours(t *testing.T) {
	t.Parallel()
	others := 0
	const seeds, n = 50, 84
	for seed := range uint64(seeds) {
		draw := rand.New(rand.NewPCG(seed, 3))
		days := busyFrom(8, 20, 60).days(draw, n)
		days[30] = busyFrom(8, 20, 240).days(draw, 1)[0]
		days[31][14] *= 3
		days[50][10] = 0
		found := map[string]bool{}
		for _, h := range analytics.UnusualHours(days, 0.99) {
			if h.Actual != days[h.Day][h.Hour] || !(h.Low <= h.Expected && h.Expected <= h.High) || h.Above() == (h.Actual < h.Low) {
				t.Errorf("seed %d: %+v", seed, h)
			}
			found[fmt.Sprint(h.Day, h.Hour, h.Above())] = true
		}
		for _, want := range []string{"31 14 true", "50 10 false"} {
			if !found[want] {
				t.Errorf("seed %d: %s is not found in %v", seed, want, found)
			}
			delete(found, want)
		}
		others += len(found)
	}
	if others > seeds*n/100 {
		t.Errorf("%d other hours of %d days are called unusual", others, seeds*n)
	}
}

// Whatever the shop, of a hundred days one has an hour that is called unusual
// though nothing happened, or hardly more.
func TestOrdinaryHoursAreNotUnusual(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counter
		days int
		most float64
	}{
		"busy":        {busyFrom(8, 20, 500), 150, 0.013},
		"calm":        {busyFrom(8, 20, 3), 150, 0.01},
		"seldom":      {busyFrom(0, 24, 0.05), 150, 0.01},
		"hardly ever": {busyFrom(0, 24, 0.005), 150, 0.01},
		"an hour":     {busyFrom(9, 10, 30), 150, 0},
		"short":       {busyFrom(8, 20, 30), 28, 0.015},
		"nights": {func() counter {
			c := busyFrom(8, 20, 40)
			c[3] = 0.02
			return c
		}(), 150, 0.013},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var called float64
			const seeds = 40
			for seed := range uint64(seeds) {
				days := map[int]bool{}
				for _, h := range analytics.UnusualHours(c.counter.days(rand.New(rand.NewPCG(seed, 4)), c.days), 0.99) {
					days[h.Day] = true
				}
				called += float64(len(days))
			}
			if share := called / float64(seeds*c.days); share > c.most {
				t.Errorf("%.4f of the days have such an hour", share)
			}
		})
	}
	if got := analytics.UnusualHours(make([][24]float64, 100), 0.99); len(got) > 0 {
		t.Errorf("nothing is unusual: %v", got)
	}
	if got := analytics.UnusualHours(make([][24]float64, 27), 0.99); got != nil {
		t.Errorf("%v", got)
	}
}
