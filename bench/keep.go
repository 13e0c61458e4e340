//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"time"
)

// A part is when and how rows of the goals' table were measured.
type part struct {
	Rows   []int     `json:"rows"`
	Asked  string    `json:"asked"`
	Commit string    `json:"commit"`
	Began  time.Time `json:"began"`
	Took   string    `json:"took"`
}

// results are what results.json holds.
type results struct {
	// Parts are the latest first.
	Parts   []part      `json:"parts"`
	Plan    plan        `json:"plan"`
	On      [][2]string `json:"on"`
	Goals   []goal      `json:"goals"`
	Figures figures     `json:"figures"`
	Checked []string    `json:"checked"`
	Failed  []string    `json:"failed"`
}

// keep takes over, of an earlier run of the same plan on the same machine, the
// rows that this one did not measure: hours of measuring need not be repeated
// for a change that touches one row.
func (b *bench) keep(file string) (kept []part, err error) {
	text, err := os.ReadFile(file)
	if b.only == nil || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var before results
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &before); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(before.Plan, b.plan) || before.On[0] != b.versions[0] {
		return nil, nil
	}
	var old figures
	for _, f := range before.Figures {
		if !b.wants(f.Row) {
			old = append(old, f)
		}
	}
	b.figures = append(old, b.figures...)
	for _, p := range before.Parts {
		if p.Rows = slices.DeleteFunc(p.Rows, b.wants); len(p.Rows) > 0 {
			kept = append(kept, p)
		}
	}
	b.checked = union(before.Checked, b.checked)
	b.failed = union(before.Failed, b.failed)
	return kept, nil
}

// union is the lines of both, each once.
func union(before, now []string) []string {
	for _, line := range now {
		if !slices.Contains(before, line) {
			before = append(before, line)
		}
	}
	return before
}

// measured are the rows that have figures.
func (fs figures) measured() (rows []int) {
	for _, f := range fs {
		rows = append(rows, f.Row)
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}
