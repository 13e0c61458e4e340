package sample_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/sample"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const shop = "workspace-123"

// now is a Tuesday's evening in Rome; the range before it holds the change of
// the clock of 31 March.
var now = time.Date(2024, 4, 9, 18, 20, 0, 0, time.UTC)

// options fill 30 days up to now.
func options() sample.Options {
	return sample.Options{Workspace: shop, Days: 30, End: calendar.MinDate, Messages: 500, Seed: 1, Now: now}
}

type desk struct {
	ctx       context.Context
	db        *database.DB
	book      *ledger.Book
	meter     *meter.Meter
	directory *workspace.Directory
}

func newDesk(t *testing.T, db *database.DB) *desk {
	t.Helper()
	clock := func() time.Time { return now }
	book := ledger.Open(db)
	d := &desk{
		ctx: auth.With(t.Context(), auth.Viewer{Role: auth.Admin}), db: db, book: book,
		meter: meter.Start(book, meter.Options{Now: clock, Random: rand.Reader}), directory: workspace.Open(db, clock),
	}
	t.Cleanup(func() {
		if err := d.meter.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) fill(t *testing.T, opt sample.Options) {
	t.Helper()
	if err := sample.Fill(d.ctx, d.meter, d.directory, opt, nil); err != nil {
		t.Fatal(err)
	}
}

// counted are all usages up to now, a line each, in order of time.
func (d *desk) counted(t *testing.T) []string {
	t.Helper()
	var lines []string
	err := d.book.Snapshot(d.ctx, func(s *ledger.Snapshot) error {
		account, err := s.Account(d.ctx, shop)
		if err != nil {
			return err
		}
		all := calendar.Range{Start: calendar.DateOf(2023, 1, 1), End: calendar.DateOf(2024, 12, 31)}
		return s.Usages(d.ctx, ledger.Scope{Account: account}, all, func(u ledger.UsageRow) error {
			lines = append(lines, fmt.Sprint(u.CreatedAt, u.ClientID, u.Kind, u.Price, deref(u.Model), deref(u.InputTokens), deref(u.OutputTokens)))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines) // usages of one instant come in the order of their ids
	return lines
}

func deref[T any](p *T) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

// stats are the figures of the last days at now.
func (d *desk) stats(t *testing.T, days int, need analytics.Need) *analytics.Stats {
	t.Helper()
	s, err := analytics.Open(d.ctx, d.book, shop, &calendar.RangeInput{LastDays: &days}, nil, need, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ok unwraps what must not fail.
func ok[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestSampleLooksReal(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2, 1<<64 - 1} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			testkit.Each(t, func(t *testing.T, db *database.DB) {
				d := newDesk(t, db)
				opt := options()
				opt.Seed = seed
				d.fill(t, opt)
				s := d.stats(t, 30, analytics.Need{
					Totals: true, Daily: true, Heatmap: true, Labels: true, Comparison: true, Previous: true, Months: 3, Names: 40,
				})

				if got := ok(s.TotalMessages())(t); got != 500 {
					t.Errorf("%d answers in the range, want 500", got)
				}

				// The days.
				daily := ok(s.DailyUsage())(t)
				var working, free, workdays, freedays float64
				for _, day := range daily {
					if day.Date.Weekday() > 4 {
						free, freedays = free+float64(day.Messages), freedays+1
					} else {
						working, workdays = working+float64(day.Messages), workdays+1
					}
				}
				if free/freedays > 0.6*working/workdays {
					t.Errorf("weekends have %v answers a day, working days %v", free/freedays, working/workdays)
				}
				slices.SortFunc(daily, func(a, b analytics.DailyUsage) int { return cmp.Compare(b.Messages, a.Messages) })
				if first, second := daily[0].Messages, daily[1].Messages; 10*first < 14*second {
					t.Errorf("the anomaly has %d answers, the next day %d", first, second)
				}

				// The hours of working days.
				var byHour [24]int64
				var all, peak int64
				for _, cell := range ok(s.Heatmap())(t) {
					if cell.Weekday > 4 {
						continue
					}
					byHour[cell.Hour] += cell.Messages
					all += cell.Messages
					if cell.Hour >= 10 && cell.Hour <= 16 {
						peak += cell.Messages
					}
				}
				if hour := slices.Index(byHour[:], slices.Max(byHour[:])); hour < 10 || hour > 16 || 2*peak < all {
					t.Errorf("busiest at %d; %d of %d answers from 10 to 16", hour, peak, all)
				}
				if night := byHour[0] + byHour[1] + byHour[2] + byHour[3] + byHour[4] + byHour[5]; 20*night > all {
					t.Errorf("%d of %d answers at night", night, all)
				}

				// The customers.
				var top float64
				clients := ok(s.TopClients(new(40), nil))(t)
				for _, c := range clients[:8] {
					top += c.Share
				}
				if top < 0.55 {
					t.Errorf("a fifth of the customers make %v of the cost", top)
				}
				if len(clients) < 20 {
					t.Errorf("%d customers have usage", len(clients))
				}

				// What for, and by what.
				if kinds, models := ok(s.ByKind())(t), ok(s.ByModel())(t); len(kinds) < 4 || len(models) < 5 {
					t.Errorf("kinds %v, models %v", kinds, models)
				}

				// The time before.
				if before := ok(s.PreviousPeriod())(t).TotalMessages; before < 200 || before > 480 {
					t.Errorf("%d answers in the 30 days before", before)
				}
				months := ok(s.MonthlyUsage(new(3)))(t)
				if months[0].Messages == 0 || months[0].Messages >= months[1].Messages {
					t.Errorf("no trend in %v", months)
				}
				if growth := ok(s.MonthlyComparison())(t).GrowthToDate; growth == nil {
					t.Error("nothing to compare the month with")
				}

				if err := d.book.Verify(d.ctx, shop, func(diff ledger.Difference) { t.Errorf("%+v", diff) }); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestSampleCustomers(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		d.fill(t, options())
		rows, err := db.Reader().Query(d.ctx, "SELECT client_id, name, phone, active_chatbot FROM customers WHERE workspace_id = $1 ORDER BY client_id", shop)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		count, inactive := 0, map[string]bool{}
		names, phones := map[string]bool{}, map[string]bool{}
		for rows.Next() {
			var id, name, phone string
			var active bool
			if err := rows.Scan(&id, &name, &phone, &active); err != nil {
				t.Fatal(err)
			}
			count++
			if want := fmt.Sprintf("customer-%03d", count); id != want {
				t.Errorf("%s, want %s", id, want)
			}
			if number, err := workspace.E164(phone); err != nil || number != phone || !strings.HasPrefix(phone, "+393") || len(phone) != len("+393331234567") {
				t.Errorf("%s has the phone %s", id, phone)
			}
			names[name], phones[phone] = true, true
			if !active {
				inactive[id] = true
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if count != 40 || len(names) != 40 || len(phones) != 40 {
			t.Errorf("%d customers, %d names, %d phones, want 40 of each", count, len(names), len(phones))
		}
		if len(inactive) == 0 || len(inactive) > 8 || inactive["customer-001"] {
			t.Errorf("inactive are %v", inactive)
		}
		for _, c := range ok(d.stats(t, 120, analytics.Need{Names: 40}).TopClients(new(40), nil))(t) {
			if inactive[c.ClientID] {
				t.Errorf("%s is inactive and has %d answers", c.ClientID, c.Messages)
			}
		}
	})
}

func TestSameSeedSameData(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, other := newDesk(t, db), newDesk(t, testkit.SQLite(t, database.Options{}))
		d.fill(t, options())
		other.fill(t, options())
		first, same := d.counted(t), other.counted(t)
		if !slices.Equal(first, same) {
			t.Error("two databases hold other answers of one seed")
		}

		// Again: nothing is new, also where today has grown older meanwhile.
		d.fill(t, options())
		later := options()
		later.Now = now.Add(time.Minute)
		d.fill(t, later)
		if again := d.counted(t); !slices.Equal(again, first) {
			t.Errorf("%d answers after repeats, want %d", len(again), len(first))
		}

		// Another seed adds other answers of the same customers.
		opt := options()
		opt.Seed = 2
		d.fill(t, opt)
		both := d.counted(t)
		if len(both) < len(first)+500 {
			t.Errorf("%d answers of two seeds, %d of one", len(both), len(first))
		}
		if n := len(slices.Compact(both)); n < len(both) {
			t.Errorf("two seeds share %d answers", len(both)-n)
		}
	})
}

func TestInterruptedFillGoesOn(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		opt := options()
		opt.Messages = 1200
		ctx, cancel := context.WithCancel(d.ctx)
		var reached int
		err := sample.Fill(ctx, d.meter, d.directory, opt, func(done, total int) {
			if reached = done; done >= total {
				t.Error("told to be done at the first batch")
			}
			cancel()
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted: %v", err)
		}
		if got := len(d.counted(t)); got != reached {
			t.Errorf("%d answers after the interruption, want %d", got, reached)
		}
		var done, total int
		if err := sample.Fill(d.ctx, d.meter, d.directory, opt, func(n, of int) { done, total = n, of }); err != nil {
			t.Fatal(err)
		}
		if got := len(d.counted(t)); got != total || done != total {
			t.Errorf("%d answers, progress ended at %d of %d", got, done, total)
		}
		if got := ok(d.stats(t, 30, analytics.Need{Totals: true}).TotalMessages())(t); got != 1200 {
			t.Errorf("%d answers in the range, want 1200", got)
		}
	})
}

func TestNothingLiesInTheFuture(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]time.Time{
		"morning":     time.Date(2024, 4, 9, 7, 31, 12, 345678900, time.UTC),
		"midnight":    time.Date(2024, 4, 8, 22, 0, 0, 0, time.UTC),
		"clocks back": time.Date(2023, 10, 29, 1, 10, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.Each(t, func(t *testing.T, db *database.DB) {
				d := newDesk(t, db)
				opt := options()
				opt.Days, opt.Messages, opt.Now = 1, 60, at
				d.fill(t, opt)
				var today, last calendar.Instant
				n := 0
				err := d.book.Snapshot(d.ctx, func(s *ledger.Snapshot) error {
					account, err := s.Account(d.ctx, shop)
					if err != nil {
						return err
					}
					day := account.Zone.Date(calendar.At(at))
					today = account.Zone.Start(day)
					return s.Usages(d.ctx, ledger.Scope{Account: account}, calendar.Range{Start: day.Add(-400), End: day.Add(400)}, func(u ledger.UsageRow) error {
						if last = u.CreatedAt; last >= today {
							n++
						}
						return nil
					})
				})
				if err != nil {
					t.Fatal(err)
				}
				if n != 60 || last > calendar.At(at) {
					t.Errorf("%d answers today, the last one at %s, now %s", n, last, at)
				}
			})
		})
	}
}

func TestWorkspaceThatExistsIsKept(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		input := workspace.CreateInput{ID: new(shop), Name: "Mine", Currency: new("USD"), TimeZone: new("Asia/Kathmandu")}
		if _, err := d.directory.Create(d.ctx, input); err != nil {
			t.Fatal(err)
		}
		d.fill(t, options())
		kept := ok(d.directory.Find(d.ctx, shop))(t)
		if kept.Name != "Mine" || kept.Currency != "USD" || kept.TimeZone != "Asia/Kathmandu" || len(kept.Prices) != 0 {
			t.Errorf("the workspace became %+v", kept)
		}
		if got := ok(d.stats(t, 30, analytics.Need{Totals: true}).TotalMessages())(t); got != 500 {
			t.Errorf("%d answers in the range, want 500", got)
		}
	})
}

func TestFillRefusals(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		for name, c := range map[string]struct {
			change func(*sample.Options)
			code   fault.Code
			says   string
		}{
			"no days":       {func(o *sample.Options) { o.Days = 0 }, fault.InvalidRange, "0 days"},
			"too many days": {func(o *sample.Options) { o.Days = 3661 }, fault.InvalidRange, "3660"},
			"less than no":  {func(o *sample.Options) { o.Messages = -1 }, fault.Invalid, "-1"},
			"tomorrow":      {func(o *sample.Options) { o.End = calendar.DateOf(2024, 4, 10) }, fault.InvalidRange, "2024-04-09"},
			"long ago":      {func(o *sample.Options) { o.End = calendar.DateOf(1970, 2, 1) }, fault.InvalidRange, "1970"},
			"no id":         {func(o *sample.Options) { o.Workspace = "no id" }, fault.Invalid, "id"},
		} {
			opt := options()
			c.change(&opt)
			err := sample.Fill(d.ctx, d.meter, d.directory, opt, nil)
			if f := fault.Of(err); fault.CodeOf(err) != c.code || !strings.Contains(f.Message, c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if ids, err := d.book.Workspaces(d.ctx); err != nil || len(ids) > 0 {
			t.Errorf("a refused filling left %v, %v", ids, err)
		}
	})
}
