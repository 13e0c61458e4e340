//go:build linux

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

//go:embed dashboard.sql graphile.graphql
var questions embed.FS

// An answer is what a dashboard shows, a widget's lines by its name: costs in
// nanos, nothing of days and hours without usage, no names.
type answer map[string][]string

// differs names the first widget and line in which the answers are not the
// same.
func (a answer) differs(from answer) string {
	for _, widget := range slices.Sorted(maps.Keys(a)) {
		end := []string{"the end"}
		mine, other := slices.Concat(a[widget], end), slices.Concat(from[widget], end)
		for i := range min(len(mine), len(other)) {
			if mine[i] != other[i] {
				return fmt.Sprintf("%s, line %d: %q and %q", widget, i+1, mine[i], other[i])
			}
		}
	}
	return ""
}

// A period is what is shown, as local times.
type period struct {
	start, end, before, months, lastMonth, toDate time.Time
}

// lastDays ends with today.
func lastDays(days int, at time.Time) (period, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return period{}, err
	}
	at = at.In(location)
	// Wall clocks only: from here on as if the zone were UTC.
	y, m, d := at.Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	p := period{end: day(y, m, d+1), start: day(y, m, d+1-days), before: day(y, m, d+1-2*days), months: day(y, m-12, 1), lastMonth: day(y, m-1, 1)}
	p.toDate = p.lastMonth.Add(time.Duration(d-1)*24*time.Hour + time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute()/15*15)*time.Minute)
	if first := day(y, m, 1); p.toDate.After(first) {
		p.toDate = first // the month before has no such day
	}
	return p, nil
}

func (p period) named() map[string]time.Time {
	return map[string]time.Time{"start": p.start, "end": p.end, "before": p.before, "months": p.months, "last_month": p.lastMonth, "to_date": p.toDate}
}

// A statement is a widget's question in SQL.
type statement struct{ widget, text string }

// statements are dashboard.sql's for a period.
func statements(p period) []statement {
	text, _ := questions.ReadFile("dashboard.sql") // embedded
	literals := []string{"{shop}", "'" + shop + "'"}
	for name, at := range p.named() {
		literals = append(literals, "{"+name+"}", "timestamp '"+at.Format(time.DateTime)+"'")
	}
	var list []statement
	for _, part := range strings.Split(strings.NewReplacer(literals...).Replace(string(text)), "-- name: ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		list = append(list, statement{name, strings.TrimSpace(body)})
	}
	return list
}

// ofSets makes an answer of what the statements gave.
func ofSets(list []statement, sets [][][]string) answer {
	a := answer{}
	for i, s := range list {
		for _, row := range sets[i] {
			switch s.widget {
			case "clients":
				row = row[:3]
			case "before: clients":
				row = row[:2]
			}
			a[s.widget] = append(a[s.widget], strings.Join(row, " "))
		}
	}
	return a
}

// A dashboard is a contender that shows one.
type dashboard struct {
	name string
	// ask returns the answer and how long it took.
	ask func(ctx context.Context, p period) (answer, time.Duration, error)
}

// askSQL asks PostgreSQL for one widget after the other.
func askSQL(db *sql.DB) func(context.Context, period) (answer, time.Duration, error) {
	return func(ctx context.Context, p period) (answer, time.Duration, error) {
		list := statements(p)
		sets := make([][][]string, len(list))
		started := now()
		for i, s := range list {
			var err error
			if sets[i], err = texts(ctx, db, s.text); err != nil {
				return nil, 0, fmt.Errorf("%s: %w", s.widget, err)
			}
		}
		took := since(started)
		return ofSets(list, sets), took, nil
	}
}

// texts reads rows of any columns.
func texts(ctx context.Context, db *sql.DB, query string) (list [][]string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row := make([]string, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, rows.Err()
}

// A duckDB is a process that holds a file.
type duckDB struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startDuck opens a file of DuckDB and copies two CSV files into it where they
// are given.
func (b *bench) startDuck(ctx context.Context, file, usages, customers string) (*duckDB, error) {
	cmd := exec.CommandContext(ctx, "node", filepath.Join(b.cache, "rivals", "duckdb.mjs"), file)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d := &duckDB{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	_, _, err = d.run(
		"CREATE TABLE usages AS SELECT * FROM read_csv('"+usages+"', header = true) ORDER BY workspace_id, local",
		"CREATE TABLE customers AS SELECT * FROM read_csv('"+customers+"', header = true, all_varchar = true)",
		"CHECKPOINT")
	if err != nil {
		return nil, errors.Join(err, d.stop())
	}
	return d, nil
}

func (d *duckDB) stop() error { return errors.Join(d.in.Close(), d.cmd.Wait()) }

func (d *duckDB) run(statements ...string) ([][][]string, time.Duration, error) {
	if _, err := d.in.Write(append(encode(statements), '\n')); err != nil {
		return nil, 0, err
	}
	line, err := d.out.ReadBytes('\n')
	if err != nil {
		return nil, 0, err
	}
	var said struct {
		MS    float64
		Sets  [][][]string
		Error string
	}
	if err := json.Unmarshal(line, &said); err != nil {
		return nil, 0, err
	}
	if said.Error != "" {
		return nil, 0, errors.New(said.Error)
	}
	return said.Sets, time.Duration(said.MS * 1e6), nil
}

func (d *duckDB) ask(_ context.Context, p period) (answer, time.Duration, error) {
	list := statements(p)
	asked := make([]string, len(list))
	for i, s := range list {
		asked[i] = s.text
	}
	sets, took, err := d.run(asked...)
	if err != nil {
		return nil, 0, err
	}
	return ofSets(list, sets), took, nil
}

// A sum is a group's, of PostGraphile.
type sum struct {
	Keys []string
	Sum  struct{ Price, Messages json.Number }
}

func (s sum) messages() int64 { n, _ := s.Sum.Messages.Int64(); return n } // a count
func (s sum) cost() int64     { n, _ := s.Sum.Price.Int64(); return n }    // nanos of a test's size

// askGraphile asks PostGraphile for all in one operation. It gives groups by
// hour and by client; what a page would make of them is made here, unmeasured.
func askGraphile(server *process) func(context.Context, period) (answer, time.Duration, error) {
	query, _ := questions.ReadFile("graphile.graphql") // embedded
	return func(ctx context.Context, p period) (answer, time.Duration, error) {
		variables := map[string]any{"shop": shop}
		for name, at := range p.named() {
			head, tail, _ := strings.Cut(name, "_")
			if tail != "" {
				head += strings.ToUpper(tail[:1]) + tail[1:]
			}
			variables[head] = at.Format("2006-01-02T15:04:05")
		}
		started := now()
		text, err := fetch(ctx, "http://"+server.addr+"/graphql", "", document(string(query), variables))
		took := since(started)
		if err != nil {
			return nil, 0, err
		}
		var said struct {
			Data struct {
				Current struct{ Hours, Clients, Kinds, Models []sum }
				Before  struct{ Days, Clients, Kinds []sum }
				Months  struct{ Days []sum }
				ToDate  struct{ Aggregates sum }
			}
		}
		if err := json.Unmarshal(text, &said); err != nil {
			return nil, 0, err
		}
		d := said.Data
		a := answer{
			"daily":                grouped(d.Current.Hours, func(k string) string { return k[:10] }),
			"heatmap":              grouped(d.Current.Hours, weekHour),
			"clients":              top(d.Current.Clients, 50, true),
			"segments":             segments(d.Current.Clients),
			"kinds":                top(d.Current.Kinds, 0, true),
			"models":               top(d.Current.Models, 0, true),
			"before: daily":        grouped(d.Before.Days, func(k string) string { return k[:10] }),
			"before: clients":      top(d.Before.Clients, 50, false),
			"before: kinds":        top(d.Before.Kinds, 0, false),
			"months":               grouped(d.Months.Days, func(k string) string { return k[:7] }),
			"month before to date": {strconv.FormatInt(d.ToDate.Aggregates.cost(), 10)},
		}
		return a, took, nil
	}
}

// weekHour reads a local time such as 2006-01-02 15:00:00.
func weekHour(key string) string {
	at, err := time.Parse(time.DateTime, key)
	if err != nil {
		return key
	}
	return fmt.Sprint((int(at.Weekday())+6)%7+1, " ", at.Hour())
}

// grouped adds groups up under another key, in its order.
func grouped(list []sum, key func(string) string) (lines []string) {
	type total struct{ messages, cost int64 }
	totals := map[string]total{}
	for _, s := range list {
		k := key(s.Keys[0])
		totals[k] = total{totals[k].messages + s.messages(), totals[k].cost + s.cost()}
	}
	natural := func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
	keys := slices.SortedFunc(maps.Keys(totals), func(a, b string) int {
		aDay, aHour, _ := strings.Cut(a, " ")
		bDay, bHour, _ := strings.Cut(b, " ")
		return cmp.Or(natural(aDay, bDay), natural(aHour, bHour))
	})
	for _, k := range keys {
		lines = append(lines, fmt.Sprint(k, " ", totals[k].messages, " ", totals[k].cost))
	}
	return lines
}

// byCost sorts as topClients does.
func byCost(list []sum) []sum {
	return slices.SortedFunc(slices.Values(list), func(a, b sum) int {
		return cmp.Or(cmp.Compare(b.cost(), a.cost()), cmp.Compare(b.messages(), a.messages()), cmp.Compare(a.Keys[0], b.Keys[0]))
	})
}

// top are the first n groups, all for 0, with messages or without.
func top(list []sum, n int, messages bool) (lines []string) {
	for i, s := range byCost(list) {
		if n > 0 && i == n {
			break
		}
		line := s.Keys[0] + " "
		if messages {
			line += fmt.Sprint(s.messages(), " ")
		}
		lines = append(lines, line+strconv.FormatInt(s.cost(), 10))
	}
	return lines
}

func segments(clients []sum) (lines []string) {
	var total, running int64
	for _, s := range clients {
		total += s.cost()
	}
	parts := []int64{50, 80, 95}
	for i, s := range byCost(clients) {
		for running += s.cost(); len(parts) > 0 && running*100 >= total*parts[0]; parts = parts[1:] {
			lines = append(lines, fmt.Sprint(parts[0], " ", i+1, " ", running))
		}
	}
	return lines
}

// askOurs asks Contatore for the overview.
func askOurs(b *bench, server *process, query string) func(context.Context, period) (answer, time.Duration, error) {
	return func(ctx context.Context, p period) (answer, time.Duration, error) {
		body := document(query, overviewVariables(p, nil))
		started := now()
		text, err := fetch(ctx, "http://"+server.addr+"/graphql", b.key, body)
		took := since(started)
		if err != nil {
			return nil, 0, err
		}
		a, err := ofOurs(text)
		return a, took, err
	}
}

func overviewVariables(p period, filter any) map[string]any {
	days := func(start, end time.Time) map[string]string {
		return map[string]string{"startDate": start.Format(time.DateOnly), "endDate": end.AddDate(0, 0, -1).Format(time.DateOnly)}
	}
	return map[string]any{
		"workspaceId": shop, "range": days(p.start, p.end), "before": days(p.before, p.start), "filter": filter,
		"compare": true, "coming": true, "ahead": 30, "budgeted": false,
	}
}

// ofOurs reads the overview's answer.
func ofOurs(text []byte) (answer, error) {
	type entry struct {
		Date, Month, Weekday, ClientID, Label string
		Hour, Clients                         int
		Messages, Cost, Share                 json.Number
	}
	type stats struct {
		DailyUsage, Heatmap, Clients, Segments, ByKind, ByModel, MonthlyUsage []entry
		MonthlyComparison                                                     struct{ PreviousMonthToDate json.Number }
	}
	var said struct {
		Data struct{ Stats, Before stats }
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, err
	}
	weekdays := []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}
	full := func(key func(entry) string) func(entry) string {
		return func(e entry) string {
			if e.Messages == "0" {
				return ""
			}
			return key(e) + " " + e.Messages.String() + " " + toNanos(e.Cost.String())
		}
	}
	brief := func(key func(entry) string) func(entry) string {
		return func(e entry) string { return key(e) + " " + toNanos(e.Cost.String()) }
	}
	lines := func(list []entry, line func(entry) string) (lines []string) {
		for _, e := range list {
			if text := line(e); text != "" {
				lines = append(lines, text)
			}
		}
		return lines
	}
	date := func(e entry) string { return e.Date }
	client := func(e entry) string { return e.ClientID }
	label := func(e entry) string { return e.Label }
	s, before := said.Data.Stats, said.Data.Before
	return answer{
		"daily":   lines(s.DailyUsage, full(date)),
		"heatmap": lines(s.Heatmap, full(func(e entry) string { return fmt.Sprint(slices.Index(weekdays, e.Weekday)+1, " ", e.Hour) })),
		"clients": lines(s.Clients, full(client)),
		"segments": lines(s.Segments, brief(func(e entry) string {
			percent, _ := new(big.Rat).SetString(e.Share.String()) // a number
			return fmt.Sprint(percent.Mul(percent, big.NewRat(100, 1)).Num(), " ", e.Clients)
		})),
		"kinds":                lines(s.ByKind, full(label)),
		"models":               lines(s.ByModel, full(label)),
		"before: daily":        lines(before.DailyUsage, full(date)),
		"before: clients":      lines(before.Clients, brief(client)),
		"before: kinds":        lines(before.ByKind, brief(label)),
		"months":               lines(s.MonthlyUsage, full(func(e entry) string { return e.Month })),
		"month before to date": {toNanos(s.MonthlyComparison.PreviousMonthToDate.String())},
	}, nil
}

// overview is the operation that the dashboard's page sends, as its sources
// have it, without the fields named.
func overview(without ...string) (string, error) {
	files, err := filepath.Glob("web/src/dashboard/overview/*.tsx")
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		for _, found := range regexp.MustCompile("(?s)graphql\\(`(.*?)`\\)").FindAllSubmatch(source, -1) {
			text.Write(found[1])
		}
	}
	document, err := parser.ParseQuery(&ast.Source{Name: "the overview's operation", Input: text.String()})
	if err != nil {
		return "", err
	}
	operation := document.Operations.ForName("Overview")
	if operation == nil {
		return "", errors.New("web/src/dashboard/overview has no operation Overview: the bench asks what it asks")
	}
	var reached ast.FragmentDefinitionList
	var reach func(set ast.SelectionSet) ast.SelectionSet
	reach = func(set ast.SelectionSet) (kept ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				had := len(s.SelectionSet) > 0
				if s.SelectionSet = reach(s.SelectionSet); !slices.Contains(without, s.Name) && (!had || len(s.SelectionSet) > 0) {
					kept = append(kept, s)
				}
			case *ast.FragmentSpread:
				fragment := document.Fragments.ForName(s.Name)
				if fragment == nil {
					continue // none of the page's
				}
				if fragment.SelectionSet = reach(fragment.SelectionSet); len(fragment.SelectionSet) == 0 {
					continue
				}
				kept = append(kept, s)
				if reached.ForName(s.Name) == nil {
					reached = append(reached, fragment)
				}
			}
		}
		return kept
	}
	operation.SelectionSet = reach(operation.SelectionSet)
	operation.VariableDefinitions = slices.DeleteFunc(operation.VariableDefinitions, func(v *ast.VariableDefinition) bool {
		return !uses(operation.SelectionSet, v.Variable) && !slices.ContainsFunc(reached, func(f *ast.FragmentDefinition) bool { return uses(f.SelectionSet, v.Variable) })
	})
	var out bytes.Buffer
	formatter.NewFormatter(&out, formatter.WithIndent(" ")).FormatQueryDocument(&ast.QueryDocument{Operations: ast.OperationList{operation}, Fragments: reached})
	return out.String(), nil
}

// uses tells whether a selection names a variable.
func uses(set ast.SelectionSet, variable string) bool {
	var out bytes.Buffer
	formatter.NewFormatter(&out).FormatQueryDocument(&ast.QueryDocument{Fragments: ast.FragmentDefinitionList{{Name: "f", TypeCondition: "t", SelectionSet: set}}})
	return regexp.MustCompile(`\$` + variable + `\b`).Match(out.Bytes())
}
