package ledger_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

// fates are the outcomes of a batch in words.
func (b *bench) fates(t fatal, entries ...*ledger.Usage) []string {
	t.Helper()
	var words []string
	for _, o := range b.count(t, entries...) {
		word, _, _ := strings.Cut(outcome(o), " ")
		if word == "over" {
			word = outcome(o)
		}
		words = append(words, word)
	}
	return words
}

func wantWords(t fatal, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAdmits(t *testing.T) {
	t.Parallel()
	spend := func(limit, cost money.Nanos, changes ...func(*ledger.Budget)) ledger.Spend {
		s := ledger.Spend{Budget: ledger.Budget{Limit: limit}, Cost: cost.Total()}
		for _, change := range changes {
			change(&s.Budget)
		}
		return s
	}
	for _, c := range []struct {
		spend ledger.Spend
		price money.Nanos
		want  bool
		room  string
	}{
		{spend(10, 9, blocking), 1, true, "0.000000001"},
		{spend(10, 9, blocking), 2, false, "0.000000001"},
		{spend(10, 9), 2, true, "0.000000001"},
		{spend(10, 10, blocking), 0, true, "0"},
		{spend(10, 11, blocking), 0, false, "0"},
		{spend(0, 0, blocking), 0, false, "0"},
		{spend(0, 0), money.MaxPrice, true, "0"},
		{spend(math.MaxInt64, math.MaxInt64-1, blocking), 1, true, "0.000000001"},
		{spend(math.MaxInt64, math.MaxInt64-1, blocking), 2, false, "0.000000001"},
	} {
		if got := c.spend.Admits(c.price); got != c.want || c.spend.Room().String() != c.room {
			t.Errorf("%+v admits %s: %v, and has room for %s", c.spend, c.price, got, c.spend.Room())
		}
	}
}

// In order, each by what the ones before it left: within a batch, over batches,
// and by what was there before the budget.
func TestABudgetBlocksInOrder(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna", "bruno")
		b.count(t, answer("shop", "anna", 3), answer("shop", "anna", 50, when(at("2023-12-31T23:59:59.999999Z"))))
		b.limit(t, "shop", "", 10, blocking)
		if got := b.spent(t, "shop", "", noon); got != "2024-01: 0.000000003 of 0.00000001" {
			t.Errorf("%s is spent before the first", got)
		}
		wantWords(t, b.fates(t, answer("shop", "anna", 4), answer("shop", "bruno", 4), answer("shop", "bruno", 3), answer("shop", "anna", 1), answer("shop", "anna", 0)),
			"counted", `over "" 2024-01 at 0.000000007`, "counted", `over "" 2024-01 at 0.00000001`, "counted")
		wantWords(t, b.fates(t, answer("shop", "anna", 1), answer("shop", "anna", 0)), `over "" 2024-01 at 0.00000001`, "counted")
		// A client's own budget holds beside it, for that client alone.
		b.limit(t, "shop", "", 100, blocking)
		b.limit(t, "shop", "bruno", 5, blocking)
		wantWords(t, b.fates(t, answer("shop", "bruno", 2), answer("shop", "bruno", 1), answer("shop", "anna", 80), answer("shop", "bruno", 90)),
			"counted", `over "bruno" 2024-01 at 0.000000005`, "counted", `over "" 2024-01 at 0.000000092`)
		b.limit(t, "shop", "", 0, blocking)
		wantWords(t, b.fates(t, answer("shop", "anna", 0)), `over "" 2024-01 at 0.000000092`)
		b.limit(t, "shop", "", 0)
		wantWords(t, b.fates(t, answer("shop", "anna", 7), answer("shop", "bruno", 1)), "counted", `over "bruno" 2024-01 at 0.000000005`)
		b.wantClean(t, "shop")
	})
}

// A repeat is one however full the budget is, and takes no room.
func TestRepeatsUnderAFullBudget(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		b.limit(t, "shop", "", 10, blocking)
		wantWords(t, b.fates(t, answer("shop", "anna", 6, key("a")), answer("shop", "anna", 6, key("a")), answer("shop", "anna", 4, key("b"))), "counted", "duplicate", "counted")
		wantWords(t, b.fates(t, answer("shop", "anna", 6, key("a")), answer("shop", "anna", 1, key("c")), answer("shop", "anna", 4, key("b")), answer("shop", "anna", 1, key("c"))),
			"duplicate", `over "" 2024-01 at 0.00000001`, "duplicate", `over "" 2024-01 at 0.00000001`)
		// What was refused left its key unused: whoever of the batch fits has it.
		b.limit(t, "shop", "", 12, blocking)
		wantWords(t, b.fates(t, answer("shop", "anna", 3, key("c")), answer("shop", "anna", 2, key("c")), answer("shop", "anna", 3, key("c"))),
			`over "" 2024-01 at 0.00000001`, "counted", "duplicate")
		b.wantClean(t, "shop")
	})
}

// A void gives room back; so does nothing else.
func TestAVoidGivesRoomBack(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		b.limit(t, "shop", "", 10, blocking)
		b.limit(t, "shop", "anna", 10, blocking)
		first, late := answer("shop", "anna", 7), answer("shop", "anna", 7, when(at("2023-05-01T00:00:00Z")))
		wantWords(t, b.fates(t, first, late, answer("shop", "anna", 7)), "counted", "counted", `over "" 2024-01 at 0.000000007`)
		for _, u := range []*ledger.Usage{late, first, first} {
			if _, err := b.Void(t.Context(), "shop", u.ID, noon, nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, client := range []string{"", "anna"} {
			if got := b.spent(t, "shop", client, noon); got != "2024-01: 0 of 0.00000001" {
				t.Errorf("%q: %s", client, got)
			}
		}
		wantWords(t, b.fates(t, answer("shop", "anna", 8), answer("shop", "anna", 7)), "counted", `over "" 2024-01 at 0.000000008`)
		b.wantClean(t, "shop")
	})
}

// A month is the workspace's, by its own clock: what happened in one that is
// over counts there whenever it comes, and nothing blocks it.
func TestMonthsEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone        string
		last, first string // instants of two local months
		months      [2]string
	}{
		{"UTC", "2024-01-31T23:59:59.999999Z", "2024-02-01T00:00:00Z", [2]string{"2024-01", "2024-02"}},
		{"Europe/Rome", "2024-03-31T21:59:59.999999Z", "2024-03-31T22:00:00Z", [2]string{"2024-03", "2024-04"}}, // the clock went forward that day
		{"America/New_York", "2025-11-01T03:59:59.999999Z", "2025-11-01T04:00:00Z", [2]string{"2025-10", "2025-11"}},
		{"Asia/Kathmandu", "2024-01-31T18:14:59.999999Z", "2024-01-31T18:15:00Z", [2]string{"2024-01", "2024-02"}},
		{"Asia/Amman", "2016-03-31T21:59:59.999999Z", "2016-03-31T22:00:00Z", [2]string{"2016-03", "2016-04"}}, // midnight was skipped
		{"America/St_Johns", "2006-11-01T03:29:59.999999Z", "2006-11-01T03:30:00Z", [2]string{"2006-10", "2006-11"}},
	} {
		t.Run(c.zone, func(t *testing.T) {
			t.Parallel()
			b := newBench(testkit.SQLite(t, database.Options{}))
			b.shop(t, "shop", c.zone, "anna")
			last, first := at(c.last), at(c.first)
			at := func(created, recorded calendar.Instant) func(*ledger.Usage) {
				return func(u *ledger.Usage) { u.CreatedAt, u.RecordedAt = created, recorded }
			}
			b.limit(t, "shop", "", 10, blocking)
			wantWords(t, b.fates(t, answer("shop", "anna", 9, at(last, last)), answer("shop", "anna", 9, at(first, first)),
				answer("shop", "anna", 2, at(last, last)), answer("shop", "anna", 1, at(last, last)),
				answer("shop", "anna", 2, at(first, first)), answer("shop", "anna", 2, at(last, first)), answer("shop", "anna", 2, at(first, last))),
				"counted", "counted", `over "" `+c.months[0]+` at 0.000000009`, "counted", `over "" `+c.months[1]+` at 0.000000009`, "counted", `over "" `+c.months[1]+` at 0.000000009`)
			for i, now := range []calendar.Instant{last, first} {
				if got, want := b.spent(t, "shop", "", now), fmt.Sprintf("%s: %s of 0.00000001", c.months[i], []string{"0.000000012", "0.000000009"}[i]); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			b.wantClean(t, "shop")
		})
	}
}

// Sums beyond 64 bits of nanos, which a row of other rollups refuses.
func TestAMonthHoldsMoreThanARow(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna", "bruno")
		b.limit(t, "shop", "", math.MaxInt64)
		b.limit(t, "shop", "bruno", math.MaxInt64, blocking)
		entries := []*ledger.Usage{answer("shop", "anna", math.MaxInt64), answer("shop", "bruno", math.MaxInt64, kind("image")), answer("shop", "bruno", 1, when(at("2024-01-29T12:00:00Z")))}
		wantWords(t, b.fates(t, entries...), "counted", "counted", `over "bruno" 2024-01 at 9223372036.854775807`)
		if got := b.spent(t, "shop", "", noon); got != "2024-01: 18446744073.709551614 of 9223372036.854775807" {
			t.Error(got)
		}
		b.wantClean(t, "shop")
		if _, err := b.Void(t.Context(), "shop", entries[0].ID, noon, nil); err != nil {
			t.Fatal(err)
		}
		if got := b.spent(t, "shop", "", noon); got != "2024-01: 9223372036.854775807 of 9223372036.854775807" {
			t.Error(got)
		}
		b.wantClean(t, "shop")
	})
}

func TestSetBudget(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		b.shop(t, "other", "UTC", "bruno")
		set := func(workspaceID, client string, replaces *int) error {
			return b.SetBudget(t.Context(), ledger.Limit{Budget: ledger.Budget{WorkspaceID: workspaceID, ClientID: client, Thresholds: []int{}}, Replaces: replaces, At: noon})
		}
		wantFault(t, set("shop", "", new(1)), fault.Conflict, "Somebody removed this budget since.")
		for version, replaces := range []*int{new(0), new(1), nil} {
			if err := set("shop", "", replaces); err != nil {
				t.Fatal(version, err)
			}
		}
		wantFault(t, set("shop", "", new(2)), fault.Conflict, "Somebody changed this budget since: its version is 3.")
		wantFault(t, set("shop", "", new(0)), fault.Conflict, "Somebody changed this budget since: its version is 3.")
		for _, id := range []string{"nowhere", "", "a\x00", "\xff"} {
			wantFault(t, set(id, "", nil), fault.WorkspaceNotFound, fmt.Sprintf("There is no workspace %q.", id))
			_, err := b.RemoveBudget(t.Context(), id, "")
			wantFault(t, err, fault.WorkspaceNotFound, fmt.Sprintf("There is no workspace %q.", id))
		}
		for _, id := range []string{"bruno", "a\x00", "\xff"} {
			wantFault(t, set("shop", id, nil), fault.CustomerNotFound, fmt.Sprintf("The workspace has no customer with the clientId %q.", id))
		}
		// Only what it says is removed, and what was removed starts anew.
		if err := set("shop", "anna", nil); err != nil {
			t.Fatal(err)
		}
		for _, want := range []bool{true, false} {
			if got, err := b.RemoveBudget(t.Context(), "shop", ""); got != want || err != nil {
				t.Errorf("removed %v, %v", got, err)
			}
		}
		b.wantTexts(t, []string{"anna|1|2"}, "SELECT b.client_id, b.version, w.budgeted FROM budgets AS b JOIN workspaces AS w ON w.id = b.workspace_id")
		b.wantTexts(t, []string{"anna"}, "SELECT client_id FROM month_costs")
		if err := set("shop", "", new(0)); err != nil {
			t.Fatal(err)
		}
		b.wantTexts(t, []string{"|1|3", "anna|1|3"}, "SELECT b.client_id, b.version, w.budgeted FROM budgets AS b JOIN workspaces AS w ON w.id = b.workspace_id ORDER BY b.client_id")
	})
}

// A limit that is lowered, raised or taken away holds from the next answer on,
// on every node.
func TestALimitHoldsAtOnce(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		nodes := []*bench{newBench(testkit.Open(t, url, database.Options{})), newBench(testkit.Open(t, url, database.Options{}))}
		nodes[0].shop(t, "shop", "UTC", "anna")
		for i, limit := range []money.Nanos{10, 3, 4, 100, 0} {
			nodes[i%2].limit(t, "shop", "", limit, blocking)
			wantWords(t, nodes[1-i%2].fates(t, answer("shop", "anna", 1)), [][]string{
				{"counted"}, {"counted"}, {"counted"}, {"counted"}, {`over "" 2024-01 at 0.000000004`},
			}[i]...)
		}
		nodes[0].limit(t, "shop", "", 5, blocking)
		wantWords(t, nodes[1].fates(t, answer("shop", "anna", 1)), "counted")
		wantWords(t, nodes[0].fates(t, answer("shop", "anna", 1)), `over "" 2024-01 at 0.000000005`)
		if _, err := nodes[1].RemoveBudget(t.Context(), "shop", ""); err != nil {
			t.Fatal(err)
		}
		wantWords(t, nodes[0].fates(t, answer("shop", "anna", 1)), "counted")
	})
}

// Nodes that count, take back and set limits at once keep a counter that is
// right, and no limit is passed that nobody lowered.
func TestBudgetsUnderConcurrency(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		nodes := []*bench{newBench(testkit.Open(t, url, database.Options{})), newBench(testkit.Open(t, url, database.Options{}))}
		for _, id := range []string{"shop", "other"} {
			nodes[0].shop(t, id, "UTC", "anna", "bruno")
		}
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				b := nodes[i%2]
				for j := range 8 {
					workspaceID, client := []string{"shop", "other"}[(i+j)%2], []string{"anna", "bruno"}[j/2%2]
					switch {
					case i == 0:
						b.limit(t, workspaceID, []string{"", client}[j%2], money.Nanos(100+10*j), blocking)
					case i == 1 && j%4 == 3:
						if _, err := b.RemoveBudget(t.Context(), workspaceID, client); err != nil {
							t.Error(err)
						}
					default:
						other := []string{"shop", "other"}[(i+j+1)%2]
						for _, o := range b.count(t, answer(workspaceID, client, money.Nanos(i)), answer(other, "anna", money.Nanos(j)), answer(workspaceID, "bruno", 1)) {
							if o.Usage != nil && (i+j)%3 == 0 {
								if _, err := b.Void(t.Context(), o.Usage.WorkspaceID, o.Usage.ID, noon, nil); err != nil {
									t.Error(err)
								}
							}
						}
					}
				}
			})
		}
		all.Wait()
		nodes[0].wantClean(t, "shop", "other")
		for _, id := range []string{"shop", "other"} {
			nodes[0].limit(t, id, "", 1<<40)
			kept := nodes[0].spent(t, id, "", noon)
			if err := nodes[0].Rebuild(t.Context(), id, nil); err != nil {
				t.Fatal(err)
			}
			if made := nodes[1].spent(t, id, "", noon); made != kept {
				t.Errorf("%s: %s kept, %s made anew", id, kept, made)
			}
		}
	})
}

// Room that is given back while a batch is judged is room: nobody of it is
// refused for what its own neighbours would take.
func TestRoomThatComesMeanwhile(t *testing.T) {
	t.Parallel()
	url := testkit.PostgresURL(t) // on SQLite nothing comes meanwhile
	other := newBench(testkit.Open(t, url, database.Options{}))
	var first *ledger.Usage
	looked, given := false, false
	b := newBench(testkit.Open(t, url, database.Options{OnStatement: func(_ context.Context, statement string) {
		if looked && !given && first != nil {
			given = true
			if _, err := other.Void(t.Context(), "shop", first.ID, noon, nil); err != nil {
				t.Error(err)
			}
		}
		looked = looked || first != nil && strings.Contains(statement, "LEFT JOIN month_costs")
	}}))
	b.shop(t, "shop", "UTC", "anna")
	b.limit(t, "shop", "", 10, blocking)
	u := answer("shop", "anna", 3)
	wantWords(t, b.fates(t, u, answer("shop", "anna", 8)), "counted", `over "" 2024-01 at 0.000000003`)
	first = u
	wantWords(t, b.fates(t, answer("shop", "anna", 4), answer("shop", "anna", 4), answer("shop", "anna", 3)), "counted", "counted", `over "" 2024-01 at 0.000000008`)
	if !given {
		t.Error("nothing was given back, so this proves nothing")
	}
	b.wantClean(t, "shop")
}

// The counter is verified and made anew like every rollup.
func TestVerifyFindsAWrongCounter(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		b.limit(t, "shop", "", 10)
		b.limit(t, "shop", "anna", 10, blocking)
		b.count(t, answer("shop", "anna", 4))
		b.run(t, "UPDATE month_costs SET cost_low = cost_low + 3 WHERE client_id = 'anna'")
		if got := b.differences(t, "shop"); len(got) != 1 || got[0] != `month_costs: workspace "shop" month 2024-01 client "anna": raw cost 0.000000004, kept cost 0.000000007` {
			t.Errorf("%q", got)
		}
		if err := b.Rebuild(t.Context(), "shop", nil); err != nil {
			t.Fatal(err)
		}
		b.wantClean(t, "shop")
		b.wantTexts(t, nil, "SELECT * FROM month_costs")
		wantWords(t, b.fates(t, answer("shop", "anna", 7), answer("shop", "anna", 6)), `over "anna" 2024-01 at 0.000000004`, "counted")
		b.wantTexts(t, []string{"|10", "anna|10"}, "SELECT client_id, cost_low FROM month_costs ORDER BY client_id")
		b.wantClean(t, "shop")
	})
}

func TestStanding(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "Pacific/Kiritimati", "bruno")
		b.customer(t, "shop", workspace.CustomerInput{ClientID: new("anna"), Phone: new("+393331234567")})
		b.shop(t, "other", "UTC", "zoe")
		look := func(ref ledger.Ref, now calendar.Instant) string {
			s, err := b.Standing(t.Context(), ref, now)
			if err != nil {
				t.Fatal(err)
			}
			if s.Account == nil {
				return "no workspace"
			}
			text := s.Account.ID + " " + s.Account.Zone.Name()
			if s.Party != nil {
				text += fmt.Sprint(" ", s.Party.ClientID, " ", s.Party.Active)
			}
			for _, spend := range s.Spends {
				text += fmt.Sprintf(", %q %s: %s of %s %v", spend.ClientID, spend.Month, spend.Cost, spend.Limit, spend.Blocks)
			}
			return text
		}
		now := at("2024-01-31T10:00:00Z") // midnight
		b.count(t, answer("shop", "anna", 2, when(now-1)), answer("shop", "anna", 3, when(now)))
		b.limit(t, "shop", "", 10)
		b.limit(t, "shop", "anna", 5, blocking)
		by := ledger.Ref{WorkspaceID: "shop", ClientID: "anna"}
		for _, c := range []struct {
			ref  ledger.Ref
			now  calendar.Instant
			want string
		}{
			{by, now - 1, `shop Pacific/Kiritimati anna true, "" 2024-01: 0.000000002 of 0.00000001 false, "anna" 2024-01: 0.000000002 of 0.000000005 true`},
			{by, now, `shop Pacific/Kiritimati anna true, "" 2024-02: 0.000000003 of 0.00000001 false, "anna" 2024-02: 0.000000003 of 0.000000005 true`},
			{ledger.Ref{WorkspaceID: "shop", Phone: "+393331234567"}, now - 1, `shop Pacific/Kiritimati anna true, "" 2024-01: 0.000000002 of 0.00000001 false, "anna" 2024-01: 0.000000002 of 0.000000005 true`},
			{ledger.Ref{WorkspaceID: "shop", ClientID: "bruno"}, now, `shop Pacific/Kiritimati bruno true, "" 2024-02: 0.000000003 of 0.00000001 false`},
			{ledger.Ref{WorkspaceID: "shop", ClientID: "zoe"}, now - 1, `shop Pacific/Kiritimati, "" 2024-01: 0.000000002 of 0.00000001 false`},
			{ledger.Ref{WorkspaceID: "other", ClientID: "zoe"}, now, "other UTC zoe true"},
			{ledger.Ref{WorkspaceID: "nowhere", ClientID: "zoe"}, now, "no workspace"},
			{ledger.Ref{WorkspaceID: "a\x00", ClientID: "zoe"}, now, "no workspace"},
		} {
			if got := look(c.ref, c.now); got != c.want {
				t.Errorf("%+v: %s, want %s", c.ref, got, c.want)
			}
			// The same once the counters of both months are there.
			if c.ref == by && c.now == now {
				b.count(t, answer("shop", "anna", 0, when(now), func(u *ledger.Usage) { u.RecordedAt = now }))
				if got := look(c.ref, c.now); got != c.want {
					t.Errorf("counted: %s, want %s", got, c.want)
				}
				if got := look(c.ref, now-1); !strings.Contains(got, "2024-01: 0.000000002 of") {
					t.Errorf("counted, before: %s", got)
				}
			}
		}
	})
}

// A till is what budgets should do: the plain list and the plain rule.
type till struct {
	*shelf
	budgets map[[2]string]*ledger.Budget
	zones   map[string]string
	now     calendar.Instant
}

func (s *till) month(t fatal, workspaceID string, i calendar.Instant) calendar.Month {
	zone, err := calendar.LoadZone(s.zones[workspaceID])
	if err != nil {
		t.Fatalf("%v", err)
	}
	return zone.Date(i).Month()
}

// spent sums the list.
func (s *till) spent(t fatal, workspaceID, client string, month calendar.Month) money.Total {
	var sum money.Total
	for _, u := range s.entries {
		if u.WorkspaceID == workspaceID && (client == "" || u.ClientID == client) && u.VoidedAt == nil && s.month(t, workspaceID, u.CreatedAt) == month {
			sum = sum.PlusNanos(u.Price)
		}
	}
	return sum
}

func (s *till) append(t *rapid.T) {
	batch := make([]*ledger.Usage, rapid.IntRange(1, 6).Draw(t, "entries"))
	for i := range batch {
		batch[i] = s.draw(t)
		batch[i].RecordedAt = s.now
		batch[i].Price = money.Nanos(rapid.IntRange(0, 9).Draw(t, "price"))
	}
	for i, o := range s.count(t, batch...) {
		want := *batch[i]
		if want.IdempotencyKey != nil {
			if stands := s.first(want.WorkspaceID, *want.IdempotencyKey); stands != nil {
				if !o.Duplicate || o.Usage.ID != stands.ID {
					t.Fatalf("%s is %s, want a duplicate of %s", line(&want), outcome(o), line(stands))
				}
				continue
			}
		}
		month := s.month(t, want.WorkspaceID, want.CreatedAt)
		blocked := ""
		for _, client := range []string{want.ClientID, ""} {
			budget := s.budgets[[2]string{want.WorkspaceID, client}]
			if budget == nil || !budget.Blocks || month < s.month(t, want.WorkspaceID, s.now) {
				continue
			}
			if cost := s.spent(t, want.WorkspaceID, client, month); budget.Limit == 0 || cost.PlusNanos(want.Price).Cmp(budget.Limit.Total()) > 0 {
				blocked = fmt.Sprintf("over %q %s at %s", client, month, cost)
			}
		}
		switch {
		case blocked != "" && outcome(o) != blocked:
			t.Fatalf("%s is %s, want %s", line(&want), outcome(o), blocked)
		case blocked == "" && (o.Usage == nil || o.Duplicate):
			t.Fatalf("%s is %s, want it counted", line(&want), outcome(o))
		case blocked == "":
			s.entries = append(s.entries, &want)
		}
	}
}

func (s *till) set(t *rapid.T) {
	key := [2]string{rapid.SampledFrom(s.workspaces).Draw(t, "workspace"), rapid.SampledFrom([]string{"", "anna", "bruno"}).Draw(t, "client")}
	if rapid.IntRange(0, 4).Draw(t, "remove") == 0 {
		removed, err := s.RemoveBudget(t.Context(), key[0], key[1])
		if err != nil || removed != (s.budgets[key] != nil) {
			t.Fatalf("removed %v, %v", removed, err)
		}
		delete(s.budgets, key)
		return
	}
	budget := &ledger.Budget{
		WorkspaceID: key[0], ClientID: key[1], Limit: money.Nanos(rapid.IntRange(0, 60).Draw(t, "limit")), Blocks: rapid.IntRange(0, 3).Draw(t, "blocks") > 0, Thresholds: []int{},
	}
	if err := s.SetBudget(t.Context(), ledger.Limit{Budget: *budget, At: s.now}); err != nil {
		t.Fatalf("set: %v", err)
	}
	s.budgets[key] = budget
}

// check wants the rollups to be right, and shown what the list comes to.
func (s *till) check(t *rapid.T) {
	s.wantClean(t, s.workspaces...)
	for _, id := range s.workspaces {
		for _, client := range []string{"", "anna", "bruno", "Carla"} {
			want := "none"
			month := s.month(t, id, s.now)
			if budget := s.budgets[[2]string{id, client}]; budget != nil {
				want = fmt.Sprintf("%s: %s of %s", month, s.spent(t, id, client, month), budget.Limit)
			}
			if got := s.bench.spent(t, id, client, s.now); got != want {
				t.Fatalf("%q of %s: %s, want %s", client, id, got, want)
			}
		}
	}
}

// Whatever is counted, repeated, late, taken back, limited, moved to another
// zone or rebuilt, in any order, around a month's end: each answer is counted or
// blocked as the plain rule says of the plain list.
func TestBudgetsAreAPlainRule(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Rome", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"}
	edges := []calendar.Instant{at("2006-11-01T03:31:00Z"), at("2024-03-31T22:00:00Z"), at("2023-12-31T23:00:00Z"), at("2024-03-01T00:00:00Z")}
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		rapid.Check(t, func(t *rapid.T) {
			s := &till{shelf: &shelf{bench: newBench(db), edge: rapid.SampledFrom(edges).Draw(t, "edge")}, budgets: map[[2]string]*ledger.Budget{}, zones: map[string]string{}}
			s.now = s.edge
			for range 2 {
				id := uuid.NewString()
				s.workspaces = append(s.workspaces, id)
				s.zones[id] = rapid.SampledFrom(zones).Draw(t, "zone")
				s.shop(t, id, s.zones[id], "anna", "bruno", "Carla")
			}
			s.set(t)
			t.Repeat(map[string]func(*rapid.T){
				"append":       s.append,
				"append again": s.append,
				"and again":    s.append,
				"void":         s.void,
				"set":          s.set,
				"move": func(t *rapid.T) {
					id := rapid.SampledFrom(s.workspaces).Draw(t, "workspace")
					s.zones[id] = rapid.SampledFrom(zones).Draw(t, "zone")
					s.move(t, id, s.zones[id])
				},
				"rebuild": s.rebuild,
				"wait": func(t *rapid.T) {
					s.now = s.edge + calendar.Instant(rapid.SampledFrom([]int{-26, -1, 0, 1, 26}).Draw(t, "hours"))*3_600_000_000
				},
				"": s.check,
			})
		})
	})
}
