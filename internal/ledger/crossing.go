package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
)

// Outbox keeps what a transaction has to tell people, in that transaction: it
// is told if, and only if, what caused it is committed. What was told before,
// by its Once, it leaves out.
type Outbox interface {
	Put(ctx context.Context, tx *database.Tx, crossings []Crossing) error
}

// Into has the book tell the outbox of crossings. It must be called before the
// book is used; a book that nobody calls it on tells nobody.
func (b *Book) Into(outbox Outbox) *Book {
	b.outbox = outbox
	return b
}

// Crossing is a budget's month that came to a threshold or beyond the limit.
type Crossing struct {
	// Spend is what the month came to then.
	Spend
	// Threshold is in percent; 0 where it is the limit that was exceeded: more
	// than it was spent, or, of one that blocks, an answer was refused.
	Threshold int
	At        calendar.Instant
}

// Once names what a workspace is told once: with another limit, again. A void
// or a counter made anew may bring a budget to a threshold a second time.
func (c Crossing) Once() string {
	return fmt.Sprintf("budget %s %d of %d %s", c.Month, c.Threshold, int64(c.Limit), c.ClientID)
}

// crossed notes what lies between two costs of a month.
func (t *appending) crossed(before, now Spend, at calendar.Instant) {
	for _, percent := range now.Thresholds {
		if now.reaches(percent) && !before.reaches(percent) {
			t.crossings = append(t.crossings, Crossing{now, percent, at})
		}
	}
	if now.exceeds() && !before.exceeds() {
		t.crossings = append(t.crossings, Crossing{now, 0, at})
	}
}

// refused notes the budgets that left an answer uncounted.
func (t *appending) refused(entries []*Usage, outcomes []Outcome) {
	for i, o := range outcomes {
		if o.Over != nil {
			t.crossings = append(t.crossings, Crossing{*o.Over, 0, entries[i].RecordedAt})
		}
	}
}

// tell hands over what the transaction crossed.
func (t *appending) tell(ctx context.Context) error {
	if t.outbox == nil {
		t.crossings = nil
	}
	t.crossings = slices.DeleteFunc(t.crossings, func(c Crossing) bool { return t.told.has(c) })
	if len(t.crossings) == 0 {
		return nil
	}
	order := func(a, b Crossing) int {
		return cmp.Or(cmp.Compare(a.WorkspaceID, b.WorkspaceID), cmp.Compare(a.Once(), b.Once()))
	}
	slices.SortStableFunc(t.crossings, order)
	t.crossings = slices.CompactFunc(t.crossings, func(a, b Crossing) bool { return order(a, b) == 0 })
	return t.outbox.Put(ctx, t.tx, t.crossings)
}

// told are crossings that are committed. It is a hint that saves asking the
// outbox at each answer that a full budget refuses. Safe for concurrent use.
type told struct {
	mu    sync.Mutex
	names map[[2]string]struct{}
}

// mostTold bounds what is kept: beyond it everything is asked about once more.
const mostTold = 10_000

func (t *told) has(c Crossing) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, ok := t.names[[2]string{c.WorkspaceID, c.Once()}]
	return ok
}

func (t *told) add(crossings []Crossing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil || len(t.names) > mostTold {
		t.names = map[[2]string]struct{}{}
	}
	for _, c := range crossings {
		t.names[[2]string{c.WorkspaceID, c.Once()}] = struct{}{}
	}
}
