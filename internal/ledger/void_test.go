package ledger_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/testkit"
)

func TestVoid(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "Europe/Rome", "anna")
		b.shop(t, "other", "Europe/Rome", "anna")
		taken := answer("shop", "anna", 5, key("k"), model("gpt"), tokens(7, 11))
		b.count(t, taken, answer("shop", "anna", 6, model("gpt"), tokens(1, 2)), answer("other", "anna", 7))

		reason := "it's a \"mistake\", perché 🛍"
		want := line(taken) + fmt.Sprintf(" void at 2024-01-30T12:00:01Z because %q", reason)
		// What is void stays so: neither the time nor the reason change.
		for n, c := range []struct {
			id     string
			at     calendar.Instant
			reason *string
		}{
			{strings.ToUpper(taken.ID), noon + 1_000_000, &reason},
			{taken.ID, noon + 2_000_000, new("another")},
			{"urn:uuid:" + taken.ID, noon + 3_000_000, nil},
		} {
			got, err := b.Void(t.Context(), "shop", c.id, c.at, c.reason)
			if err != nil || got == nil || got.ID != taken.ID || line(got) != want {
				t.Errorf("time %d: %s (%v), want %s", n, line(got), err, want)
			}
			b.wantClean(t, "shop", "other")
			b.wantTexts(t, []string{fmt.Sprint(int64(noon), "|message|gpt|1|6|1|2")}, bucketsOf, "shop")
			b.wantTexts(t, []string{"19752|anna|1|6"}, daysOf, "shop")
			b.wantTexts(t, []string{"19752|anna|1|7"}, daysOf, "other")
		}

		// The key stays used.
		again := b.count(t, answer("shop", "anna", 9, key("k")))
		if !again[0].Duplicate || line(again[0].Usage) != want {
			t.Errorf("counted again: %s", outcome(again[0]))
		}
		b.wantClean(t, "shop")
	})
}

func TestVoidNothing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		b.shop(t, "other", "UTC", "anna")
		others := answer("other", "anna", 5)
		b.count(t, others, answer("shop", "anna", 5))
		for _, id := range []string{
			"", "nonsense", "0", "00000000-0000-0000-0000-000000000000", "018d5a1e-0000-7000-8000-000000000000",
			others.ID, others.ID + " ", others.ID[:35], "' OR 1 = 1 --", "\x00", "\xff", strings.Repeat("f", 10_000),
		} {
			got, err := b.Void(t.Context(), "shop", id, noon, nil)
			if got != nil || err != nil {
				t.Errorf("%.50q: %s (%v)", id, line(got), err)
			}
		}
		for _, id := range []string{others.ID, "nonsense"} {
			_, err := b.Void(t.Context(), "nowhere", id, noon, nil)
			wantFault(t, err, fault.WorkspaceNotFound, `There is no workspace "nowhere".`)
		}
		b.wantTexts(t, []string{"2"}, "SELECT count(*) FROM usages WHERE voided_at IS NULL")
		b.wantClean(t, "shop", "other")
	})
}

func TestVoidAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		entries := make([]*ledger.Usage, 6)
		for i := range entries {
			entries[i] = answer("shop", "anna", 5, tokens(1, 1))
		}
		b.count(t, entries...)
		// Everyone takes back the first four; meanwhile others are counted into
		// the same rows.
		var work sync.WaitGroup
		for c := range 8 {
			work.Go(func() {
				for i := range 4 {
					u, err := b.Void(t.Context(), "shop", entries[(i+c)%4].ID, noon+calendar.Instant(c), new(fmt.Sprint("caller ", c)))
					if err != nil || u == nil || u.VoidedAt == nil || *u.VoidReason != fmt.Sprint("caller ", int64(*u.VoidedAt-noon)) {
						t.Errorf("%s, %v", line(u), err)
					}
				}
			})
			work.Go(func() { b.count(t, answer("shop", "anna", 1)) })
		}
		work.Wait()
		b.wantClean(t, "shop")
		b.wantTexts(t, []string{fmt.Sprint(int64(noon), "|message||10|18|2|2")}, bucketsOf, "shop")
		b.wantTexts(t, []string{"19752|anna|10|18"}, daysOf, "shop")
	})
}

// A usage whose day waits for a rebuild is taken from the buckets alone; the
// rebuild leaves it out.
func TestVoidBeforeTheDayIsReady(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		b := newBench(db)
		b.shop(t, "shop", "UTC", "anna")
		taken := answer("shop", "anna", 5)
		b.count(t, taken, answer("shop", "anna", 6))
		b.move(t, "shop", "Europe/Rome")
		if _, err := b.Void(t.Context(), "shop", taken.ID, noon, nil); err != nil {
			t.Fatal(err)
		}
		b.wantTexts(t, nil, daysOf, "shop")
		b.wantClean(t, "shop")
		if err := b.RebuildDays(t.Context(), "shop", nil); err != nil {
			t.Fatal(err)
		}
		b.wantTexts(t, []string{"19752|anna|1|6"}, daysOf, "shop")
		b.wantClean(t, "shop")
	})
}
