package analytics_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

var zones = []string{
	"UTC", "Europe/Rome", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe",
	"America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia",
	"Africa/Monrovia", // half a minute beside the minute until 1972
}

// edges are where figures go wrong: the changes of a zone's clock from 1970 to
// 2030, and midnights that end a day, month or year.
func edges(zone *time.Location) []time.Time {
	var found []time.Time
	for at := time.Unix(0, 0).In(zone); at.Year() < 2030; {
		_, end := at.ZoneBounds()
		if end.IsZero() {
			break
		}
		found = append(found, end)
		at = end
	}
	for _, d := range [][3]int{
		{1972, 1, 1},
		{1999, 3, 1},
		{2000, 2, 29},
		{2000, 3, 1},
		{2009, 11, 1},
		{2010, 1, 1},
		{2024, 2, 29},
		{2024, 3, 1},
		{2024, 1, 1},
		{2024, 7, 15},
		{2023, 12, 31},
		{2026, 10, 31},
	} {
		found = append(found, time.Date(d[0], time.Month(d[1]), d[2], 0, 0, 0, 0, zone))
	}
	return found
}

var steps = []time.Duration{
	0, time.Microsecond, -time.Microsecond, time.Second, time.Minute, -time.Minute, 15 * time.Minute, 15*time.Minute - time.Microsecond,
	-15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour - time.Microsecond, -time.Hour, -time.Hour - time.Microsecond, 2 * time.Hour,
	23 * time.Hour, 24 * time.Hour, 24*time.Hour - time.Microsecond, -24 * time.Hour, -25 * time.Hour,
}

// near draws a moment around an edge: within microseconds of it, of the next
// days' and months' same time, of a midnight, or anywhere in 90 days.
func near(edge time.Time) *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		at := edge
		switch rapid.IntRange(0, 4).Draw(t, "how near") {
		case 0:
			at = at.AddDate(0, rapid.IntRange(-3, 1).Draw(t, "months"), 0)
		case 1:
			at = at.AddDate(0, 0, rapid.IntRange(-40, 3).Draw(t, "days"))
		case 2:
			y, m, d := at.Date()
			at = time.Date(y, m, d+rapid.IntRange(-1, 2).Draw(t, "midnight"), 0, 0, 0, 0, at.Location())
		case 3:
			at = at.Add(time.Duration(rapid.Int64Range(-90*24*int64(time.Hour/time.Microsecond), 90*24*int64(time.Hour/time.Microsecond)).Draw(t, "anywhere")) * time.Microsecond)
		}
		at = at.Add(rapid.SampledFrom(steps).Draw(t, "step"))
		if at.Unix() < 0 {
			at = time.Unix(0, 0).In(at.Location())
		}
		return at
	})
}

var (
	clientIDs = []string{"anna", "bruno", "Carla", "d-4", "è"}
	kinds     = []string{"message", "image", "voice"}
	models    = []string{"", "gpt-4o", "llama"}
	prices    = []int64{0, 1, 5_000_000, 5_000_000, 333_333_333, 999_999_999_999_999, 1_000_000_000_000_000}
)

func someOf[T any](values []T) *rapid.Generator[[]T] {
	return rapid.SliceOfN(rapid.SampledFrom(values), 0, 3)
}

func filters() *rapid.Generator[*analytics.Filter] {
	return rapid.Custom(func(t *rapid.T) *analytics.Filter {
		f := &analytics.Filter{}
		// One or two conditions, or hardly anything would be left.
		for range rapid.IntRange(0, 2).Draw(t, "conditions") {
			switch rapid.IntRange(0, 4).Draw(t, "condition") {
			case 0:
				f.ClientIds = someOf(append(slices.Clone(clientIDs), "nobody", "a\x00b", "\xff")).Draw(t, "clients")
			case 1:
				f.Hours = rapid.SliceOfN(rapid.IntRange(0, 23), 0, 20).Draw(t, "hours")
			case 2:
				f.Weekdays = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Weekday {
					return calendar.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")) //nolint:gosec // 0 to 6
				}), 0, 6).Draw(t, "weekdays")
			case 3:
				f.Kinds = someOf(append(slices.Clone(kinds), "none")).Draw(t, "kinds")
			case 4:
				f.Models = someOf(append(slices.Clone(models), "none")).Draw(t, "models")
			}
		}
		return f
	})
}

func needs(first, months int) *rapid.Generator[analytics.Need] {
	return rapid.Custom(func(t *rapid.T) analytics.Need {
		flag := rapid.Bool()
		return analytics.Need{
			Totals: flag.Draw(t, "totals"), Daily: flag.Draw(t, "daily"), Hours: flag.Draw(t, "hours"), Heatmap: flag.Draw(t, "heatmap"),
			Labels: flag.Draw(t, "labels"), Comparison: flag.Draw(t, "comparison"), Previous: flag.Draw(t, "previous"), Clients: flag.Draw(t, "clients"),
			Months: rapid.SampledFrom([]int{0, months}).Draw(t, "need months"), Names: rapid.SampledFrom([]int{0, first}).Draw(t, "need names"),
		}
	})
}

// declared are the widgets that a need asks for.
func declared(n analytics.Need) []string {
	var widgets []string
	for _, d := range []struct {
		yes     bool
		widgets []string
	}{
		{n.Totals, []string{"totalCost", "totalMessages", "averageDailyCost", "averageDailyMessages"}},
		{n.Daily, []string{"dailyUsage", "busiestDay"}},
		{n.Hours, []string{"peakHours", "peakHour"}},
		{n.Heatmap, []string{"heatmap"}},
		{n.Labels, []string{"byKind", "byModel"}},
		{n.Comparison, []string{"monthlyComparison"}},
		{n.Previous, []string{"previousPeriod"}},
		{n.Months > 0, []string{"monthlyUsage"}},
		{n.Clients, []string{"segments"}},
		{n.Names > 0, []string{"topClients", "topClientsByMessages"}},
	} {
		if d.yes {
			widgets = append(widgets, d.widgets...)
		}
	}
	return widgets
}

// Every figure of any usage, zone, range, filter and time of asking is what
// package time and big numbers make of the raw list; a figure is the same
// whatever else is asked for, and there whenever it was declared.
func TestFiguresAreTheOracles(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		rapid.Check(t, func(t *rapid.T) {
			o := &oracle{names: map[string][2]string{}}
			zone := rapid.SampledFrom(zones).Draw(t, "zone")
			var err error
			if o.location, err = time.LoadLocation(zone); err != nil {
				t.Fatal(err)
			}
			b := newBench(t, db, zone, rapid.SampledFrom([]calendar.Date{calendar.MaxDate, calendar.MaxDate, calendar.MinDate, calendar.DateOf(2009, 11, 1)}).Draw(t, "days ready"))
			for i, id := range clientIDs {
				name := [2]string{"", ""}
				if i%2 == 0 {
					name = [2]string{"Client " + id, fmt.Sprintf("+3933312345%02d", i)}
				}
				o.names[id] = name
				b.customer(t, id, name[0], name[1])
			}

			edge := rapid.SampledFrom(edges(o.location)).Draw(t, "edge")
			moments := near(edge)
			o.now = moments.Draw(t, "now")
			for range rapid.IntRange(0, 40).Draw(t, "answers") {
				at := moments.Draw(t, "at")
				if rapid.IntRange(0, 3).Draw(t, "a month ago") == 0 {
					at = near(o.now.AddDate(0, -1, 0)).Draw(t, "at, a month ago")
				}
				o.answers = append(o.answers, answer{
					at: at, client: rapid.SampledFrom(clientIDs).Draw(t, "client"), nanos: rapid.SampledFrom(prices).Draw(t, "price"),
					kind: rapid.SampledFrom(kinds).Draw(t, "kind"), model: rapid.SampledFrom(models).Draw(t, "model"),
					void: rapid.IntRange(0, 5).Draw(t, "void") == 0,
				})
			}
			b.count(t, o.answers)
			if rapid.IntRange(0, 3).Draw(t, "rebuild") == 0 {
				if err := b.book.RebuildDays(context.Background(), b.workspace, nil); err != nil {
					t.Fatal(err)
				}
			}

			for range 3 {
				a := ask{now: o.now, filter: filters().Draw(t, "filter"), first: rapid.IntRange(1, 6).Draw(t, "first"), months: rapid.IntRange(1, 14).Draw(t, "months")}
				o.filter, o.first, o.months = a.filter, a.first, a.months
				a.rng, o.start, o.end = period(t, o.now.In(o.location), edge)

				want := o.figures()
				a.need = everything(a.first, a.months)
				same(t, "all figures", testkit.FiguresOf(b.open(t, a), a.first, a.months), want)
				a.need = needs(a.first, a.months).Draw(t, "need")
				part := testkit.FiguresOf(b.open(t, a), a.first, a.months)
				for _, widget := range declared(a.need) {
					if part[widget] == nil && want[widget] != nil && len(want[widget]) > 0 {
						t.Fatalf("%s was declared in %+v and is not there", widget, a.need)
					}
				}
				for widget := range want {
					if _, there := part[widget]; !there {
						delete(want, widget)
					}
				}
				same(t, fmt.Sprintf("%+v", a.need), part, want)
			}
		})
	})
}

// period draws a range in any of its forms, and the dates that it means.
func period(t *rapid.T, now, edge time.Time) (in *calendar.RangeInput, start, end string) {
	last := rapid.SampledFrom([]int{0, 1, 2, 7, 29, 30, 31, 60, 365, 3660}).Draw(t, "days")
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		return nil, today.AddDate(0, 0, -29).Format(time.DateOnly), today.Format(time.DateOnly)
	case 1:
		n := max(1, last)
		return &calendar.RangeInput{LastDays: &n}, today.AddDate(0, 0, 1-n).Format(time.DateOnly), today.Format(time.DateOnly)
	}
	y, m, d = edge.Date()
	first := time.Date(y, m, d+rapid.IntRange(-40, 2).Draw(t, "start"), 0, 0, 0, 0, time.UTC)
	if last > 60 {
		first = first.AddDate(0, 0, -last/2)
	}
	until := first.AddDate(0, 0, max(0, last-1))
	from, to := calendar.DateOf(first.Date()), calendar.DateOf(until.Date())
	return &calendar.RangeInput{StartDate: &from, EndDate: &to}, first.Format(time.DateOnly), until.Format(time.DateOnly)
}

// same compares widget by widget and shows the lines that differ.
func same(t fatal, what string, got, want testkit.Figures) {
	t.Helper()
	for widget, lines := range want {
		have := got[widget]
		if slices.Equal(have, lines) {
			continue
		}
		for i := range max(len(have), len(lines)) {
			a, b := "nothing", "nothing"
			if i < len(have) {
				a = have[i]
			}
			if i < len(lines) {
				b = lines[i]
			}
			if a != b {
				t.Fatalf("%s: %s, line %d: %s; the oracle has %s", what, widget, i, a, b)
			}
		}
	}
}
