//go:build linux

package main

import (
	"path/filepath"
	"testing"
)

// Rows that were not measured again are kept, with what says when they were;
// of another plan or machine nothing is.
func TestKeep(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "results.json")
	write := func(b *bench) {
		b.versions = [][2]string{{"Machine", "this"}}
		if err := b.report(filepath.Dir(file)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(commit string, rows []int, only ...int) *bench {
		b := &bench{plan: plan{Name: "some", Connections: []int{1}, Sizes: []int{1}, Dashboards: 1}, out: t.Output(), commit: commit, only: only, began: now()}
		for _, row := range rows {
			b.figures.add(row, "of "+commit, ours, "ms", float64(row))
		}
		b.checked = []string{"always", commit}
		return b
	}
	write(run("first", []int{1, 2, 3}))
	write(run("second", []int{2}, 2))
	last := run("third", []int{3}, 3)
	last.versions = [][2]string{{"Machine", "this"}}
	kept, err := last.keep(file)
	if err != nil || len(kept) != 2 || kept[0].Commit != "second" || kept[1].Commit != "first" || len(kept[1].Rows) != 1 || kept[1].Rows[0] != 1 {
		t.Errorf("kept %+v, %v", kept, err)
	}
	for row, commit := range map[int]string{1: "first", 2: "second", 3: "third"} {
		if got := last.figures.samples(row, "of "+commit, ours, "ms"); len(got) != 1 {
			t.Errorf("row %d has %v of %s", row, got, commit)
		}
	}
	if len(last.figures) != 3 || len(last.checked) != 4 {
		t.Errorf("%d figures, checked %q", len(last.figures), last.checked)
	}
	other := run("other", []int{3}, 3)
	other.versions = [][2]string{{"Machine", "that"}}
	if kept, err := other.keep(file); err != nil || kept != nil || len(other.figures) != 1 {
		t.Errorf("of another machine: kept %+v, %v", kept, err)
	}
}
