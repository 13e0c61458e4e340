package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/testkit"
)

// Whatever a rollup holds that the usages don't come to is told, row by row,
// and a rebuild mends it.
func TestVerifyAndRebuild(t *testing.T) {
	t.Parallel()
	const (
		bucket = `usage_buckets: workspace "shop" at 2024-01-30T12:00:00Z kind "message" model "gpt": raw messages 2 cost 0.000000011 input tokens 8 output tokens 13, kept `
		image  = `usage_buckets: workspace "shop" at 2024-01-30T12:00:00Z kind "image" model "": raw messages 1 cost 5000000000 input tokens 0 output tokens 0, kept `
		anna   = `client_days: workspace "shop" day 2024-01-30 client "anna": raw messages 2 cost 5000000000.000000005, kept `
		bruno  = `client_days: workspace "shop" day 2024-01-30 client "bruno": raw messages 1 cost 0.000000006, kept `
	)
	breaks := []struct {
		name, statement string
		want            []string
	}{
		{"a message more", "UPDATE usage_buckets SET messages = messages + 1 WHERE model = 'gpt'", []string{bucket + "messages 3 cost 0.000000011 input tokens 8 output tokens 13"}},
		{"a nano less", "UPDATE usage_buckets SET cost = cost - 1 WHERE model = 'gpt'", []string{bucket + "messages 2 cost 0.00000001 input tokens 8 output tokens 13"}},
		{"2^32 nanos more", "UPDATE usage_buckets SET cost = cost + 4294967296 WHERE model = 'gpt'", []string{bucket + "messages 2 cost 4.294967307 input tokens 8 output tokens 13"}},
		{"tokens", "UPDATE usage_buckets SET input_tokens = 0, output_tokens = 9223372036854775807 WHERE model = 'gpt'", []string{bucket + "messages 2 cost 0.000000011 input tokens 0 output tokens 9223372036854775807"}},
		{"the dearest row", "UPDATE usage_buckets SET cost = 9223372036854775807 WHERE kind = 'image'", []string{image + "messages 1 cost 9223372036.854775807 input tokens 0 output tokens 0"}},
		{"a bucket gone", "DELETE FROM usage_buckets WHERE kind = 'image'", []string{image + "messages 0 cost 0 input tokens 0 output tokens 0"}},
		{
			"a bucket of nothing", "INSERT INTO usage_buckets VALUES ('shop', 900000000, 'ghost', '', 2, -3, 4, 5)",
			[]string{`usage_buckets: workspace "shop" at 1970-01-01T00:15:00Z kind "ghost" model "": raw messages 0 cost 0 input tokens 0 output tokens 0, kept messages 2 cost -0.000000003 input tokens 4 output tokens 5`},
		},
		{
			"a model lost", "UPDATE usage_buckets SET model = '' WHERE model = 'gpt'",
			[]string{
				`usage_buckets: workspace "shop" at 2024-01-30T12:00:00Z kind "message" model "": raw messages 0 cost 0 input tokens 0 output tokens 0, kept messages 2 cost 0.000000011 input tokens 8 output tokens 13`,
				bucket + "messages 0 cost 0 input tokens 0 output tokens 0",
			},
		},
		{"a client's message less", "UPDATE client_days SET messages = messages - 1 WHERE client_id = 'anna'", []string{anna + "messages 1 cost 5000000000.000000005"}},
		{"a client's cost", "UPDATE client_days SET cost = 1 WHERE client_id = 'anna'", []string{anna + "messages 2 cost 0.000000001"}},
		{"a client's messages gone, not the cost", "UPDATE client_days SET messages = 0 WHERE client_id = 'bruno'", []string{bruno + "messages 0 cost 0.000000006"}},
		{"a client's day gone", "DELETE FROM client_days WHERE client_id = 'bruno'", []string{bruno + "messages 0 cost 0"}},
		{
			"a client's day moved", "UPDATE client_days SET day = day + 40 WHERE client_id = 'bruno'",
			[]string{bruno + "messages 0 cost 0", `client_days: workspace "shop" day 2024-03-10 client "bruno": raw messages 0 cost 0, kept messages 1 cost 0.000000006`},
		},
		{
			"days of nothing", "INSERT INTO client_days VALUES ('shop', 19700, 'anna', 0, 7), ('shop', 19800, 'ghost', -1, 0), ('shop', 19701, 'anna', 0, 0)",
			[]string{
				`client_days: workspace "shop" day 2023-12-09 client "anna": raw messages 0 cost 0, kept messages 0 cost 0.000000007`,
				`client_days: workspace "shop" day 2024-03-18 client "ghost": raw messages 0 cost 0, kept messages -1 cost 0`,
			},
		},
		{
			"everything", "DELETE FROM usages WHERE workspace_id = 'shop' AND price < 100",
			[]string{
				`usage_buckets: workspace "shop" at 2024-01-30T12:00:00Z kind "message" model "gpt": raw messages 0 cost 0 input tokens 0 output tokens 0, kept messages 2 cost 0.000000011 input tokens 8 output tokens 13`,
				`client_days: workspace "shop" day 2024-01-30 client "anna": raw messages 1 cost 5000000000, kept messages 2 cost 5000000000.000000005`,
				`client_days: workspace "shop" day 2024-01-30 client "bruno": raw messages 0 cost 0, kept messages 1 cost 0.000000006`,
			},
		},
	}
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "Europe/Rome", "anna", "bruno", "ghost")
		b.shop(t, "other", "Europe/Rome", "zoe")
		void := answer("shop", "bruno", 50, model("gpt"))
		b.count(t, answer("shop", "anna", 5, model("gpt"), tokens(7, 11)), answer("shop", "bruno", 6, model("gpt"), tokens(1, 2)),
			answer("shop", "anna", 5_000_000_000_000_000_000, kind("image")), void, answer("other", "zoe", 7))
		if _, err := b.Void(t.Context(), "shop", void.ID, noon, nil); err != nil {
			t.Fatal(err)
		}
		b.wantClean(t, "shop", "other")
		for _, c := range breaks {
			b.run(t, c.statement)
			if got := b.differences(t, "shop"); !slices.Equal(got, c.want) {
				t.Errorf("%s:\ngot  %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
			b.wantClean(t, "other")
			if err := b.Rebuild(t.Context(), "shop", nil); err != nil {
				t.Fatal(err)
			}
			b.wantClean(t, "shop", "other")
		}
		b.wantTexts(t, []string{"19752|anna|1|5000000000000000000"}, daysOf, "shop")
		b.wantTexts(t, []string{fmt.Sprint(int64(noon), "|image||1|5000000000000000000|0|0")}, bucketsOf, "shop")
		b.wantTexts(t, []string{"19752|zoe|1|7"}, daysOf, "other")
	})
}

func TestNoWorkspace(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		for _, err := range []error{
			b.Verify(t.Context(), "nowhere", nil),
			b.Rebuild(t.Context(), "nowhere", nil),
			b.RebuildDays(t.Context(), "nowhere", nil),
			b.Snapshot(t.Context(), func(s *ledger.Snapshot) error {
				_, err := s.Account(t.Context(), "nowhere")
				return err
			}),
		} {
			wantFault(t, err, fault.WorkspaceNotFound, `There is no workspace "nowhere".`)
		}
		// A workspace without usage has nothing to rebuild.
		if err := b.Rebuild(t.Context(), "shop", func(done, total int) { t.Errorf("%d of %d", done, total) }); err != nil {
			t.Error(err)
		}
		b.wantClean(t, "shop")
		b.wantTexts(t, []string{fmt.Sprint(int64(calendar.MaxDate))}, "SELECT days_ready FROM workspaces")
	})
}

func TestWorkspacesAndUnready(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		lists := func(all, unready string) {
			t.Helper()
			for name, c := range map[string]struct {
				list func() ([]string, error)
				want string
			}{
				"all":     {func() ([]string, error) { return b.Workspaces(t.Context()) }, all},
				"unready": {func() ([]string, error) { return b.Unready(t.Context()) }, unready},
			} {
				if got, err := c.list(); strings.Join(got, " ") != c.want || err != nil {
					t.Errorf("%s: %q (%v), want %s", name, got, err, c.want)
				}
			}
		}
		lists("", "")
		for _, id := range []string{"b", "a", "C"} {
			b.shop(t, id, "UTC", "anna")
		}
		lists("C a b", "")
		b.move(t, "b", "Europe/Rome")
		b.move(t, "C", "Europe/Rome")
		b.move(t, "a", "UTC") // as it was
		lists("C a b", "C b")
		if err := b.RebuildDays(t.Context(), "C", nil); err != nil {
			t.Error(err)
		}
		lists("C a b", "b")
	})
}

// daysReady reads how far a workspace's days are.
func (b *bench) daysReady(t fatal, workspaceID string) calendar.Date {
	t.Helper()
	var ready calendar.Date
	b.snapshot(t, workspaceID, func(_ *ledger.Snapshot, scope ledger.Scope) error {
		ready = scope.Account.DaysReady
		return nil
	})
	return ready
}

// fill adds n usages of 1 nano a second apart, fast and past the book.
func (b *bench) fill(t fatal, workspaceID, client string, from calendar.Instant, n int) {
	t.Helper()
	id := "printf('%08x-0000-7000-8000-%012x', n, $3 % 281474976710656)"
	series := "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < $4)"
	if b.db.Dialect() == database.Postgres {
		id = "(lpad(to_hex(n), 8, '0') || '-0000-7000-8000-' || lpad(to_hex($3::bigint % 281474976710656), 12, '0'))::uuid"
		series = "WITH series AS (SELECT generate_series(1, $4::bigint) AS n)"
	}
	b.run(t, series+` INSERT INTO usages (workspace_id, id, client_id, price, kind, created_at, recorded_at)
SELECT $1, `+id+`, $2, 1, 'message', $3 + n * 1000000, 0 FROM series`, workspaceID, client, int64(from), n)
}

// A long history is rebuilt in pieces. Between them the workspace goes on: what
// is counted lands in the days that are ready, or waits for its piece. So long
// a history is for PostgreSQL: SQLite's code is Go, and slow under the race
// detector.
func TestRebuildDaysInPieces(t *testing.T) {
	t.Parallel()
	b := newBench(testkit.Postgres(t, database.Options{}))
	b.shop(t, "shop", "UTC", "anna", "bruno")
	midnight := at("2024-01-30T00:00:00Z")
	const daylong = calendar.Instant(86_400_000_000)
	// 200,000 usages and the rest of the last day are a piece: here the first
	// three days, then the fourth to sixth.
	b.fill(t, "shop", "anna", midnight, 86_000)
	b.fill(t, "shop", "anna", midnight+1*daylong, 86_000)
	b.fill(t, "shop", "bruno", midnight+2*daylong, 20_000)
	b.fill(t, "shop", "anna", midnight+3*daylong, 9_000)
	b.fill(t, "shop", "bruno", midnight+5*daylong, 10)
	var told []string
	if err := b.Rebuild(t.Context(), "shop", func(done, total int) {
		told = append(told, fmt.Sprintf("%d of %d, ready before %s", done, total, b.daysReady(t, "shop")))
		if len(told) > 1 {
			return
		}
		// One usage before all others, one in a ready day, one in a day to
		// come, one after all of them.
		b.count(t, answer("shop", "bruno", 1000, when(midnight-1)), answer("shop", "anna", 1000, when(midnight+daylong)),
			answer("shop", "bruno", 1000, when(midnight+4*daylong)), answer("shop", "anna", 1000, when(midnight+6*daylong)))
		b.wantClean(t, "shop")
		b.wantTexts(t, []string{"19751|bruno|1|1000", "19752|anna|86000|86000", "19753|anna|86001|87000", "19754|bruno|20000|20000"}, daysOf, "shop")
		// What is not ready is answered from the usages.
		b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
			got := clients(t, s, scope, calendar.Range{Start: day("2024-01-29"), End: day("2024-02-05")}, false).lines()
			want := []string{"anna: 181002 for 183000", "bruno: 20012 for 22010"}
			if !slices.Equal(got, want) {
				t.Errorf("half-way: %q, want %q", got, want)
			}
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"3 of 6, ready before 2024-02-02", "7 of 7, ready before 2024-02-06"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if ready := b.daysReady(t, "shop"); ready != calendar.MaxDate {
		t.Errorf("ready before %s", ready)
	}
	b.wantTexts(t, []string{
		"19751|bruno|1|1000", "19752|anna|86000|86000", "19753|anna|86001|87000", "19754|bruno|20000|20000",
		"19755|anna|9000|9000", "19756|bruno|1|1000", "19757|bruno|10|10", "19758|anna|1|1000",
	}, daysOf, "shop")
	b.wantClean(t, "shop")
}

// A piece ends with a day, even one that alone is longer than a piece.
func TestRebuildDaysKeepsADayWhole(t *testing.T) {
	t.Parallel()
	b := newBench(testkit.Postgres(t, database.Options{}))
	b.shop(t, "shop", "Pacific/Honolulu", "anna")
	const morning = "2024-01-29T10:00:00" // midnight there
	b.fill(t, "shop", "anna", at(morning+"Z"), 80_000)
	b.fill(t, "shop", "anna", at(morning+".25Z"), 80_000)
	b.fill(t, "shop", "anna", at(morning+".5Z"), 45_000)
	b.fill(t, "shop", "anna", at("2024-01-30T10:00:00Z"), 10)
	var told []string
	if err := b.Rebuild(t.Context(), "shop", func(done, total int) { told = append(told, fmt.Sprint(done, " of ", total)) }); err != nil {
		t.Fatal(err)
	}
	b.wantTexts(t, []string{"19751|anna|205000|205000", "19752|anna|10|10"}, daysOf, "shop")
	if want := []string{"1 of 2", "2 of 2"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// The clocks of St. John's were turned back from 00:01 to 23:01: the first
// usage lies on a day before which the day before comes once more.
func TestRebuildDaysAcrossAMidnightThatComesTwice(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "America/St_Johns", "anna")
		b.count(t,
			answer("shop", "anna", 1, when(at("2010-11-07T02:30:30Z"))), // 00:00:30 on the 7th
			answer("shop", "anna", 2, when(at("2010-11-07T02:31:00Z"))), // 23:01 on the 6th
			answer("shop", "anna", 4, when(at("2010-11-07T03:29:59Z"))), // 23:59:59 on the 6th
			answer("shop", "anna", 8, when(at("2010-11-07T03:30:00Z"))), // 00:00 on the 7th
		)
		want := []string{fmt.Sprint(int64(day("2010-11-06")), "|anna|2|6"), fmt.Sprint(int64(day("2010-11-07")), "|anna|2|9")}
		b.wantTexts(t, want, daysOf, "shop")
		b.wantClean(t, "shop")
		if err := b.Rebuild(t.Context(), "shop", nil); err != nil {
			t.Fatal(err)
		}
		b.wantTexts(t, want, daysOf, "shop")
		b.wantClean(t, "shop")
	})
}

// The zone changes again and again while usage is counted and taken back, and
// rebuilds run, from two nodes.
func TestZoneChangesUnderWay(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		nodes := []*bench{newBench(testkit.Open(t, url, database.Options{})), newBench(testkit.Open(t, url, database.Options{}))}
		b := nodes[0]
		b.shop(t, "shop", "UTC", "anna", "bruno")
		b.shop(t, "other", "UTC", "anna")
		zones := []string{"Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Kathmandu", "America/St_Johns", "UTC", "Europe/Rome"}
		const writers, each = 4, 12
		var writing, rebuilding sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				book := nodes[w%2]
				for i := range each {
					// Around midnight of some zone, in many days.
					u := answer("shop", []string{"anna", "bruno"}[i%2], 1, when(noon+calendar.Instant(i*w+i)*3_600_000_000))
					book.count(t, u, answer("other", "anna", 1))
					if i%3 == 0 {
						if _, err := book.Void(t.Context(), "shop", u.ID, noon, nil); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		done := make(chan struct{})
		for n := range 2 {
			rebuilding.Go(func() {
				for i := 0; ; i++ {
					if n == 0 {
						nodes[0].move(t, "shop", zones[i%len(zones)])
					}
					if err := nodes[n].RebuildDays(t.Context(), "shop", nil); err != nil {
						t.Error(err)
					}
					nodes[n].wantClean(t, "shop")
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		writing.Wait()
		close(done)
		rebuilding.Wait()
		if err := b.RebuildDays(t.Context(), "shop", nil); err != nil {
			t.Error(err)
		}
		b.wantClean(t, "shop", "other")
		b.wantTexts(t, []string{fmt.Sprint(writers * each * 2 / 3)}, "SELECT SUM(messages) FROM client_days WHERE workspace_id = 'shop'")
		if ready := b.daysReady(t, "shop"); ready != calendar.MaxDate {
			t.Errorf("ready before %s", ready)
		}
	})
}
