//go:build linux

package main

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		samples []float64
		want    spread
	}{
		{nil, spread{}},
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{4, 1}, spread{2.5, 1, 4}},
		{[]float64{9, 2, 4}, spread{4, 2, 9}},
		{[]float64{8, 2, 6, 1}, spread{4, 1, 8}},
	} {
		given := slices.Clone(c.samples)
		if got := spreadOf(c.samples); got != c.want || !slices.Equal(given, c.samples) {
			t.Errorf("%v: %v, want %v; afterwards %v", given, got, c.want, c.samples)
		}
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = i + 1
	}
	for _, c := range []struct {
		sorted []int
		q      float64
		want   int
	}{
		{nil, 0.5, 0},
		{[]int{7}, 0.99, 7},
		{[]int{1, 2}, 0.5, 1},
		{[]int{1, 2, 3}, 0.5, 2},
		{hundred, 0, 1},
		{hundred, 0.5, 50},
		{hundred, 0.99, 99},
		{hundred, 0.991, 100},
		{hundred, 1, 100},
	} {
		if got := quantile(c.sorted, c.q); got != c.want {
			t.Errorf("%v of %d: %d, want %d", c.q, len(c.sorted), got, c.want)
		}
	}
}

func TestRatiosPairRepetitions(t *testing.T) {
	t.Parallel()
	if got := ratios([]float64{6, 8, 9}, []float64{3, 2}); !slices.Equal(got, []float64{2, 4}) {
		t.Error(got)
	}
	if got := ratios([]float64{1}, []float64{0}); !slices.Equal(got, []float64{0}) {
		t.Error(got) // no JSON could hold it
	}
	if got := ratios(nil, []float64{1}); len(got) != 0 {
		t.Error(got)
	}
}

func TestGoalsAreJudgedByTheMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		samples []float64
		bound   float64
		atMost  bool
		want    string
	}{
		{nil, 1, false, "not measured"},
		{[]float64{0.5, 2, 3}, 2, false, "pass"},
		{[]float64{0.5, 1, 3}, 2, false, "miss (within the spread)"},
		{[]float64{0.5, 1, 1}, 2, false, "miss"},
		{[]float64{4, 5, 9}, 5, true, "pass"},
		{[]float64{4, 6, 9}, 5, true, "miss (within the spread)"},
		{[]float64{6, 6, 9}, 5, true, "miss"},
	} {
		if got := (goal{Samples: c.samples, Bound: c.bound, AtMost: c.atMost}).judge(); got != c.want {
			t.Errorf("%v against %v: %s, want %s", c.samples, c.bound, got, c.want)
		}
	}
}

func TestFiguresKeepTheirSamples(t *testing.T) {
	t.Parallel()
	var fs figures
	for i, v := range []float64{3, 1, 2} {
		fs.add(1, "case", "who", "ms", v)
		fs.add(1, "case", "another", "ms", float64(i))
	}
	if got := fs.median(1, "case", "who", "ms"); got != 2 {
		t.Error(got)
	}
	text, err := json.Marshal(fs[:1])
	if want := `[{"row":1,"case":"case","who":"who","measure":"ms","samples":[3,1,2],"median":2,"min":1,"max":3}]`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	if fs.samples(2, "case", "who", "ms") != nil {
		t.Error("another row's samples")
	}
}

func TestNumbersForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {0.04567, "0.0457"}, {0.5, "0.5"}, {5.0, "5"}, {12.34, "12.3"}, {999.4, "999"}, {1234.5, "1,234"}, {10_000_000, "10,000,000"}, {-0.25, "-0.25"}, {math.Inf(1), "+Inf"},
	} {
		if got := number(c.v); got != c.want {
			t.Errorf("%v: %s, want %s", c.v, got, c.want)
		}
	}
	for decimal, want := range map[string]string{"0.005": "5000000", "0": "0", "12": "12000000000", "0.000000001": "1"} {
		if got := toNanos(decimal); got != want {
			t.Errorf("%s: %s, want %s", decimal, got, want)
		}
	}
}

// The data says the same whatever day it is made on, but for its dates.
func TestUsagesAreSteady(t *testing.T) {
	t.Parallel()
	const n = 5_000
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	var one, other []usage
	for u := range usages(n, at) {
		one = append(one, u)
	}
	for u := range usages(n, at.AddDate(0, 0, 1)) {
		other = append(other, u)
	}
	if len(one) != n || len(other) != n {
		t.Fatalf("%d and %d usages, want %d", len(one), len(other), n)
	}
	lately := 0
	for i, u := range one {
		if i > 0 && u.at.Before(one[i-1].at) || u.at.After(at) {
			t.Fatalf("usage %d is at %v", i, u.at)
		}
		if u.at.After(at.AddDate(0, 0, -recent)) {
			lately++
		}
		u.at = u.at.AddDate(0, 0, 1)
		if u != other[i] {
			t.Fatalf("usage %d: %v and %v", i, u, other[i])
		}
	}
	if part := float64(lately) / n; math.Abs(part-recentPart) > 0.01 {
		t.Errorf("%v of the usages are of the last %d days, want %v", part, recent, recentPart)
	}
}
