package analytics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/testkit"
)

// decades are ranges of at most 3,660 days that hold what is counted.
var decades = [][2]string{{"1985-01-01", "1994-12-31"}, {"1995-01-01", "2004-12-31"}, {"2005-01-01", "2014-12-31"}, {"2015-01-01", "2024-12-31"}}

// crowd is answers within microseconds of each change of the zone's clock in
// these decades, of its midnights at the ends of months and years, and of
// those around 29 February.
func crowd(zone *time.Location) []answer {
	var moments []time.Time
	for at := time.Date(1985, 1, 1, 0, 0, 0, 0, zone); at.Year() < 2024; {
		_, end := at.ZoneBounds()
		if end.IsZero() {
			break
		}
		moments = append(moments, end)
		at = end
	}
	for year := 1985; year <= 2024; year++ {
		for month := time.January; month <= time.December; month += 1 + time.Month(year%2) {
			moments = append(moments, time.Date(year, month, 1, 0, 0, 0, 0, zone))
		}
		moments = append(moments, time.Date(year, 2, 29, 0, 0, 0, 0, zone), time.Date(year, 2, 29, 23, 59, 59, 999_999_000, zone))
	}
	var answers []answer
	for i, m := range moments {
		for j, step := range []time.Duration{-time.Hour, -time.Microsecond, 0, time.Microsecond, 59 * time.Second, 30 * time.Minute, time.Hour - time.Microsecond} {
			answers = append(answers, answer{
				at: m.Add(step), client: clientIDs[(i+j)%len(clientIDs)], kind: kinds[i%len(kinds)], model: models[j%len(models)],
				nanos: int64(1+i*7+j) * 1_000_003, void: (i+j)%11 == 0,
			})
		}
	}
	return answers
}

// The days, hours, weekdays, months and clients are those that PostgreSQL
// makes of the raw rows with AT TIME ZONE, in every zone.
func TestFiguresAreThoseOfPostgres(t *testing.T) {
	t.Parallel()
	db := testkit.Postgres(t, database.Options{})
	for _, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			b := newBench(t, db, zone, calendar.MaxDate)
			for _, id := range clientIDs {
				b.customer(t, id, "", "")
			}
			answers := crowd(location)
			b.count(t, answers)
			if n := b.rows(t, "SELECT COUNT(*)::text FROM usages WHERE workspace_id = $1", b.workspace); n[0] != fmt.Sprint(len(answers)) {
				t.Fatalf("%s answers of %d are there", n[0], len(answers))
			}
			for _, decade := range decades {
				b.compare(t, location, decade, nil, "true")
				b.compare(t, location, decade, &analytics.Filter{Hours: []int{0, 1, 2, 23}}, "extract(hour FROM at) IN (0, 1, 2, 23)")
				b.compare(t, location, decade, &analytics.Filter{ClientIds: clientIDs[:2], Weekdays: []calendar.Weekday{5, 6}}, "client_id IN ('anna', 'bruno') AND extract(isodow FROM at) IN (6, 7)")
			}
		})
	}
}

// compare asks both for the figures of a range; where is the filter in SQL,
// over the local time "at".
func (b *bench) compare(t *testing.T, zone *time.Location, days [2]string, filter *analytics.Filter, where string) {
	t.Helper()
	start, err := calendar.ParseDate(days[0])
	if err != nil {
		t.Fatal(err)
	}
	end, err := calendar.ParseDate(days[1])
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(1970, 1, 1+int(end), 12, 0, 0, 0, zone)
	got := testkit.FiguresOf(b.open(t, ask{
		rng: &calendar.RangeInput{StartDate: &start, EndDate: &end}, filter: filter, need: everything(1000, 120), now: noon,
	}), 1000, 120)
	for widget, key := range map[string]string{
		"dailyUsage":   "to_char(at, 'YYYY-MM-DD')",
		"peakHours":    "extract(hour FROM at)::text",
		"heatmap":      "to_char(at, 'FMDAY') || ' ' || extract(hour FROM at)",
		"monthlyUsage": "to_char(at, 'YYYY-MM')",
		"topClients":   "client_id || ' - -'",
		"totalCost":    "left(client_id, 0)",
	} {
		want := b.rows(t, fmt.Sprintf(`SELECT concat_ws(' ', %s, COUNT(*), trim_scale(SUM(price) * 0.000000001)) FROM (
			SELECT (timestamptz 'epoch' + created_at * interval '1 microsecond') AT TIME ZONE $2 AS at, price, client_id
			FROM usages WHERE workspace_id = $1 AND voided_at IS NULL
		) AS local WHERE at >= $3::date AND at < $4::date + 1 AND %s GROUP BY %s`, key, where, key), b.workspace, zone.String(), days[0], days[1])
		have := slices.Clone(got[widget])
		switch widget {
		case "totalCost":
			have[0] = " " + got["totalMessages"][0] + " " + have[0]
		case "monthlyUsage", "topClients": // growth or share
			for i, entry := range have {
				have[i] = entry[:strings.LastIndexByte(entry, ' ')]
			}
		}
		have = slices.DeleteFunc(have, func(entry string) bool { return strings.HasSuffix(entry, " 0 0") })
		slices.Sort(have)
		slices.Sort(want)
		if len(want) == 0 {
			t.Fatalf("PostgreSQL has nothing for %s over %s", widget, days)
		}
		same(t, fmt.Sprintf("%s, %v, %s", zone, days, where), testkit.Figures{widget: have}, testkit.Figures{widget: want})
	}
}

// rows are the texts that a query answers.
func (b *bench) rows(t *testing.T, query string, args ...any) []string {
	t.Helper()
	var texts []string
	rows, err := b.db.Reader().Query(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
