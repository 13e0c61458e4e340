//go:build linux

// Command bench measures Contatore beside what a user would pick instead.
//
// In come a plan of how much to do and the machine's own PostgreSQL, Node and
// Go; out come RESULTS.md, results.svg and results.json, with a verdict for
// each goal. Contenders take turns, all is repeated, and answers are checked
// before a figure counts. The command must never tune one side alone, nor
// leave anything behind but its results and the rivals' packages.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A plan says how much is done.
type plan struct {
	Name string
	// Reps is how often each measurement is repeated.
	Reps int
	// Warm and Window are how long a load lasts before and while it counts.
	Warm, Window time.Duration
	// Connections are those of row 1; Busy is the number that the other rows
	// work with.
	Connections []int
	Busy        int
	// Imported rows of row 2.
	Imported int
	// Sizes are the rows of a workspace in row 3; the last one serves rows 4
	// and 5 as well.
	Sizes []int
	// Asked is how often a warm dashboard is asked a repetition.
	Asked int
	// Subscribers of row 6, Dashboards of row 4, Events a second beside them.
	Subscribers, Dashboards, Events int
}

// plans are by name: what is published, what fits into five minutes, and what
// only shows that everything works.
func plans() map[string]plan {
	return map[string]plan{
		"full": {
			Reps: 5, Warm: time.Second, Window: 4 * time.Second, Connections: []int{1, 16, 64, 256, 1024}, Busy: 256,
			Imported: 5_000_000, Sizes: []int{100_000, 1_000_000, 10_000_000}, Asked: 20,
			Subscribers: 1000, Dashboards: 200, Events: 2000,
		},
		"quick": {
			Reps: 5, Warm: 200 * time.Millisecond, Window: 800 * time.Millisecond, Connections: []int{1, 256}, Busy: 256,
			Imported: 50_000, Sizes: []int{20_000, 200_000}, Asked: 10,
			Subscribers: 200, Dashboards: 50, Events: 1000,
		},
		"tiny": {
			Reps: 2, Warm: 50 * time.Millisecond, Window: 150 * time.Millisecond, Connections: []int{1, 16}, Busy: 16,
			Imported: 5_000, Sizes: []int{3_000, 10_000}, Asked: 2,
			Subscribers: 10, Dashboards: 5, Events: 100,
		},
	}
}

// A bench is one run.
type bench struct {
	plan
	out io.Writer
	// dir is removed at the end; cache stays.
	dir, cache string
	// bin is Contatore, key opens it.
	bin, key string
	// profiles, where not empty, is the folder for those of each server.
	profiles string
	served   int
	pg       *postgres
	// only are the rows of the goals' table to measure; nil: all.
	only []int
	// began is when the run did: what "until now" means in the data.
	began time.Time
	// asked is the command line, commit the source's.
	asked   string
	commit  string
	figures figures
	// checked tells what was proven on the way, a line each.
	checked []string
	// failed tells what was asked and refused, a line each.
	failed []string
	// version of each contender.
	versions [][2]string
}

func main() {
	chosen := flag.String("plan", "full", "how much: full, quick or tiny")
	only := flag.String("only", "", "rows of the goals' table, with commas between; the others are kept of the last results. All unless given")
	reps := flag.Int("reps", 0, "repetitions, in place of the plan's")
	sizes := flag.String("sizes", "", "rows of a workspace on the dashboard, with commas between, in place of the plan's")
	out := flag.String("out", "bench", "folder of the results")
	cache := flag.String("cache", "bench/.cache", "folder of the rivals' packages, which stay")
	usual := flag.String("usual", "", "serve the usual way on this database, for the bench itself")
	mine := flag.String("ours", "", "serve Contatore on this database, for the bench itself")
	addr := flag.String("addr", "", "where")
	key := flag.String("key", "", "the administrator's key")
	profiles := flag.String("profile", "", "folder for a CPU and an allocation profile of each Contatore, which then runs inside of this program")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch {
	case *usual != "":
		err = serveUsual(ctx, *usual, *addr)
	case *mine != "":
		err = serveProfiled(ctx, *mine, *addr, *key, *profiles)
	default:
		asked := "go run ./bench"
		flag.Visit(func(f *flag.Flag) {
			if f.Name != "out" && f.Name != "cache" { // where files lie says nothing of the figures
				asked += " -" + f.Name + " " + f.Value.String()
			}
		})
		err = measure(ctx, asked, *chosen, *only, *sizes, *reps, *out, *cache, *profiles)
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

// numbers reads a list with commas; empty is none.
func numbers(text string) (list []int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.ReplaceAll(word, "_", ""); word == "" {
			continue
		}
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func measure(ctx context.Context, asked, chosen, only, sizes string, reps int, out, cache, profiles string) (err error) {
	p, ok := plans()[chosen]
	if !ok {
		return fmt.Errorf("there is no plan %q", chosen)
	}
	p.Name = chosen
	if reps > 0 {
		p.Reps = reps
	}
	rows, err := numbers(only)
	if err != nil {
		return err
	}
	if list, err := numbers(sizes); err != nil {
		return err
	} else if list != nil {
		p.Sizes = list
	}
	cache, err = filepath.Abs(cache)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "contatore-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's user passes through
		return err
	}
	b := &bench{plan: p, out: os.Stdout, dir: dir, cache: cache, bin: filepath.Join(dir, "contatore"), profiles: profiles, key: rand.Text(), only: rows, asked: asked, began: now().Truncate(time.Second)}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.pg.stop()) }()
	for _, step := range []struct {
		rows []int
		name string
		run  func(context.Context) error
	}{
		{[]int{1, 6, 7, 8, 10}, "tracking", b.tracking},
		{[]int{2}, "batches and imports", b.importing},
		{[]int{3, 4, 5, 9}, "dashboards and exports", b.dashboards},
	} {
		if !slices.ContainsFunc(step.rows, b.wants) {
			continue
		}
		b.say("%s", step.name)
		if broke := step.run(ctx); broke != nil {
			b.fail("%s broke off: %v", step.name, broke)
			err = errors.Join(err, fmt.Errorf("%s: %w", step.name, broke))
		}
		if ctx.Err() != nil {
			return err
		}
	}
	// Hours of measuring are not thrown away for what broke off.
	return errors.Join(err, b.report(out))
}

// wants tells whether a row is to be measured.
func (b *bench) wants(row int) bool { return b.only == nil || slices.Contains(b.only, row) }

// say tells how far the run is.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.out, "%5.0f s  %s\n", since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

// prove notes what was checked.
func (b *bench) prove(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	b.say("checked: %s", line)
	b.checked = append(b.checked, line)
}

// fail notes what was refused.
func (b *bench) fail(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	b.say("failed: %s", line)
	b.failed = append(b.failed, line)
}

// prepare builds Contatore, brings the rivals' packages and starts PostgreSQL.
func (b *bench) prepare(ctx context.Context) error {
	b.say("build, install, start PostgreSQL")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.bin, "./cmd/contatore")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if _, err := finish(build); err != nil {
		return err
	}
	rivals := filepath.Join(b.cache, "rivals")
	if err := os.MkdirAll(rivals, 0o755); err != nil { //nolint:gosec // packages are no secret
		return err
	}
	lock := filepath.Join(rivals, "package-lock.json")
	before, _ := os.ReadFile(lock) // none: nothing is installed yet
	for name, text := range rivalFiles() {
		if err := os.WriteFile(filepath.Join(rivals, name), text, 0o644); err != nil { //nolint:gosec // as above
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(rivals, "node_modules", "postgraphile")); err != nil || !bytes.Equal(before, rivalFiles()["package-lock.json"]) {
		if _, err := command(ctx, "npm", "--prefix", rivals, "ci", "--no-audit", "--no-fund"); err != nil {
			return err
		}
	}
	var err error
	if b.pg, err = b.startPostgres(ctx); err != nil {
		return err
	}
	if err := errors.Join(b.seed(ctx), b.machine(ctx)); err != nil {
		return errors.Join(err, b.pg.stop())
	}
	return nil
}

// contatore runs a command of the binary.
func (b *bench) contatore(ctx context.Context, args ...string) (string, error) {
	return command(ctx, b.bin, args...)
}

// serve starts a server on a database and waits until it is ready.
func (b *bench) serve(ctx context.Context, database string) (*process, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), b.bin, "serve", "--addr", addr, "--database-url", database, "--admin-key", b.key)
	if b.profiles != "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		b.served++
		cmd = exec.CommandContext(context.WithoutCancel(ctx), self, "-ours", database, "-addr", addr, "-key", b.key, "-profile", filepath.Join(b.profiles, fmt.Sprintf("contatore-%d", b.served)))
		b.say("profile: contatore-%d is on %s", b.served, database[strings.LastIndexByte(database, '/')+1:])
	}
	return b.ready(ctx, "contatore", addr, cmd)
}

// ready starts a server that will listen at addr.
func (b *bench) ready(ctx context.Context, name, addr string, cmd *exec.Cmd) (*process, error) {
	p, err := b.spawn(ctx, name, cmd)
	if err != nil {
		return nil, err
	}
	p.addr = addr
	if err := p.wait(ctx, p.answers("/readyz")); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// graphql asks a Contatore.
func (b *bench) graphql(ctx context.Context, server *process, query string, variables map[string]any) ([]byte, error) {
	return fetch(ctx, "http://"+server.addr+"/graphql", b.key, document(query, variables))
}

// document is a request's body.
func document(query string, variables map[string]any) []byte {
	return encode(map[string]any{"query": query, "variables": variables})
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers only
	}
	return text
}

// counted proves that a database holds as many usages as were answered.
func (b *bench) counted(ctx context.Context, driver, url, table, who string, want int) error {
	n, err := numberAt(ctx, driver, url, "SELECT count(*) FROM "+table)
	if err != nil {
		return err
	}
	if n != int64(want) {
		return fmt.Errorf("%s answered %d times and holds %d usages", who, want, n)
	}
	b.prove("%s: %d answers, as many usages", who, want)
	return nil
}

// verified proves that the rollups agree with the usages.
func (b *bench) verified(ctx context.Context, url, who string) error {
	said, err := b.contatore(ctx, "rollup", "verify", "--database-url", url)
	if err != nil {
		return fmt.Errorf("%s: %w", who, err)
	}
	b.prove("%s: %s", who, strings.TrimSpace(said))
	return nil
}
