package ledger_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

// A shelf is what the book should hold: a plain list.
type shelf struct {
	*bench
	workspaces []string
	entries    []*ledger.Usage
	edge       calendar.Instant
}

// first is the usage that stands under a key.
func (s *shelf) first(workspaceID, key string) *ledger.Usage {
	for _, u := range s.entries {
		if u.WorkspaceID == workspaceID && u.IdempotencyKey != nil && *u.IdempotencyKey == key {
			return u
		}
	}
	return nil
}

// draw makes an entry near the edge: some late, some early, some in the quarter
// that a change of a clock cuts.
func (s *shelf) draw(t *rapid.T) *ledger.Usage {
	minutes := rapid.SampledFrom([]calendar.Instant{0, 0, 1, -1, 14, -16, 59, 60, -61, 150, -24 * 60, 24 * 60, -40 * 24 * 60, 33 * 24 * 60}).Draw(t, "minutes")
	micros := rapid.SampledFrom([]calendar.Instant{0, -1, 1, 30_000_000}).Draw(t, "microseconds")
	u := answer(
		rapid.SampledFrom(s.workspaces).Draw(t, "workspace"), rapid.SampledFrom([]string{"anna", "bruno", "Carla"}).Draw(t, "client"),
		rapid.SampledFrom([]money.Nanos{0, 1, 5_000_000, 4_294_967_295, 4_294_967_296, 4_294_967_297, money.MaxPrice}).Draw(t, "price"),
		kind(rapid.SampledFrom([]string{"message", "image"}).Draw(t, "kind")), when(s.edge+minutes*60_000_000+micros),
	)
	if m := rapid.SampledFrom([]string{"none", "", "gpt"}).Draw(t, "model"); m != "none" {
		u.Model = &m
	}
	if rapid.Bool().Draw(t, "tokens") {
		tokens(rapid.IntRange(0, 1<<31-1).Draw(t, "in"), rapid.IntRange(0, 1<<31-1).Draw(t, "out"))(u)
	}
	if k := rapid.IntRange(0, 12).Draw(t, "key"); k > 0 {
		key(fmt.Sprint("key ", k))(u)
	}
	return u
}

func (s *shelf) append(t *rapid.T) {
	batch := make([]*ledger.Usage, rapid.IntRange(1, 8).Draw(t, "entries"))
	for i := range batch {
		batch[i] = s.draw(t)
	}
	for i, o := range s.count(t, batch...) {
		want := *batch[i]
		if want.IdempotencyKey != nil {
			if stands := s.first(want.WorkspaceID, *want.IdempotencyKey); stands != nil {
				if !o.Duplicate || o.Usage.ID != stands.ID || line(o.Usage) != line(stands) {
					t.Fatalf("%s is %s, want a duplicate of %s", line(&want), outcome(o), line(stands))
				}
				continue
			}
		}
		if o.Duplicate || o.Overflow || o.Usage.ID != want.ID {
			t.Fatalf("%s is %s", line(&want), outcome(o))
		}
		s.entries = append(s.entries, &want)
	}
}

func (s *shelf) void(t *rapid.T) {
	if len(s.entries) == 0 {
		t.Skip("nothing to take back")
	}
	u := rapid.SampledFrom(s.entries).Draw(t, "usage")
	workspaceID := rapid.SampledFrom(s.workspaces).Draw(t, "workspace")
	got, err := s.Void(t.Context(), workspaceID, u.ID, noon+calendar.Instant(len(s.entries)), nil)
	if err != nil {
		t.Fatalf("void: %v", err)
	}
	if workspaceID != u.WorkspaceID {
		if got != nil {
			t.Fatalf("another workspace's usage is void: %s", line(got))
		}
		return
	}
	if u.VoidedAt == nil {
		u.VoidedAt = got.VoidedAt
	}
	if line(got) != line(u) {
		t.Fatalf("void is %s, want %s", line(got), line(u))
	}
}

func (s *shelf) rebuild(t *rapid.T) {
	rebuild := s.RebuildDays
	if rapid.Bool().Draw(t, "buckets too") {
		rebuild = s.Rebuild
	}
	if err := rebuild(t.Context(), rapid.SampledFrom(s.workspaces).Draw(t, "workspace"), nil); err != nil {
		t.Fatalf("rebuild: %v", err)
	}
}

func (s *shelf) read(t *rapid.T) {
	some := func(name string, values ...string) []string {
		if rapid.Bool().Draw(t, "every "+name) {
			return nil
		}
		return rapid.SliceOfN(rapid.SampledFrom(values), 0, 2).Draw(t, name)
	}
	today := calendar.DateOf(s.edge.Time().Date())
	start := today.Add(rapid.SampledFrom([]int{-45, -1, 0}).Draw(t, "from"))
	s.compare(t, s.entries, rapid.SampledFrom(s.workspaces).Draw(t, "workspace"),
		calendar.Range{Start: start, End: max(start, today.Add(rapid.SampledFrom([]int{-1, 0, 40}).Draw(t, "to")))},
		ledger.Scope{Clients: some("clients", "anna", "Carla"), Kinds: some("kinds", "message", "none"), Models: some("models", "", "gpt")})
}

// Whatever is counted, repeated, late, taken back, moved to another zone,
// rebuilt or opened anew, in any order: the rollups are right after every step,
// and everything that is read is what a plain list comes to.
func TestTheBookIsAPlainList(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Rome", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"}
	edges := []calendar.Instant{
		at("2010-11-07T02:31:00Z"), at("2010-03-14T03:31:00Z"), at("2011-12-30T10:00:00Z"), at("2024-03-31T01:00:00Z"), at("2023-12-31T23:00:00Z"), at("2024-02-29T00:00:00Z"),
	}
	testkit.EachURL(t, func(t *testing.T, url string) {
		db, err := database.Open(t.Context(), url, database.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { db.Close() }()
		ctx := t.Context()
		rapid.Check(t, func(t *rapid.T) {
			s := &shelf{bench: newBench(db), edge: rapid.SampledFrom(edges).Draw(t, "edge")}
			for range 2 {
				id := uuid.NewString()
				s.workspaces = append(s.workspaces, id)
				s.shop(t, id, rapid.SampledFrom(zones).Draw(t, "zone"), "anna", "bruno", "Carla")
			}
			t.Repeat(map[string]func(*rapid.T){
				"append":       s.append,
				"append again": s.append,
				"void":         s.void,
				"move": func(t *rapid.T) {
					s.move(t, rapid.SampledFrom(s.workspaces).Draw(t, "workspace"), rapid.SampledFrom(zones).Draw(t, "zone"))
				},
				"rebuild": s.rebuild,
				"reopen":  func(t *rapid.T) { db = reopen(ctx, t, db, url); s.bench = newBench(db) },
				"read":    s.read,
				"":        func(t *rapid.T) { s.wantClean(t, s.workspaces...) },
			})
			for _, id := range s.workspaces {
				if err := s.RebuildDays(t.Context(), id, nil); err != nil {
					t.Fatal(err)
				}
				s.wantClean(t, id)
			}
			s.read(t)
		})
	})
}

func reopen(ctx context.Context, t *rapid.T, db *database.DB, url string) *database.DB {
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(ctx, url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}
