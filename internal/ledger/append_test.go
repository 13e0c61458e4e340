package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "Europe/Rome", "anna", "bruno")
		b.shop(t, "other", "Asia/Kathmandu", "anna")
		entries := []*ledger.Usage{
			answer("shop", "anna", 5, key("k1"), model("gpt"), tokens(7, 11)),
			answer("other", "anna", 100, key("k1")),                                    // another workspace's key
			answer("shop", "bruno", 6, key("k1")),                                      // a duplicate with another payload
			answer("shop", "bruno", 7),                                                 // without a key
			answer("shop", "bruno", 7),                                                 // and again
			answer("shop", "anna", 8, key("K1")),                                       // keys differ by case
			answer("shop", "anna", 0, kind("image"), when(at("2024-01-30T23:30:00Z"))), // the 31st in Rome
			answer("shop", "anna", 9, key("k1")),
		}
		wantOutcomes(t, b.count(t, entries...), entries,
			"counted", "counted", "duplicate 0", "counted", "counted", "counted", "counted", "duplicate 0")
		// The second batch repeats keys of the first, out of order.
		again := []*ledger.Usage{
			answer("shop", "anna", 10, key("k2")),
			answer("shop", "bruno", 11, key("K1")),
			answer("shop", "bruno", 12, key("k2")),
			answer("other", "anna", 13, key("k1"), when(noon+1)),
			answer("shop", "anna", 14, key("k1")),
			answer("other", "anna", 15, key("k2")),
		}
		all := append(slices.Clone(again), entries...)
		outcomes := b.count(t, again...)
		wantOutcomes(t, outcomes, all, "counted", "duplicate 11", "duplicate 0", "duplicate 7", "duplicate 6", "counted")
		for i, want := range map[int]*ledger.Usage{1: entries[5], 3: entries[1], 4: entries[0]} {
			if got := line(outcomes[i].Usage); got != line(want) {
				t.Errorf("entry %d stands as %s, the first was %s", i, got, line(want))
			}
		}

		b.wantClean(t, "shop", "other")
		quarter := fmt.Sprint(int64(noon))
		b.wantTexts(t, []string{
			quarter + "|message||4|32|0|0", quarter + "|message|gpt|1|5|7|11", fmt.Sprint(int64(at("2024-01-30T23:30:00Z"))) + "|image||1|0|0|0",
		}, bucketsOf, "shop")
		b.wantTexts(t, []string{quarter + "|message||2|115|0|0"}, bucketsOf, "other")
		b.wantTexts(t, []string{"19752|anna|3|23", "19752|bruno|2|14", "19753|anna|1|0"}, daysOf, "shop")
		b.wantTexts(t, []string{"19752|anna|2|115"}, daysOf, "other")
		b.wantTexts(t, []string{"6", "2"}, "SELECT count(*) FROM usages GROUP BY workspace_id ORDER BY workspace_id DESC")
	})
}

// The first of a batch stands, whatever the order of the ids.
func TestAppendTheFirstStands(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		entries := []*ledger.Usage{answer("shop", "anna", 1, key("k")), answer("shop", "anna", 2, key("k")), answer("shop", "anna", 3, key("k"))}
		entries[0].ID, entries[2].ID = entries[2].ID, entries[0].ID
		wantOutcomes(t, b.count(t, entries...), entries, "counted", "duplicate 0", "duplicate 0")
		b.wantTexts(t, []string{fmt.Sprint(int64(noon), "|message||1|1|0|0")}, bucketsOf, "shop")
		b.wantClean(t, "shop")
	})
}

// Every field of an entry is stored as it is.
func TestAppendStoresEverything(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "early", "UTC", "anna")
		b.shop(t, "late", "UTC", "anna")
		entries := []*ledger.Usage{
			answer("early", "anna", 1, key("it's \"a\" key, {with} \\ all, 🛍 perché"), model("x/y:z, \"model\""), tokens(0, math.MaxInt32), when(at("1970-01-01T00:00:00.000001Z"))),
			answer("late", "anna", money.MaxPrice, key("dear"), kind("a-z_0.9"), tokens(math.MaxInt32, 0), when(at("2199-12-31T23:59:59.999999Z"))),
			answer("late", "anna", 0, key(strings.Repeat("k", 255)), model(strings.Repeat("m", 128)), when(at("2199-12-31T00:00:00Z"))),
		}
		b.count(t, entries...)
		again := make([]*ledger.Usage, len(entries))
		for i, u := range entries {
			again[i] = answer(u.WorkspaceID, "anna", 77, key(*u.IdempotencyKey))
		}
		for i, o := range b.count(t, again...) {
			if line(o.Usage) != line(entries[i]) || o.Usage.ID != entries[i].ID || o.Usage.RecordedAt != noon+1 || !o.Duplicate {
				t.Errorf("stored %s, sent %s", line(o.Usage), line(entries[i]))
			}
		}
		b.wantClean(t, "early", "late")
	})
}

// judge sees the workspaces and customers that the refs name, and no others.
func TestDirectory(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "Europe/Rome", "anna")
		b.shop(t, "other", "UTC", "anna")
		b.shop(t, "unasked", "UTC", "anna")
		b.customer(t, "shop", workspace.CustomerInput{ClientID: new("bruno"), Phone: new("+39 333 1234567"), ActiveChatbot: new(false)})
		b.customer(t, "other", workspace.CustomerInput{ClientID: new("carla"), Phone: new("+39 333 1234567")})
		b.move(t, "other", "Asia/Kathmandu")
		b.run(t, "UPDATE workspaces SET currency = 'CHF', prices = '{\"image\":\"0.02\",\"audio\":0}' WHERE id = 'shop'")

		ref := func(workspaceID, client, phone string) ledger.Ref {
			return ledger.Ref{WorkspaceID: workspaceID, ClientID: client, Phone: phone}
		}
		asked := []ledger.Ref{
			ref("shop", "bruno", ""), ref("shop", "", "+393331234567"), ref("other", "anna", ""), ref("shop", "anna", ""), ref("shop", "anna", ""),
			ref("other", "", "+393331234567"), ref("shop", "carla", ""), ref("shop", "", "+390000000"), ref("nowhere", "anna", ""), ref("nowhere", "", "+393331234567"),
			ref("other", "ANNA", ""), ref("other", "", ""),
		}
		outcomes, err := b.Append(t.Context(), asked, func(d *ledger.Directory) []*ledger.Usage {
			for r, want := range map[ledger.Ref]string{
				asked[0]: "bruno false", asked[1]: "bruno false", asked[2]: "anna true", asked[3]: "anna true", asked[5]: "carla true",
				asked[6]: "", asked[7]: "", asked[8]: "", asked[9]: "", asked[10]: "", asked[11]: "", ref("unasked", "anna", ""): "",
			} {
				got := ""
				if p, ok := d.Party(r); ok {
					got = fmt.Sprint(p.ClientID, " ", p.Active)
				}
				if got != want {
					t.Errorf("%+v is %q, want %q", r, got, want)
				}
			}
			for _, id := range []string{"nowhere", "unasked", ""} {
				if a, ok := d.Account(id); ok {
					t.Errorf("account %q: %+v", id, a)
				}
			}
			shop, ok := d.Account("shop")
			if !ok || shop.ID != "shop" || shop.Currency != "CHF" || shop.Zone.Name() != "Europe/Rome" || shop.DaysReady != calendar.MaxDate {
				t.Errorf("shop: %+v", shop)
			}
			if price, ok := shop.Prices.Of("image"); price != 20_000_000 || !ok {
				t.Errorf("an image costs %s", price)
			}
			other, ok := d.Account("other")
			if !ok || other.Zone.Name() != "Asia/Kathmandu" || other.DaysReady != calendar.MinDate {
				t.Errorf("other: %+v", other)
			}
			return nil
		})
		if err != nil || len(outcomes) != 0 {
			t.Errorf("%v, %v", outcomes, err)
		}
	})
}

func TestAppendNothing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		for _, none := range [][]*ledger.Usage{nil, {}} {
			judged := 0
			outcomes, err := b.Append(t.Context(), nil, func(*ledger.Directory) []*ledger.Usage {
				judged++
				return none
			})
			if err != nil || len(outcomes) != 0 || judged != 1 {
				t.Errorf("%v, %v, judged %d times", outcomes, err, judged)
			}
		}
	})
}

func TestAppendManyAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		const n = 3000
		b := newBench(db)
		b.shop(t, "shop", "America/St_Johns", "anna", "bruno", "carla")
		clients, kinds := []string{"anna", "bruno", "carla"}, []string{"message", "image"}
		entries := make([]*ledger.Usage, n)
		want := make([]string, n)
		var cost money.Nanos
		for i := range entries {
			// Every tenth repeats the key of five before it.
			k := fmt.Sprint("key ", i)
			want[i] = "counted"
			if i%10 == 9 {
				k, want[i] = fmt.Sprint("key ", i-5), fmt.Sprint("duplicate ", i-5)
			} else {
				cost += money.Nanos(i)
			}
			entries[i] = answer("shop", clients[i%3], money.Nanos(i), key(k), kind(kinds[i%2]), when(noon+600_000_000*calendar.Instant(i-n/2)))
		}
		wantOutcomes(t, b.count(t, entries...), entries, want...)
		b.wantClean(t, "shop")
		b.wantTexts(t, []string{fmt.Sprint(n*9/10, "|", int64(cost))}, "SELECT SUM(messages), SUM(cost) FROM usage_buckets WHERE workspace_id = 'shop'")
		for i := range want {
			want[i] = fmt.Sprint("duplicate ", i)
			if i%10 == 9 {
				want[i] = fmt.Sprint("duplicate ", i-5)
			}
		}
		wantOutcomes(t, b.count(t, entries...), entries, want...)
		b.wantClean(t, "shop")
	})
}

// However many send the same keys at the same time, each is counted once and
// everyone is told the same usage.
func TestAppendTheSameKeysAtOnce(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		b := newBench(testkit.Open(t, url, database.Options{}))
		b.shop(t, "shop", "UTC", "anna", "bruno")
		b.shop(t, "other", "UTC", "anna", "bruno")
		const callers, keys = 16, 20
		var (
			all    [callers][]ledger.Outcome
			work   sync.WaitGroup
			start  = make(chan struct{})
			others = newBench(testkit.Open(t, url, database.Options{})) // another node
		)
		for c := range callers {
			work.Go(func() {
				book := b
				if c%2 == 1 {
					book = others
				}
				entries := make([]*ledger.Usage, keys)
				for k := range entries {
					client := []string{"anna", "bruno"}[(k+c)%2]
					entries[k] = answer([]string{"shop", "other"}[k%2], client, money.Nanos(c), key(fmt.Sprint("key ", (k+c*2)%keys)))
				}
				<-start
				outcomes, err := book.Append(t.Context(), refs(entries), func(*ledger.Directory) []*ledger.Usage { return entries })
				if err != nil {
					t.Error(err)
				}
				all[c] = outcomes
			})
		}
		close(start)
		work.Wait()
		counted, stands := 0, map[string]string{}
		for _, outcomes := range all {
			for _, o := range outcomes {
				if o.Usage == nil {
					t.Fatalf("nonsense %+v", o)
				}
				if !o.Duplicate {
					counted++
				}
				k := o.Usage.WorkspaceID + *o.Usage.IdempotencyKey
				if other, ok := stands[k]; ok && other != o.Usage.ID {
					t.Errorf("%s is %s for one and %s for another", k, o.Usage.ID, other)
				}
				stands[k] = o.Usage.ID
			}
		}
		if counted != keys || len(stands) != keys {
			t.Errorf("%d counted under %d keys, want %d", counted, len(stands), keys)
		}
		b.wantClean(t, "shop", "other")
		b.wantTexts(t, []string{fmt.Sprint(keys)}, "SELECT SUM(messages) FROM usage_buckets")
	})
}

// What would overflow a row of a rollup is refused, that entry alone; what fits
// is counted, in the order of the entries.
func TestAppendOverflow(t *testing.T) {
	t.Parallel()
	const room = 100 // what is left
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		quarter := func(n int) func(*ledger.Usage) { return when(noon + 900_000_000*calendar.Instant(n)) }
		for i, c := range []struct {
			name    string
			before  []*ledger.Usage
			entries []*ledger.Usage
			want    []string
		}{
			{
				"a bucket",
				[]*ledger.Usage{answer("s", "anna", math.MaxInt64-room)},
				[]*ledger.Usage{
					answer("s", "bruno", 60),
					answer("s", "bruno", 41),                // 1 too many
					answer("s", "bruno", 41, kind("image")), // another bucket
					answer("s", "bruno", 41, quarter(1)),
					answer("s", "bruno", 40, key("k")),
					answer("s", "bruno", 0),
					answer("s", "bruno", 1),
					answer("s", "bruno", 5, key("k")),
					answer("s", "bruno", 5, key("twice")),
					answer("s", "bruno", 0, key("twice")), // now there is room for the key
					answer("neighbour", "bruno", 100),
				},
				[]string{
					"counted", "overflow", "counted", "counted", "counted", "counted", "overflow", "duplicate 4", "overflow", "counted", "counted",
				},
			},
			{
				"a client's day",
				[]*ledger.Usage{answer("s", "anna", math.MaxInt64-room), answer("s", "anna", 7, when(noon-86_400_000_000))},
				[]*ledger.Usage{
					answer("s", "anna", 99, quarter(1)),
					answer("s", "anna", 2, quarter(2)),
					answer("s", "bruno", 2, quarter(2)),
					answer("s", "anna", 101, when(noon-86_400_000_000)),
					answer("s", "anna", 1, quarter(3), kind("image")),
					answer("s", "anna", 1, quarter(4)),
				},
				[]string{"counted", "overflow", "counted", "counted", "counted", "overflow"},
			},
			{
				"a new bucket, within the batch",
				nil,
				[]*ledger.Usage{
					answer("s", "anna", math.MaxInt64),
					answer("s", "bruno", 1),
					answer("s", "bruno", math.MaxInt64, quarter(1)),
					answer("s", "anna", 0),
				},
				[]string{"counted", "overflow", "counted", "counted"},
			},
		} {
			own := func(entries []*ledger.Usage) []*ledger.Usage {
				for _, u := range entries {
					u.WorkspaceID = fmt.Sprint(u.WorkspaceID, i)
				}
				return entries
			}
			s, neighbour := fmt.Sprint("s", i), fmt.Sprint("neighbour", i)
			b.shop(t, s, "Europe/Rome", "anna", "bruno")
			b.shop(t, neighbour, "Europe/Rome", "anna", "bruno")
			b.count(t, own(c.before)...)
			t.Log(c.name)
			wantOutcomes(t, b.count(t, own(c.entries)...), c.entries, c.want...)
			b.wantClean(t, s, neighbour)
		}
	})
}

func TestAppendTokenOverflow(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		for _, column := range []string{"input_tokens", "output_tokens"} {
			b.shop(t, column, "UTC", "anna")
			b.count(t, answer(column, "anna", 1, tokens(10, 10)))
			b.run(t, "UPDATE usage_buckets SET "+column+" = 9223372036854775807 - 20 WHERE workspace_id = $1", column)
			one := func(n int) func(*ledger.Usage) {
				if column == "input_tokens" {
					return tokens(n, 0)
				}
				return tokens(0, n)
			}
			entries := []*ledger.Usage{
				answer(column, "anna", 1, one(15)),
				answer(column, "anna", 1, one(6)),
				answer(column, "anna", 1, one(5)),
				answer(column, "anna", 1),
				answer(column, "anna", 1, one(1)),
				answer(column, "anna", 1, one(math.MaxInt32), kind("image")),
			}
			wantOutcomes(t, b.count(t, entries...), entries, "counted", "overflow", "counted", "counted", "overflow", "counted")
			b.wantTexts(t, []string{"9223372036854775807"}, "SELECT "+column+" FROM usage_buckets WHERE workspace_id = $1 AND kind = 'message'", column)
		}
	})
}

// Several that find the last room at the same time: as many are counted as fit
// and the others are told so, none fails.
func TestAppendAtTheLimitAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna", "bruno")
		b.shop(t, "other", "UTC", "anna")
		const room, callers = 7, 16
		b.count(t, answer("shop", "anna", math.MaxInt64-room))
		var work sync.WaitGroup
		var counted, refused atomic.Int32
		for range callers {
			work.Go(func() {
				entries := []*ledger.Usage{answer("other", "anna", 1), answer("shop", "bruno", 1)}
				outcomes, err := b.Append(t.Context(), refs(entries), func(*ledger.Directory) []*ledger.Usage { return entries })
				if err != nil {
					t.Error(err)
					return
				}
				if outcomes[0].Overflow {
					t.Error("the neighbour is refused")
				}
				if outcomes[1].Overflow {
					refused.Add(1)
				} else {
					counted.Add(1)
				}
			})
		}
		work.Wait()
		if counted.Load() != room || refused.Load() != callers-room {
			t.Errorf("%d counted, %d refused", counted.Load(), refused.Load())
		}
		b.wantClean(t, "shop", "other")
	})
}

// Who has found room keeps it: another one can't take it before the rows are
// written.
func TestAppendKeepsTheRoomItFound(t *testing.T) {
	t.Parallel()
	url := testkit.PostgresURL(t)
	other := newBench(testkit.Open(t, url, database.Options{}))
	other.shop(t, "shop", "UTC", "anna", "bruno")
	other.count(t, answer("shop", "anna", math.MaxInt64-5))

	var work sync.WaitGroup
	looked, wrote := false, false
	b := newBench(testkit.Open(t, url, database.Options{OnStatement: func(_ context.Context, statement string) {
		looked = looked || strings.Contains(statement, "JOIN usage_buckets AS t")
		if !looked || wrote || !strings.HasPrefix(statement, "INSERT INTO usages") {
			return
		}
		wrote = true
		done := make(chan struct{})
		work.Go(func() {
			defer close(done)
			entries := []*ledger.Usage{answer("shop", "bruno", 1)}
			wantOutcomes(t, other.count(t, entries...), entries, "overflow")
		})
		for waits := false; !waits; { // until it waits, or has what it wants
			select {
			case <-done:
				waits = true
			default:
				waits = other.texts(t, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")[0] != "0"
			}
		}
	}}))
	entries := []*ledger.Usage{answer("shop", "bruno", 6), answer("shop", "bruno", 5)}
	wantOutcomes(t, b.count(t, entries...), entries, "overflow", "counted")
	work.Wait()
	if !wrote {
		t.Error("nobody came between")
	}
	b.wantClean(t, "shop")
}

// judge may run more than once for one batch: what it gives the last time
// counts.
func TestAppendJudgesAgain(t *testing.T) {
	t.Parallel()
	b := newBench(testkit.Postgres(t, database.Options{}))
	b.shop(t, "shop", "UTC", "anna")
	ref := []ledger.Ref{{WorkspaceID: "shop", ClientID: "anna"}}
	judged := 0
	outcomes, err := b.Append(t.Context(), ref, func(d *ledger.Directory) []*ledger.Usage {
		if p, ok := d.Party(ref[0]); !ok || !p.Active {
			t.Errorf("run %d finds %+v", judged, p)
		}
		if judged++; judged == 1 {
			// The connection dies before the first run's entries get there.
			b.texts(t, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'")
		}
		return []*ledger.Usage{answer("shop", "anna", money.Nanos(judged), key("k"))}
	})
	if err != nil || judged != 2 || len(outcomes) != 1 || outcomes[0].Duplicate || outcomes[0].Usage.Price != 2 {
		t.Errorf("%+v after %d runs, %v", outcomes, judged, err)
	}
	b.wantClean(t, "shop")
	b.wantTexts(t, []string{"1|2"}, "SELECT messages, cost FROM usage_buckets")
}

// After an error nothing was counted: no usage and no rollup.
func TestAppendAllOrNothing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		twice := answer("shop", "anna", 1)
		entries := []*ledger.Usage{answer("shop", "anna", 5, key("k")), twice, twice}
		if _, err := b.Append(t.Context(), refs(entries), func(*ledger.Directory) []*ledger.Usage { return entries }); err == nil {
			t.Error("one id twice is taken")
		}
		gone, leave := context.WithCancel(t.Context())
		if _, err := b.Append(gone, refs(entries[:1]), func(*ledger.Directory) []*ledger.Usage {
			leave()
			return entries[:1]
		}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		for _, table := range []string{"usages", "usage_buckets", "client_days"} {
			b.wantTexts(t, []string{"0"}, "SELECT count(*) FROM "+table)
		}
		wantOutcomes(t, b.count(t, entries[:1]...), entries, "counted")
		b.wantClean(t, "shop")
	})
}
