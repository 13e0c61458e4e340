//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/money"
)

const (
	shop      = "bench"
	zone      = "Europe/Rome"
	customers = 10_000
	// history is how long ago the first usage was; most of it is of the last
	// recent days, as where a business grows.
	history, recent = 3_650, 120
	recentPart      = 0.8
)

// A usage is a row before anybody has taken it.
type usage struct {
	at          time.Time
	client      int
	nanos       int64
	kind, model string
	in, out     int
}

func clientID(i int) string { return fmt.Sprintf("c%05d", i) }

// draw makes a usage at an instant: few customers ask much, most a little.
func draw(r *rand.Rand, at time.Time) usage {
	skew := r.Float64()
	u := usage{at: at, client: int(skew * skew * customers), nanos: (1 + r.Int64N(400)) * 50_000, kind: "message", model: "large", in: 20 + r.IntN(2000), out: 5 + r.IntN(500)}
	if r.IntN(10) == 0 {
		u.kind = "image"
	}
	switch m := r.IntN(10); {
	case m < 5:
		u.model = "small"
	case m < 8:
		u.model = "medium"
	}
	return u
}

// usages are n rows until an instant, the oldest first; the same for the same
// arguments.
func usages(n int, until time.Time) iter.Seq[usage] {
	return func(yield func(usage) bool) {
		r := rand.New(rand.NewPCG(6, 1))
		left, early := n, float64(n)*(1-recentPart)/(history-recent)
		var owed float64
		for day := history; day > 0; day-- {
			owed += early
			if day <= recent {
				owed += float64(n)*recentPart/recent - early
			}
			count := int(owed)
			if day == 1 {
				count = left
			}
			owed -= float64(count)
			left -= count
			start := until.Add(-time.Duration(day) * 24 * time.Hour)
			offsets := make([]time.Duration, count)
			for i := range offsets {
				// Two draws: more is asked in the middle of these 24 hours.
				offsets[i] = time.Duration((r.Float64() + r.Float64()) / 2 * float64(24*time.Hour)).Truncate(time.Microsecond)
			}
			slices.Sort(offsets)
			for _, offset := range offsets {
				if !yield(draw(r, start.Add(offset))) {
					return
				}
			}
		}
	}
}

// tableColumns are those of table's rows.
const tableColumns = "workspace_id, id, client_id, price, kind, model, input_tokens, output_tokens, created_at, recorded_at"

// table writes rows for COPY into Contatore's usages. The ids rise with time,
// as those that a server makes.
func table(w io.Writer, n int, until time.Time) error {
	out := bufio.NewWriterSize(w, 1<<20)
	r := rand.New(rand.NewPCG(6, 2))
	for u := range usages(n, until) {
		var id uuid.UUID
		ms := u.at.UnixMilli()
		for i := range 6 {
			id[i] = byte(ms >> (40 - 8*i))
		}
		for i := 6; i < 16; i++ {
			id[i] = byte(r.Uint32())
		}
		id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
		fmt.Fprintf(out, "%s,%s,%s,%d,%s,%s,%d,%d,%d,%d\n", shop, id, clientID(u.client), u.nanos, u.kind, u.model, u.in, u.out, u.at.UnixMicro(), u.at.UnixMicro())
	}
	return out.Flush()
}

// importable writes a file for contatore import.
func importable(w io.Writer, n int, until time.Time) error {
	out := bufio.NewWriterSize(w, 1<<20)
	fmt.Fprintln(out, "clientId,price,kind,model,inputTokens,outputTokens,occurredAt")
	for u := range usages(n, until) {
		fmt.Fprintf(out, "%s,%s,%s,%s,%d,%d,%s\n", clientID(u.client), money.Nanos(u.nanos), u.kind, u.model, u.in, u.out, u.at.UTC().Format(time.RFC3339Nano))
	}
	return out.Flush()
}

// seed makes the database that the others are copies of: the schema, the
// workspace, its customers.
func (b *bench) seed(ctx context.Context) error {
	url, err := b.pg.create(ctx, "seeded", "")
	if err != nil {
		return err
	}
	server, err := b.serve(ctx, url)
	if err != nil {
		return err
	}
	_, err = b.graphql(ctx, server, `mutation($i: CreateWorkspaceInput!) { createWorkspace(input: $i) { id } }`,
		map[string]any{"i": map[string]any{"id": shop, "name": "Bench", "timeZone": zone}})
	if err == nil {
		err = server.stop()
	}
	if err != nil {
		return err
	}
	return b.pg.exec(ctx, "seeded", `INSERT INTO customers (workspace_id, id, client_id, phone, email, name, active_chatbot, created_at)
		SELECT '`+shop+`', gen_random_uuid(), 'c' || lpad(n::text, 5, '0'), '+39' || (3330000000 + n), 'c' || n || '@example.com', 'Customer ' || n, true, 0
		FROM generate_series(0, `+strconv.Itoa(customers-1)+`) AS n`, "VACUUM ANALYZE")
}

// fill copies n rows into a copy of the seeded database, makes its rollups and
// lays the same rows apart for the contenders, in a schema of their own: local
// time beforehand, and an index that holds all that a dashboard reads.
func (b *bench) fill(ctx context.Context, name string, n int) (url string, err error) {
	if url, err = b.pg.create(ctx, name, "seeded"); err != nil {
		return "", err
	}
	psql := b.pg.psql(ctx, name, "\\copy usages ("+tableColumns+") FROM STDIN (FORMAT csv)")
	in, out := io.Pipe()
	go func() { out.CloseWithError(table(out, n, b.began)) }()
	psql.Stdin = in
	if _, err := finish(psql); err != nil {
		return "", err
	}
	if _, err := b.contatore(ctx, "rollup", "rebuild", "--database-url", url); err != nil {
		return "", err
	}
	return url, b.pg.exec(ctx, name,
		"CREATE SCHEMA raw",
		`CREATE TABLE raw.usages AS SELECT workspace_id, id, client_id, price, kind, model,
			to_timestamp(created_at / 1e6) AT TIME ZONE '`+zone+`' AS local, 1::smallint AS messages FROM public.usages ORDER BY created_at`,
		"ALTER TABLE raw.usages ADD PRIMARY KEY (workspace_id, id)",
		"CREATE INDEX usages_dashboard ON raw.usages (workspace_id, local) INCLUDE (client_id, price, kind, model, messages)",
		"CREATE INDEX usages_client ON raw.usages (workspace_id, client_id, local) INCLUDE (price, kind, model, messages)",
		"CREATE TABLE raw.customers AS SELECT workspace_id, client_id, name, phone FROM public.customers",
		"ALTER TABLE raw.customers ADD PRIMARY KEY (workspace_id, client_id)",
		"VACUUM ANALYZE",
	)
}
