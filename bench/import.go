//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

const (
	batched   = "trackUsageBatch of 1,000"
	wholeFile = "import"
	rowsRate  = "rows/s"
	// batchRows is how many usages a batch has, batchConnections how many send
	// batches at once: enough that the server is never idle.
	batchRows, batchConnections = 1_000, 8
)

// importing measures row 2, a database each, against COPY of the very rows
// that the import made into the same empty table.
func (b *bench) importing(ctx context.Context) error {
	file := filepath.Join(b.dir, "import.csv")
	if err := writeFile(file, func(w io.Writer) error { return importable(w, b.Imported, b.began) }); err != nil {
		return err
	}
	made := filepath.Join(b.dir, "made.csv")
	runs := []func() error{
		func() error { return b.importOnce(ctx, file, made) },
		func() error { return b.copyOnce(ctx, made) },
		func() error { return b.batchOnce(ctx) },
	}
	for rep := range b.Reps {
		b.say("repetition %d", rep+1)
		for i := range runs {
			// The first repetition goes in order: COPY takes what the import made.
			if err := runs[(i+rep)%len(runs)](); err != nil {
				return err
			}
		}
	}
	return errors.Join(os.Remove(file), os.Remove(made))
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func (b *bench) importOnce(ctx context.Context, file, made string) error {
	url, err := b.shopDatabase(ctx, "postgres", "imported")
	if err != nil {
		return err
	}
	started := now()
	if _, err := b.contatore(ctx, "import", "--database-url", url, "--workspace", shop, file); err != nil {
		return err
	}
	b.figures.add(2, wholeFile, ours, rowsRate, float64(b.Imported)/since(started).Seconds())
	n, err := numberAt(ctx, "postgres", url, "SELECT count(*) FROM usages")
	if err != nil {
		return err
	}
	if n != int64(b.Imported) {
		return fmt.Errorf("of %d rows %d were counted", b.Imported, n)
	}
	if _, err := os.Stat(made); err == nil {
		return b.pg.drop(ctx, "imported")
	}
	if err := b.verified(ctx, url, "import"); err != nil {
		return err
	}
	if _, err := finish(b.pg.psql(ctx, "imported", "\\copy usages TO '"+made+"' (FORMAT csv)")); err != nil {
		return err
	}
	return b.pg.drop(ctx, "imported")
}

func (b *bench) copyOnce(ctx context.Context, made string) error {
	if _, err := b.shopDatabase(ctx, "postgres", "copied"); err != nil {
		return err
	}
	started := now()
	if _, err := finish(b.pg.psql(ctx, "copied", "\\copy usages FROM '"+made+"' (FORMAT csv)")); err != nil {
		return err
	}
	b.figures.add(2, wholeFile, copying, rowsRate, float64(b.Imported)/since(started).Seconds())
	return b.pg.drop(ctx, "copied")
}

func (b *bench) batchOnce(ctx context.Context) (err error) {
	url, err := b.shopDatabase(ctx, "postgres", "batched")
	if err != nil {
		return err
	}
	server, err := b.serve(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop(), b.pg.drop(ctx, "batched")) }()
	t := target{servers: []*process{server}, addrs: []string{server.addr}, want: fmt.Appendf(nil, `"tracked":%d`, batchRows)}
	r := rand.New(rand.NewPCG(6, 4))
	for range 2 * batchConnections {
		inputs := make([]map[string]any, batchRows)
		for i := range inputs {
			inputs[i] = trackInput(r)
		}
		t.requests = append(t.requests, post("/graphql", b.key,
			document("mutation($i: [TrackUsageInput!]!) { trackUsageBatch(inputs: $i) { tracked rejected } }", map[string]any{"i": inputs})))
	}
	l, err := b.press(ctx, t, pressure{connections: batchConnections, warm: b.Warm, window: b.Window})
	if err != nil {
		return err
	}
	b.figures.add(2, batched, ours, rowsRate, l.rate()*batchRows)
	b.figures.add(2, batched, ours, ownShare, l.share(l.own))
	n, err := numberAt(ctx, "postgres", url, "SELECT count(*) FROM usages")
	if err != nil {
		return err
	}
	if n != int64(l.answered*batchRows) {
		return fmt.Errorf("%d batches came to %d usages", l.answered, n)
	}
	said, err := b.contatore(ctx, "rollup", "verify", "--database-url", url)
	if err != nil {
		return err
	}
	if strings.Contains(said, "agree") && len(b.figures.samples(2, batched, ours, rowsRate)) == b.Reps {
		b.prove("batches: %d rows, %s", n, strings.TrimSpace(said))
	}
	return nil
}
