package alert_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/testkit"
)

// steady is nine answers a day, of a cent each.
func steady(local time.Time) int {
	if local.Minute() != 0 {
		return 0
	}
	return business(local) / 4
}

func TestReports(t *testing.T) {
	t.Parallel()
	const (
		weekly  = "shop report.weekly 2024-02-26: 2024-02-26..2024-03-03 63 0.63 after 63 0.63"
		monthly = "shop report.monthly 2024-02: 2024-02-01..2024-02-29 261 2.61 after 279 2.79"
	)
	week, month := []string{alert.WeeklyReport}, []string{alert.MonthlyReport}
	for name, c := range map[string]struct {
		zone     string
		from     string
		hour     int
		channels [][]string
		steps    []step
	}{
		"a week, from the hour on": {
			"Europe/Rome", "2024-01-01T00:00", 8,
			[][]string{week},
			[]step{{"2024-03-03T23:45", ""}, {"2024-03-04T00:00", ""}, {"2024-03-04T07:59", ""}, {"2024-03-04T08:00", weekly}, {"2024-03-04T08:15", ""}, {"2024-03-05T09:00", ""}},
		},
		"until Tuesday": {
			"Europe/Rome", "2024-01-01T00:00", 23, [][]string{week}, []step{{"2024-03-05T23:59", weekly}, {"2024-03-06T00:00", ""}},
		},
		"not on Wednesday": {
			"Europe/Rome", "2024-01-01T00:00", 8, [][]string{week}, []step{{"2024-03-06T00:00", ""}},
		},
		"a month, against the one before": {
			"Europe/Rome", "2024-01-01T00:00", 8, [][]string{month}, []step{{"2024-03-01T07:59", ""}, {"2024-03-01T08:00", monthly}, {"2024-03-01T08:15", ""}, {"2024-03-04T08:00", ""}},
		},
		"until the third": {
			"Europe/Rome", "2024-01-01T00:00", 23, [][]string{month}, []step{{"2024-03-03T23:59", monthly}},
		},
		"not on the fourth": {
			"Europe/Rome", "2024-01-01T00:00", 8, [][]string{month}, []step{{"2024-03-04T00:00", ""}},
		},
		"a Monday that is a first": {
			"Europe/Rome", "2024-01-01T00:00", 8,
			[][]string{week, month},
			[]step{{"2024-04-01T08:00", "shop report.monthly 2024-03: 2024-03-01..2024-03-31 279 2.79 after 261 2.61; shop report.weekly 2024-03-25: 2024-03-25..2024-03-31 63 0.63 after 63 0.63"}},
		},
		"nobody asked for it, and then somebody does": {
			"Europe/Rome", "2024-01-01T00:00", 8, [][]string{{}, {alert.Silent}}, []step{{"2024-03-04T08:00", ""}},
		},
		"the hour is skipped": {
			"Australia/Sydney", "2023-08-01T00:00", 2,
			[][]string{month},
			[]step{{"2023-09-30T15:59Z", ""}, {"2023-09-30T16:00Z", "shop report.monthly 2023-09: 2023-09-01..2023-09-30 270 2.7 after 279 2.79"}, {"2023-09-30T17:00Z", ""}},
		},
		"half of the hour is skipped": {
			"Australia/Lord_Howe", "2023-08-01T00:00", 2,
			[][]string{month},
			[]step{{"2023-09-30T15:29Z", ""}, {"2023-09-30T15:30Z", "shop report.monthly 2023-09: 2023-09-01..2023-09-30 270 2.7 after 279 2.79"}},
		},
		"midnight is skipped": {
			"America/Asuncion", "2017-08-01T00:00", 0,
			[][]string{month},
			[]step{{"2017-10-01T03:59Z", ""}, {"2017-10-01T04:00Z", "shop report.monthly 2017-09: 2017-09-01..2017-09-30 270 2.7 after 279 2.79"}},
		},
		"the hour comes twice": {
			"Australia/Sydney", "2018-02-01T00:00", 2,
			[][]string{month},
			[]step{{"2018-03-31T14:59Z", ""}, {"2018-03-31T15:00Z", "shop report.monthly 2018-03: 2018-03-01..2018-03-31 279 2.79 after 252 2.52"}, {"2018-03-31T16:00Z", ""}},
		},
		"a month's end far from UTC": {
			"America/Santiago", "2024-03-01T00:00", 0,
			[][]string{month},
			[]step{{"2024-05-01T03:59Z", ""}, {"2024-05-01T04:00Z", "shop report.monthly 2024-04: 2024-04-01..2024-04-30 270 2.7 after 279 2.79"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachURL(t, func(t *testing.T, url string) {
				b := walk(t, url, c.zone, nil)
				last := c.steps[len(c.steps)-1].at
				for _, id := range []string{"idle", "rival", "shop"} {
					b.shop(t, id, c.hour)
					if id != "rival" {
						b.subscribe(t, id, c.channels...)
					}
				}
				b.fill(t, "shop", c.from, last, steady)
				b.fill(t, "rival", c.from, last, uneven)
				b.follow(t, c.steps)
				if len(c.channels[0]) == 0 {
					b.subscribe(t, "shop", week)
					b.follow(t, []step{{"2024-03-04T08:15", weekly}})
				}
			})
		})
	}
}

// subscribe makes a channel of a workspace for each list of events.
func (b *beat) subscribe(t *testing.T, shop string, channels ...[]string) {
	t.Helper()
	for _, events := range channels {
		b.channel(t, shop, alert.Webhook, "https://example.com/hook", events...)
	}
}

// All of a report is what the dashboard shows.
func TestReportIsWhole(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		b := walk(t, url, "Europe/Rome", nil)
		b.shop(t, "shop", 8)
		b.customer(t, "ada")
		b.subscribe(t, "shop", []string{alert.WeeklyReport})
		b.fill(t, "shop", "2024-01-01T00:00", "2024-03-04T08:00", uneven)
		got := b.patrol(t, "2024-03-04T08:00")
		if len(got) != 1 || got[0].Report == nil || got[0].Currency != "EUR" {
			t.Fatalf("told %s", briefs(got))
		}
		stats := b.stats(t, "shop", nil, analytics.Need{Daily: true, Names: 10, Forecast: true})
		f, err := stats.Forecast(nil)
		if err != nil {
			t.Fatal(err)
		}
		r := *got[0].Report
		if want := (alert.Interval{Expected: alert.Amount(f.MonthEnd.Expected.String()), Low: alert.Amount(f.MonthEnd.Low80.String()), High: alert.Amount(f.MonthEnd.High80.String())}); r.MonthEnd != want {
			t.Errorf("the month is expected to be %+v, not %+v", r.MonthEnd, want)
		}
		daily, err := stats.DailyUsage()
		if err != nil {
			t.Fatal(err)
		}
		var days []alert.DayFact
		for _, d := range daily[len(daily)-8 : len(daily)-1] {
			days = append(days, alert.DayFact{Date: d.Date.String(), Messages: d.Messages, Cost: alert.Amount(d.Cost.String())})
		}
		if !reflect.DeepEqual(r.Daily, days) || r.Start != days[0].Date || r.End != days[6].Date {
			t.Errorf("the days are %+v, not %+v", r.Daily, days)
		}
		if want := []alert.ClientFact{{ClientID: "ada", Messages: r.Messages, Cost: r.Cost}}; !reflect.DeepEqual(r.TopClients, want) {
			t.Errorf("the clients are %+v, not %+v", r.TopClients, want)
		}
	})
}
