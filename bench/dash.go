//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

const (
	shown     = "the same figures"
	withOdd   = "with anomalies"
	wholePage = "the page as it is"
	afresh    = "after a restart"
)

// sized names a workspace's size in tables, at the column of its times.
func sized(rows int) string { return number(float64(rows)) + " rows" }

func at(rows int) string { return p50 + " at " + sized(rows) }

// dashboards measures rows 3, 4 and 5, and what rows cost on disk.
func (b *bench) dashboards(ctx context.Context) error {
	for i, rows := range b.Sizes {
		last := i == len(b.Sizes)-1
		if !last && !b.wants(3) {
			continue
		}
		if err := b.dashboardsAt(ctx, rows, last); err != nil {
			return fmt.Errorf("%s: %w", sized(rows), err)
		}
	}
	return nil
}

func (b *bench) dashboardsAt(ctx context.Context, rows int, last bool) (err error) {
	name := fmt.Sprintf("rows_%d", rows)
	b.say("%s: make them", sized(rows))
	url, err := b.fill(ctx, name, rows)
	if err != nil {
		return err
	}
	server, err := b.serve(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop(), b.pg.drop(ctx, name)) }()
	if b.wants(3) {
		if err := b.contest(ctx, name, rows, server); err != nil {
			return err
		}
		for range b.Reps {
			if err := b.restarted(ctx, rows, url, &server); err != nil {
				return err
			}
		}
	}
	if !last {
		return nil
	}
	if b.wants(4) {
		if err := errors.Join(b.widgets(ctx, server), b.crowded(ctx, server)); err != nil {
			return err
		}
	}
	if b.wants(5) {
		if err := b.exports(ctx, name, url, rows, server); err != nil {
			return err
		}
	}
	if b.wants(9) {
		if err := b.costs(ctx, name, url, &server); err != nil {
			return err
		}
	}
	return b.verified(ctx, url, sized(rows))
}

// contest measures row 3: the same figures by all.
func (b *bench) contest(ctx context.Context, name string, rows int, server *process) (err error) {
	query, err := overview("forecast", "anomalies")
	if err != nil {
		return err
	}
	odd, err := overview("forecast")
	if err != nil {
		return err
	}
	page, err := overview()
	if err != nil {
		return err
	}
	raw, err := sql.Open("postgres", b.pg.url(name)+"&search_path=raw")
	if err != nil {
		return err
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	graph, err := b.postgraphile(ctx, b.pg.url(name), "raw")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, graph.stop()) }()
	quack, err := b.fillDuck(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, quack.stop()) }()

	list := []dashboard{
		{ours, askOurs(b, server, query)}, {rawSQL, askSQL(raw)}, {graphile, askGraphile(graph)}, {duck, quack.ask},
	}
	if err := b.agree(ctx, rows, list); err != nil {
		return err
	}
	list = append(list, dashboard{withOdd, askOurs(b, server, odd)}, dashboard{wholePage, askOurs(b, server, page)})
	p, err := lastDays(30, b.began)
	if err != nil {
		return err
	}
	for rep := range b.Reps {
		b.say("%s, repetition %d", sized(rows), rep+1)
		for i := range list {
			d := list[(i+rep)%len(list)]
			times := make([]time.Duration, 0, b.Asked)
			for began := now(); len(times) < b.Asked && (len(times) == 0 || since(began) < b.Window); {
				_, took, err := d.ask(ctx, p)
				if err != nil {
					return fmt.Errorf("%s: %w", d.name, err)
				}
				times = append(times, took)
			}
			who, what := d.name, shown
			if i := (i + rep) % len(list); i >= 4 {
				who, what = ours, d.name
			}
			b.figures.add(3, what, who, at(rows), ms(quantile(sorted(times), 0.5)))
		}
	}
	return nil
}

// agree proves that all answer the same. Where a quarter of an hour ended
// meanwhile they are asked again.
func (b *bench) agree(ctx context.Context, rows int, list []dashboard) error {
	for attempt := 0; ; attempt++ {
		p, err := lastDays(30, now())
		if err != nil {
			return err
		}
		var first answer
		var problem error
		for i, d := range list {
			a, _, err := d.ask(ctx, p)
			if err != nil {
				return fmt.Errorf("%s: %w", d.name, err)
			}
			if i == 0 {
				first = a
			} else if what := first.differs(a); what != "" {
				problem = fmt.Errorf("%s and %s differ in %s", list[0].name, d.name, what)
			}
		}
		if problem == nil {
			b.prove("%s: %d contenders show the same in %d widgets", sized(rows), len(list), len(first))
			return nil
		}
		if again, err := lastDays(30, now()); err != nil || again == p || attempt > 2 {
			return errors.Join(problem, err)
		}
	}
}

// fillDuck gives DuckDB the raw rows.
func (b *bench) fillDuck(ctx context.Context, name string) (*duckDB, error) {
	var files []string
	for _, table := range []string{"usages", "customers"} {
		file := filepath.Join(b.dir, name+"-"+table+".csv")
		if _, err := finish(b.pg.psql(ctx, name, "\\copy raw."+table+" TO '"+file+"' (FORMAT csv, HEADER)")); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	d, err := b.startDuck(ctx, filepath.Join(b.dir, name+".duckdb"), files[0], files[1])
	if err != nil {
		return nil, err
	}
	return d, errors.Join(os.Remove(files[0]), os.Remove(files[1]))
}

// restarted measures the first dashboard after PostgreSQL and the server were
// stopped and started.
func (b *bench) restarted(ctx context.Context, rows int, url string, server **process) error {
	query, err := overview("forecast", "anomalies")
	if err != nil {
		return err
	}
	if err := (*server).stop(); err != nil {
		return err
	}
	if err := b.pg.stop(); err != nil {
		return err
	}
	if err := b.pg.start(ctx); err != nil {
		return err
	}
	if *server, err = b.serve(ctx, url); err != nil {
		return err
	}
	p, err := lastDays(30, b.began)
	if err != nil {
		return err
	}
	_, took, err := askOurs(b, *server, query)(ctx, p)
	if err != nil {
		return err
	}
	b.figures.add(3, afresh, ours, at(rows), ms(took))
	return nil
}

// fields are the widgets, each alone.
func fields() [][2]string {
	return [][2]string{
		{"totals", "totalCost totalMessages averageDailyCost averageDailyMessages"},
		{"dailyUsage", "dailyUsage { date messages cost }"},
		{"peakHours", "peakHours { hour messages cost } peakHour { hour }"},
		{"busiestDay", "busiestDay { date messages cost }"},
		{"heatmap", "heatmap { weekday hour messages cost }"},
		{"topClients", "topClients(first: 50) { clientId clientName clientPhone messages cost share }"},
		{"segments", "segments { share clients cost }"},
		{"monthlyComparison", "monthlyComparison { currentMonth previousMonth growth previousMonthToDate growthToDate }"},
		{"monthlyUsage", "monthlyUsage(months: 13) { month messages cost growth }"},
		{"byKind", "byKind { label messages cost }"},
		{"byModel", "byModel { label messages cost }"},
		{"previousPeriod", "previousPeriod { totalCost totalMessages }"},
		{"forecast", "forecast { method daily { date expected low80 high80 } monthEnd { expected } }"},
		{"anomalies", "anomalies { date hour direction actual expected low high }"},
	}
}

// ranges are the days that row 4 asks for.
func ranges() []int { return []int{30, 365, 3_650} }

// filters are row 4's, by name.
func filters() [][2]any {
	return [][2]any{
		{"clients", map[string]any{"clientIds": []string{clientID(1), clientID(5000)}}},
		{"hours", map[string]any{"hours": []int{9, 10, 11}}},
		{"weekdays", map[string]any{"weekdays": []string{"MONDAY", "SUNDAY"}}},
		{"kinds", map[string]any{"kinds": []string{"image"}}},
		{"models", map[string]any{"models": []string{"small", "large"}}},
	}
}

func inDays(days int) string { return p50 + ", " + number(float64(days)) + " days" }

// widgets measures row 4: each alone, and the whole with each filter.
func (b *bench) widgets(ctx context.Context, server *process) error {
	whole, err := overview("forecast", "anomalies")
	if err != nil {
		return err
	}
	type question struct {
		name string
		days int
		body []byte
	}
	var list []question
	for _, days := range ranges() {
		p, err := lastDays(days, b.began)
		if err != nil {
			return err
		}
		for _, f := range fields() {
			list = append(list, question{f[0], days, document(
				"query($w: ID!, $days: Int!) { stats(workspaceId: $w, range: { lastDays: $days }) { "+f[1]+" } }", map[string]any{"w": shop, "days": days})})
		}
		list = append(list, question{"everything", days, document(whole, overviewVariables(p, nil))})
		for _, f := range filters() {
			list = append(list, question{fmt.Sprint("everything by ", f[0]), days, document(whole, overviewVariables(p, f[1]))})
		}
	}
	refused := make([]bool, len(list))
	for rep := range b.Reps {
		b.say("widgets, repetition %d", rep+1)
		for i := range list {
			i = (i + rep) % len(list)
			q := list[i]
			times := make([]time.Duration, 0, b.Asked)
			for began := now(); !refused[i] && len(times) < max(2, b.Asked/4) && (len(times) == 0 || since(began) < b.Window/4); {
				started := now()
				if _, err := fetch(ctx, "http://"+server.addr+"/graphql", b.key, q.body); err != nil {
					b.fail("%s over %d days, after %v: %v", q.name, q.days, since(started).Round(time.Millisecond), err)
					refused[i] = true
				}
				times = append(times, since(started))
			}
			if refused[i] {
				continue // what it took says nothing
			}
			b.figures.add(4, q.name, ours, inDays(q.days), ms(quantile(sorted(times), 0.5)))
		}
	}
	return nil
}

// refresh is how often a page asks again while usage comes in.
const refresh = 2 * time.Second

// crowded measures row 4's other half: counting, while many look.
func (b *bench) crowded(ctx context.Context, server *process) error {
	query, err := overview("forecast")
	if err != nil {
		return err
	}
	p, err := lastDays(30, b.began)
	if err != nil {
		return err
	}
	looking := target{addrs: []string{server.addr}, want: []byte(`"dailyUsage":`), requests: [][]byte{
		post("/graphql", b.key, document(query, overviewVariables(p, nil))),
	}}
	count := pressure{connections: b.Busy, rate: b.Events, warm: b.Warm, window: b.Window}
	look := pressure{connections: b.Dashboards, rate: max(1, int(float64(b.Dashboards)/refresh.Seconds())), warm: b.Warm, window: b.Window}
	for rep := range b.Reps {
		b.say("%d dashboards, repetition %d", b.Dashboards, rep+1)
		for _, with := range []bool{rep%2 == 0, rep%2 != 0} {
			name, problem := "counting, nobody looks", error(nil)
			var all sync.WaitGroup
			if with {
				name = fmt.Sprintf("counting, %d dashboards", b.Dashboards)
				all.Go(func() {
					var l load
					if l, problem = b.press(ctx, looking, look); problem == nil {
						b.figures.add(4, fmt.Sprintf("%d dashboards", b.Dashboards), ours, p50, ms(quantile(l.latency, 0.5)))
						b.figures.add(4, fmt.Sprintf("%d dashboards", b.Dashboards), ours, p99, ms(quantile(l.latency, 0.99)))
					}
				})
			}
			l, err := b.press(ctx, b.ourTarget(server), count)
			all.Wait()
			if err := errors.Join(err, problem); err != nil {
				return err
			}
			b.note(4, fmt.Sprintf("%s, %d events/s", name, b.Events), ours, l)
		}
	}
	return nil
}

// exports measures row 5, to files.
func (b *bench) exports(ctx context.Context, name, url string, rows int, server *process) error {
	p, err := lastDays(history+2, b.began)
	if err != nil {
		return err
	}
	start, end := p.start.Format(time.DateOnly), p.end.AddDate(0, 0, -1).Format(time.DateOnly)
	file := filepath.Join(b.dir, "export")
	defer os.Remove(file) //nolint:errcheck // with the folder
	export := func(format string) *exec.Cmd {
		return exec.CommandContext(ctx, b.bin, "export", "--database-url", url, "--workspace", shop, "--rows", "usage", "--format", format, "--start", start, "--end", end, "--output", file)
	}
	runs := []struct {
		of, who string
		command func() *exec.Cmd
	}{
		{"CSV", ours, func() *exec.Cmd { return export("csv") }},
		{"JSON", ours, func() *exec.Cmd { return export("json") }},
		{"CSV", "psql \\copy", func() *exec.Cmd {
			return b.pg.psql(ctx, name, `\copy (SELECT u.id, to_timestamp(u.created_at / 1e6), u.client_id, c.name, c.phone, u.kind, u.model, u.input_tokens, u.output_tokens, u.price / 1e9 FROM usages AS u LEFT JOIN customers AS c ON c.workspace_id = u.workspace_id AND c.client_id = u.client_id WHERE u.workspace_id = '`+shop+`') TO '`+file+`' (FORMAT csv, HEADER)`)
		}},
	}
	for rep := range b.Reps {
		b.say("exports, repetition %d", rep+1)
		for i := range runs {
			run := runs[(i+rep)%len(runs)]
			cmd := run.command()
			started := now()
			if _, err := finish(cmd); err != nil {
				return err
			}
			took := since(started).Seconds()
			lines, err := countLines(file)
			if err != nil {
				return err
			}
			total := rows
			if b.wants(4) { // what was counted beside dashboards is there, too
				n, err := numberAt(ctx, "postgres", url, "SELECT count(*) FROM usages")
				if err != nil {
					return err
				}
				total = int(n)
			}
			if beside := lines - total; beside < 1 || beside > 2 { // a header, or JSON's frame
				return fmt.Errorf("%s of %s has %d lines for %d usages", run.of, run.who, lines, total)
			}
			b.figures.add(5, run.of, run.who, rowsRate, float64(total)/took)
		}
	}
	// What a server takes for it.
	for _, format := range []string{"csv", "json"} {
		before, err := server.memory("VmRSS")
		if err != nil {
			return err
		}
		if err := server.forgetPeak(); err != nil {
			return err
		}
		if err := b.download(ctx, server, "/api/usage/export/"+shop+"?rows=usage&format="+format+"&startDate="+start+"&endDate="+end); err != nil {
			return err
		}
		peak, err := server.memory("VmHWM")
		if err != nil {
			return err
		}
		b.figures.add(5, "over HTTP", ours, "memory growth MiB", peak-before)
	}
	return nil
}

// download reads an answer to its end.
func (b *bench) download(ctx context.Context, server *process, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.addr+path, http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+b.key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(path + ": " + response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func countLines(name string) (lines int, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close() //nolint:errcheck // only read from
	buffer := make([]byte, 1<<20)
	for {
		n, err := file.Read(buffer)
		for _, c := range buffer[:n] {
			if c == '\n' {
				lines++
			}
		}
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// costs measures what docs/scale.md reckons with: bytes a row, and how much of
// PostgreSQL's pages a dashboard reads.
func (b *bench) costs(ctx context.Context, name, url string, server **process) error {
	for _, table := range []string{"usages", "usage_buckets", "client_days"} {
		n, err := numberAt(ctx, "postgres", url, "SELECT count(*) FROM "+table)
		if err != nil {
			return err
		}
		bytes, err := numberAt(ctx, "postgres", url, "SELECT pg_total_relation_size('"+table+"')")
		if err != nil {
			return err
		}
		b.figures.add(9, "PostgreSQL, "+table, ours, "bytes a row", float64(bytes)/float64(n))
		b.figures.add(9, "PostgreSQL, "+table, ours, "rows", float64(n))
	}
	if err := b.costsOnSQLite(ctx); err != nil {
		return err
	}
	query, err := overview("forecast", "anomalies")
	if err != nil {
		return err
	}
	p, err := lastDays(30, b.began)
	if err != nil {
		return err
	}
	// Sessions report what they read when they end: the difference between
	// few and more dashboards is theirs alone.
	var read [2]int64
	for i, asked := range []int{5, 15} {
		before, err := b.pages(ctx, name)
		if err != nil {
			return err
		}
		for range asked {
			if _, _, err := askOurs(b, *server, query)(ctx, p); err != nil {
				return err
			}
		}
		if err := (*server).stop(); err != nil {
			return err
		}
		after, err := b.pages(ctx, name)
		if err != nil {
			return err
		}
		read[i] = after - before
		if *server, err = b.serve(ctx, url); err != nil {
			return err
		}
	}
	b.figures.add(9, "PostgreSQL, a dashboard of 30 days", ours, "pages of 8 KiB", float64(read[1]-read[0])/10)
	return nil
}

// pages are those that a database's sessions have read, from memory or disk.
func (b *bench) pages(ctx context.Context, name string) (int64, error) {
	return numberAt(ctx, "postgres", b.pg.url("postgres"), "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = '"+name+"'")
}

// costsOnSQLite copies the smallest size, which says as much of a row.
func (b *bench) costsOnSQLite(ctx context.Context) (err error) {
	url, err := b.fill(ctx, "small", b.Sizes[0])
	if err != nil {
		return err
	}
	path := filepath.Join(b.dir, "small.db")
	if _, err := b.contatore(ctx, "copy", "--database-url", url, "--to", "sqlite://"+path); err != nil {
		return err
	}
	for _, table := range []string{"usages", "usage_buckets", "client_days"} {
		n, err := numberAt(ctx, "sqlite", "file:"+path, "SELECT count(*) FROM "+table)
		if err != nil {
			return err
		}
		bytes, err := numberAt(ctx, "sqlite", "file:"+path, "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = '"+table+"')")
		if err != nil {
			return err
		}
		b.figures.add(9, "SQLite, "+table, ours, "bytes a row", float64(bytes)/float64(n))
		b.figures.add(9, "SQLite, "+table, ours, "rows", float64(n))
	}
	return errors.Join(os.Remove(path), b.pg.drop(ctx, "small"))
}
