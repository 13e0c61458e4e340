//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// machine notes what the run stands on.
func (b *bench) machine(ctx context.Context) error {
	cpu, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return err
	}
	_, model, _ := strings.Cut(string(cpu), "model name\t: ")
	model, _, _ = strings.Cut(model, "\n")
	memory, err := machineMemory()
	if err != nil {
		return err
	}
	b.versions = [][2]string{
		{"Machine", fmt.Sprintf("%d processors (%s), %d MiB of memory", runtime.NumCPU(), model, memory)},
	}
	for _, v := range []struct {
		name string
		args []string
	}{
		{"Kernel", []string{"uname", "-sr"}},
		{"Contatore", []string{b.bin, "version"}},
		{"PostgreSQL", []string{filepath.Join(b.pg.bin, "postgres"), "--version"}},
		{"Node", []string{"node", "--version"}},
	} {
		said, err := command(ctx, v.args[0], v.args[1:]...)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
		b.versions = append(b.versions, [2]string{v.name, first})
	}
	b.commit = commit(ctx)
	for _, rival := range []string{"postgraphile", "@graphile/pg-aggregates", "@duckdb/node-api"} {
		text, err := os.ReadFile(filepath.Join(b.cache, "rivals", "node_modules", rival, "package.json"))
		if err != nil {
			return err
		}
		var p struct{ Version string }
		if err := json.Unmarshal(text, &p); err != nil {
			return err
		}
		b.versions = append(b.versions, [2]string{rival, p.Version})
	}
	return nil
}

// commit is the sources', "unknown" where git can't tell.
func commit(ctx context.Context) string {
	id, err := command(ctx, "git", "rev-parse", "--short", "HEAD")
	if err != nil {
		return "unknown"
	}
	changes, err := command(ctx, "git", "status", "--porcelain", "--untracked-files=no")
	if err != nil || changes != "" {
		return strings.TrimSpace(id) + ", with changes"
	}
	return strings.TrimSpace(id)
}

// A goal is what row's figures should come to.
type goal struct {
	Row  int    `json:"row"`
	What string `json:"what"`
	// Bound is the least that Samples' median may be, or the most.
	Bound  float64 `json:"bound"`
	AtMost bool    `json:"atMost"`
	Unit   string  `json:"unit"`
	// Samples is empty for what was not measured.
	Samples []float64 `json:"samples"`
	Verdict string    `json:"verdict"`
}

// goals are the issue's, with what was measured.
func (b *bench) goals() []goal {
	fs := b.figures
	busy := func(driver string) string { return connectionsCase(driver, b.Busy) }
	one := func(driver string) string { return connectionsCase(driver, 1) }
	against := func(row int, what, measure string, mine, other string) []float64 {
		return ratios(fs.samples(row, what, mine, measure), fs.samples(row, what, other, measure))
	}
	first, last := b.Sizes[0], b.Sizes[len(b.Sizes)-1]
	largest := at(last)
	slower := func(other string) []float64 { return against(3, shown, largest, other, ours) }
	watched := fmt.Sprintf(", %d subscribers", b.Subscribers)
	crowdedCase := func(who string) string { return fmt.Sprintf("counting, %s, %d events/s", who, b.Events) }
	var worst []float64
	for _, f := range fields() {
		if s := fs.samples(4, f[0], ours, inDays(365)); spreadOf(s).median > spreadOf(worst).median {
			worst = s
		}
	}
	list := []goal{
		{Row: 1, What: "trackUsage on PostgreSQL, times the usual way", Bound: 8, Unit: "×", Samples: against(1, busy("PostgreSQL"), perSecond, ours, theUsual)},
		{Row: 1, What: "trackUsage on PostgreSQL, times PostGraphile's mutation", Bound: 1, Unit: "×", Samples: against(1, busy("PostgreSQL"), perSecond, ours, graphile)},
		{Row: 1, What: "trackUsage on SQLite, times the usual way", Bound: 4, Unit: "×", Samples: against(1, busy("SQLite"), perSecond, ours, theUsual)},
		{Row: 1, What: "one connection on PostgreSQL, times the usual way", Bound: 0.9, Unit: "×", Samples: against(1, one("PostgreSQL"), perSecond, ours, theUsual)},
		{Row: 1, What: "one connection on SQLite, times the usual way", Bound: 0.9, Unit: "×", Samples: against(1, one("SQLite"), perSecond, ours, theUsual)},
	}
	for _, driver := range []string{"PostgreSQL", "SQLite"} {
		half := driver + ", half of the top load"
		list = append(list, goal{
			Row: 1, What: "p99 over p50 at half of the top load, " + driver, Bound: 5, AtMost: true, Unit: "×",
			Samples: ratios(fs.samples(1, half, ours, p99), fs.samples(1, half, ours, p50)),
		})
	}
	batch := ratios(fs.samples(2, batched, ours, rowsRate), fs.samples(2, wholeFile, copying, rowsRate))
	list = append(list,
		goal{Row: 2, What: "import, part of COPY's rows/s", Bound: 0.6, Unit: "×", Samples: against(2, wholeFile, rowsRate, ours, copying)},
		goal{Row: 2, What: "trackUsageBatch of 1,000, part of COPY's rows/s", Bound: 0.6, Unit: "×", Samples: batch},
		goal{Row: 3, What: "the dashboard, warm, " + sized(last), Bound: 5, AtMost: true, Unit: "ms", Samples: fs.samples(3, shown, ours, largest)},
		goal{Row: 3, What: "the first dashboard after a restart, " + sized(last), Bound: 30, AtMost: true, Unit: "ms", Samples: fs.samples(3, afresh, ours, largest)},
		goal{Row: 3, What: "times raw SQL, " + sized(last), Bound: 200, Unit: "×", Samples: slower(rawSQL)},
		goal{Row: 3, What: "times PostGraphile, " + sized(last), Bound: 1, Unit: "×", Samples: slower(graphile)},
		goal{Row: 3, What: "times DuckDB, " + sized(last), Bound: 1, Unit: "×", Samples: slower(duck)},
		goal{
			Row: 3, What: fmt.Sprintf("slower at %s than at %s", sized(last), sized(first)), Bound: 1.5, AtMost: true, Unit: "×",
			Samples: ratios(fs.samples(3, shown, ours, largest), fs.samples(3, shown, ours, at(first))),
		},
		goal{Row: 4, What: "the slowest widget at 365 days", Bound: 10, AtMost: true, Unit: "ms", Samples: worst},
		goal{
			Row: 4, What: fmt.Sprintf("tracking's p99 under %d dashboards, times without", b.Dashboards), Bound: 2, AtMost: true, Unit: "×",
			Samples: ratios(fs.samples(4, crowdedCase(fmt.Sprintf("%d dashboards", b.Dashboards)), ours, p99), fs.samples(4, crowdedCase("nobody looks"), ours, p99)),
		},
		goal{Row: 5, What: "export as CSV, part of psql \\copy's rows/s", Bound: 0.5, Unit: "×", Samples: against(5, "CSV", rowsRate, ours, "psql \\copy")},
		goal{
			Row: 5, What: "export as JSON, part of psql \\copy's rows/s", Bound: 0.5, Unit: "×",
			Samples: ratios(fs.samples(5, "JSON", ours, rowsRate), fs.samples(5, "CSV", "psql \\copy", rowsRate)),
		},
		goal{Row: 5, What: "memory growth of a server that exports, the most", Bound: 32, AtMost: true, Unit: "MiB", Samples: most(fs.samples(5, "over HTTP", ours, "memory growth MiB"))},
	)
	for _, driver := range []string{"PostgreSQL", "SQLite"} {
		list = append(list,
			goal{
				Row: 6, What: driver + ": tracking with subscribers, times without", Bound: 0.9, Unit: "×",
				Samples: ratios(fs.samples(6, driver+watched, ours, perSecond), fs.samples(6, driver+", nobody watches", ours, perSecond)),
			},
			goal{
				Row: 6, What: driver + ": a change seen, p99", Bound: 500, AtMost: true, Unit: "ms",
				Samples: fs.samples(6, fmt.Sprintf("%s%s, %d events/s", driver, watched, b.Events), ours, "seen after, p99 ms"),
			},
			goal{
				Row: 10, What: driver + ": tracking with a budget, times without", Bound: 0.9, Unit: "×",
				Samples: ratios(fs.samples(10, driver+limited, ours, perSecond), fs.samples(10, driver+unlimited, ours, perSecond)),
			},
			goal{Row: 10, What: driver + ": allowance over HTTP, p50", Bound: 1, AtMost: true, Unit: "ms", Samples: fs.samples(10, driver+mayBeAsked, ours, p50)},
			goal{Row: 7, What: driver + ": start to first answer", Bound: 150, AtMost: true, Unit: "ms", Samples: fs.samples(7, driver+", start", ours, "ms")},
			goal{Row: 7, What: driver + ": memory idle", Bound: 40, AtMost: true, Unit: "MiB", Samples: fs.samples(7, driver+", idle", ours, "memory MiB")},
			goal{Row: 7, What: driver + ": memory under load", Bound: 200, AtMost: true, Unit: "MiB", Samples: fs.samples(7, driver+", loaded", ours, "memory MiB")},
		)
	}
	list = append(list, goal{Row: 7, What: "binary", Bound: 45, AtMost: true, Unit: "MiB", Samples: fs.samples(7, "binary", ours, "MiB")})
	for _, n := range []int{2, 4} {
		list = append(list, goal{
			Row: 8, What: fmt.Sprintf("%d nodes, times one", n), Bound: 1, Unit: "×",
			Samples: ratios(fs.samples(8, nodesCase(n), ours, perSecond), fs.samples(8, nodesCase(1), ours, perSecond)),
		})
	}
	for i := range list {
		list[i].Verdict = list[i].judge()
	}
	slices.SortStableFunc(list, func(a, b goal) int { return a.Row - b.Row })
	return list
}

// judge compares the median with the bound. What reaches it only within its
// spread is told apart.
func (g goal) judge() string {
	s := spreadOf(g.Samples)
	reaches := func(v float64) bool { return v >= g.Bound }
	best := s.high
	if g.AtMost {
		reaches, best = func(v float64) bool { return v <= g.Bound }, s.low
	}
	switch {
	case len(g.Samples) == 0:
		return "not measured"
	case reaches(s.median):
		return "pass"
	case reaches(best):
		return "miss (within the spread)"
	default:
		return "miss"
	}
}

// most is the largest sample alone: of a peak the median says nothing.
func most(samples []float64) []float64 {
	if len(samples) == 0 {
		return nil
	}
	return []float64{slices.Max(samples)}
}

// rowNames are the lines of the goals' table.
func rowNames() []string {
	return []string{
		"", "trackUsage over HTTP", "Batches and imports", "The whole dashboard in one operation", "Each widget, and a crowd", "Exports",
		"Live totals", "Start, memory, size", "Several nodes", "What rows and dashboards cost", "Budgets",
	}
}

// report writes the three files.
func (b *bench) report(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // results are no secret
		return err
	}
	parts := []part{{b.figures.measured(), b.asked, b.commit, b.began.UTC(), since(b.began).Round(time.Second).String()}}
	kept, err := b.keep(filepath.Join(folder, "results.json"))
	if err != nil {
		return err
	}
	parts = append(parts, kept...)
	goals := b.goals()
	data, err := json.MarshalIndent(results{parts, b.plan, b.versions, goals, b.figures, b.checked, b.failed}, "", " ")
	if err != nil {
		return err
	}
	write := func(name string, fill func(io.Writer)) error {
		return writeFile(filepath.Join(folder, name), func(w io.Writer) error {
			var text strings.Builder
			fill(&text)
			_, err := io.WriteString(w, text.String())
			return err
		})
	}
	b.say("results are in %s", folder)
	return errors.Join(
		write("results.json", func(w io.Writer) { fmt.Fprintf(w, "%s\n", data) }),
		write("results.svg", b.chart),
		write("RESULTS.md", func(w io.Writer) { b.page(w, parts, goals) }),
	)
}

// page is RESULTS.md.
func (b *bench) page(w io.Writer, parts []part, goals []goal) {
	fmt.Fprintf(w, `# Results

All on one machine: the load generator and the databases share its processors with what they load. Contenders take turns, each figure is the median of %d repetitions with the least and the most beside it, and ratios are made within a repetition. Other machines give other figures; the ratios are what counts.

| parts | made by | at commit | begun | took |
|---|---|---|---|---|
`, b.Reps)
	for _, p := range parts {
		rows := strings.Trim(strings.ReplaceAll(fmt.Sprint(p.Rows), " ", ", "), "[]")
		fmt.Fprintf(w, "| %s | `%s` | %s | %s | %s |\n", rows, p.Asked, p.Commit, p.Began.Format("2006-01-02 15:04 UTC"), p.Took)
	}
	fmt.Fprint(w, "\n| | |\n|---|---|\n")
	for _, v := range b.versions {
		fmt.Fprintf(w, "| %s | %s |\n", v[0], v[1])
	}
	fmt.Fprint(w, `
![The most important figures as bars](results.svg)

## Goals

| # | what | goal | measured | |
|---|---|---:|---:|---|
`)
	for _, g := range goals {
		sign := "≥"
		if g.AtMost {
			sign = "≤"
		}
		measured := "–"
		if len(g.Samples) > 0 {
			measured = withSpread(g.Samples) + " " + g.Unit
		}
		fmt.Fprintf(w, "| %d | %s | %s %s %s | %s | %s |\n", g.Row, g.What, sign, number(g.Bound), g.Unit, measured, g.Verdict)
	}
	for row, name := range rowNames() {
		b.tables(w, row, name)
	}
	b.prediction(w)
	fmt.Fprint(w, `
## What was checked

`)
	for _, line := range b.checked {
		fmt.Fprintf(w, "- %s\n", strings.ReplaceAll(line, "\n", "; "))
	}
	if len(b.failed) > 0 {
		fmt.Fprint(w, "\n## What failed\n\n")
	}
	for _, line := range b.failed {
		fmt.Fprintf(w, "- %s\n", strings.Join(strings.Fields(line), " "))
	}
	fmt.Fprint(w, rules)
}

// rules says how it was done.
const rules = `
## How

- PostgreSQL is the bench's own, with its default durability (fsync, synchronous commit, full page writes) and a quarter of the memory as shared buffers. SQLite has its write-ahead log, synced at every commit, on both sides.
- The usual way is a handler on net/http with prepared statements and a pool (32 connections on PostgreSQL; one writer and four readers on SQLite): it looks the customer up and inserts one row, into a table with the columns and indexes of Contatore's. Its ids are numbers, which are less to write.
- "HTTP alone, nothing kept" is what this machine can answer at all: net/http, the JSON read, a fixed answer. No way of counting behind HTTP can be faster here.
- PostGraphile runs as its manual advises for production, a worker a processor, without its query log. It inserts without looking the customer up. This is the last major version that runs on Node 20.
- Load comes from goroutines over plain connections that stay open; a closed load asks as soon as it has its answer, the load at half of the top is due at a fixed rate, and its times begin when a request is due. "CPU %" is of one processor, in the measured window.
- For dashboards PostgreSQL (raw SQL, PostGraphile) and DuckDB have the local time of each row and the number 1 as columns, and PostgreSQL a covering index on them, vacuumed: more than they could ask for. DuckDB's file is sorted by time; its times are taken inside of its process. SQL's answers count as they come; what PostGraphile's groups still need is folded unmeasured.
- COPY loads the very rows that the import made, into the same empty table with the same indexes, without rollups.
`

// tables shows a row's figures: a line a case and who, a column a measure, a
// table for those that have the same columns.
func (b *bench) tables(w io.Writer, row int, name string) {
	type line struct{ of, who string }
	columns := map[line]string{}
	var lines []line
	var heads []string
	for _, f := range b.figures {
		l := line{f.Case, f.Who}
		if f.Row == row && columns[l] == "" {
			lines = append(lines, l)
		}
		if f.Row == row {
			columns[l] += f.Measure + " | "
		}
	}
	for _, l := range lines {
		if !slices.Contains(heads, columns[l]) {
			heads = append(heads, columns[l])
		}
	}
	if heads != nil {
		fmt.Fprintf(w, "\n## %d. %s\n", row, name)
	}
	for _, head := range heads {
		measures := strings.Split(strings.TrimSuffix(head, " | "), " | ")
		fmt.Fprintf(w, "\n| | | %s |\n|---|---|%s\n", strings.Join(measures, " | "), strings.Repeat("---:|", len(measures)))
		for _, l := range lines {
			if columns[l] != head {
				continue
			}
			fmt.Fprintf(w, "| %s | %s |", l.of, l.who)
			for _, m := range measures {
				fmt.Fprintf(w, " %s |", withSpread(b.figures.samples(row, l.of, l.who, m)))
			}
			fmt.Fprintln(w)
		}
	}
}

// withSpread is a median and, where there are several samples, their ends.
func withSpread(samples []float64) string {
	s := spreadOf(samples)
	if len(samples) == 1 {
		return number(s.median)
	}
	return fmt.Sprintf("%s (%s–%s)", number(s.median), number(s.low), number(s.high))
}

// number has three digits that tell, and commas.
func number(v float64) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return fmt.Sprint(v)
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	text := fmt.Sprintf("%.*f", decimals, v)
	whole, fraction, found := strings.Cut(text, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if !found {
		return whole
	}
	return strings.TrimRight(strings.TrimRight(whole+"."+fraction, "0"), ".")
}
