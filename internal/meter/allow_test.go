package meter_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

// limit sets a budget of the workspace "shop", or of one of its customers.
func (s *shop) limit(t *testing.T, client, limit string, blocks bool) {
	t.Helper()
	nanos, err := money.Parse(limit)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.book.SetBudget(t.Context(), ledger.Limit{
		Budget: ledger.Budget{WorkspaceID: "shop", ClientID: client, Limit: nanos, Blocks: blocks, Thresholds: []int{}}, At: calendar.At(now),
	}); err != nil {
		t.Fatal(err)
	}
}

// spent is what counts against the workspace's budget; its counter must be
// right.
func (s *shop) spent(t *testing.T) money.Total {
	t.Helper()
	s.counted(t)
	standing, err := s.book.Standing(t.Context(), ledger.Ref{WorkspaceID: "shop", ClientID: "ada"}, calendar.At(now))
	if err != nil {
		t.Fatal(err)
	}
	return standing.Spends[0].Cost
}

func TestASpentBudget(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		s.limit(t, "", "0.01", true)
		s.limit(t, "ada", "1", true)
		want := func(in meter.Input, outcome string) {
			t.Helper()
			if got := strings.TrimSpace(fate(s.track(t, in)) + " " + message(s.track(t, in))); !strings.HasPrefix(got, outcome) {
				t.Errorf("%s, want %s", got, outcome)
			}
		}
		first := keyed("first")
		if r := s.track(t, first); fate(r) != "TRACKED" {
			t.Errorf("%s", fate(r))
		}
		want(answer(price("0.006")), "BUDGET_EXCEEDED The budget of the workspace for 2024-02 has no room for 0.006 EUR: 0.005 of 0.01 are spent.")
		want(first, "DUPLICATE")
		// Others are not limited, and neither is what happened long ago.
		want(answer(price("5"), func(in *meter.Input) { in.WorkspaceID = "other" }), "TRACKED")
		want(answer(price("5"), occurred("2024-01-31T23:59:59Z")), "TRACKED")
		s.limit(t, "", "100", true)
		want(answer(price("1")), "BUDGET_EXCEEDED The budget of the customer \"ada\" for 2024-02 has no room for 1 EUR: 0.005 of 1 are spent.")
		s.limit(t, "ada", "0", true)
		want(answer(price("0")), "BUDGET_EXCEEDED The budget of the customer \"ada\" is 0 EUR: it blocks every answer.")
		// What is wrong with an answer itself is told first.
		want(answer(func(in *meter.Input) { in.ClientID = new("idle") }), "CUSTOMER_INACTIVE")
		s.limit(t, "ada", "0", false)
		want(answer(), "TRACKED")
		if got := s.spent(t); got.String() != "0.015" {
			t.Errorf("%s is spent", got)
		}
	})
}

// Sixty-four callers at two nodes with several committers, prices of all
// sizes: the limit is never passed by a nano, and nobody is refused whose price
// still fits when all is over: the spend of a month in which nothing is taken
// back only grows.
func TestTheLimitIsExact(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		opt := meter.Options{Committers: 4, MaxBatch: 16}
		nodes := []*shop{open(t, url, opt), reopen(t, url, opt)}
		const limit = 1_000_003
		nodes[0].limit(t, "", money.Nanos(limit).String(), true)
		prices := []money.Nanos{1, 2, 3, 7, 19, 97, 1_009, 5_003, 20_011}
		var mu sync.Mutex
		var tracked money.Nanos
		var refused []money.Nanos
		var all sync.WaitGroup
		for caller := range 64 {
			all.Go(func() {
				for i := range 12 {
					p := prices[(caller*5+i*i)%len(prices)]
					in := answer(price(p.String()), func(in *meter.Input) { in.IdempotencyKey = new(fmt.Sprint(caller, " ", i/2*2)) })
					r, err := nodes[caller%2].Track(nodes[0].ctx, in)
					if err != nil {
						t.Errorf("track: %v", err)
						return
					}
					mu.Lock()
					switch {
					case r.Duplicate:
					case r.Tracked:
						tracked += p
					default:
						refused = append(refused, p)
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
		spent := nodes[1].spent(t)
		if spent != tracked.Total() || tracked > limit {
			t.Errorf("%s tracked, %s spent of %s", tracked, spent, money.Nanos(limit))
		}
		if len(refused) == 0 {
			t.Error("nobody was refused, so this proves nothing")
		}
		if least := slices.Min(refused); tracked+least <= limit {
			t.Errorf("%s was refused, and fits: %s of %s are spent", least, tracked, money.Nanos(limit))
		}
		// The rest is filled to the nano.
		for _, p := range slices.Backward(prices) {
			for tracked+p <= limit {
				if r := nodes[int(tracked)%2].track(t, answer(price(p.String()))); fate(r) != "TRACKED" {
					t.Fatalf("%s of %s: %s", p, limit-tracked, message(r))
				}
				tracked += p
			}
		}
		if r := nodes[0].track(t, answer(price("0.000000001"))); fate(r) != "BUDGET_EXCEEDED" || nodes[0].spent(t) != money.Nanos(limit).Total() {
			t.Errorf("%s at %s", fate(r), nodes[0].spent(t))
		}
	})
}

func TestAllowance(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		ask := func(workspaceID, client, phone string) string {
			t.Helper()
			a, err := s.Allowance(s.ctx, workspaceID, &client, &phone)
			if err != nil {
				f := fault.Of(err)
				return fmt.Sprint(f.Code, " ", f.Field)
			}
			text := fmt.Sprint(a.Allowed)
			if a.Reason != nil {
				text += " " + string(*a.Reason)
			}
			if a.Remaining != nil {
				text += " " + a.Remaining.String()
			}
			return text
		}
		want := func(expected string, workspaceID, client, phone string) {
			t.Helper()
			if got := ask(workspaceID, client, phone); got != expected {
				t.Errorf("%s %s%s: %s, want %s", workspaceID, client, phone, got, expected)
			}
		}
		want("true", "shop", "ada", "")
		want("true", "shop", "", "0039 333 123 4567")
		want("false CUSTOMER_INACTIVE", "shop", "idle", "")
		want("false CUSTOMER_NOT_FOUND", "shop", "bruno", "")
		want("false CUSTOMER_NOT_FOUND", "shop", "", "+393339999999")
		want("false WORKSPACE_NOT_FOUND", "nowhere", "ada", "")
		want("false WORKSPACE_NOT_FOUND", "a\x00", "ada", "")
		want("INVALID clientId", "shop", "", "")
		want("INVALID clientId", "shop", "ada", "+393331234567")
		want("INVALID clientId", "shop", "a\x00", "")
		want("INVALID phone", "shop", "", "123")
		want("INVALID phone", "shop", "", "\xff")

		s.limit(t, "", "0.02", false)
		want("true", "shop", "ada", "")
		s.limit(t, "", "0.02", true)
		s.limit(t, "ada", "0.012", true)
		want("true 0.012", "shop", "ada", "")
		s.track(t, answer())
		want("true 0.007", "shop", "ada", "")
		s.track(t, answer())
		// Less than a message's price is left, which Track would refuse.
		want("false BUDGET_EXCEEDED 0.002", "shop", "", "+39 333 123 4567")
		if r := s.track(t, answer()); fate(r) != "BUDGET_EXCEEDED" {
			t.Errorf("%s", fate(r))
		}
		s.limit(t, "ada", "0.5", true)
		want("true 0.01", "shop", "ada", "")
		s.limit(t, "", "0.001", true)
		want("false BUDGET_EXCEEDED 0", "shop", "ada", "")
		want("false CUSTOMER_INACTIVE", "shop", "idle", "")
		s.limit(t, "", "0", true)
		want("false BUDGET_EXCEEDED 0", "shop", "ada", "")
		want("true", "other", "ada", "")
	})
}

func TestWhoMayAskForAnAllowance(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.SQLiteURL(t), meter.Options{})
	for role, code := range map[auth.Role]fault.Code{auth.Admin: "", auth.Manager: "", auth.Tracker: "", auth.Reader: fault.Forbidden} {
		a, err := s.Allowance(as(t, role), "shop", new("ada"), nil)
		if got := fault.CodeOf(err); got != code || err == nil && !a.Allowed {
			t.Errorf("%s: %+v, %v", role, a, err)
		}
	}
	hidden, err := s.Allowance(as(t, auth.Tracker), "other", new("ada"), nil)
	if err != nil || hidden.Allowed || *hidden.Reason != meter.WorkspaceNotFound {
		t.Errorf("another's workspace: %+v, %v", hidden, err)
	}
	_, err = s.Allowance(t.Context(), "shop", new("ada"), nil)
	wantFault(t, err, fault.Unauthenticated)
}

// Asking is one statement that takes no lock: it waits for nobody who counts.
func TestAllowanceWaitsForNobody(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		s := open(t, url, meter.Options{})
		s.limit(t, "", "1", true)
		s.limit(t, "ada", "1", true)
		asker := reopen(t, url, meter.Options{})
		_, release := s.busy(t) // a commit under way
		defer release()
		var sent []string
		asker.line.tell(func(statement string) { sent = append(sent, statement) })
		a, err := asker.Allowance(asker.ctx, "shop", new("ada"), nil)
		if err != nil || !a.Allowed || a.Remaining.String() != "1" {
			t.Errorf("%+v, %v", a, err)
		}
		if len(sent) != 1 || !strings.HasPrefix(sent[0], "SELECT w.id") {
			t.Errorf("statements %q", sent)
		}
	})
}
