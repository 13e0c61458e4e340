//go:build linux

package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/contatore/contatore/internal/money"
)

//go:embed rivals
var rivals embed.FS

// rivalFiles are those of the rivals' folder, by name.
func rivalFiles() map[string][]byte {
	files := map[string][]byte{}
	list, _ := rivals.ReadDir("rivals") // embedded
	for _, entry := range list {
		files[entry.Name()], _ = rivals.ReadFile("rivals/" + entry.Name())
	}
	return files
}

// The contenders, as tables name them.
const (
	ours        = "Contatore"
	theUsual    = "the usual way"
	ceiling     = "HTTP alone, nothing kept"
	graphile    = "PostGraphile"
	rawSQL      = "raw SQL"
	duck        = "DuckDB"
	copying     = "COPY"
	perSecond   = "events/s"
	p50, p99    = "p50 ms", "p99 ms"
	ownShare    = "load generator's CPU %"
	serverShare = "server's CPU %"
	pgShare     = "PostgreSQL's CPU %"
	perEvent    = "CPU µs an event, server and database"
)

// A contender counts usage over HTTP.
type contender struct {
	name string
	target
	// driver and url are where its table of usages is; the table is empty where
	// none is kept.
	driver, url, table string
	answered           int
}

// sqlitePath is the file of a URL.
func sqlitePath(url string) string { return strings.TrimPrefix(url, "sqlite://") }

// contenders starts all that track on a database: "postgres" or "sqlite".
func (b *bench) contenders(ctx context.Context, driver string) (list []*contender, err error) {
	url := func(name string) (string, error) {
		if driver == "postgres" {
			return b.pg.create(ctx, name, "")
		}
		return "sqlite://" + filepath.Join(b.dir, name+".db"), nil
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, stopAll(list))
		}
	}()
	mine, err := b.shopDatabase(ctx, driver, "mine")
	if err != nil {
		return nil, err
	}
	server, err := b.serve(ctx, mine)
	if err != nil {
		return nil, err
	}
	list = append(list, &contender{name: ours, target: b.ourTarget(server), driver: driver, url: mine, table: "usages"})

	other, err := url("usual")
	if err != nil {
		return list, err
	}
	if err := seedUsual(ctx, other); err != nil {
		return list, err
	}
	if server, err = b.usual(ctx, other); err != nil {
		return list, err
	}
	list = append(list, &contender{name: theUsual, driver: driver, url: other, table: "usages", target: usualTarget(server)})
	if server, err = b.usual(ctx, nothing); err != nil {
		return list, err
	}
	list = append(list, &contender{name: ceiling, target: usualTarget(server)})
	if driver != "postgres" {
		return list, nil
	}

	// The same tables and rows, a third time; the moment is the database's.
	if other, err = b.pg.create(ctx, "graphile", ""); err != nil {
		return list, err
	}
	if err := seedUsual(ctx, other); err != nil {
		return list, err
	}
	if err := b.pg.exec(ctx, "graphile", "ALTER TABLE usages ALTER created_at SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"); err != nil {
		return list, err
	}
	if server, err = b.postgraphile(ctx, other, "public"); err != nil {
		return list, err
	}
	list = append(list, &contender{name: graphile, driver: driver, url: other, table: "usages", target: target{
		servers: []*process{server}, addrs: []string{server.addr}, want: []byte(`"clientId":"c`),
		requests: requests("/graphql", "", func(input map[string]any) []byte {
			delete(input, "response")
			price, _ := input["price"].(money.Nanos) // made below
			input["price"] = fmt.Sprint(int64(price))
			return document("mutation($i: UsageInput!) { createUsage(input: { usage: $i }) { usage { clientId } } }", map[string]any{"i": input})
		}),
	}})
	return list, nil
}

// usual serves the usual way on a database.
func (b *bench) usual(ctx context.Context, database string) (*process, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.ready(ctx, "usual", addr, exec.CommandContext(context.WithoutCancel(ctx), self, "-usual", database, "-addr", addr))
}

func usualTarget(server *process) target {
	return target{
		servers: []*process{server}, addrs: []string{server.addr}, want: []byte(`"tracked":true`),
		requests: requests("/track", "", func(input map[string]any) []byte { return encode(input) }),
	}
}

// shopDatabase is a copy of the seeded one.
func (b *bench) shopDatabase(ctx context.Context, driver, name string) (string, error) {
	if driver == "postgres" {
		return b.pg.create(ctx, name, "seeded")
	}
	url := "sqlite://" + filepath.Join(b.dir, name+".db")
	_, err := b.contatore(ctx, "copy", "--database-url", b.pg.url("seeded"), "--to", url)
	return url, err
}

func (b *bench) postgraphile(ctx context.Context, database, schema string) (*process, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "node", filepath.Join(b.cache, "rivals", "postgraphile.mjs"), database, schema, addr)
	cmd.Env = append(cmd.Environ(), "NODE_ENV=production", "GRAPHILE_ENV=production")
	return b.ready(ctx, "postgraphile", addr, cmd)
}

// ourTarget tracks on servers of Contatore.
func (b *bench) ourTarget(servers ...*process) target {
	t := target{servers: servers, want: []byte(`"tracked":true`)}
	for _, s := range servers {
		t.addrs = append(t.addrs, s.addr)
	}
	t.requests = requests("/graphql", b.key, func(input map[string]any) []byte {
		return document("mutation($i: TrackUsageInput!) { trackUsage(input: $i) { tracked reason } }", map[string]any{"i": input})
	})
	return t
}

// requests asks for a usage of each customer, in no order that helps anybody.
func requests(path, key string, body func(input map[string]any) []byte) [][]byte {
	r := rand.New(rand.NewPCG(6, 3))
	list := make([][]byte, customers)
	for i, client := range r.Perm(customers) {
		input := trackInput(r)
		input["clientId"] = clientID(client)
		list[i] = post(path, key, body(input))
	}
	return list
}

func trackInput(r *rand.Rand) map[string]any {
	u := draw(r, now())
	return map[string]any{
		"workspaceId": shop, "clientId": clientID(u.client), "response": "Your order leaves today and will be with you tomorrow by noon.",
		"price": money.Nanos(u.nanos), "kind": u.kind, "model": u.model, "inputTokens": u.in, "outputTokens": u.out,
	}
}

func stopAll(list []*contender) (err error) {
	for _, c := range list {
		for _, s := range c.servers {
			err = errors.Join(err, s.stop())
		}
	}
	return err
}

// tracking measures rows 1, 6, 7, 8 and 10: what one server takes in.
func (b *bench) tracking(ctx context.Context) error {
	for _, driver := range []string{"postgres", "sqlite"} {
		if err := b.trackOn(ctx, driver); err != nil {
			return fmt.Errorf("%s: %w", driver, err)
		}
	}
	if b.wants(8) {
		return b.nodes(ctx)
	}
	return nil
}

// databaseName is a driver's, for tables.
func databaseName(driver string) string {
	return map[string]string{"postgres": "PostgreSQL", "sqlite": "SQLite"}[driver]
}

func (b *bench) trackOn(ctx context.Context, driver string) (err error) {
	name := databaseName(driver)
	list, err := b.contenders(ctx, driver)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopAll(list)) }()
	mine := list[0]
	if b.wants(7) {
		if err := b.remember(name+", idle", "memory MiB", mine.servers[0], "VmRSS"); err != nil {
			return err
		}
	}
	for _, n := range b.Connections {
		if !b.wants(1) {
			break
		}
		what := connectionsCase(name, n)
		b.say("%s", what)
		err := b.inTurn(list, func(c *contender) error {
			return b.track(ctx, c, 1, what, pressure{connections: n, warm: b.Warm, window: b.Window})
		})
		if err != nil {
			return err
		}
	}
	if b.wants(7) {
		if err := b.track(ctx, mine, 7, name+", loaded", pressure{connections: slices.Max(b.Connections), warm: b.Warm, window: b.Window}); err != nil {
			return err
		}
		if err := b.remember(name+", loaded", "memory MiB", mine.servers[0], "VmHWM"); err != nil {
			return err
		}
	}
	if b.wants(1) {
		var top float64
		for _, n := range b.Connections {
			top = max(top, b.figures.median(1, connectionsCase(name, n), ours, perSecond))
		}
		what := name + ", half of the top load"
		b.say("%s: %.0f events/s", what, top/2)
		for range b.Reps {
			if err := b.track(ctx, mine, 1, what, pressure{connections: b.Busy, rate: max(1, int(top/2)), warm: b.Warm, window: b.Window}); err != nil {
				return err
			}
		}
	}
	if b.wants(10) {
		if err := b.budgets(ctx, name, mine); err != nil {
			return err
		}
	}
	if b.wants(6) {
		if err := b.live(ctx, name, mine); err != nil {
			return err
		}
	}
	for _, c := range list {
		if c.table == "" {
			continue
		}
		if err := b.counted(ctx, c.driver, driverURL(c.url), c.table, name+", "+c.name, c.answered); err != nil {
			return err
		}
	}
	if err := b.verified(ctx, mine.url, name); err != nil {
		return err
	}
	if b.wants(7) {
		return b.starts(ctx, name, mine)
	}
	return nil
}

func connectionsCase(name string, n int) string { return fmt.Sprintf("%s, connections: %d", name, n) }

// driverURL is what database/sql opens.
func driverURL(url string) string {
	if strings.HasPrefix(url, "sqlite://") {
		return "file:" + sqlitePath(url)
	}
	return url
}

// inTurn runs each contender once a repetition, another one first each time.
func (b *bench) inTurn(list []*contender, run func(*contender) error) error {
	for rep := range b.Reps {
		for i := range list {
			if err := run(list[(i+rep)%len(list)]); err != nil {
				return fmt.Errorf("%s: %w", list[(i+rep)%len(list)].name, err)
			}
		}
	}
	return nil
}

// track presses a contender once and notes the figures.
func (b *bench) track(ctx context.Context, c *contender, row int, what string, p pressure) error {
	l, err := b.press(ctx, c.target, p)
	c.answered += l.answered
	if err != nil {
		return err
	}
	b.note(row, what, c.name, l)
	return nil
}

// note adds a load's figures.
func (b *bench) note(row int, what, who string, l load) {
	add := func(measure string, value float64) { b.figures.add(row, what, who, measure, value) }
	add(perSecond, l.rate())
	add(p50, ms(quantile(l.latency, 0.5)))
	add(p99, ms(quantile(l.latency, 0.99)))
	add(ownShare, l.share(l.own))
	add(serverShare, l.share(l.server))
	add(pgShare, l.share(l.database))
	add(perEvent, l.each(l.server+l.database))
}

func (b *bench) remember(what, measure string, p *process, line string) error {
	mib, err := p.memory(line)
	if err != nil {
		return err
	}
	b.figures.add(7, what, ours, measure, mib)
	return nil
}

// starts measures how long a server takes from nothing to its first answer on
// a database that is there, and how large the binary is.
func (b *bench) starts(ctx context.Context, name string, c *contender) error {
	for range b.Reps {
		started := now()
		server, err := b.serve(ctx, c.url)
		if err != nil {
			return err
		}
		b.figures.add(7, name+", start", ours, "ms", ms(since(started)))
		if err := server.stop(); err != nil {
			return err
		}
	}
	if b.figures.find(7, "binary", ours, "MiB") == nil {
		info, err := os.Stat(b.bin)
		if err != nil {
			return err
		}
		b.figures.add(7, "binary", ours, "MiB", float64(info.Size())/(1<<20))
	}
	return nil
}

// nodes measures row 8: more servers on one PostgreSQL.
func (b *bench) nodes(ctx context.Context) (err error) {
	url, err := b.shopDatabase(ctx, "postgres", "nodes")
	if err != nil {
		return err
	}
	var servers []*process
	defer func() {
		for _, s := range servers {
			err = errors.Join(err, s.stop())
		}
	}()
	counts := []int{1, 2, 4}
	list := make([]*contender, len(counts))
	for i, n := range counts {
		for len(servers) < n {
			s, err := b.serve(ctx, url)
			if err != nil {
				return err
			}
			servers = append(servers, s)
		}
		list[i] = &contender{name: ours, target: b.ourTarget(servers[:n]...)}
	}
	b.say("nodes")
	err = b.inTurn(list, func(c *contender) error {
		return b.track(ctx, c, 8, nodesCase(len(c.addrs)), pressure{connections: b.Busy, warm: b.Warm, window: b.Window})
	})
	if err != nil {
		return err
	}
	total := 0
	for _, c := range list {
		total += c.answered
	}
	answer, err := b.graphql(ctx, servers[0], `query($w: ID!) { stats(workspaceId: $w, range: { lastDays: 2 }) { totalMessages } }`, map[string]any{"w": shop})
	if err != nil {
		return err
	}
	if !strings.Contains(string(answer), fmt.Sprintf(`"totalMessages":%d}`, total)) {
		return fmt.Errorf("%d were counted on several nodes, but %s", total, answer)
	}
	if err := b.counted(ctx, "postgres", url, "usages", "several nodes", total); err != nil {
		return err
	}
	return b.verified(ctx, url, "several nodes")
}

func nodesCase(n int) string { return fmt.Sprintf("PostgreSQL, nodes: %d", n) }
