// Command forecast judges internal/forecast beside R's methods.
//
// In come daily series that R's packages ship, made-up shops, and a real trace
// where it is at hand; out come tables, printed and written to a file. R must
// be there with its packages forecast, modeldata and tseries. The command
// must never take part in a forecast: both sides get the same histories, and
// what comes after them is looked at here alone.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/forecast"
)

//go:embed rivals.R
var rivals []byte

const (
	// horizon is how many days are forecast, level the intervals' one.
	horizon = 30
	level   = 0.8
	// week is the season; the scale of errors is that of the seasonal naive.
	week = 7
	// shortest is the history of the earliest origin.
	shortest = 6 * week
)

func main() {
	out := flag.String("out", "bench/FORECAST.md", "file to write the tables to")
	trace := flag.String("trace", "../shared/data/AzureLLMInferenceTrace_conv.csv", "a trace of a language model's answers: TIMESTAMP,ContextTokens,GeneratedTokens; left out where there is none")
	answers := flag.String("answers", "", "R's answers of an earlier run, kept or taken from this file")
	flag.Parse()
	if err := judge(context.Background(), os.Stdout, *out, *trace, *answers); err != nil {
		log.Fatal(err)
	}
}

func judge(ctx context.Context, stdout io.Writer, out, trace, kept string) error {
	folder, err := os.MkdirTemp("", "forecast-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	script := filepath.Join(folder, "rivals.R")
	if err := os.WriteFile(script, rivals, 0o600); err != nil {
		return err
	}
	public := filepath.Join(folder, "public.csv")
	if err := r(ctx, script, "series", public); err != nil {
		return err
	}
	all, err := publicSeries(public)
	if err != nil {
		return err
	}
	all = append(all, shopSeries()...)
	traced, err := traceSeries(trace)
	if err != nil {
		return err
	}
	all = append(all, traced...)
	asked := questions(all)
	fmt.Fprintf(stdout, "%d series, %d origins; R is at it for some minutes.\n", len(all), len(asked))

	if kept == "" {
		kept = filepath.Join(folder, "answers.csv")
	}
	if _, err := os.Stat(kept); err != nil {
		path := filepath.Join(folder, "questions.csv")
		if err := writeQuestions(path, asked); err != nil {
			return err
		}
		if err := r(ctx, script, "forecast", path, kept, strconv.Itoa(runtime.NumCPU())); err != nil {
			return err
		}
	}
	versions, err := readAnswers(kept, asked)
	if err != nil {
		return err
	}
	for _, q := range asked {
		q.answers["ours"] = ours(q)
	}
	text := report(all, asked, len(traced) > 0, versions)
	fmt.Fprint(stdout, text)
	return os.WriteFile(out, []byte(text), 0o644) //nolint:gosec // a page of the repository, for everybody
}

// r runs the script.
func r(ctx context.Context, script string, arguments ...string) error {
	command := exec.CommandContext(ctx, "Rscript", append([]string{script}, arguments...)...)
	if printed, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("Rscript %s: %w: %s", strings.Join(arguments, " "), err, printed)
	}
	return nil
}

// A question is what comes after a history.
type question struct {
	series  string
	history []float64
	truth   []float64
	methods []string // of R
	answers map[string]*answer
}

// An answer is a method's forecast, and how long it took in milliseconds.
type answer struct {
	ms              float64
	mean, low, high [horizon]float64
	// sum is the interval of the total; R's forecasts have none.
	sum forecast.Interval
}

// questions rolls the origin over each series' last months. R's ets, which is
// slow, is asked at every second origin, and auto.arima, which is very slow, at
// a few of these.
func questions(all []series) []*question {
	const everySlow, everyArima = 2, 16
	var asked []*question
	slow := 0
	for _, s := range all {
		count := 0
		for back := horizon + 60; back >= horizon; back -= 12 {
			origin := len(s.values) - back
			if origin < shortest {
				continue
			}
			q := &question{series: s.name, history: s.values[:origin], truth: s.values[origin : origin+horizon], methods: []string{"snaive"}, answers: map[string]*answer{}}
			if count%everySlow == 0 {
				q.methods = append(q.methods, "ets")
				if slow%everyArima == 0 {
					q.methods = append(q.methods, "arima")
				}
				slow++
			}
			count++
			asked = append(asked, q)
		}
	}
	return asked
}

// ours asks internal/forecast. The quickest of some tries is the time that it
// takes: a busy machine only adds to it.
func ours(q *question) *answer {
	const tries = 9
	a := &answer{ms: math.Inf(1)}
	for range tries {
		started := time.Now() //nolint:forbidigo // what is measured is time
		f := forecast.Of(q.history)
		days := f.Days(horizon, level)
		a.ms = min(a.ms, float64(time.Since(started).Nanoseconds())/1e6) //nolint:forbidigo // as above
		for i, d := range days {
			a.mean[i], a.low[i], a.high[i] = d.Expected, d.Low, d.High
		}
		a.sum = f.Sum(1, horizon, level)
	}
	return a
}

func publicSeries(path string) ([]series, error) {
	rows, err := readCSV(path)
	if err != nil {
		return nil, err
	}
	var all []series
	for _, row := range rows {
		value, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].name != row[0] {
			all = append(all, series{name: row[0]})
		}
		last := &all[len(all)-1]
		last.values = append(last.values, value)
	}
	return all, nil
}

func writeQuestions(path string, asked []*question) error {
	var text strings.Builder
	fmt.Fprintln(&text, "series,origin,methods,history")
	for _, q := range asked {
		fmt.Fprintf(&text, "%s,%d,%s,", q.series, len(q.history), strings.Join(q.methods, " "))
		for i, y := range q.history {
			if i > 0 {
				text.WriteByte(' ')
			}
			text.WriteString(strconv.FormatFloat(y, 'g', -1, 64))
		}
		text.WriteByte('\n')
	}
	return os.WriteFile(path, []byte(text.String()), 0o600)
}

// readAnswers gives the questions R's answers, and returns the versions of R and
// its packages, which stand in the first row.
func readAnswers(path string, asked []*question) (versions string, err error) {
	type key struct {
		series string
		origin int
	}
	known := map[key]*question{}
	for _, q := range asked {
		known[key{q.series, len(q.history)}] = q
	}
	rows, err := readCSV(path)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		if row[0] == "versions" {
			versions = row[2]
			continue
		}
		var numbers [6]float64
		for i, text := range []string{row[1], row[3], row[4], row[5], row[6], row[7]} {
			if numbers[i], err = strconv.ParseFloat(text, 64); err != nil {
				return "", err
			}
		}
		q := known[key{row[0], int(numbers[0])}]
		if q == nil {
			return "", fmt.Errorf("%s answers a question that nobody asked: %v", path, row)
		}
		a := q.answers[row[2]]
		if a == nil {
			a = &answer{ms: numbers[1]}
			q.answers[row[2]] = a
		}
		h := int(numbers[2]) - 1
		a.mean[h], a.low[h], a.high[h] = numbers[3], numbers[4], numbers[5]
	}
	for _, q := range asked {
		for _, m := range q.methods {
			if q.answers[m] == nil {
				return "", fmt.Errorf("%s lacks the answer of %s to %s at %d", path, m, q.series, len(q.history))
			}
		}
	}
	return versions, nil
}

// readCSV returns the rows below the header.
func readCSV(path string) ([][]string, error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	return rows[1:], nil
}
