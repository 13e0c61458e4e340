//go:build linux

package main

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"time"
)

// A figure is something measured, once a repetition.
type figure struct {
	// Row is the line of the goals' table that it belongs to.
	Row int `json:"row"`
	// Case is what was done, Who did it, Measure what was looked at, with its
	// unit.
	Case    string    `json:"case"`
	Who     string    `json:"who"`
	Measure string    `json:"measure"`
	Samples []float64 `json:"samples"`
}

// MarshalJSON adds what the tables show.
func (f *figure) MarshalJSON() ([]byte, error) {
	type plain figure
	s := spreadOf(f.Samples)
	return json.Marshal(struct {
		*plain
		Median float64 `json:"median"`
		Min    float64 `json:"min"`
		Max    float64 `json:"max"`
	}{(*plain)(f), s.median, s.low, s.high})
}

// figures are all that a run measured, in the order of their first samples.
type figures []*figure

// add appends a sample.
func (fs *figures) add(row int, of, who, measure string, value float64) {
	f := fs.find(row, of, who, measure)
	if f == nil {
		f = &figure{Row: row, Case: of, Who: who, Measure: measure}
		*fs = append(*fs, f)
	}
	f.Samples = append(f.Samples, value)
}

// find returns nil for what was not measured.
func (fs figures) find(row int, of, who, measure string) *figure {
	at := slices.IndexFunc(fs, func(f *figure) bool {
		return f.Row == row && f.Case == of && f.Who == who && f.Measure == measure
	})
	if at < 0 {
		return nil
	}
	return fs[at]
}

// samples are a figure's, none for what was not measured.
func (fs figures) samples(row int, of, who, measure string) []float64 {
	if f := fs.find(row, of, who, measure); f != nil {
		return f.Samples
	}
	return nil
}

// median is 0 for what was not measured.
func (fs figures) median(row int, of, who, measure string) float64 {
	return spreadOf(fs.samples(row, of, who, measure)).median
}

// A spread is how samples lie. Zero: there are none.
type spread struct{ median, low, high float64 }

// spreadOf returns the median, the mean of the two in the middle where there
// are two, and the ends.
func spreadOf(samples []float64) spread {
	n := len(samples)
	if n == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(samples))
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}

// ratios divides sample by sample: contenders take turns, so that those of one
// repetition met the same machine. A missing partner ends the list; what
// can't be divided is 0.
func ratios(above, below []float64) []float64 {
	list := make([]float64, min(len(above), len(below)))
	for i := range list {
		if below[i] != 0 {
			list[i] = above[i] / below[i]
		}
	}
	return list
}

// quantile is the smallest of the sorted values that at least the part q of
// them do not exceed; zero where there are none.
func quantile[T cmp.Ordered](sorted []T, q float64) (v T) {
	if len(sorted) == 0 {
		return v
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// ms is a duration in milliseconds.
func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// now is the machine's clock.
func now() time.Time { return time.Now() } //nolint:forbidigo // what is measured is time

func since(t time.Time) time.Duration { return now().Sub(t) }

func sorted(list []time.Duration) []time.Duration {
	slices.Sort(list)
	return list
}
