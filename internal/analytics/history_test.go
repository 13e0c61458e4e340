package analytics_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// history is what happens to a workspace over the years, and what of it the
// oracle has to know.
type history struct {
	*bench
	oracle    *oracle
	ctx       context.Context
	directory *workspace.Directory
	meter     *meter.Meter
	// ids are those of the oracle's answers; keys say which of them a key was
	// first used for.
	ids  []string
	keys map[string]int
	// active has the customers that exist.
	active map[string]bool
	// edge is around what moments fall.
	edge time.Time
}

// later is the server's clock: after everything that happens.
func later() time.Time { return time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC) }

func newHistory(t *rapid.T, db *database.DB) *history {
	h := &history{
		bench: &bench{db: db, workspace: uuid.NewString()}, oracle: &oracle{names: map[string][2]string{}},
		ctx: auth.With(context.Background(), auth.Viewer{Role: auth.Admin}), directory: workspace.Open(db, later),
		keys: map[string]int{}, active: map[string]bool{},
	}
	zone := h.move(t)
	_, err := h.directory.Create(h.ctx, workspace.CreateInput{ID: &h.workspace, Name: "History", TimeZone: &zone})
	h.must(t, err)
	for _, id := range clientIDs[:2] {
		_, err := h.directory.UpsertCustomer(h.ctx, h.workspace, workspace.CustomerInput{ClientID: &id})
		h.must(t, err)
		h.active[id] = true
	}
	h.start()
	return h
}

func (h *history) must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start opens the book and a meter, as a new process would.
func (h *history) start() {
	h.book = ledger.Open(h.db)
	h.meter = meter.Start(h.book, meter.Options{Now: later, Random: rand.Reader})
}

func (h *history) stop(t *rapid.T) { h.must(t, h.meter.Stop(h.ctx)) }

// move draws a zone and an edge of it.
func (h *history) move(t *rapid.T) (zone string) {
	zone = rapid.SampledFrom(zones).Draw(t, "zone")
	location, err := time.LoadLocation(zone)
	h.must(t, err)
	h.oracle.location = location
	// The edge stays where the answers are, whatever the zone becomes.
	if h.edge.IsZero() {
		h.edge = rapid.SampledFrom(edges(location)).Draw(t, "edge")
	}
	return zone
}

// steps are what can happen, by name.
func (h *history) steps() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"track": func(t *rapid.T) { h.track(t, 1) },
		"batch": func(t *rapid.T) { h.track(t, rapid.SampledFrom([]int{0, 3, 8, 20}).Draw(t, "answers")) },
		"void": func(t *rapid.T) {
			if len(h.ids) == 0 {
				return
			}
			i := rapid.IntRange(0, len(h.ids)-1).Draw(t, "which") // a void one too
			v, err := h.meter.Void(h.ctx, h.workspace, h.ids[i], nil)
			if err != nil || !v.Voided || v.Usage.ID != h.ids[i] {
				t.Fatalf("void: %+v, %v", v, err)
			}
			h.oracle.answers[i].void = true
		},
		"customer": h.customer,
		"erase": func(t *rapid.T) {
			id := rapid.SampledFrom(clientIDs).Draw(t, "client")
			if _, known := h.active[id]; !known {
				return
			}
			_, err := h.directory.Erase(h.ctx, h.workspace, id)
			h.must(t, err)
			h.oracle.names[id] = [2]string{}
		},
		"zone": func(t *rapid.T) {
			zone := h.move(t)
			_, _, err := h.directory.Update(h.ctx, h.workspace, workspace.UpdateInput{TimeZone: &zone})
			h.must(t, err)
		},
		"rebuild days": func(t *rapid.T) { h.must(t, h.book.RebuildDays(h.ctx, h.workspace, nil)) },
		"rebuild":      func(t *rapid.T) { h.must(t, h.book.Rebuild(h.ctx, h.workspace, nil)) },
		"restart": func(t *rapid.T) {
			h.stop(t)
			h.start()
		},
		"look": h.look,
	}
}

// customer makes one or changes its name, its phone or whether it is active.
func (h *history) customer(t *rapid.T) {
	i := rapid.IntRange(0, len(clientIDs)-2).Draw(t, "client") // the last one can't be a customer's id
	id := clientIDs[i]
	in := workspace.CustomerInput{ClientID: &id}
	name := h.oracle.names[id]
	if rapid.Bool().Draw(t, "named") {
		name[0] = fmt.Sprint("Client ", rapid.IntRange(1, 9).Draw(t, "name"))
		in.Name = &name[0]
	}
	if rapid.Bool().Draw(t, "reachable") {
		name[1] = fmt.Sprint("+39333123450", i)
		in.Phone = &name[1]
	}
	active, known := h.active[id]
	if rapid.IntRange(0, 2).Draw(t, "switch") == 0 {
		active = rapid.Bool().Draw(t, "active")
		in.ActiveChatbot = &active
	} else if !known {
		active = true
	}
	_, err := h.directory.UpsertCustomer(h.ctx, h.workspace, in)
	h.must(t, err)
	h.oracle.names[id], h.active[id] = name, active
}

// track sends n answers, some of them under keys that were used before, and
// wants each to be counted or not as the customers and keys say.
func (h *history) track(t *rapid.T, n int) {
	moments := near(h.edge)
	inputs, fates := make([]meter.Input, n), make([]string, n)
	// The keys that are new in this call, by the event that is counted.
	fresh := map[int]string{}
	var counted []answer
	for i := range inputs {
		a := answer{
			at: moments.Draw(t, "at"), client: rapid.SampledFrom(clientIDs).Draw(t, "client"), nanos: rapid.SampledFrom(prices).Draw(t, "price"),
			kind: rapid.SampledFrom(kinds).Draw(t, "kind"), model: rapid.SampledFrom(models).Draw(t, "model"),
		}
		inputs[i] = meter.Input{
			WorkspaceID: h.workspace, ClientID: &a.client, Kind: &a.kind, Model: &a.model,
			Price:      new(money.DecimalOf(money.Nanos(a.nanos).String())),
			OccurredAt: new(calendar.StampOf(a.at.UTC().Format(time.RFC3339Nano))),
		}
		if phone := h.oracle.names[a.client][1]; phone != "" && rapid.Bool().Draw(t, "by phone") {
			inputs[i].ClientID, inputs[i].Phone = nil, &phone
		}
		key := rapid.SampledFrom([]string{"", "", "a", "b", "c", "d", "e", "f"}).Draw(t, "key")
		inputs[i].IdempotencyKey = &key
		_, used := h.keys[key]
		active, known := h.active[a.client]
		switch {
		case !known:
			fates[i] = "CUSTOMER_NOT_FOUND"
		case !active:
			fates[i] = "CUSTOMER_INACTIVE"
		case used:
			fates[i] = "DUPLICATE"
		default:
			fates[i] = "TRACKED"
			if key != "" {
				h.keys[key] = len(h.oracle.answers) + len(counted)
				fresh[i] = key
			}
			counted = append(counted, a)
		}
	}
	b, err := h.meter.TrackBatch(h.ctx, inputs)
	h.must(t, err)
	for i, r := range b.Results {
		fate := "TRACKED"
		switch {
		case r.Duplicate:
			fate = "DUPLICATE"
		case !r.Tracked:
			fate = string(*r.Reason)
		default:
			h.ids = append(h.ids, r.Usage.ID)
		}
		if fate != fates[i] {
			t.Fatalf("answer %d of %d is %s, want %s", i, n, fate, fates[i])
		}
	}
	h.oracle.answers = append(h.oracle.answers, counted...)
	for i, r := range b.Results {
		if r.Duplicate && r.Usage.ID != h.ids[h.keys[*inputs[i].IdempotencyKey]] {
			t.Fatalf("answer %d repeats another one than the first of its key", i)
		}
	}
}

// look asks for everything in some range, through some filter, and for the
// rollups.
func (h *history) look(t *rapid.T) {
	err := h.book.Verify(h.ctx, h.workspace, func(d ledger.Difference) { t.Fatalf("the rollups differ: %+v", d) })
	h.must(t, err)
	o := h.oracle
	o.now = near(h.edge).Draw(t, "now").In(o.location)
	a := ask{now: o.now, filter: filters().Draw(t, "filter"), first: rapid.IntRange(1, 6).Draw(t, "first"), months: rapid.IntRange(1, 14).Draw(t, "months")}
	o.filter, o.first, o.months = a.filter, a.first, a.months
	a.rng, o.start, o.end = period(t, o.now, h.edge.In(o.location))
	a.need = everything(a.first, a.months)
	same(t, "all figures", testkit.FiguresOf(h.open(t, a), a.first, a.months), o.figures())
}

// Whatever happens to a workspace, in whatever order (answers, batches,
// repeats, late ones, voids, customers that come, change and are erased, moves
// to other zones, restarts), its rollups are what its usages sum up to and its
// figures are the oracle's.
func TestHistories(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		rapid.Check(t, func(t *rapid.T) {
			h := newHistory(t, db)
			defer h.stop(t)
			// Shorter than t.Repeat makes them, which the race detector takes
			// half a minute for.
			steps := h.steps()
			h.track(t, 8)
			names := append(slices.Sorted(maps.Keys(steps)), "batch", "void", "void") // these more often
			for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 6, 18).Draw(t, "steps") {
				steps[name](t)
			}
			h.look(t)
		})
	})
}
