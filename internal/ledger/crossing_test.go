package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

// post is an outbox that writes down what it is told, once, in the
// transaction that tells it.
type post struct{ fails error }

func (p post) Put(ctx context.Context, tx *database.Tx, crossings []ledger.Crossing) error {
	for _, c := range crossings {
		text := fmt.Sprintf("%s %s %d%% of %s at %s", c.Month, c.ClientID, c.Threshold, c.Limit, c.Cost)
		if _, err := tx.Exec(ctx, "INSERT INTO alerts (workspace_id, id, event, once, facts, created_at) VALUES ($1, $2, '', $3, $4, $5) ON CONFLICT (workspace_id, once) DO NOTHING",
			c.WorkspaceID, uuid.NewString(), c.Once(), text, int64(c.At)); err != nil {
			return err
		}
	}
	return p.fails
}

// posted are what an outbox was told of a workspace, in order of its texts.
func (b *bench) posted(t fatal, workspaceID string) []string {
	t.Helper()
	found := b.texts(t, "SELECT facts FROM alerts WHERE workspace_id = $1", workspaceID)
	slices.Sort(found)
	return found
}

func thresholds(percents ...int) func(*ledger.Budget) {
	return func(b *ledger.Budget) { b.Thresholds = percents }
}

// What crosses a threshold or the limit is told once, in the transaction of
// what crossed it.
func TestCrossings(t *testing.T) {
	t.Parallel()
	const nano = money.Nanos(1)
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		for name, script := range map[string]struct {
			do   func(b *bench, t *testing.T, id string)
			want []string
		}{
			"one by one, to the nano": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 7, thresholds(50, 100)) // 50 % of 7 nanos are 4
				for range 9 {
					b.count(t, answer(id, "ada", nano))
				}
			}, []string{"2024-01  0% of 0.000000007 at 0.000000008", "2024-01  100% of 0.000000007 at 0.000000007", "2024-01  50% of 0.000000007 at 0.000000004"}},
			"several at once, and more than the limit": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "ada", 1000, thresholds(10, 100, 250))
				b.limit(t, id, "", 5000, thresholds(60))
				b.count(t, answer(id, "ada", 900), answer(id, "ada", 1700), answer(id, "bruno", 400))
			}, []string{"2024-01  60% of 0.000005 at 0.000003", "2024-01 ada 0% of 0.000001 at 0.0000026", "2024-01 ada 10% of 0.000001 at 0.0000026", "2024-01 ada 100% of 0.000001 at 0.0000026", "2024-01 ada 250% of 0.000001 at 0.0000026"}},
			"what is reached when it is set": {func(b *bench, t *testing.T, id string) {
				b.count(t, answer(id, "ada", 60))
				b.limit(t, id, "", 100, thresholds(50, 80))
				b.limit(t, id, "", 100, thresholds(30, 50, 80)) // what was passed is no news
				b.limit(t, id, "", 70, thresholds(50, 80))
			}, []string{"2024-01  50% of 0.0000001 at 0.00000006", "2024-01  80% of 0.00000007 at 0.00000006"}},
			"again after the limit was raised": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 100, thresholds(50, 100))
				b.count(t, answer(id, "ada", 110))
				b.limit(t, id, "", 200, thresholds(50, 100)) // 55 % of it
				b.count(t, answer(id, "ada", 85))
				b.count(t, answer(id, "ada", 5))
			}, []string{"2024-01  0% of 0.0000001 at 0.00000011", "2024-01  100% of 0.0000001 at 0.00000011", "2024-01  100% of 0.0000002 at 0.0000002", "2024-01  50% of 0.0000001 at 0.00000011"}},
			"not again after a void or a rebuild": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 100, thresholds(50))
				u := answer(id, "ada", 60)
				b.count(t, u)
				if _, err := b.Void(t.Context(), id, u.ID, noon, nil); err != nil {
					t.Error(err)
				}
				b.count(t, answer(id, "ada", 55))
				if err := b.Rebuild(t.Context(), id, nil); err != nil {
					t.Error(err)
				}
				b.count(t, answer(id, "ada", 1))
			}, []string{"2024-01  50% of 0.0000001 at 0.00000006"}},
			"each month anew, by the local calendar": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 100, thresholds(50))
				// In Rome 31 March 2024 is an hour short and ends at 22:00 UTC.
				for _, moment := range []string{"2024-03-31T21:59:59Z", "2024-03-31T22:00:00Z", "2024-04-01T12:00:00Z"} {
					u := answer(id, "ada", 60, when(at(moment)))
					u.RecordedAt = u.CreatedAt
					b.count(t, u)
				}
			}, []string{"2024-03  50% of 0.0000001 at 0.00000006", "2024-04  0% of 0.0000001 at 0.00000012", "2024-04  50% of 0.0000001 at 0.00000006"}},
			"late ones tell nothing": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 100, thresholds(50))
				u := answer(id, "ada", 600)
				u.RecordedAt += 40 * 24 * hours
				b.count(t, u)
			}, []string{}},
			"what blocks tells at the first refusal": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 100, thresholds(100), blocking)
				b.count(t, answer(id, "ada", 90), answer(id, "ada", 20), answer(id, "ada", 30))
				b.count(t, answer(id, "ada", 20))
				b.limit(t, id, "", 120, thresholds(100), blocking)
				b.count(t, answer(id, "ada", 30))
				b.count(t, answer(id, "ada", 1))
			}, []string{"2024-01  0% of 0.0000001 at 0.00000009", "2024-01  0% of 0.00000012 at 0.00000012", "2024-01  100% of 0.00000012 at 0.00000012"}},
			"a limit of 0": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 0, thresholds(50, 100), blocking)
				b.count(t, answer(id, "ada", 0))
				b.limit(t, id, "ada", 0, thresholds(50))
				b.limit(t, id, "", 0)
				b.count(t, answer(id, "ada", 0))
				b.count(t, answer(id, "ada", 1))
			}, []string{"2024-01  0% of 0 at 0", "2024-01 ada 0% of 0 at 0.000000001"}},
			"a removed one tells nothing": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 100)
				if _, err := b.RemoveBudget(t.Context(), id, ""); err != nil {
					t.Error(err)
				}
				b.count(t, answer(id, "ada", 600))
			}, []string{}},
			"a counter of before there were crossings": {func(b *bench, t *testing.T, id string) {
				b.limit(t, id, "", 100, thresholds(50, 80))
				b.count(t, answer(id, "ada", 10))
				b.run(t, "UPDATE month_costs SET ceiling = -1 WHERE workspace_id = $1", id)
				b.count(t, answer(id, "ada", 10))
				b.wantTexts(t, []string{"49"}, "SELECT ceiling FROM month_costs WHERE workspace_id = $1", id)
				b.count(t, answer(id, "ada", 31))
			}, []string{"2024-01  50% of 0.0000001 at 0.000000051"}},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(db)
				b.Into(post{})
				id := uuid.NewString()
				b.shop(t, id, "Europe/Rome", "ada", "bruno")
				script.do(b, t, id)
				if got := b.posted(t, id); !slices.Equal(got, script.want) {
					t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(script.want, "\n"))
				}
				b.wantClean(t, id)
			})
		}
	})
}

// What can't be told is not counted.
func TestACrossingThatCannotBeTold(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "Europe/Rome", "ada")
		b.limit(t, "shop", "", 100, thresholds(50))
		failure := errors.New("the outbox is full")
		b.Into(post{failure})
		u := answer("shop", "ada", 60)
		if _, err := b.Append(t.Context(), refs([]*ledger.Usage{u}), func(*ledger.Directory) []*ledger.Usage { return []*ledger.Usage{u} }); !errors.Is(err, failure) {
			t.Errorf("error %v", err)
		}
		b.wantTexts(t, []string{"0|0"}, "SELECT (SELECT COUNT(*) FROM usages), (SELECT COUNT(*) FROM alerts)")
		b.Into(post{})
		b.count(t, u)
		b.wantTexts(t, []string{"1|1"}, "SELECT (SELECT COUNT(*) FROM usages), (SELECT COUNT(*) FROM alerts)")
	})
}

// 64 callers on two nodes come to each threshold once.
func TestCrossingsUnderConcurrency(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		nodes := []*bench{b, newBench(db)}
		for _, node := range nodes {
			node.Into(post{})
		}
		want := map[string][]string{}
		for _, id := range []string{"notifies", "blocks"} {
			b.shop(t, id, "Europe/Rome", "ada")
			b.limit(t, id, "", 1000, thresholds(10, 50, 80, 100), func(l *ledger.Budget) { l.Blocks = id == "blocks" })
			want[id] = []string{"0", "10", "100", "50", "80"}
		}
		var callers sync.WaitGroup
		for i := range 64 {
			callers.Go(func() {
				node := nodes[i%2]
				for range 4 {
					node.count(t, answer("notifies", "ada", 5), answer("blocks", "ada", 5), answer("notifies", "ada", 0))
				}
			})
		}
		callers.Wait()
		for id, want := range want {
			var got []string
			for _, text := range b.posted(t, id) {
				percent, _, _ := strings.Cut(strings.TrimPrefix(text, "2024-01  "), "%")
				got = append(got, percent)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: told %q, want %q", id, got, want)
			}
			b.wantClean(t, id)
		}
	})
}
