package alert_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/budget"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

// uneven is business that differs by day, and a little by hour.
func uneven(local time.Time) int {
	if business(local) == 0 || local.Minute() != 0 {
		return 0
	}
	day := rand.New(rand.NewPCG(uint64(local.YearDay()), 0))
	return 3 + day.IntN(3) + (local.YearDay()+local.Hour()*5)%3/2
}

// busy is uneven, but for a time at which there is more.
func busy(from, to string, times int) func(time.Time) int {
	return func(local time.Time) int {
		if text := local.Format("2006-01-02T15:04"); text >= from && text < to {
			return times * uneven(local)
		}
		return uneven(local)
	}
}

func TestAnomalyIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, from, to string
		often          func(time.Time) int
		steps          []step
		direction      string
		hour           int // -1: of the day
		actual         string
	}{
		"a day, an hour after its end": {
			"Europe/Rome", "2024-01-08T00:00", "2024-03-07T18:00", busy("2024-03-06", "2024-03-07", 3),
			[]step{
				{"2024-03-06T23:45", ""},
				{"2024-03-07T00:00", ""},
				{"2024-03-07T00:45", ""},
				{"2024-03-07T01:00", "shop usage.anomaly 2024-03-06"},
				{"2024-03-07T01:15", ""},
				{"2024-03-08T01:00", ""},
			},
			"ABOVE", -1, "",
		},
		"a patrol that was missed is caught up": {
			"Europe/Rome", "2024-01-08T00:00", "2024-03-07T12:00", busy("2024-03-06", "2024-03-07", 3),
			[]step{{"2024-03-06T12:00", ""}, {"2024-03-07T17:15", "shop usage.anomaly 2024-03-06"}},
			"ABOVE", -1, "",
		},
		"an hour of a day that is as usual": {
			"Europe/Rome", "2024-01-08T00:00", "2024-03-07T18:00", busy("2024-03-06T17:00", "2024-03-06T18:00", 3),
			[]step{{"2024-03-07T00:59", ""}, {"2024-03-07T01:00", "shop usage.anomaly 2024-03-06"}},
			"ABOVE", 17, "",
		},
		"a day of 25 hours": {
			"Europe/Rome", "2024-08-26T00:00", "2024-10-28T18:00", busy("2024-10-27", "2024-10-28", 3),
			[]step{{"2024-10-28T00:59", ""}, {"2024-10-28T01:00", "shop usage.anomaly 2024-10-27"}},
			"ABOVE", -1, "",
		},
		"midnight is skipped after it": {
			"America/Santiago", "2024-07-01T00:00", "2024-09-08T18:00", busy("2024-09-07", "2024-09-08", 3),
			[]step{{"2024-09-08T01:45", ""}, {"2024-09-08T02:00", "shop usage.anomaly 2024-09-07"}},
			"ABOVE", -1, "",
		},
		"the month ends": {
			"America/Santiago", "2024-03-04T00:00", "2024-05-01T18:00", busy("2024-04-30", "2024-05-01", 0),
			[]step{{"2024-05-01T00:45", ""}, {"2024-05-01T01:00", "shop usage.anomaly 2024-04-30"}},
			"BELOW", -1, "0",
		},
		"nobody comes for a week": {
			"UTC", "2024-01-08T00:00", "2024-03-07T12:00", uneven,
			[]step{{"2024-03-15T01:00", ""}},
			"", -1, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachURL(t, func(t *testing.T, url string) {
				b := walk(t, url, c.zone, nil)
				for _, id := range []string{"rival", "shop"} {
					b.shop(t, id, 8)
				}
				b.fill(t, "shop", c.from, c.to, c.often)
				b.fill(t, "rival", c.from, c.to, steady)
				var all []told
				for _, s := range c.steps {
					got := b.only(t, s.at, alert.Anomaly)
					all = append(all, got...)
					if text := briefs(got); text != s.want {
						t.Errorf("%s: told %q, not %q", s.at, text, s.want)
					}
				}
				// After a restart it is known.
				again := walk(t, url, c.zone, nil)
				again.news(t)
				if got := again.only(t, c.steps[len(c.steps)-1].at, alert.Anomaly); len(got) != 0 {
					t.Errorf("told again: %s", briefs(got))
				}
				if c.direction == "" {
					return
				}
				if len(all) != 1 {
					t.Fatalf("%d anomalies", len(all))
				}
				// It is what the chart marks.
				a := all[0]
				shown := b.anomaly(t, a.Day, a.Hour)
				if a.Direction != c.direction || c.hour >= 0 != (a.Hour != nil) || a.Hour != nil && *a.Hour != c.hour ||
					string(a.Actual) != shown.Actual.String() || string(a.Expected) != shown.Expected.String() ||
					string(a.Low) != shown.Low.String() || string(a.High) != shown.High.String() || a.Currency != "EUR" {
					t.Errorf("told %s, shown %+v", a.text, shown)
				}
				if len(a.Clients) != 1 || a.Clients[0].Label != "ada" || a.Clients[0].Actual != a.Actual ||
					len(a.Kinds) != 1 || a.Kinds[0].Label != "message" || len(a.Models) != 1 || a.Models[0].Label != "" {
					t.Errorf("it is explained by %s", a.text)
				}
				if c.actual != "" && string(a.Actual) != c.actual {
					t.Errorf("it was %s", a.Actual)
				}
			})
		})
	}
}

// anomaly is one as the dashboard has it.
func (b *beat) anomaly(t *testing.T, date string, hour *int) analytics.Anomaly {
	t.Helper()
	day, err := calendar.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	stats, err := analytics.Open(b.ctx, b.book, "shop", &calendar.RangeInput{StartDate: &day, EndDate: &day}, nil, analytics.Need{Anomalies: true}, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	list, err := stats.Anomalies()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if (a.Hour == nil) == (hour == nil) && (hour == nil || *a.Hour == *hour) {
			return a
		}
	}
	t.Fatalf("the dashboard shows no anomaly on %s", date)
	return analytics.Anomaly{}
}

// budget keeps one of the shop's, or of ada's.
func (b *beat) budget(t *testing.T, client string, limit string, blocks bool) {
	t.Helper()
	nanos, err := money.Parse(limit)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.book.SetBudget(b.ctx, ledger.Limit{
		Budget: ledger.Budget{WorkspaceID: "shop", ClientID: client, Limit: nanos, Blocks: blocks, Thresholds: []int{}}, At: calendar.At(b.clock.Now()),
	}); err != nil {
		t.Fatal(err)
	}
}

func TestForecastOverTheLimitIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to      string
		client, limit string
		blocks        bool
		steps         []step
		day           string
	}{
		// 36 answers of a cent a day: on the tenth at noon 3.36 are spent, and 11.16
		// to be expected.
		"once a local day, looked at once an hour": {
			"2024-01-01T00:00", "2024-03-10T12:00", "", "9", false,
			[]step{
				{"2024-03-10T12:00", "shop budget.forecast_exceeded 2024-03-10"},
				{"2024-03-10T13:00", ""},
				{"2024-03-10T23:45", ""},
				{"2024-03-11T00:00", "shop budget.forecast_exceeded 2024-03-11"},
			},
			"2024-03-25",
		},
		"a customer's": {
			"2024-01-01T00:00", "2024-03-10T12:00", "ada", "9", true,
			[]step{{"2024-03-10T12:00", "shop budget.forecast_exceeded 2024-03-10 ada"}, {"2024-03-10T13:00", ""}},
			"2024-03-25",
		},
		"there is enough": {
			"2024-01-01T00:00", "2024-03-10T12:00", "", "12", false, []step{{"2024-03-10T12:00", ""}}, "",
		},
		"it is spent": {
			"2024-01-01T00:00", "2024-03-10T12:00", "", "3", false, []step{{"2024-03-10T12:00", ""}}, "",
		},
		"thirteen days tell too little": {
			"2024-02-26T00:00", "2024-03-10T12:00", "", "9", false, []step{{"2024-03-10T12:00", ""}, {"2024-03-11T00:15", "shop budget.forecast_exceeded 2024-03-11"}}, "2024-03-27",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachURL(t, func(t *testing.T, url string) {
				b := walk(t, url, "Europe/Rome", nil)
				for _, id := range []string{"rival", "shop"} {
					b.shop(t, id, 8)
				}
				b.fill(t, "shop", c.from, c.to, func(at time.Time) int { return business(at) / 4 })
				b.fill(t, "rival", c.from, c.to, uneven)
				if c.client != "" {
					b.customer(t, c.client)
				}
				b.clock.Set(b.at(t, c.steps[0].at))
				b.budget(t, c.client, c.limit, c.blocks)
				var all []told
				for _, s := range c.steps {
					got := b.only(t, s.at, alert.ForecastExceeded)
					if text := briefs(got); text != s.want {
						t.Errorf("%s: told %q, not %q", s.at, text, s.want)
					}
					all = append(all, got...)
				}
				if c.day == "" {
					return
				}
				// What the dashboard shows.
				b.clock.Set(b.at(t, c.steps[0].at))
				a := all[0]
				if len(c.steps) == 2 && c.client == "" {
					b.clock.Set(b.at(t, c.steps[1].at))
				}
				of, filter := budget.Subject{WorkspaceID: "shop"}, (*analytics.Filter)(nil)
				enforcement := "NOTIFY"
				if c.client != "" {
					of.ClientID, filter = &c.client, &analytics.Filter{ClientIds: []string{c.client}}
				}
				if c.blocks {
					enforcement = "BLOCK"
				}
				shown, err := budget.Of(b.ctx, b.book, of, b.clock.Now())
				if err != nil {
					t.Fatal(err)
				}
				f, err := b.stats(t, "shop", filter, analytics.Need{Forecast: true}).Forecast(nil)
				if err != nil {
					t.Fatal(err)
				}
				if string(a.Spent) != shown.Spent.String() || string(a.Limit) != c.limit || a.Month != "2024-03" || a.Enforcement != enforcement || a.client != c.client ||
					string(a.Expected) != f.MonthEnd.Expected.String() || string(a.Low) != f.MonthEnd.Low80.String() || string(a.High) != f.MonthEnd.High80.String() || a.Day != c.day {
					t.Errorf("told %s, shown %+v %+v", a.text, shown, f.MonthEnd)
				}
			})
		})
	}
}

// Two nodes that look at the same time tell once, with one job for each.
func TestPatrolsTellOnce(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		one := walk(t, url, "Europe/Rome", nil)
		ids := []string{"a", "b", "c", "d", "e", "f"}
		for _, id := range ids {
			one.shop(t, id, 8)
			one.fill(t, id, "2024-01-01T00:00", "2024-02-07T11:00", business)
		}
		two := walk(t, url, "Europe/Rome", nil)
		var both sync.WaitGroup
		for _, b := range []*beat{one, two} {
			b.clock.Set(b.at(t, "2024-02-07T12:00"))
			both.Go(func() {
				if err := b.Patrol(b.ctx); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if text, want := briefs(one.news(t)), "usage.silent 2024-02-07T10:00:00Z 16"; text != "a "+want+"; b "+want+"; c "+want+"; d "+want+"; e "+want+"; f "+want {
			t.Errorf("told %s", text)
		}
		if n := one.count(t, "SELECT COUNT(*) FROM river_job WHERE kind = 'alert'"); n != len(ids) {
			t.Errorf("%d jobs", n)
		}
	})
}

// A workspace that can't be looked at is logged; all pages of others are looked
// at, and it is again when it can be.
func TestOneFailureIsItsOwn(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		b := walk(t, url, "UTC", nil)
		for _, id := range []string{"broken", "zebra"} {
			b.shop(t, id, 8)
			b.fill(t, id, "2024-01-01T00:00", "2024-02-07T11:00", business)
		}
		b.write(t, "UPDATE workspaces SET time_zone = 'Nowhere' WHERE id = 'broken'")
		if err := b.db.Write(b.ctx, func(tx *database.Tx) error {
			for i := range 600 {
				if _, err := tx.Exec(b.ctx, "INSERT INTO workspaces (id, name, currency, time_zone, prices, days_ready, created_at) VALUES ($1, 'Idle', 'EUR', 'UTC', '{}', 0, 0)",
					"idle-"+string(rune('a'+i/26))+string(rune('a'+i%26))); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		b.follow(t, []step{{"2024-02-07T12:00", "zebra usage.silent 2024-02-07T11:00:00Z 16"}})
		if log := b.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "workspace=broken") {
			t.Errorf("logged %s", log)
		}
		b.write(t, "UPDATE workspaces SET time_zone = 'UTC' WHERE id = 'broken'")
		b.follow(t, []step{{"2024-02-07T12:15", "broken usage.silent 2024-02-07T11:00:00Z 20"}})

		ended, cancel := context.WithCancel(b.ctx)
		cancel()
		if err := b.Patrol(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("a patrol without a context ends with %v", err)
		}
	})
}

// Where nothing can be new next to nothing is asked, and nothing is written.
func TestQuietPatrol(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		var mu sync.Mutex
		var heard []string
		b := walk(t, url, "Europe/Rome", func(query string) {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, query)
		})
		// patrol wants so many reads, or more, and that something is written, or not;
		// what is old is not counted.
		patrol := func(at string, want int, more, writes bool) {
			t.Helper()
			heard = nil
			b.clock.Set(b.at(t, at))
			if err := b.Patrol(b.ctx); err != nil {
				t.Fatal(err)
			}
			reads, wrote := 0, false
			for _, query := range heard {
				switch {
				case strings.Contains(query, "DELETE"), strings.Contains(query, "INSERT"), strings.Contains(query, "UPDATE"):
					wrote = true
				case strings.Contains(query, "FROM") && !strings.Contains(query, "alert_deliveries"):
					reads++
				}
			}
			if wrote != writes || reads < want || reads > want != more {
				t.Errorf("%s: %d reads, written: %v: %q", at, reads, wrote, heard)
			}
		}
		b.shop(t, "idle", 8)
		b.shop(t, "shop", 8)
		b.fill(t, "shop", "2024-01-08T00:00", "2024-02-08T12:00", uneven)
		b.follow(t, []step{{"2024-02-07T12:30", ""}})
		b.budget(t, "", "100000", false)
		// The list, and of each its zone and newest usage.
		const least = 5
		patrol("2024-02-07T12:45", least, false, false)
		patrol("2024-02-07T13:00", least, true, false) // the budget, each hour
		patrol("2024-02-07T13:15", least, false, false)
		// What is old goes when a day is over, of a workspace at a time.
		patrol("2024-02-08T01:00", least, true, true)
		patrol("2024-02-08T01:15", least, false, false)
		if _, err := b.book.RemoveBudget(b.ctx, "shop", ""); err != nil {
			t.Fatal(err)
		}
		patrol("2024-02-08T12:00", least, false, false)
		patrol("2024-02-08T12:15", least, true, false) // is it silent?
		if got := b.patrol(t, "2024-02-08T16:15"); len(got) != 1 || !strings.HasPrefix(got[0].once, alert.Silent) {
			t.Errorf("told %s", briefs(got))
		}
		patrol("2024-02-08T16:30", least+1, false, false) // that is known
		// After a week nobody asks.
		patrol("2024-02-16T01:00", least, false, true)
		patrol("2024-02-16T01:15", least, false, false)
	})
}
