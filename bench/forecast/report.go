package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/contatore/contatore/internal/forecast"
)

// A score sums a method's errors up.
type score struct {
	mase, coverage, width, ms, longest float64
	count                              float64
	// bySeries are the sums of the errors of each series.
	bySeries map[string]float64
}

// scores judges the methods at the questions that all of them answered.
func scores(asked []*question, methods ...string) map[string]*score {
	all := map[string]*score{}
	for _, m := range methods {
		all[m] = &score{bySeries: map[string]float64{}}
	}
	for _, q := range asked {
		if slices.ContainsFunc(methods, func(m string) bool { return q.answers[m] == nil }) {
			continue
		}
		var scale float64
		for t := week; t < len(q.history); t++ {
			scale += math.Abs(q.history[t]-q.history[t-week]) / float64(len(q.history)-week)
		}
		for _, m := range methods {
			all[m].add(q, q.answers[m], scale)
		}
	}
	return all
}

func (s *score) add(q *question, a *answer, scale float64) {
	var mase float64
	for h, y := range q.truth {
		// Nothing costs less than nothing, whatever an interval says.
		low := max(a.low[h], 0)
		mase += math.Abs(y-a.mean[h]) / scale / horizon
		s.width += (a.high[h] - low) / scale / horizon
		if y >= low && y <= a.high[h] {
			s.coverage += 1. / horizon
		}
	}
	s.mase += mase
	s.bySeries[q.series] += mase
	s.ms += a.ms
	s.longest = max(s.longest, a.ms)
	s.count++
}

// better is the share of series in which s errs less than the other.
func (s *score) better(than *score) float64 {
	var won float64
	for name, sum := range s.bySeries {
		if sum < than.bySeries[name] {
			won++
		}
	}
	return won / float64(len(s.bySeries))
}

// names are the methods as the tables call them, in their order.
var names = [...][2]string{{"ours", "internal/forecast"}, {"ets", "R ets"}, {"arima", "R auto.arima"}, {"snaive", "R snaive"}}

func table(text *strings.Builder, all map[string]*score) {
	fmt.Fprintln(text, "| method | mean MASE | better than snaive | coverage of 80 % | width | ms a fit |\n|---|---|---|---|---|---|")
	for _, name := range names {
		s := all[name[0]]
		if s == nil {
			continue
		}
		won := "–"
		if name[0] != "snaive" {
			won = fmt.Sprintf("%.1f %%", 100*s.better(all["snaive"]))
		}
		fmt.Fprintf(text, "| %s | %.3f | %s | %.1f %% | %.2f | %.1f |\n", name[1], s.mase/s.count, won, 100*s.coverage/s.count, s.width/s.count, s.ms/s.count)
	}
	fmt.Fprintln(text)
}

func report(all []series, asked []*question, withTrace bool, versions string) string {
	rolled := scores(asked, "ours", "snaive")
	beside := scores(asked, "ours", "ets", "snaive")
	slowest := scores(asked, "ours", "ets", "arima", "snaive")
	long := scores(slices.DeleteFunc(slices.Clone(asked), func(q *question) bool { return len(q.history) < 700 }), "ours")["ours"]

	var text strings.Builder
	ratio := beside["ours"].mase / beside["ets"].mase
	won := rolled["ours"].better(rolled["snaive"])
	coverage := rolled["ours"].coverage / rolled["ours"].count
	fmt.Fprint(&text, "# How good the forecasts are\n\nWritten by `make forecast-bench`.\n\n| goal | reached | |\n|---|---|---|\n")
	goal := func(what, reached string, ok bool) {
		verdict := "missed"
		if ok {
			verdict = "met"
		}
		fmt.Fprintf(&text, "| %s | %s | %s |\n", what, reached, verdict)
	}
	goal("mean MASE at most 1.02 times that of R's ets", fmt.Sprintf("%.3f times", ratio), ratio <= 1.02)
	goal("better than the seasonal naive on 9 series in 10", fmt.Sprintf("on %.1f %%", 100*won), won >= 0.9)
	goal("80 % intervals hold 76 to 84 % of the days", fmt.Sprintf("%.1f %%", 100*coverage), coverage >= 0.76 && coverage <= 0.84)
	goal("at most 5 ms for two years of days", fmt.Sprintf("%.1f ms, the slowest %.1f ms", long.ms/long.count, long.longest), long.ms/long.count <= 5)

	fmt.Fprintf(&text, "\n## What was measured\n\n%d daily series, by rolling origin: up to six origins each, 12 days apart, and the 30 days after each. A forecast's MASE is its mean absolute error by that of the seasonal naive (7 days) one step ahead in its history; a width is in the same measure, and no interval counts below zero. A series is won by the lower mean MASE over its origins. Times are of one core: ours is the quickest of nine, R's is CPU time.\n\n", len(all))
	fmt.Fprintf(&text, "At every origin (%.0f forecasts):\n\n", rolled["ours"].count)
	table(&text, rolled)
	fmt.Fprintf(&text, "At every second, where R's ets was asked too (%.0f forecasts):\n\n", beside["ours"].count)
	table(&text, beside)
	fmt.Fprintf(&text, "At those where auto.arima, which is slow, was asked as well (%.0f forecasts):\n\n", slowest["ours"].count)
	table(&text, slowest)

	fmt.Fprintf(&text, "The intervals of the total of the 30 days, which R's forecasts don't have, hold %.1f %% of the totals. Of all days of all series %.2f %% lie outside of their 99 %% interval.\n\n", 100*inSum(asked), 100*unusual(all))
	fmt.Fprintf(&text, "## By kind of series\n\n| kind | series | MASE ours | ets | snaive | coverage ours | ets | better than snaive |\n|---|---|---|---|---|---|---|---|\n")
	for _, kind := range kinds(all) {
		of := slices.DeleteFunc(slices.Clone(asked), func(q *question) bool { return kindOf(q.series) != kind })
		b, w := scores(of, "ours", "ets", "snaive"), scores(of, "ours", "snaive")
		o, e, n := b["ours"], b["ets"], b["snaive"]
		fmt.Fprintf(&text, "| %s | %d | %.3f | %.3f | %.3f | %.1f %% | %.1f %% | %.1f %% |\n", kind, len(w["ours"].bySeries),
			o.mase/o.count, e.mase/e.count, n.mase/n.count, 100*o.coverage/o.count, 100*e.coverage/e.count, 100*w["ours"].better(w["snaive"]))
	}
	trace := "The trace was not at hand, so that there are no such series."
	if withTrace {
		trace = "`trace` plays a real trace of a language model's answers at the speed of days: a slice of it is a day, its tokens are the cost."
	}
	fmt.Fprintf(&text, `
Public series come with R's packages: chicago and weather with modeldata, yields with tseries, airquality and stocks with datasets, gold and taylor with forecast. sample, closed, growing and evening are made-up shops of 5 to 2,000 answers a day (bench/forecast/series.go); sample is what internal/sample plans. %s

## The machine

%s, %d cores, %s; Go %s %s/%s; %s.

    apt-get install r-base-core r-cran-forecast r-cran-modeldata
    make forecast-bench
`, trace, processor(), runtime.NumCPU(), runtime.GOOS, strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS, runtime.GOARCH, versions)
	return text.String()
}

// inSum is the share of totals that our intervals hold.
func inSum(asked []*question) float64 {
	var held float64
	for _, q := range asked {
		var total float64
		for _, y := range q.truth {
			total += y
		}
		if in := q.answers["ours"].sum; in.Low <= total && total <= in.High {
			held++
		}
	}
	return held / float64(len(asked))
}

// unusual is the share of days that we call so.
func unusual(all []series) float64 {
	var called, days float64
	for _, s := range all {
		called += float64(len(forecast.Of(s.values).Unusual(0.99)))
		days += float64(len(s.values))
	}
	return called / days
}

func kindOf(name string) string {
	kind, _, _ := strings.Cut(name, "/")
	return kind
}

func kinds(all []series) []string {
	var list []string
	for _, s := range all {
		if kind := kindOf(s.name); !slices.Contains(list, kind) {
			list = append(list, kind)
		}
	}
	return list
}

// processor is the name of the machine's processor, as Linux tells it.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // elsewhere it has none
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
