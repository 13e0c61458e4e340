package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

// A pile is a sum as the tests make it, by package time and big numbers.
type pile struct {
	messages int64
	nanos    big.Int
}

type piles map[string]*pile

func (p piles) add(key string, messages int64, cost money.Total) {
	if p[key] == nil {
		p[key] = &pile{}
	}
	p[key].messages += messages
	nanos, ok := new(big.Rat).SetString(cost.String())
	if !ok {
		panic(cost.String())
	}
	nanos.Mul(nanos, big.NewRat(1e9, 1))
	p[key].nanos.Add(&p[key].nanos, nanos.Num())
}

// lines are the sums of something, sorted.
func (p piles) lines() []string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(p)) {
		if s := p[key]; s.messages != 0 || s.nanos.Sign() != 0 {
			lines = append(lines, fmt.Sprintf("%s: %d for %s", key, s.messages, s.nanos.String()))
		}
	}
	return lines
}

// in tells whether a filter lets a value through.
func in(filter []string, value string) bool { return filter == nil || slices.Contains(filter, value) }

// pileUp sums what stands of the usages, lies in the range of local days and
// passes the filters, by keys of their own.
func pileUp(t fatal, entries []*ledger.Usage, scope ledger.Scope, r calendar.Range, keyOf func(u *ledger.Usage, local time.Time) string) piles {
	t.Helper()
	location, err := time.LoadLocation(scope.Account.Zone.Name())
	if err != nil {
		t.Fatalf("zone: %v", err)
	}
	sums := piles{}
	for _, u := range entries {
		local := u.CreatedAt.Time().In(location)
		model := ""
		if u.Model != nil {
			model = *u.Model
		}
		if date := local.Format(time.DateOnly); u.VoidedAt == nil && u.WorkspaceID == scope.Account.ID && r.Start.String() <= date && date <= r.End.String() &&
			in(scope.Clients, u.ClientID) && in(scope.Kinds, u.Kind) && in(scope.Models, model) {
			sums.add(keyOf(u, local), 1, u.Price.Total())
		}
	}
	return sums
}

func byHour(_ *ledger.Usage, local time.Time) string { return local.Format("2006-01-02 15") }

func byLabel(u *ledger.Usage, local time.Time) string {
	model := ""
	if u.Model != nil {
		model = *u.Model
	}
	return local.Format("2006-01-02 15 ") + u.Kind + " " + model
}

func byClient(u *ledger.Usage, _ time.Time) string { return u.ClientID }

func byClientHour(u *ledger.Usage, local time.Time) string {
	return u.ClientID + local.Format(" 2006-01-02 15")
}

func byDay(u *ledger.Usage, local time.Time) string {
	return local.Format(time.DateOnly) + " " + u.ClientID
}

// quarters folds Quarters into the local hours of a range, as a caller does.
func quarters(t fatal, s *ledger.Snapshot, scope ledger.Scope, r calendar.Range, labels bool) piles {
	t.Helper()
	sums, clock := piles{}, scope.Account.Zone.Clock()
	if err := s.Quarters(t.Context(), scope, scope.Account.Zone.Spans(r), labels, func(q ledger.Slice) error {
		local := clock.Local(q.At)
		if !r.Contains(local.Date) {
			return nil
		}
		key := fmt.Sprintf("%s %02d", local.Date, local.Hour)
		if labels {
			key += " " + q.Kind + " " + q.Model
		}
		sums.add(key, q.Messages, q.Cost)
		return nil
	}); err != nil {
		t.Fatalf("quarters: %v", err)
	}
	return sums
}

// clients folds Clients, byQuarter into local hours.
func clients(t fatal, s *ledger.Snapshot, scope ledger.Scope, r calendar.Range, byQuarter bool) piles {
	t.Helper()
	sums, clock := piles{}, scope.Account.Zone.Clock()
	if byQuarter {
		if err := s.ClientQuarters(t.Context(), scope, r, func(c ledger.ClientSlice) error {
			if local := clock.Local(c.At); r.Contains(local.Date) {
				sums.add(c.ClientID+fmt.Sprintf(" %s %02d", local.Date, local.Hour), c.Messages, c.Cost)
			}
			return nil
		}); err != nil {
			t.Fatalf("clients by quarter: %v", err)
		}
		return sums
	}
	list, err := s.Clients(t.Context(), scope, r)
	if err != nil {
		t.Fatalf("clients: %v", err)
	}
	if !slices.IsSortedFunc(list, ledger.Costliest) {
		t.Errorf("clients out of order: %v", list)
	}
	for _, c := range list {
		if c.Messages == 0 {
			t.Errorf("client %s without usage", c.ClientID)
		}
		sums.add(c.ClientID, c.Messages, c.Cost)
	}
	return sums
}

// clientDays sums ClientDays and checks their order.
func clientDays(t fatal, s *ledger.Snapshot, scope ledger.Scope, r calendar.Range, keep func(calendar.Local) bool) piles {
	t.Helper()
	sums := piles{}
	var last ledger.ClientDay
	if err := s.ClientDays(t.Context(), scope, r, keep, func(d ledger.ClientDay) error {
		if last.ClientID != "" && (d.Day < last.Day || d.Day == last.Day && (d.Cost.Cmp(last.Cost) > 0 || d.Cost == last.Cost && d.ClientID <= last.ClientID)) {
			t.Errorf("%+v after %+v", d, last)
		}
		if d.Messages == 0 {
			t.Errorf("no messages: %+v", d)
		}
		last = d
		sums.add(d.Day.String()+" "+d.ClientID, d.Messages, d.Cost)
		return nil
	}); err != nil {
		t.Fatalf("client days: %v", err)
	}
	return sums
}

func same(t fatal, what string, got, want piles) {
	t.Helper()
	if g, w := got.lines(), want.lines(); !slices.Equal(g, w) {
		t.Errorf("%s:\ngot  %s\nwant %s", what, strings.Join(g, "\n     "), strings.Join(w, "\n     "))
	}
}

// compare reads everything in every way and compares it with the list.
func (b *bench) compare(t fatal, entries []*ledger.Usage, workspaceID string, r calendar.Range, filter ledger.Scope) {
	t.Helper()
	b.snapshot(t, workspaceID, func(s *ledger.Snapshot, scope ledger.Scope) error {
		filter.Account = scope.Account
		what := fmt.Sprintf("%s, %s to %s, clients %q kinds %q models %q", scope.Account.Zone.Name(), r.Start, r.End, filter.Clients, filter.Kinds, filter.Models)
		same(t, what+": quarters", quarters(t, s, filter, r, false), pileUp(t, entries, filter, r, byHour))
		same(t, what+": quarters by label", quarters(t, s, filter, r, true), pileUp(t, entries, filter, r, byLabel))
		same(t, what+": clients", clients(t, s, filter, r, false), pileUp(t, entries, filter, r, byClient))
		same(t, what+": clients by quarter", clients(t, s, filter, r, true), pileUp(t, entries, filter, r, byClientHour))
		same(t, what+": client days", clientDays(t, s, filter, r, nil), pileUp(t, entries, filter, r, byDay))
		usages := piles{}
		if err := s.Usages(t.Context(), filter, r, func(row ledger.UsageRow) error {
			usages.add(row.ID, 1, row.Price.Total())
			return nil
		}); err != nil {
			return err
		}
		same(t, what+": usages", usages, pileUp(t, entries, filter, r, func(u *ledger.Usage, _ time.Time) string { return u.ID }))
		return nil
	})
}

// around are answers of several clients, kinds and models close to an instant,
// on both sides of it and of the quarters and midnights near by.
func around(workspaceID string, i calendar.Instant) []*ledger.Usage {
	var entries []*ledger.Usage
	for _, minutes := range []int{-25 * 60, -24*60 - 1, -120, -61, -60, -46, -31, -16, -15, -2, -1, 0, 1, 14, 15, 29, 30, 59, 60, 61, 119, 24 * 60, 26 * 60} {
		for _, micros := range []calendar.Instant{-1, 0, 30_000_000} {
			n := len(entries)
			u := answer(workspaceID, []string{"anna", "bruno", "carla"}[n%3], money.Nanos(1)<<(n%40), when(i+calendar.Instant(minutes)*60_000_000+micros))
			u.Kind = []string{"message", "message", "image"}[n/3%3]
			if n%4 != 0 {
				u.Model = new([]string{"", "gpt", "llama"}[n%3])
			}
			entries = append(entries, u)
		}
	}
	return entries
}

// Around every kind of change of the clock, the cut quarter-hours of St. John's
// among them, what is read is what package time makes of the list.
func TestScanAroundClockChanges(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		for n, c := range []struct{ zone, change string }{
			{"America/St_Johns", "2010-11-07T02:31:00Z"}, // 00:01 back to 23:01 of the day before
			{"America/St_Johns", "2010-03-14T03:31:00Z"}, // 00:01 on to 01:01
			{"America/St_Johns", "2024-11-03T04:30:00Z"},
			{"Europe/Rome", "2024-10-27T01:00:00Z"},
			{"Asia/Kathmandu", "2024-01-29T18:15:00Z"},
			{"Australia/Lord_Howe", "2024-04-06T15:00:00Z"},
			{"America/Sao_Paulo", "2018-11-04T03:00:00Z"}, // a midnight that doesn't come
			{"Pacific/Apia", "2011-12-30T10:00:00Z"},      // a day that doesn't come
		} {
			id := fmt.Sprint("shop-", n)
			b.shop(t, id, c.zone, "anna", "bruno", "carla")
			entries := around(id, at(c.change))
			b.count(t, entries...)
			for i := 5; i < len(entries); i += 7 {
				voided, err := b.Void(t.Context(), id, entries[i].ID, noon, nil)
				if err != nil {
					t.Fatal(err)
				}
				entries[i].VoidedAt = voided.VoidedAt
			}
			b.wantClean(t, id)
			location, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			today := calendar.DateOf(at(c.change).Time().In(location).Date())
			for _, r := range []calendar.Range{{Start: today, End: today}, {Start: today - 1, End: today - 1}, {Start: today - 40, End: today + 40}} {
				b.compare(t, entries, id, r, ledger.Scope{})
				b.compare(t, entries, id, r, ledger.Scope{Clients: []string{"bruno", "nobody"}})
			}
		}
	})
}

func TestScanFilters(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "America/St_Johns", "anna", "bruno", "carla")
		b.shop(t, "other", "America/St_Johns", "anna", "bruno", "carla")
		entries := append(around("shop", at("2010-11-07T02:31:00Z")), around("other", at("2010-11-07T02:31:00Z"))...)
		b.count(t, entries...)
		week := calendar.Range{Start: day("2010-11-03"), End: day("2010-11-09")}
		none := []string{}
		for _, unready := range []bool{false, true} {
			for _, filter := range []ledger.Scope{
				{},
				{Clients: none},
				{Kinds: none},
				{Models: none},
				{Clients: []string{"anna"}},
				{Clients: []string{"carla", "anna", "anna"}},
				{Clients: []string{"ANNA", "it's"}},
				{Kinds: []string{"image"}},
				{Kinds: []string{"message", "image", "none"}},
				{Models: []string{""}},
				{Models: []string{"", "gpt"}},
				{Models: []string{"llama"}},
				{Clients: []string{"bruno"}, Kinds: []string{"message"}, Models: []string{"", "llama"}},
				{Clients: []string{"bruno", "carla"}, Models: []string{""}},
				{Kinds: []string{"message"}, Models: []string{"gpt"}},
				{Clients: none, Kinds: []string{"message"}},
				{Clients: []string{"anna"}, Models: none},
			} {
				b.compare(t, entries, "shop", week, filter)
			}
			if !unready {
				b.move(t, "shop", "UTC") // everything from the usages
			}
		}
	})
}

// In a cut quarter-hour each usage stands alone; everywhere else slices start
// with the quarter.
func TestQuartersPlaceWhatAChangeCuts(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "America/St_Johns", "anna")
		b.count(t,
			answer("shop", "anna", 1, when(at("2010-11-07T02:29:59Z"))),
			answer("shop", "anna", 2, when(at("2010-11-07T02:30:59.999999Z"))), // 00:00:59 on the 7th
			answer("shop", "anna", 4, when(at("2010-11-07T02:31:00Z"))),        // 23:01 on the 6th
			answer("shop", "anna", 8, when(at("2010-11-07T02:44:00Z")), kind("image")),
			answer("shop", "anna", 16, when(at("2010-11-07T02:46:00Z"))),
			answer("shop", "anna", 32, when(at("2010-11-07T02:47:00Z"))),
		)
		spans := []calendar.Span{{From: at("2010-11-07T02:20:00Z"), To: at("2010-11-07T02:46:30Z")}}
		for _, byClient := range []bool{false, true} {
			b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
				if byClient {
					scope.Clients = []string{"anna"}
				}
				var got []string
				err := s.Quarters(t.Context(), scope, spans, true, func(q ledger.Slice) error {
					got = append(got, fmt.Sprintf("%s %s%s %d %s", q.At, q.Kind, q.Model, q.Messages, q.Cost))
					return nil
				})
				slices.Sort(got)
				want := []string{
					"2010-11-07T02:15:00Z message 1 0.000000001",
					"2010-11-07T02:30:59.999999Z message 1 0.000000002",
					"2010-11-07T02:31:00Z message 1 0.000000004",
					"2010-11-07T02:44:00Z image 1 0.000000008",
					"2010-11-07T02:45:00Z message 2 0.000000048",
				}
				if !slices.Equal(got, want) {
					t.Errorf("got  %q\nwant %q", got, want)
				}
				return err
			})
		}
	})
}

func TestQuartersOfNoSpan(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "Pacific/Apia", "anna")
		b.count(t, answer("shop", "anna", 1, when(at("2011-12-30T10:00:00Z"))))
		skipped := day("2011-12-30")
		b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
			if spans := scope.Account.Zone.Spans(calendar.Range{Start: skipped, End: skipped}); len(spans) != 0 {
				t.Errorf("the day that didn't come has %v", spans)
			}
			return s.Quarters(t.Context(), scope, nil, false, func(q ledger.Slice) error {
				t.Errorf("%+v", q)
				return nil
			})
		})
		b.compare(t, nil, "shop", calendar.Range{Start: skipped, End: skipped}, ledger.Scope{})
	})
}

// Totals go beyond what a row can hold, and stay exact.
func TestWideCosts(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna", "bruno")
		var entries []*ledger.Usage
		for n := range 12 {
			// A bucket of its own each, and a client's day of its own.
			client := []string{"anna", "bruno"}[n%2]
			entries = append(entries, answer("shop", client, math.MaxInt64-money.Nanos(n), kind(client), when(noon+calendar.Instant(n/2)*86_400_000_000)))
		}
		entries = append(entries, answer("shop", "bruno", 0, kind("third")), answer("shop", "anna", 0, model("gpt")))
		for _, o := range b.count(t, entries...) {
			if o.Overflow {
				t.Fatalf("overflow: %+v", o)
			}
		}
		r := calendar.Range{Start: day("2024-01-01"), End: day("2024-03-01")}
		for range 2 {
			for _, filter := range []ledger.Scope{{}, {Clients: []string{"anna", "bruno"}}, {Kinds: []string{"anna", "bruno"}}} {
				b.compare(t, entries, "shop", r, filter)
			}
			b.wantClean(t, "shop")
			b.move(t, "shop", "Europe/Rome") // from the usages
		}
		b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
			scope.Clients = []string{"anna"}
			if got := clients(t, s, scope, r, false).lines(); !slices.Equal(got, []string{"anna: 7 for 55340232221128654812"}) {
				t.Errorf("got %q", got)
			}
			return nil
		})
	})
}

// An export goes page by page; usages of one instant are told apart by id.
func TestUsagesInPages(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC")
		b.shop(t, "other", "UTC", "anna")
		b.customer(t, "shop", workspace.CustomerInput{ClientID: new("anna"), Name: new("Anna"), Phone: new("+39 333 1234567")})
		b.customer(t, "shop", workspace.CustomerInput{ClientID: new("bruno")})
		const n = 5_003
		b.fill(t, "shop", "anna", noon, n)
		b.run(t, "UPDATE usages SET created_at = $1 WHERE workspace_id = 'shop'", int64(noon))
		b.run(t, "UPDATE usages SET client_id = 'bruno', model = 'gpt' WHERE workspace_id = 'shop' AND price = 1 AND created_at = $1 AND "+
			map[database.Dialect]string{database.SQLite: "id", database.Postgres: "CAST(id AS text)"}[db.Dialect()]+" LIKE '0000000%'", int64(noon))
		before, void, after := answer("shop", "anna", 2, when(noon-1)), answer("shop", "anna", 4), answer("shop", "anna", 3, when(noon+1))
		b.count(t, after, before, void, answer("other", "anna", 1))
		if _, err := b.Void(t.Context(), "shop", void.ID, noon, nil); err != nil {
			t.Fatal(err)
		}
		today := calendar.Range{Start: day("2024-01-30"), End: day("2024-01-30")}
		b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
			var rows, named int
			var last *ledger.Usage
			err := s.Usages(t.Context(), scope, today, func(row ledger.UsageRow) error {
				if rows++; rows == 1 && row.ID != before.ID {
					t.Errorf("the first is %s", line(row.Usage))
				}
				if last != nil && (row.CreatedAt < last.CreatedAt || row.CreatedAt == last.CreatedAt && row.ID <= last.ID) {
					t.Errorf("%s after %s", row.ID, last.ID)
				}
				if row.ID == void.ID || row.WorkspaceID != "shop" {
					t.Errorf("exported: %s", line(row.Usage))
				}
				switch {
				case row.ClientID == "anna" && row.Client.Name != nil && *row.Client.Name == "Anna" && *row.Client.Phone == "+393331234567" && row.Model == nil:
					named++
				case row.ClientID == "bruno" && row.Client == ledger.Name{} && *row.Model == "gpt":
				default:
					t.Errorf("%s has the name %+v", line(row.Usage), row.Client)
				}
				last = row.Usage
				return nil
			})
			if rows != n+2 || named != n+2-15 || last.ID != after.ID {
				t.Errorf("%d rows, %d of them Anna's, the last is %s", rows, named, line(last))
			}
			return err
		})
		for _, filter := range []ledger.Scope{{Clients: []string{"bruno"}}, {Models: []string{"gpt"}}} {
			b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
				filter.Account = scope.Account
				rows := 0
				err := s.Usages(t.Context(), filter, today, func(ledger.UsageRow) error { rows++; return nil })
				if rows != 15 {
					t.Errorf("%d rows", rows)
				}
				return err
			})
		}
	})
}

// Days come in order, each day's clients by cost downwards, then by id byte by
// byte, whether they are kept or folded; rows of what was taken back are none.
func TestClientDays(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "b", "B", "a", "Z", "void")
		b.customer(t, "shop", workspace.CustomerInput{ClientID: new("a"), Name: new("Ada")})
		last := noon + 65*86_400_000_000 // more than two pieces of days later
		void, only := answer("shop", "Z", 99), answer("shop", "void", 99)
		b.count(t, answer("shop", "b", 5), answer("shop", "a", 5), answer("shop", "B", 5), answer("shop", "a", 7, when(last)),
			answer("shop", "b", 3, when(last)), answer("shop", "b", 4, when(last+3_600_000_000)), answer("shop", "Z", 1, when(last)), void, only)
		for _, u := range []*ledger.Usage{void, only} {
			if _, err := b.Void(t.Context(), "shop", u.ID, noon, nil); err != nil {
				t.Fatal(err)
			}
		}
		r := calendar.Range{Start: day("2024-01-01"), End: day("2024-04-30")}
		read := func(keep func(calendar.Local) bool) []string {
			var got []string
			b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
				return s.ClientDays(t.Context(), scope, r, keep, func(d ledger.ClientDay) error {
					name := ""
					if d.Name.Name != nil {
						name = *d.Name.Name
					}
					got = append(got, fmt.Sprintf("%s %s %s %d %s", d.Day, d.ClientID, name, d.Messages, d.Cost))
					return nil
				})
			})
			return got
		}
		want := []string{
			"2024-01-30 B  1 0.000000005", "2024-01-30 a Ada 1 0.000000005", "2024-01-30 b  1 0.000000005",
			"2024-04-04 a Ada 1 0.000000007", "2024-04-04 b  2 0.000000007", "2024-04-04 Z  1 0.000000001",
		}
		if got := read(nil); !slices.Equal(got, want) {
			t.Errorf("kept: %q", got)
		}
		b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
			clients(t, s, scope, r, false) // names none without usage
			return nil
		})
		if got := read(func(calendar.Local) bool { return true }); !slices.Equal(got, want) {
			t.Errorf("folded by quarter: %q", got)
		}
		if got, want := read(func(l calendar.Local) bool { return l.Hour == 13 }), []string{"2024-04-04 b  1 0.000000004"}; !slices.Equal(got, want) {
			t.Errorf("from 13 to 14 only: %q", got)
		}
		b.move(t, "shop", "Europe/London") // the same days, but not ready
		if got := read(nil); !slices.Equal(got, want) {
			t.Errorf("folded: %q", got)
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "nameless", "unasked")
		b.shop(t, "other", "UTC")
		b.customer(t, "shop", workspace.CustomerInput{ClientID: new("anna"), Name: new("Anna")})
		b.customer(t, "shop", workspace.CustomerInput{ClientID: new("carla"), Phone: new("+39 333 1234567")})
		b.customer(t, "other", workspace.CustomerInput{ClientID: new("nameless"), Name: new("Other")})
		b.snapshot(t, "shop", func(s *ledger.Snapshot, _ ledger.Scope) error {
			for _, none := range [][]string{nil, {}, {"nobody"}} {
				if got, err := s.Names(t.Context(), "shop", none); len(got) != 0 || got == nil || err != nil {
					t.Errorf("%q: %v, %v", none, got, err)
				}
			}
			got, err := s.Names(t.Context(), "shop", []string{"nameless", "carla", "anna", "nobody", "anna"})
			if err != nil {
				return err
			}
			if len(got) != 3 || got["nameless"] != (ledger.Name{}) || *got["anna"].Name != "Anna" || got["anna"].Phone != nil ||
				got["carla"].Name != nil || *got["carla"].Phone != "+393331234567" {
				t.Errorf("%+v", got)
			}
			return nil
		})
	})
}

// What is counted or changed while a snapshot is read is not in it.
func TestSnapshotIsOneState(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna", "bruno")
		entries := []*ledger.Usage{answer("shop", "anna", 5)}
		b.count(t, entries...)
		r := calendar.Range{Start: day("2024-01-30"), End: day("2024-01-30")}
		b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
			b.count(t, answer("shop", "bruno", 6))
			if _, err := b.Void(t.Context(), "shop", entries[0].ID, noon, nil); err != nil {
				return err
			}
			b.move(t, "shop", "Pacific/Honolulu")
			same(t, "quarters", quarters(t, s, scope, r, true), pileUp(t, entries, scope, r, byLabel))
			same(t, "clients", clients(t, s, scope, r, false), pileUp(t, entries, scope, r, byClient))
			same(t, "client days", clientDays(t, s, scope, r, nil), pileUp(t, entries, scope, r, byDay))
			again, err := s.Account(t.Context(), "shop")
			if err != nil || again.Zone.Name() != "UTC" || again.DaysReady != calendar.MaxDate {
				t.Errorf("%+v, %v", again, err)
			}
			return nil
		})
	})
}

// Who reads can stop: the error comes back as it is.
func TestFoldStops(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna", "bruno")
		b.count(t, answer("shop", "anna", 5), answer("shop", "bruno", 5), answer("shop", "bruno", 5, when(noon+86_400_000_000)))
		stop := errors.New("enough")
		r := calendar.Range{Start: day("2024-01-30"), End: day("2024-01-31")}
		b.snapshot(t, "shop", func(s *ledger.Snapshot, scope ledger.Scope) error {
			seen := 0
			once := func() error { seen++; return stop }
			for name, err := range map[string]error{
				"quarters":    s.Quarters(t.Context(), scope, scope.Account.Zone.Spans(r), true, func(ledger.Slice) error { return once() }),
				"by quarter":  s.ClientQuarters(t.Context(), scope, r, func(ledger.ClientSlice) error { return once() }),
				"client days": s.ClientDays(t.Context(), scope, r, nil, func(ledger.ClientDay) error { return once() }),
				"folded":      s.ClientDays(t.Context(), scope, r, func(calendar.Local) bool { return true }, func(ledger.ClientDay) error { return once() }),
				"usages":      s.Usages(t.Context(), scope, r, func(ledger.UsageRow) error { return once() }),
			} {
				if !errors.Is(err, stop) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if seen != 5 {
				t.Errorf("called %d times", seen)
			}
			return nil
		})
	})
}
