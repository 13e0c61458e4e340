package forecast_test

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/forecast"
)

// histories are days of any sort: shops with a week and noise, runs of nothing,
// and now and then numbers that no shop has.
func histories() *rapid.Generator[[]float64] {
	return rapid.Custom(func(t *rapid.T) []float64 {
		n := rapid.IntRange(0, 150).Draw(t, "days")
		weekdays := rapid.SliceOfN(rapid.Float64Range(0, 100), 7, 7).Draw(t, "weekdays")
		noise := rapid.SampledFrom([]float64{0, 0.1, 0.5, 2}).Draw(t, "noise")
		days := make([]float64, n)
		for i := range days {
			days[i] = max(0, weekdays[i%7]*(1+noise*rapid.Float64Range(-1, 1).Draw(t, "off")))
		}
		for range rapid.IntRange(0, 3).Draw(t, "oddities") {
			if n == 0 {
				break
			}
			from := rapid.IntRange(0, n-1).Draw(t, "from")
			to := min(n, from+rapid.SampledFrom([]int{1, 1, 7, 40}).Draw(t, "length"))
			value := rapid.OneOf(rapid.Just(0.), rapid.Float64Range(0, 1e15), rapid.Float64Range(0, 1e-9)).Draw(t, "value")
			for i := from; i < to; i++ {
				days[i] = value
			}
		}
		return days
	})
}

// forecasts are all that a forecast tells.
type forecasts struct {
	Method  string
	Days    []forecast.Interval
	Sum     forecast.Interval
	Today   forecast.Interval
	Month   forecast.Interval
	Unusual []forecast.Day
	Mase    float64
	Known   bool
}

func ask(days []float64, spent, share, level float64, ahead int) forecasts {
	f := forecast.Of(days)
	a := forecasts{Method: f.Method(), Days: f.Days(ahead, level), Sum: f.Sum(2, min(ahead, 60), level), Unusual: f.Unusual(level)}
	given := f.Given(spent, share)
	a.Today, a.Month = given.Sum(1, 1, level), given.Sum(1, min(ahead, 60), level)
	a.Mase, a.Known = f.Backtest()
	return a
}

func TestIntervalsAreIntervals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := histories().Draw(t, "history")
		for range rapid.IntRange(0, 3).Draw(t, "numbers") {
			if len(days) > 0 {
				days[rapid.IntRange(0, len(days)-1).Draw(t, "at")] = rapid.OneOf(
					rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64}),
				).Draw(t, "number")
			}
		}
		spent := rapid.OneOf(rapid.Float64Range(0, 1000), rapid.Float64()).Draw(t, "spent")
		share := rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64(), rapid.Just(math.NaN())).Draw(t, "share")
		level := rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64(), rapid.Just(math.NaN())).Draw(t, "level")
		ahead := rapid.IntRange(2, 365).Draw(t, "ahead")
		a := ask(days, spent, share, level, ahead)

		proper := func(what string, in forecast.Interval) {
			if !(in.Low >= 0 && in.Low <= in.Expected && in.Expected <= in.High && in.High <= math.MaxFloat64) {
				t.Errorf("%s is %v", what, in)
			}
		}
		if len(a.Days) != ahead {
			t.Errorf("%d days for %d", len(a.Days), ahead)
		}
		for _, in := range a.Days {
			proper("a day", in)
		}
		proper("the sum", a.Sum)
		proper("today", a.Today)
		proper("the month", a.Month)
		last := -1
		for _, d := range a.Unusual {
			proper("an unusual day", d.Interval)
			if d.Index <= last || d.Index >= len(days) {
				t.Errorf("%d comes after %d of %d", d.Index, last, len(days))
			}
			last = d.Index
		}
		if !(a.Mase >= 0 && a.Mase <= math.MaxFloat64) {
			t.Errorf("the backtest has %v", a.Mase)
		}
	})
}

func TestSameAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := histories().Draw(t, "history")
		if one, two := ask(days, 3, 0.4, 0.8, 30), ask(days, 3, 0.4, 0.8, 30); !reflect.DeepEqual(one, two) {
			t.Errorf("%+v, then %+v", one, two)
		}
	})
}

// Days before the first usage are no days.
func TestStartDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := histories().Draw(t, "history")
		before := rapid.IntRange(1, 400).Draw(t, "before")
		one, two := ask(days, 3, 0.4, 0.8, 30), ask(append(make([]float64, before), days...), 3, 0.4, 0.8, 30)
		for i := range two.Unusual {
			two.Unusual[i].Index -= before
		}
		if !reflect.DeepEqual(one, two) {
			t.Errorf("%+v, with %d days before %+v", one, before, two)
		}
	})
}

// A currency of smaller units has larger numbers, and nothing else.
func TestScaleDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := histories().Draw(t, "history")
		scale := rapid.SampledFrom([]float64{1. / 1024, 0.01, 3, 655.957, 1e6}).Draw(t, "scale")
		scaled := make([]float64, len(days))
		for i, y := range days {
			scaled[i] = scale * y
		}
		one, two := ask(days, 3, 0.4, 0.8, 30), ask(scaled, scale*3, 0.4, 0.8, 30)
		same := func(what string, a, b forecast.Interval) {
			within := 1e-5 * (a.Expected + a.High)
			if math.Abs(scale*a.Expected-b.Expected)+math.Abs(scale*a.Low-b.Low)+math.Abs(scale*a.High-b.High) > scale*within {
				t.Errorf("%s: %v, by %v %v", what, a, scale, b)
			}
		}
		if one.Method != two.Method {
			t.Fatalf("%s becomes %s", one.Method, two.Method)
		}
		for i := range one.Days {
			same("a day", one.Days[i], two.Days[i])
		}
		same("the sum", one.Sum, two.Sum)
		same("today", one.Today, two.Today)
		same("the month", one.Month, two.Month)
	})
}

// The sum is that of its days, and what is more certain is narrower.
func TestLevelsAndSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := forecast.Of(histories().Draw(t, "history"))
		from := rapid.IntRange(1, 20).Draw(t, "from")
		to := rapid.IntRange(from, 30).Draw(t, "to")
		var expected float64
		for _, d := range f.Days(to, 0.5)[from-1:] {
			expected += d.Expected
		}
		half, most := f.Sum(from, to, 0.5), f.Sum(from, to, 0.99)
		if math.Abs(half.Expected-expected) > 1e-9*expected || half.Expected != most.Expected {
			t.Errorf("%v and %v, the days have %v", half, most, expected)
		}
		if most.Low > half.Low || most.High < half.High {
			t.Errorf("99 %% are %v, 50 %% %v", most, half)
		}
	})
}
