package forecast_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/contatore/contatore/internal/forecast"
)

// A shop is a rule that makes days: what each weekday takes from the first on,
// the days' noise as a share, and how much more each day takes than the last.
type shop struct {
	weekdays [7]float64
	noise    float64
	growth   float64
}

func bottega() shop { return shop{weekdays: [7]float64{10, 11, 10.5, 10, 9.5, 6, 4}, noise: 0.08} }

func (s shop) days(seed uint64, n int) []float64 {
	draw := rand.New(rand.NewPCG(seed, 0))
	days := make([]float64, n)
	for t := range days {
		days[t] = max(0, s.weekdays[t%7]*math.Exp(s.growth*float64(t))*(1+s.noise*draw.NormFloat64()))
	}
	return days
}

func total(days []float64) (sum float64) {
	for _, y := range days {
		sum += y
	}
	return sum
}

// near compares to a share of what is wanted.
func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if !(math.Abs(got-want) <= share*math.Abs(want)) {
		t.Errorf("%s is %v, want about %v", what, got, want)
	}
}

func TestLearnsWeekAndTrend(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]shop{
		"steady":  bottega(),
		"growing": {bottega().weekdays, 0.08, 0.004},
		"closed":  {[7]float64{10, 11, 10, 12, 15, 9, 0}, 0.1, 0},
		"flat":    {[7]float64{5, 5, 5, 5, 5, 5, 5}, 0.1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := forecast.Of(s.days(1, 182))
			for i, day := range f.Days(14, 0.8) {
				want := s.weekdays[i%7] * math.Exp(s.growth*float64(182+i))
				if math.Abs(day.Expected-want) > 0.12*want+0.02 {
					t.Errorf("day %d is %v, want about %v", i+1, day, want)
				}
				if width := day.High - day.Low; width > 0.9*want+0.2 {
					t.Errorf("day %d is as wide as %v", i+1, day)
				}
			}
			if mase, ok := f.Backtest(); !ok || mase > 1.1 {
				t.Errorf("the backtest has %v, %v", mase, ok)
			}
			if seasonal := f.Method()[len("ETS(A,N,")] == 'A' || f.Method() == "ETS(A,Ad,A)"; seasonal != (name != "flat") {
				t.Errorf("the method is %s", f.Method())
			}
		})
	}
}

// Two or three of each weekday make no season out of noise: what AICc has before
// AIC.
func TestNoiseHasNoWeek(t *testing.T) {
	t.Parallel()
	s := shop{weekdays: [7]float64{5, 5, 5, 5, 5, 5, 5}, noise: 0.2}
	for seed := range uint64(100) {
		if f := forecast.Of(s.days(seed, 14+int(seed%7))); f.Method() != "ETS(A,N,N)" {
			t.Errorf("seed %d has the method %s", seed, f.Method())
		}
	}
}

// Weekly sums of errors are what they are together: less than if all days erred
// alike, more than if each erred by itself.
func TestSum(t *testing.T) {
	t.Parallel()
	f := forecast.Of(bottega().days(2, 120))
	days := f.Days(28, 0.8)
	var expected, low, high, squares float64
	for _, d := range days[3:] {
		expected += d.Expected
		low += d.Low
		high += d.High
		squares += (d.High - d.Low) * (d.High - d.Low)
	}
	sum := f.Sum(4, 28, 0.8)
	near(t, "the sum", sum.Expected, expected, 1e-9)
	if sum.Low <= low || sum.High >= high {
		t.Errorf("%v is not narrower than %v to %v", sum, low, high)
	}
	if sum.High-sum.Low < math.Sqrt(squares) {
		t.Errorf("%v is narrower than independent days, %v", sum, math.Sqrt(squares))
	}
	if got := f.Sum(5, 5, 0.8); math.Abs(got.Low-days[4].Low)+math.Abs(got.High-days[4].High) > 1e-9 {
		t.Errorf("the sum of a day is %v, the day %v", got, days[4])
	}
	if got := f.Sum(9, 8, 0.8); got != (forecast.Interval{}) {
		t.Errorf("no days sum up to %v", got)
	}
}

// The intervals hold what they say, for days and for sums, on series that come
// from a known process: ETS(A,N,A) on the roots, alpha 0.3, gamma 0.1.
func TestCoverage(t *testing.T) {
	t.Parallel()
	const series, history, ahead = 1000, 168, 21
	var days, sums, inDays, inSums float64
	for seed := range uint64(series) {
		draw := rand.New(rand.NewPCG(seed, 1))
		level, season := 8., [7]float64{0.5, 0.7, 0.6, 0.4, 0.1, -0.9, -1.4}
		var y []float64
		for day := range history + ahead {
			e := 0.3 * draw.NormFloat64()
			root := max(0, level+season[day%7]+e)
			level, season[day%7] = level+0.3*e, season[day%7]+0.1*e
			y = append(y, root*root)
		}
		f := forecast.Of(y[:history])
		for i, in := range f.Days(ahead, 0.8) {
			days++
			if in.Low <= y[history+i] && y[history+i] <= in.High {
				inDays++
			}
		}
		sums++
		if in, truth := f.Sum(1, ahead, 0.8), total(y[history:]); in.Low <= truth && truth <= in.High {
			inSums++
		}
	}
	if share := inDays / days; share < 0.76 || share > 0.84 {
		t.Errorf("intervals of 80 %% hold %.3f of the days", share)
	}
	if share := inSums / sums; share < 0.75 || share > 0.85 {
		t.Errorf("intervals of 80 %% hold %.3f of the sums", share)
	}
}

func TestShortHistory(t *testing.T) {
	t.Parallel()
	for n := range 14 {
		days := bottega().days(3, n)
		f := forecast.Of(append(make([]float64, 40), days...)) // no usage is no history
		if f.Method() != "" || f.Unusual(0.99) != nil {
			t.Errorf("%d days have the method %q", n, f.Method())
		}
		if mase, ok := f.Backtest(); ok {
			t.Errorf("%d days have the backtest %v", n, mase)
		}
		sum := f.Sum(1, 10, 0.8)
		if n == 0 {
			if sum != (forecast.Interval{}) {
				t.Errorf("nothing lets expect %v", sum)
			}
			continue
		}
		mean := total(days) / float64(n)
		near(t, "ten days", sum.Expected, 10*mean, 1e-9)
		// Wide: a day or two tell nearly nothing, two weeks something.
		if width := (sum.High - sum.Low) / sum.Expected; width < 0.5/math.Sqrt(float64(n)) || n < 3 && width < 1 {
			t.Errorf("after %d days ten more cost %v", n, sum)
		}
	}
	if f := forecast.Of(bottega().days(3, 14)); f.Method() == "" {
		t.Error("14 days have no method")
	}
	if _, ok := forecast.Of(bottega().days(3, 27)).Backtest(); ok {
		t.Error("there is a backtest from less than 14 days")
	}
	if _, ok := forecast.Of(bottega().days(3, 28)).Backtest(); !ok {
		t.Error("28 days have no backtest")
	}
}

func TestOddHistories(t *testing.T) {
	t.Parallel()
	repeat := func(n int, days ...float64) (list []float64) {
		for range n {
			list = append(list, days...)
		}
		return list
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		f := forecast.Of(make([]float64, 400))
		if f.Method() != "" || f.Sum(1, 365, 0.99) != (forecast.Interval{}) {
			t.Errorf("%q expects %v", f.Method(), f.Sum(1, 365, 0.99))
		}
	})
	t.Run("constant", func(t *testing.T) {
		t.Parallel()
		f := forecast.Of(repeat(60, 0.1))
		for _, d := range f.Days(30, 0.99) {
			near(t, "a day", d.Expected, 0.1, 1e-4)
			near(t, "its low", d.Low, 0.1, 1e-3)
			near(t, "its high", d.High, 0.1, 1e-3)
		}
		if f.Method() != "ETS(A,N,N)" || len(f.Unusual(0.99)) != 0 {
			t.Errorf("%s finds %v unusual", f.Method(), f.Unusual(0.99))
		}
		if mase, ok := f.Backtest(); ok && mase != 0 {
			t.Errorf("the backtest has %v", mase)
		}
	})
	t.Run("a giant", func(t *testing.T) {
		t.Parallel()
		days := bottega().days(4, 100)
		want := forecast.Of(days).Sum(1, 30, 0.8)
		for _, giant := range []float64{1e2, 1e6, 1e15} {
			days[93] = giant
			got := forecast.Of(days).Sum(1, 30, 0.8)
			near(t, "a month", got.Expected, want.Expected, 0.05)
			near(t, "its high", got.High, want.High, 0.1)
		}
	})
	t.Run("closed on Sundays", func(t *testing.T) {
		t.Parallel()
		s := shop{weekdays: [7]float64{10, 11, 10, 12, 15, 9, 0}, noise: 0.1}
		days := s.days(5, 140)
		f := forecast.Of(days)
		if sunday := f.Days(7, 0.8)[6]; sunday.High > 0.2 {
			t.Errorf("a Sunday is %v", sunday)
		}
		days[132] = 6
		if got := forecast.Of(days).Unusual(0.99); !slices.ContainsFunc(got, func(d forecast.Day) bool { return d.Index == 132 && d.Above() }) {
			t.Errorf("a Sunday with sales is not in %v", got)
		}
	})
	t.Run("now and then", func(t *testing.T) {
		t.Parallel()
		draw := rand.New(rand.NewPCG(6, 0))
		days := make([]float64, 300)
		for i := range days {
			if draw.IntN(12) == 0 || i == 0 {
				days[i] = 20 + 10*draw.Float64()
			}
		}
		f := forecast.Of(days)
		sum := f.Sum(1, 300, 0.8)
		near(t, "as many days", sum.Expected, total(days), 0.25)
		if got := len(f.Unusual(0.99)); got > 3 {
			t.Errorf("%d of 300 days are unusual", got)
		}
	})
	t.Run("large and small", func(t *testing.T) {
		t.Parallel()
		want := forecast.Of(bottega().days(7, 90)).Sum(1, 30, 0.8)
		for _, size := range []float64{1e-300, 1e-15, 1e15, 1e300} {
			days := bottega().days(7, 90)
			for i := range days {
				days[i] *= size
			}
			got := forecast.Of(days).Sum(1, 30, 0.8)
			near(t, "a month", got.Expected, size*want.Expected, 1e-6)
			near(t, "its low", got.Low, size*want.Low, 1e-6)
			near(t, "its high", got.High, size*want.High, 1e-6)
		}
	})
	t.Run("a shop that is gone", func(t *testing.T) {
		t.Parallel()
		f := forecast.Of(append(bottega().days(8, 100), make([]float64, 50)...))
		if sum := f.Sum(1, 30, 0.8); sum.Expected > 5 {
			t.Errorf("it expects %v", sum)
		}
	})
	t.Run("a new level", func(t *testing.T) {
		t.Parallel()
		days := bottega().days(9, 100)
		for i := 86; i < 100; i++ {
			days[i] *= 2
		}
		near(t, "a week", forecast.Of(days).Sum(1, 7, 0.8).Expected, total(days[93:]), 0.15)
	})
}

// Two weeks ago the shop changed hands: its week is another one now.
func TestNaiveIsTheFloor(t *testing.T) {
	t.Parallel()
	var days []float64
	before, after := [7]float64{10, 10, 10, 10, 10, 1, 1}, [7]float64{3, 1, 8, 2, 9, 12, 4}
	for i := range 128 {
		if i < 100 {
			days = append(days, before[i%7])
		} else {
			days = append(days, after[i%7])
		}
	}
	f := forecast.Of(days)
	if f.Method() != forecast.Naive {
		t.Fatalf("the method is %s", f.Method())
	}
	for i, d := range f.Days(21, 0.8) {
		near(t, "a day", d.Expected, days[121+i%7], 1e-8)
	}
	if mase, ok := f.Backtest(); !ok || mase != 0 {
		t.Errorf("the backtest has %v, %v", mase, ok)
	}
}

func TestBacktest(t *testing.T) {
	t.Parallel()
	// The seasonal naive errs by 1 each day before the last two weeks, where the
	// mean is missed by 3 each day.
	var days []float64
	for i := range 42 {
		switch {
		case i >= 28:
			days = append(days, 103.5)
		case i/7%2 == 0:
			days = append(days, 100)
		default:
			days = append(days, 101)
		}
	}
	mase, ok := forecast.Of(days).Backtest()
	if !ok || mase < 2.4 || mase > 3.6 {
		t.Errorf("the backtest has %v, %v, want about 3", mase, ok)
	}
}

func TestGiven(t *testing.T) {
	t.Parallel()
	f := forecast.Of(bottega().days(10, 119)) // the next day is one of the first weekday
	whole := f.Days(1, 0.8)[0]
	today := func(spent, share float64) forecast.Interval { return f.Given(spent, share).Days(1, 0.8)[0] }

	near(t, "the day at its start", today(0, 0).Expected, whole.Expected, 1e-9)
	near(t, "its high", today(0, 0).High, whole.High, 1e-3)
	near(t, "the day at its usual rate", today(whole.Expected/2, 0.5).Expected, whole.Expected, 1e-9)
	if slow, fast := today(4, 0.5), today(6, 0.5); slow.Expected <= 4 || slow.Expected >= whole.Expected || fast.Expected <= whole.Expected || fast.Expected >= 12 {
		t.Errorf("half a day of 4 makes %v, of 6 %v, a day is %v", slow, fast, whole)
	}
	if slow := today(4, 0.5).Expected; slow > 8.95 || slow < 8 {
		t.Errorf("half a day of 4 in place of 5 tells nothing of the rest, or all: %v", slow)
	}
	for _, spent := range []float64{0, 5, 9, 14, 1e6} {
		if got := today(spent, 1); math.Abs(got.Low-spent)+math.Abs(got.Expected-spent)+math.Abs(got.High-spent) > 1e-9*spent {
			t.Errorf("a day that is over with %v is %v", spent, got)
		}
		last := math.Inf(1)
		for _, share := range []float64{0, 0.1, 0.3, 0.5, 0.7, 0.9, 1} {
			got := today(spent, share)
			if got.Low < spent {
				t.Errorf("%v are spent at %v of the day, and it is %v", spent, share, got)
			}
			if width := got.High - got.Low; spent == 5 && width > last {
				t.Errorf("at %v of the day it is less certain: %v", share, got)
			} else if spent == 5 {
				last = width
			}
		}
	}

	// The month.
	before, after := f.Sum(1, 12, 0.8), f.Given(9.5, 0.95).Sum(1, 12, 0.8)
	if after.High-after.Low >= before.High-before.Low {
		t.Errorf("a known day makes %v of %v", after, before)
	}
	giant := f.Given(1e5, 0.5).Sum(1, 12, 0.8)
	if rest := giant.Expected - 1e5; giant.Low < 1e5 || rest > 1.5*before.Expected {
		t.Errorf("a giant morning makes %v of %v", giant, before)
	}

	// Where each day's level goes on from the last one's, tomorrow is moved by
	// today, but not by a giant.
	draw := rand.New(rand.NewPCG(11, 0))
	wandering, level := make([]float64, 100), 100.
	for i := range wandering {
		wandering[i], level = level, level*math.Exp(0.05*draw.NormFloat64())
	}
	walk := forecast.Of(wandering)
	tomorrow := func(f *forecast.Forecast) float64 { return f.Days(2, 0.8)[1].Expected / walk.Days(2, 0.8)[1].Expected }
	if more := tomorrow(walk.Given(1.05*walk.Days(1, 0.8)[0].Expected, 1)); more < 1.02 || more > 1.06 {
		t.Errorf("a day of a twentieth more makes the next one %v", more)
	}
	if more := tomorrow(walk.Given(1e9, 1)); more < 1.05 || more > 1.5 {
		t.Errorf("a giant day makes the next one %v", more)
	}

	// Without a method.
	short := forecast.Of([]float64{10, 12, 11, 9})
	if got := short.Given(8, 0.5).Sum(1, 3, 0.8); got.Low < 8 || math.Abs(got.Expected-35) > 1 {
		t.Errorf("three days from a morning of 8 on are %v", got)
	}
}

func TestUnusual(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		days := bottega().days(100+seed, 180)
		days[60] *= 3     // a campaign
		days[61] = 1e9    // a mistake in a price, right after it
		days[120] = 0     // an outage
		days[150] *= 2.2  // another campaign
		days[150-7] *= .3 // and a strike
		got := map[int]bool{}
		for _, d := range forecast.Of(days).Unusual(0.99) {
			got[d.Index] = d.Above()
			if d.Actual != days[d.Index] || d.Above() != (d.Actual > d.High) || !d.Above() && d.Actual >= d.Low {
				t.Errorf("seed %d: %+v", seed, d)
			}
			near(t, fmt.Sprintf("seed %d: what day %d was expected to be", seed, d.Index), d.Expected, bottega().weekdays[d.Index%7], 0.35)
		}
		for index, above := range map[int]bool{60: true, 61: true, 120: false, 150: true, 143: false} {
			if was, found := got[index]; !found || was != above {
				t.Errorf("seed %d: day %d is not found, or on the wrong side: %v", seed, index, got)
			}
			// The days after are as usual.
			for after := 1; after <= 7; after++ {
				delete(got, index)
			}
		}
		if len(got) > 5 {
			t.Errorf("seed %d: ordinary days are called unusual: %v", seed, got)
		}
	}
}

// A shop without a steady level has its giants, too.
func TestUnusualInAWanderingSeries(t *testing.T) {
	t.Parallel()
	var called, found float64
	for seed := range uint64(50) {
		draw := rand.New(rand.NewPCG(seed, 2))
		days, level := make([]float64, 150), 100.
		for i := range days {
			days[i], level = level, level*math.Exp(0.04*draw.NormFloat64())
		}
		days[100] *= 3
		for _, d := range forecast.Of(days).Unusual(0.99) {
			if d.Index == 100 {
				found++
			} else {
				called++
			}
		}
	}
	if found < 50 || called/50/149 > 0.02 {
		t.Errorf("%v of 50 giants are found, %.4f of the other days called unusual", found, called/50/149)
	}
}

// At most one ordinary day in a hundred is called unusual, and none of the week
// after a giant more often than others.
func TestOrdinaryDaysAreNotUnusual(t *testing.T) {
	t.Parallel()
	var days, called, week, calledInWeek float64
	for seed := range uint64(200) {
		s := bottega()
		s.noise = 0.05 + 0.002*float64(seed%100)
		s.growth = 0.003 * float64(seed%3)
		y := s.days(seed, 150)
		y[80] *= 5
		for _, d := range forecast.Of(y).Unusual(0.99) {
			if d.Index == 80 {
				continue
			}
			called++
			if d.Index > 80 && d.Index <= 87 {
				calledInWeek++
			}
		}
		days += 149
		week += 7
	}
	if called/days > 0.01 {
		t.Errorf("%.4f of the ordinary days are called unusual", called/days)
	}
	if calledInWeek/week > 0.015 {
		t.Errorf("%.4f of the days after a giant are called unusual", calledInWeek/week)
	}
}

func BenchmarkTwoYears(b *testing.B) {
	days := bottega().days(1, 730)
	for b.Loop() {
		forecast.Of(days).Days(30, 0.8)
	}
}

func BenchmarkMonthEnd(b *testing.B) {
	f := forecast.Of(bottega().days(1, 730))
	for b.Loop() {
		f.Given(3, 0.3).Sum(1, 31, 0.8)
	}
}
