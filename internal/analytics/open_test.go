package analytics_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

// recorder notes the statements that a database is sent.
type recorder struct {
	mu      sync.Mutex
	queries []string
}

func (r *recorder) note(_ context.Context, query string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queries = append(r.queries, query)
}

// taken are the statements since the last call.
func (r *recorder) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.queries
	r.queries = nil
	return taken
}

// read names what each statement reads, of how many spans of time where these
// are several ("usage_buckets 2"), and how often in a row ("usage_buckets * 2").
func (r *recorder) read() []string {
	table := regexp.MustCompile(`(?:FROM|JOIN) (\w+)`)
	reads := []string{}
	for _, q := range r.taken() {
		read := q
		for _, name := range table.FindAllStringSubmatch(q, -1) {
			if read = name[1]; read != "unnest" && read != "json_each" { // a list is handed over, not read
				break
			}
		}
		if read == "late_days" { // what tells whether something is remembered
			continue
		}
		if spans := 1 + strings.Count(q, " OR "); spans > 1 {
			read += " " + string(rune('0'+spans))
		}
		reads = append(reads, read)
	}
	for i := 0; i < len(reads); i++ {
		n := 1
		for i+n < len(reads) && reads[i+n] == reads[i] {
			n++
		}
		if n > 1 {
			reads = slices.Replace(reads, i, i+n, fmt.Sprintf("%s * %d", reads[i], n))
		}
	}
	return reads
}

// eachRecorded runs fn on a workspace in zone, with one answer of ada's today,
// and the statements recorded from then on.
func eachRecorded(t *testing.T, zone string, now time.Time, ready calendar.Date, fn func(t *testing.T, b *bench, r *recorder)) {
	t.Helper()
	testkit.EachURL(t, func(t *testing.T, url string) {
		r := &recorder{}
		b := newBench(t, testkit.Open(t, url, database.Options{OnStatement: r.note}), zone, ready)
		b.customer(t, "ada", "Ada", "")
		b.count(t, []answer{{at: now, client: "ada", nanos: 1, kind: "message"}})
		r.taken()
		fn(t, b, r)
	})
}

var (
	noon  = time.Date(2024, 2, 15, 12, 0, 0, 0, time.UTC)
	month = func() *calendar.RangeInput { return between(calendar.DateOf(2024, 2, 1), calendar.DateOf(2024, 2, 29)) }
	past  = func() *calendar.RangeInput { return between(calendar.DateOf(2020, 1, 1), calendar.DateOf(2020, 1, 31)) }
)

func between(start, end calendar.Date) *calendar.RangeInput {
	return &calendar.RangeInput{StartDate: &start, EndDate: &end}
}

// An answer reads for what it shows, and of what is long over only once: after
// that the widgets share one read of the quarter-hours since, labels have
// another, clients are read where their messages are no longer as many, names
// where somebody shows them.
func TestReads(t *testing.T) {
	t.Parallel()
	dashboard := analytics.Need{Totals: true, Daily: true, Hours: true, Heatmap: true, Comparison: true}
	eachRecorded(t, "Europe/Rome", noon, calendar.MaxDate, func(t *testing.T, b *bench, r *recorder) {
		for _, c := range []struct {
			name   string
			rng    *calendar.RangeInput
			filter *analytics.Filter
			need   analytics.Need
			want   string
		}{
			{"nothing", nil, nil, analytics.Need{}, "workspaces"},
			{"totals", nil, nil, analytics.Need{Totals: true}, "workspaces, usage_buckets"},
			{"totals, days, hours, heatmap and comparison", nil, nil, dashboard, "workspaces, usage_buckets"},
			{"the same of long ago", past(), nil, dashboard, "workspaces, usage_buckets"},
			{"every widget of quarter-hours", nil, nil, dashboard.Plus(analytics.Need{Labels: true, Previous: true, Months: 120}), "workspaces, usage_buckets * 2"},
			{"months of long ago's range", past(), nil, analytics.Need{Months: 4}, "workspaces, usage_buckets"},
			{"the period before", past(), nil, analytics.Need{Previous: true}, "workspaces"},
			{"labels", nil, nil, analytics.Need{Labels: true}, "workspaces, usage_buckets * 2"},
			{"segments", nil, nil, analytics.Need{Clients: true}, "workspaces, usage_buckets"},
			{"top clients", nil, nil, analytics.Need{Names: 10}, "workspaces, usage_buckets, customers"},
			{"top clients where there are none", past(), nil, analytics.Need{Names: 10}, "workspaces"},
			{"everything", nil, nil, everything(10, 4), "workspaces, usage_buckets * 3, customers"},
			{"a forecast", nil, nil, analytics.Need{Forecast: true}, "workspaces, usage_buckets"},
			{"a forecast, whatever the range", past(), nil, analytics.Need{Forecast: true}, "workspaces, usage_buckets"},
			{"anomalies of long ago", past(), nil, analytics.Need{Anomalies: true}, "workspaces"},
			{"no anomalies' reasons", nil, nil, analytics.Need{AnomalyClients: true, AnomalyLabels: true}, "workspaces"},
			{"both, beside all that is of quarter-hours", nil, nil, dashboard.Plus(analytics.Need{Months: 4, Forecast: true, Anomalies: true}), "workspaces, usage_buckets"},

			{"kinds and models", nil, &analytics.Filter{Kinds: kinds, Models: models}, dashboard, "workspaces, usage_buckets"},
			{"hours and weekdays", nil, &analytics.Filter{Hours: []int{9}, Weekdays: []calendar.Weekday{0}}, dashboard, "workspaces, usage_buckets"},
			{"clients", nil, &analytics.Filter{ClientIds: clientIDs}, dashboard, "workspaces, usages"},
			{"empty lists", nil, &analytics.Filter{ClientIds: []string{}, Hours: []int{}}, dashboard, "workspaces, usage_buckets"},
			{"top clients among some", nil, &analytics.Filter{ClientIds: []string{"ada"}}, analytics.Need{Names: 1}, "workspaces, client_days, customers"},
			{"top clients of a kind", nil, &analytics.Filter{Kinds: kinds}, analytics.Need{Names: 1}, "workspaces, usages, customers"},
			{"top clients of an hour", month(), &analytics.Filter{Hours: []int{13}}, analytics.Need{Names: 1}, "workspaces, usages, customers"},
			{"top clients of another hour", month(), &analytics.Filter{Hours: []int{12}}, analytics.Need{Names: 1}, "workspaces, usages"},
		} {
			b.open(t, ask{rng: c.rng, filter: c.filter, need: c.need, now: noon})
			r.taken() // what is read once and remembered
			b.open(t, ask{rng: c.rng, filter: c.filter, need: c.need, now: noon})
			if got := strings.Join(r.read(), ", "); got != c.want {
				t.Errorf("%s: reads %s, want %s", c.name, got, c.want)
			}
		}
	})
}

// What explains anomalies is read where there are some, of their days and those
// of the four weeks before alone: by client from client_days, unless it takes
// the hours of a day, which are read day by day.
func TestReadsOfAnomalies(t *testing.T) {
	t.Parallel()
	eachRecorded(t, "Europe/Rome", noon, calendar.MaxDate, func(t *testing.T, b *bench, r *recorder) {
		var answers []answer
		for back := 1; back <= 40; back++ {
			morning := noon.AddDate(0, 0, -back)
			answers = append(answers, answer{at: morning, client: "ada", nanos: 1e9, kind: "message"}, answer{at: morning.Add(time.Hour), client: "ada", nanos: 1e9, kind: "message"})
		}
		answers = append(answers, answer{at: noon.AddDate(0, 0, -3), client: "ada", nanos: 9e9, kind: "message"}, answer{at: noon.AddDate(0, 0, -3).Add(time.Hour), client: "ada", nanos: 9e9, kind: "message"})
		b.count(t, answers)
		r.taken()
		for _, hours := range []bool{false, true} {
			clients := "client_days"
			if hours {
				b.count(t, []answer{{at: noon.AddDate(0, 0, -3), client: "ada", nanos: 99e9, kind: "message"}})
				r.taken()
				clients = "usages * 5"
			}
			for _, c := range []struct {
				need analytics.Need
				want string
			}{
				{analytics.Need{Anomalies: true}, "workspaces"},
				{analytics.Need{AnomalyLabels: true}, "workspaces"},
				{analytics.Need{AnomalyClients: true}, "workspaces, " + clients + ", customers"},
				{analytics.Need{AnomalyClients: true, AnomalyLabels: true}, "workspaces, " + clients + ", customers"},
			} {
				b.open(t, ask{need: c.need, now: noon})
				r.taken()
				s := b.open(t, ask{need: c.need, now: noon})
				if got := strings.Join(r.read(), ", "); got != c.want {
					t.Errorf("%+v: reads %s, want %s", c.need, got, c.want)
				}
				anomalies, err := s.Anomalies()
				if err != nil || len(anomalies) == 0 {
					t.Fatalf("%v, %v", anomalies, err)
				}
				_, byClient := anomalies[0].Clients()
				_, byKind := anomalies[0].Kinds()
				_, byModel := anomalies[0].Models()
				if undeclared := fault.CodeOf(byClient) == fault.Internal; undeclared == c.need.AnomalyClients {
					t.Errorf("%+v: clients %v", c.need, byClient)
				}
				for _, err := range []error{byKind, byModel} {
					if undeclared := fault.CodeOf(err) == fault.Internal; undeclared == c.need.AnomalyLabels {
						t.Errorf("%+v: labels %v", c.need, err)
					}
				}
			}
		}
	})
}

// A quarter-hour that a change of the clock cuts is read usage by usage, and
// nothing else is; nor that, where times don't matter.
func TestReadsOfACutQuarter(t *testing.T) {
	t.Parallel()
	eachRecorded(t, "America/St_Johns", noon, calendar.MaxDate, func(t *testing.T, b *bench, r *recorder) {
		cut := between(calendar.DateOf(2009, 3, 1), calendar.DateOf(2009, 3, 31))
		for _, c := range []struct {
			rng  *calendar.RangeInput
			need analytics.Need
			want string
		}{
			{month(), analytics.Need{Totals: true}, "workspaces, usage_buckets"},
			{month(), analytics.Need{Hours: true}, "workspaces, usage_buckets"},
			{cut, analytics.Need{Totals: true}, "workspaces"},
			{cut, analytics.Need{Hours: true}, "workspaces, usages"},
		} {
			b.open(t, ask{rng: c.rng, need: c.need, now: noon})
			r.taken()
			b.open(t, ask{rng: c.rng, need: c.need, now: noon})
			if got := strings.Join(r.read(), ", "); got != c.want {
				t.Errorf("%+v reads %s, want %s", c.need, got, c.want)
			}
		}
	})
}

// While client_days wait for a rebuild, what they can't answer yet comes from
// the usages.
func TestReadsBeforeARebuild(t *testing.T) {
	t.Parallel()
	eachRecorded(t, "Europe/Rome", noon, calendar.DateOf(2024, 2, 1), func(t *testing.T, b *bench, r *recorder) {
		for want, rng := range map[string]*calendar.RangeInput{
			"workspaces, usages":      month(),
			"workspaces, client_days": between(calendar.DateOf(2024, 1, 1), calendar.DateOf(2024, 1, 31)),
		} {
			b.open(t, ask{rng: rng, need: analytics.Need{Clients: true}, now: noon})
			if got := strings.Join(r.read(), ", "); got != want {
				t.Errorf("reads %s, want %s", got, want)
			}
		}
	})
}

// What can't be answered is told by the fault, and before more is read than it
// takes to know.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	eachRecorded(t, "Europe/Rome", noon, calendar.MaxDate, func(t *testing.T, b *bench, r *recorder) {
		for _, c := range []struct {
			workspace string
			rng       *calendar.RangeInput
			filter    *analytics.Filter
			code      fault.Code
			field     string
			reads     int
		}{
			{"nowhere", nil, nil, fault.WorkspaceNotFound, "", 1},
			{"", nil, nil, fault.WorkspaceNotFound, "", 1},
			{"a\x00b", nil, nil, fault.WorkspaceNotFound, "", 1},
			{"\xff", nil, nil, fault.WorkspaceNotFound, "", 1},
			{b.workspace, between(1, 0), nil, fault.InvalidRange, "", 1},
			{b.workspace, nil, &analytics.Filter{Hours: []int{23, 24}}, fault.Invalid, "filter.hours.1", 0},
			{b.workspace, nil, &analytics.Filter{Hours: []int{-1}}, fault.Invalid, "filter.hours.0", 0},
			{b.workspace, nil, &analytics.Filter{Weekdays: []calendar.Weekday{6, 7}}, fault.Invalid, "filter.weekdays.1", 0},
		} {
			_, err := analytics.Open(t.Context(), b.book, c.workspace, c.rng, c.filter, everything(10, 4), noon)
			if got := fault.Of(err); err == nil || got.Code != c.code || got.Field != c.field {
				t.Errorf("%q, %v, %v: %v, want %s of %q", c.workspace, c.rng, c.filter, err, c.code, c.field)
			}
			if reads := r.read(); len(reads) > c.reads {
				t.Errorf("%s: reads %v", c.code, reads)
			}
		}
	})
}

// Who asks for what was not declared has made a mistake; who asks for too much
// or too little of it is told so.
func TestArguments(t *testing.T) {
	t.Parallel()
	eachRecorded(t, "Europe/Rome", noon, calendar.MaxDate, func(t *testing.T, b *bench, _ *recorder) {
		s := b.open(t, ask{need: everything(1000, 120), now: noon})
		little := b.open(t, ask{need: analytics.Need{Names: 2, Months: 2}, now: noon})
		for _, c := range []struct {
			stats *analytics.Stats
			n     int
			code  fault.Code
		}{
			{s, 0, fault.Invalid}, {s, -1, fault.Invalid}, {s, 1, ""}, {s, 120, ""}, {little, 2, ""}, {little, 3, fault.Internal}, {little, 0, fault.Invalid},
		} {
			_, err := c.stats.TopClients(&c.n, nil)
			if fault.CodeOf(err) != c.code || c.code == fault.Invalid && fault.Of(err).Field != "first" {
				t.Errorf("top %d clients: %v, want %s", c.n, err, c.code)
			}
			_, err = c.stats.MonthlyUsage(&c.n)
			if fault.CodeOf(err) != c.code || c.code == fault.Invalid && fault.Of(err).Field != "months" {
				t.Errorf("%d months: %v, want %s", c.n, err, c.code)
			}
		}
		if _, err := s.TopClients(new(1000), nil); err != nil {
			t.Error(err)
		}
		for _, err := range []error{
			func() error { _, err := s.TopClients(new(1001), nil); return err }(),
			func() error { _, err := s.MonthlyUsage(new(121)); return err }(),
		} {
			if fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%v of too many", err)
			}
		}
		// Nothing was declared but names and months: all else is not there.
		if there := testkit.FiguresOf(little, 2, 2); !slices.Equal(slices.Sorted(maps.Keys(there)), []string{"monthlyComparison", "monthlyUsage", "segments", "topClients", "topClientsByMessages"}) {
			t.Errorf("%v are there", slices.Sorted(maps.Keys(there)))
		}
	})
}
