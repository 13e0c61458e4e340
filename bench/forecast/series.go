package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// A series is what somebody used day by day.
type series struct {
	name   string
	values []float64
}

// What internal/sample plans: percents of the weekdays from Monday on, a trend
// from 600 to 1000 thousandths, noise of a tenth, and one day of three times
// the answers. Its plan is private and its answers go through a database, so
// that the figures stand here once more.
var (
	sampleWeekdays = [7]float64{104, 110, 108, 106, 98, 66, 44}
	// samplePrices and sampleWeights are what an answer costs, and how many of
	// a hundred do.
	samplePrices  = [...]float64{0.005, 0.015, 0.02, 0.04}
	sampleWeights = [...]int{80, 9, 6, 5}
)

// A shop is a rule that makes daily costs.
type shop struct {
	name     string
	weekdays [7]float64
	// from and to are the trend, noise the half-width of a day's factor.
	from, to, noise float64
	// wander is how far the level drifts from one day to the next.
	wander float64
}

func shops() []shop {
	return []shop{
		{"sample", sampleWeekdays, 0.6, 1, 0.1, 0},
		{"closed", [7]float64{90, 100, 105, 110, 130, 80, 0}, 1, 1, 0.15, 0.01},
		{"growing", sampleWeekdays, 0.2, 1, 0.15, 0.02},
		{"evening", [7]float64{60, 65, 75, 95, 150, 170, 110}, 1.1, 0.9, 0.25, 0.03},
	}
}

// shopSeries are shops of several sizes, each under its own seed.
func shopSeries() []series {
	var all []series
	seed := uint64(0)
	for _, kind := range shops() {
		for _, daily := range []float64{5, 25, 200, 2000} {
			for _, days := range []int{100, 150, 240, 425, 790} {
				seed++
				draw := rand.New(rand.NewPCG(seed, 0))
				all = append(all, series{fmt.Sprintf("%s/%g/%d", kind.name, daily, days), kind.costs(draw, daily, days)})
			}
		}
	}
	return all
}

// costs makes the days of a shop that has so many answers on an average day.
func (s shop) costs(draw *rand.Rand, daily float64, days int) []float64 {
	values := make([]float64, days)
	peak := days/2 + draw.IntN(days/3)
	level := 0.0
	for i := range values {
		trend := s.from + (s.to-s.from)*float64(i)/float64(days-1)
		level += s.wander * draw.NormFloat64()
		mean := daily * s.weekdays[i%7] / 100 * trend * math.Exp(level) * (1 + s.noise*(2*draw.Float64()-1))
		if i == peak {
			mean *= 3
		}
		for range poisson(draw, mean) {
			values[i] += price(draw)
		}
	}
	return values
}

func price(draw *rand.Rand) float64 {
	n := draw.IntN(100)
	for i, weight := range sampleWeights {
		if n -= weight; n < 0 {
			return samplePrices[i]
		}
	}
	return 0
}

// poisson counts arrivals of rate one until the mean is used up.
func poisson(draw *rand.Rand, mean float64) int {
	count := -1
	for left := mean; left >= 0; count++ {
		left -= draw.ExpFloat64()
	}
	return max(count, 0)
}

// traceSeries are shops whose answers come and cost as in a real trace, played
// at another speed: a slice of it stands for a day, its tokens for the cost.
// There are none where the trace is not at hand.
func traceSeries(path string) ([]series, error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var at, tokens []float64 // seconds of the hour, in and out at 1 to 4
	for _, row := range rows[1:] {
		var clock [3]float64
		var counts [2]float64
		for i, text := range []string{row[0][11:13], row[0][14:16], row[0][17:], row[1], row[2]} {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, err
			}
			if i < 3 {
				clock[i] = value
			} else {
				counts[i-3] = value
			}
		}
		at = append(at, clock[0]*3600+clock[1]*60+clock[2])
		tokens = append(tokens, counts[0]+4*counts[1])
	}
	var all []series
	for i := range 20 {
		kind, days := shops()[i%4], 120+25*i
		draw := rand.New(rand.NewPCG(uint64(i), 1)) //nolint:gosec // small
		slice := (at[len(at)-1] - at[0]) / float64(days)
		values := make([]float64, days)
		for j, t := range at {
			values[min(int((t-at[0])/slice), days-1)] += tokens[j]
		}
		level := 0.0
		for day := range values {
			level += kind.wander * draw.NormFloat64()
			trend := kind.from + (kind.to-kind.from)*float64(day)/float64(days-1)
			values[day] *= kind.weekdays[day%7] / 100 * trend * math.Exp(level)
		}
		all = append(all, series{fmt.Sprintf("trace/%s/%d", kind.name, days), values})
	}
	return all, nil
}
