package ledger_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

const hours = 4 * calendar.Quarter

// read sums what a snapshot gives of a range by everything that it tells apart.
func read(t fatal, b *ledger.Book, workspaceID string, r calendar.Range, recall calendar.Instant, byLabel bool, kinds []string) map[string]string {
	t.Helper()
	type sum struct {
		messages int64
		cost     money.Total
	}
	sums := map[string]sum{}
	add := func(key string, messages int64, cost money.Total) {
		s := sums[key]
		sums[key] = sum{s.messages + messages, s.cost.Plus(cost)}
	}
	if err := b.Snapshot(t.Context(), func(s *ledger.Snapshot) error {
		account, err := s.Account(t.Context(), workspaceID)
		if err != nil {
			return err
		}
		if recall != 0 {
			s.Recall(recall)
		}
		scope := ledger.Scope{Account: account, Kinds: kinds}
		clock := account.Zone.Clock()
		if err := s.Quarters(t.Context(), scope, account.Zone.Spans(r), byLabel, func(q ledger.Slice) error {
			if !byLabel {
				q.Kind, q.Model = "", ""
			}
			if local := clock.Local(q.At); r.Contains(local.Date) {
				add(fmt.Sprintf("%s %d %q %q", local.Date, local.Quarter, q.Kind, q.Model), q.Messages, q.Cost)
			}
			return nil
		}); err != nil {
			return err
		}
		if err := s.Labels(t.Context(), scope, account.Zone.Spans(r), func(q ledger.Slice) error {
			if r.Contains(clock.Local(q.At).Date) {
				add(fmt.Sprintf("label %q %q", q.Kind, q.Model), q.Messages, q.Cost)
			}
			return nil
		}); err != nil {
			return err
		}
		var days []calendar.Date
		for d := r.Start; d <= r.End; d++ {
			days = append(days, d)
		}
		left, err := s.Days(t.Context(), scope, days, func(d calendar.Date, q ledger.Slice) {
			add("day "+d.String(), q.Messages, q.Cost)
		})
		if err != nil {
			return err
		}
		if err := s.Quarters(t.Context(), scope, account.Zone.SpansOf(left), false, func(q ledger.Slice) error {
			if date := clock.Local(q.At).Date; slices.Contains(left, date) {
				add("day "+date.String(), q.Messages, q.Cost)
			}
			return nil
		}); err != nil {
			return err
		}
		list, err := s.Clients(t.Context(), scope, r)
		for _, c := range list {
			add("client "+c.ClientID, c.Messages, c.Cost)
		}
		return err
	}); err != nil {
		t.Fatalf("read: %v", err)
	}
	texts := map[string]string{}
	for key, s := range sums {
		if s.messages > 0 {
			texts[key] = fmt.Sprint(s.messages, " for ", s.cost)
		}
	}
	return texts
}

// Who used a range is not taken for who did when others of its days were
// young, however many messages these held.
func TestRecallOfYoungDays(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		for _, steps := range [][]struct{ client, at string }{ // without a client it is looked at
			{{"", "2010-11-17T12:00:00Z"}, {"anna", "2010-11-18T11:00:00Z"}, {"bruno", "2010-11-19T11:00:00Z"}, {"", "2010-11-25T12:00:00Z"}},
			{{"anna", "2010-11-18T11:00:00Z"}, {"", "2010-11-18T12:00:00Z"}, {"bruno", "2010-11-19T22:00:00Z"}, {"", "2010-11-19T23:00:00Z"}},
		} {
			b, node, id := newBench(db), ledger.Open(db), "young-"+uuid.NewString()
			b.shop(t, id, "Europe/Rome", "anna", "bruno")
			r := calendar.Range{Start: day("2010-11-18"), End: day("2010-11-19")}
			for _, step := range steps {
				now := at(step.at)
				if step.client != "" {
					u := answer(id, step.client, 3, when(now))
					u.RecordedAt = now
					b.count(t, u)
				} else if got, want := read(t, node, id, r, now, false, nil), read(t, b.Book, id, r, 0, false, nil); !maps.Equal(got, want) {
					t.Errorf("at %s: got %v, want %v", step.at, got, want)
				}
			}
		}
	})
}

// Two nodes that remember tell the same as one that reads everything, whatever
// happens, and whichever of them is asked.
func TestRecall(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		rapid.Check(t, func(t *rapid.T) {
			b := newBench(db)
			nodes := []*ledger.Book{ledger.Open(db), ledger.Open(db)}
			// In St. John's the clock was turned back at 0:01 on 7 November 2010, so that a quarter-hour was of two days.
			id, start := "recall-"+uuid.NewString(), at("2010-11-08T12:00:00Z")
			b.shop(t, id, rapid.SampledFrom([]string{"Europe/Rome", "Australia/Lord_Howe", "America/St_Johns"}).Draw(t, "zone"), "anna", "bruno")
			now := start
			var stand []*ledger.Usage
			check := func(t *rapid.T) {
				today := day("2010-11-08") + calendar.Date((now-start)/(24*hours)) //nolint:gosec // some days
				r := calendar.Range{Start: today - calendar.Date(rapid.Int32Range(0, 45).Draw(t, "back")), End: today + 1}
				r.End -= calendar.Date(rapid.Int32Range(0, int32(r.Days()-1)).Draw(t, "short")) //nolint:gosec // some days
				byLabel := rapid.Bool().Draw(t, "by label")
				kinds := rapid.SampledFrom([][]string{nil, {"image"}}).Draw(t, "kinds")
				want := read(t, b.Book, id, r, 0, byLabel, kinds)
				for i, node := range nodes {
					if got := read(t, node, id, r, now, byLabel, kinds); !maps.Equal(got, want) {
						t.Fatalf("node %d, %s to %s:\ngot  %v\nwant %v", i, r.Start, r.End, got, want)
					}
				}
			}
			t.Repeat(map[string]func(*rapid.T){
				"": check,
				"count": func(t *rapid.T) {
					late := rapid.SampledFrom([]calendar.Instant{0, 0, 1, 13, 24, 33, 49, 24 * 20, 24 * 40}).Draw(t, "hours late")
					u := answer(id, rapid.SampledFrom([]string{"anna", "bruno"}).Draw(t, "client"), 3, when(now-late*hours-rapid.SampledFrom([]calendar.Instant{0, 29 * 60_000_000}).Draw(t, "more")),
						kind(rapid.SampledFrom([]string{"message", "image"}).Draw(t, "kind")))
					u.RecordedAt = now
					b.count(t, u)
					stand = append(stand, u)
				},
				"void": func(t *rapid.T) {
					if len(stand) == 0 {
						t.Skip("nothing to take back")
					}
					if _, err := b.Void(t.Context(), id, rapid.SampledFrom(stand).Draw(t, "usage").ID, now, nil); err != nil {
						t.Fatalf("void: %v", err)
					}
				},
				"wait": func(t *rapid.T) {
					now += hours * rapid.SampledFrom([]calendar.Instant{1, 11, 24, 90}).Draw(t, "hours")
				},
				"move": func(t *rapid.T) {
					b.move(t, id, rapid.SampledFrom([]string{"Europe/Rome", "Asia/Kathmandu"}).Draw(t, "zone"))
					if err := b.RebuildDays(t.Context(), id, nil); err != nil {
						t.Fatalf("rebuild: %v", err)
					}
				},
				// What a rollup wrongly held is forgotten with it.
				"rebuild": func(t *rapid.T) {
					b.run(t, "UPDATE usage_buckets SET messages = messages + 7 WHERE workspace_id = $1", id)
					b.run(t, "UPDATE client_days SET messages = messages + 7 WHERE workspace_id = $1", id)
					for _, node := range nodes {
						read(t, node, id, calendar.Range{Start: day("2010-10-20"), End: day("2010-11-08")}, now, true, nil)
					}
					if err := b.Rebuild(t.Context(), id, nil); err != nil {
						t.Fatalf("rebuild: %v", err)
					}
				},
			})
			b.wantClean(t, id)
		})
	})
}
