package calendar_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
)

const (
	minute = 60 * second
	hour   = 60 * minute
	days   = 24 * hour
)

// Systems list a zone's changes up to 2037; the copy in the binary lists them up
// to the last that its rule does not tell. The zones in testdata are of the
// second kind, from Go's own zoneinfo.zip.
func TestMain(m *testing.M) {
	if err := os.Setenv("ZONEINFO", filepath.Join("testdata", "zoneinfo")); err != nil {
		panic(err)
	}
	m.Run()
}

func zone(t *testing.T, name string) *calendar.Zone {
	t.Helper()
	z, err := calendar.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// names are zones that differ in kind: whole hours, changes at 00:01 over
// midnight, 45 minutes, changes of half an hour, midnights skipped, a fast of
// a month without summer time, a day skipped, none, changes of odd minutes,
// winter time as the exception, 44 minutes and 30 seconds until 1972; then,
// listed shortly, whole hours, half an hour, and two that took up a rule in the
// middle of its year. All but UTC had a mean time of odd seconds first.
func names() []string {
	return []string{
		"Europe/Rome", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "UTC",
		"Antarctica/Casey", "Europe/Dublin", "Africa/Monrovia",
		"Short/Europe/Rome", "Short/Australia/Lord_Howe", "Short/America/Ciudad_Juarez", "Short/America/Indiana/Winamac",
	}
}

// place is a zone with package time's own knowledge of it.
type place struct {
	*calendar.Zone
	location *time.Location
	// changes are the instants, from 1850 to 2110, from which on another
	// offset holds.
	changes []calendar.Instant
}

func newPlace(t *testing.T, name string) place {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	p := place{Zone: zone(t, name), location: location}
	offset := func(unix int64) int {
		_, offset := time.Unix(unix, 0).In(location).Zone()
		return offset
	}
	const step = 86_400
	last := time.Date(2110, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	at := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for before := offset(at); at < last; at += step {
		if after := offset(at + step); after != before {
			into := sort.Search(step, func(n int) bool { return offset(at+int64(n)) != before })
			p.changes = append(p.changes, calendar.Instant(at+int64(into))*second)
			before = after
		}
	}
	return p
}

// clock is what package time has a clock show at an instant.
func (p place) clock(i calendar.Instant) calendar.Local {
	at := time.UnixMicro(int64(i)).In(p.location)
	return calendar.Local{Date: calendar.DateOf(at.Date()), Hour: at.Hour(), Quarter: at.Hour()*4 + at.Minute()/15}
}

// local is an instant by the place's clock.
func (p place) local(year int, month time.Month, day, hour, minute int) calendar.Instant {
	return calendar.At(time.Date(year, month, day, hour, minute, 0, 0, p.location))
}

// marks are instants at which something may turn: changes of the clock,
// midnights, the ends of leap years, where package time errs about bounds, and
// quarter-hours.
func (p place) marks() *rapid.Generator[calendar.Instant] {
	generators := []*rapid.Generator[calendar.Instant]{
		rapid.Custom(func(t *rapid.T) calendar.Instant {
			return p.local(rapid.IntRange(1860, 2115).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"), 0, 0)
		}),
		rapid.Custom(func(t *rapid.T) calendar.Instant {
			return calendar.At(time.Date(4*rapid.IntRange(465, 528).Draw(t, "year"), 12, 31, 0, 0, 0, 0, time.UTC))
		}),
		rapid.Custom(func(t *rapid.T) calendar.Instant {
			return calendar.Instant(rapid.Int64Range(-3_000_000, 5_000_000).Draw(t, "quarter")) * calendar.Quarter
		}),
	}
	if len(p.changes) > 0 { // twice: most of what can go wrong does so here
		generators = append(generators, rapid.SampledFrom(p.changes), rapid.SampledFrom(p.changes))
	}
	return rapid.OneOf(generators...)
}

// instants are microseconds and hours around the marks, and any at all.
func (p place) instants() *rapid.Generator[calendar.Instant] {
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) calendar.Instant {
			shift := rapid.OneOf(
				rapid.SampledFrom([]calendar.Instant{-1, 0, 1, -second, second, second - 1, -minute, minute, -hour, hour}),
				rapid.Custom(func(t *rapid.T) calendar.Instant {
					return calendar.Instant(rapid.Int64Range(-int64(2*days), int64(2*days)).Draw(t, "micros"))
				}),
			)
			return p.marks().Draw(t, "mark") + shift.Draw(t, "shift")
		}),
		rapid.Custom(func(t *rapid.T) calendar.Instant {
			return calendar.Instant(rapid.Int64Range(-1<<58, 1<<58).Draw(t, "instant"))
		}),
	)
}

// dates are days around the marks.
func (p place) dates() *rapid.Generator[calendar.Date] {
	return rapid.Custom(func(t *rapid.T) calendar.Date {
		return p.clock(p.marks().Draw(t, "mark")).Date.Add(rapid.IntRange(-2, 2).Draw(t, "days"))
	})
}

func TestZones(t *testing.T) {
	t.Parallel()
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, name)
			if p.Name() != name || p.Location().String() != name {
				t.Errorf("named %s, %s", p.Name(), p.Location())
			}
			if name != "UTC" && len(p.changes) < 2 {
				t.Fatalf("the test knows of %d changes", len(p.changes))
			}
			rapid.Check(t, p.clockShowsLocalTime)
			rapid.Check(t, p.dayStartsOnce)
			rapid.Check(t, p.spansHoldTheDays)
			rapid.Check(t, p.cutsAreTheMixedQuarters)
		})
	}
}

// A clock that remembers where it looked is right wherever it looks next.
func (p place) clockShowsLocalTime(t *rapid.T) {
	clock := p.Clock()
	for _, i := range rapid.SliceOfN(p.instants(), 1, 20).Draw(t, "instants") {
		want := p.clock(i)
		if got := clock.Local(i); got != want {
			t.Errorf("%s is %s %d %d, want %s %d %d", i, got.Date, got.Hour, got.Quarter, want.Date, want.Hour, want.Quarter)
		}
		if got := p.Date(i); got != want.Date {
			t.Errorf("%s is on %s, want %s", i, got, want.Date)
		}
	}
}

// Nothing before the start is of the day or later, and the start is.
func (p place) dayStartsOnce(t *rapid.T) {
	d := p.dates().Draw(t, "day")
	start := p.Start(d)
	if got := p.clock(start).Date; got < d {
		t.Errorf("%s starts at %s, where it is %s", d, start, got)
	}
	before := append([]calendar.Instant{start}, p.changes...)
	for i := start - start%minute - 3*days; i < start; i += 10 * minute {
		before = append(before, i)
	}
	for _, i := range before {
		if i > start-4*days && i <= start && p.clock(i-1).Date >= d {
			t.Errorf("%s starts at %s, but at %s it is %s", d, start, i-1, p.clock(i-1).Date)
		}
	}
}

// Within the spans lies each instant of the days and no other.
func (p place) spansHoldTheDays(t *rapid.T) {
	start := p.dates().Draw(t, "start")
	r := calendar.Range{Start: start, End: start.Add(rapid.IntRange(0, 3).Draw(t, "more days"))}
	spans := p.Spans(r)
	for i, s := range spans {
		if s.From >= s.To || i > 0 && spans[i-1].To >= s.From {
			t.Errorf("the spans of %s to %s are empty, in disorder or touch: %s", r.Start, r.End, spans)
		}
	}
	within := func(i calendar.Instant) bool {
		return slices.ContainsFunc(spans, func(s calendar.Span) bool { return s.From <= i && i < s.To })
	}
	from, to := calendar.Instant(r.Start)*days-2*days, calendar.Instant(r.End)*days+3*days
	var edges []calendar.Instant
	for i := from; i < to; i += 15 * minute {
		edges = append(edges, i)
	}
	for _, s := range spans {
		edges = append(edges, s.From, s.To)
	}
	for _, i := range p.changes {
		if from <= i && i < to {
			edges = append(edges, i, i+minute)
		}
	}
	for _, edge := range edges {
		for _, i := range [...]calendar.Instant{edge - 1, edge} {
			if want := r.Contains(p.clock(i).Date); within(i) != want {
				t.Fatalf("%s, on %s, lies within the spans of %s to %s: %t; they are %s", i, p.clock(i).Date, r.Start, r.End, within(i), spans)
			}
		}
	}
}

// A quarter-hour in which a clock shows two is cut, and no other.
func (p place) cutsAreTheMixedQuarters(t *rapid.T) {
	from := p.marks().Draw(t, "mark").QuarterStart() + calendar.Quarter*calendar.Instant(rapid.IntRange(-100, 10).Draw(t, "shift"))
	to := from + calendar.Quarter*calendar.Instant(rapid.IntRange(0, 200).Draw(t, "quarters"))
	var want []calendar.Instant
	for q := from; q < to; q += calendar.Quarter {
		seen := map[calendar.Local]bool{}
		for _, change := range p.changes {
			if q < change && change < q+calendar.Quarter {
				seen[p.clock(change-1)], seen[p.clock(change)] = true, true
			}
		}
		for i := q; i < q+calendar.Quarter; i += 3 * minute {
			seen[p.clock(i)] = true
		}
		if seen[p.clock(q+calendar.Quarter-1)] = true; len(seen) > 1 {
			want = append(want, q)
		}
	}
	if got := p.Cuts(from, to); !slices.Equal(got, want) {
		t.Errorf("between %s and %s are cut %s, want %s", from, to, got, want)
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, want string }{
		{"UTC", "2024-02-29", "2024-02-29T00:00:00Z"},
		{"Europe/Rome", "2024-03-31", "2024-03-30T23:00:00Z"},
		{"Europe/Rome", "2024-04-01", "2024-03-31T22:00:00Z"},
		{"America/St_Johns", "2006-10-29", "2006-10-29T02:30:00Z"},  // and is over a minute later, for an hour
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // at 01:00
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"}, // what was to be midnight was 23:00
		{"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"}, // there was none
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"Asia/Kathmandu", "2024-01-01", "2023-12-31T18:15:00Z"},
		{"Europe/Rome", "2040-12-31", "2040-12-30T23:00:00Z"},
		{"Europe/Rome", "2041-01-02", "2041-01-01T23:00:00Z"},
	} {
		if got := zone(t, c.zone).Start(day(t, c.day)); got.String() != c.want {
			t.Errorf("in %s, %s starts at %s, want %s", c.zone, c.day, got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, start, end string
		want             []string
	}{
		{"UTC", "2024-02-28", "2024-02-29", []string{"2024-02-28T00:00:00Z to 2024-03-01T00:00:00Z"}},
		{"Europe/Rome", "2024-10-27", "2024-10-27", []string{"2024-10-26T22:00:00Z to 2024-10-27T23:00:00Z"}},
		{"Australia/Lord_Howe", "2024-04-07", "2024-04-07", []string{"2024-04-06T13:00:00Z to 2024-04-07T13:30:00Z"}},
		{"America/St_Johns", "2006-10-28", "2006-10-28", []string{"2006-10-28T02:30:00Z to 2006-10-29T02:30:00Z", "2006-10-29T02:31:00Z to 2006-10-29T03:30:00Z"}},
		{"America/St_Johns", "2006-10-29", "2006-10-29", []string{"2006-10-29T02:30:00Z to 2006-10-29T02:31:00Z", "2006-10-29T03:30:00Z to 2006-10-30T03:30:00Z"}},
		{"America/St_Johns", "2006-10-28", "2006-10-29", []string{"2006-10-28T02:30:00Z to 2006-10-30T03:30:00Z"}},
		{"Pacific/Apia", "2011-12-30", "2011-12-30", nil},
		{"Pacific/Apia", "2011-12-29", "2011-12-31", []string{"2011-12-29T10:00:00Z to 2011-12-31T10:00:00Z"}},
		{"Europe/Rome", "2040-12-30", "2041-01-02", []string{"2040-12-29T23:00:00Z to 2041-01-02T23:00:00Z"}},
		{"Short/Europe/Rome", "2024-12-30", "2025-01-02", []string{"2024-12-29T23:00:00Z to 2025-01-02T23:00:00Z"}},
		{"Short/America/Ciudad_Juarez", "2022-11-29", "2022-12-01", []string{"2022-11-29T06:00:00Z to 2022-12-02T07:00:00Z"}},
		{"Europe/Rome", "2024-01-02", "2024-01-01", nil},
		{"Europe/Rome", "2024-01-09", "2024-01-01", nil},
	} {
		var got []string
		for _, s := range zone(t, c.zone).Spans(calendar.Range{Start: day(t, c.start), End: day(t, c.end)}) {
			got = append(got, s.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("in %s, %s to %s are %q, want %q", c.zone, c.start, c.end, got, c.want)
		}
	}
}

func TestCuts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, from, to string
		want           []string
	}{
		{"Europe/Rome", "1990-01-01T00:00:00Z", "2030-01-01T00:00:00Z", nil},
		{"Asia/Kathmandu", "1990-01-01T00:00:00Z", "2030-01-01T00:00:00Z", nil},
		{"America/St_Johns", "2006-01-01T00:00:00Z", "2007-01-01T00:00:00Z", []string{"2006-04-02T03:30:00Z", "2006-10-29T02:30:00Z"}},
		{"America/St_Johns", "2012-01-01T00:00:00Z", "2030-01-01T00:00:00Z", nil},
		{"Africa/Monrovia", "1972-01-07T00:00:00Z", "1972-01-08T00:00:00Z", []string{"1972-01-07T00:00:00Z", "1972-01-07T00:15:00Z", "1972-01-07T00:30:00Z"}}, // 00:44:30 is its end
		{"America/St_Johns", "2006-10-29T02:30:00Z", "2006-10-29T02:30:00Z", nil},
		{"America/St_Johns", "2006-10-29T02:45:00Z", "2006-10-29T02:30:00Z", nil},
	} {
		var got []string
		for _, q := range zone(t, c.zone).Cuts(instant(t, c.from), instant(t, c.to)) {
			got = append(got, q.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("in %s, %s to %s are cut %q, want %q", c.zone, c.from, c.to, got, c.want)
		}
	}
}

// Ranges that reach beyond what an instant can count have spans all the same,
// which end with the calendar.
func TestEndlessRanges(t *testing.T) {
	t.Parallel()
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := zone(t, name)
			first, last := z.Start(calendar.MinDate), z.Start(calendar.MaxDate)
			if first > instant(t, "0000-01-01T00:00:00Z")-2*days || last < instant(t, "9999-12-31T23:59:59Z")+2*days {
				t.Fatalf("the calendar runs from %s to %s", first, last)
			}
			d := calendar.DateOf(2024, time.February, 29)
			start, after := z.Start(d), z.Start(d+1)
			for _, c := range []struct {
				start, end calendar.Date
				want       []calendar.Span
			}{
				{calendar.MinDate, calendar.MaxDate, []calendar.Span{{From: first, To: last}}},
				{calendar.MinDate + 1, calendar.MaxDate - 1, []calendar.Span{{From: first, To: last}}},
				{calendar.MinDate, d, []calendar.Span{{From: first, To: after}}},
				{d, calendar.MaxDate, []calendar.Span{{From: start, To: last}}},
				{d, d, []calendar.Span{{From: start, To: after}}},
				{calendar.MinDate, calendar.MinDate, nil},
				{calendar.MaxDate, calendar.MaxDate, nil},
				{calendar.MinDate, calendar.MinDate + 400_000_000, nil},
				{calendar.MaxDate - 400_000_000, calendar.MaxDate, nil},
				{calendar.MaxDate, calendar.MinDate, nil},
				{calendar.MaxDate, d, nil},
				{d, calendar.MinDate, nil},
			} {
				if got := z.Spans(calendar.Range{Start: c.start, End: c.end}); !slices.Equal(got, c.want) {
					t.Errorf("day %d to %d are %s, want %s", c.start, c.end, got, c.want)
				}
			}
			for _, c := range []struct {
				day  calendar.Date
				want calendar.Instant
			}{{calendar.MinDate + 1, first}, {-400_000_000, first}, {-107_000_000, first}, {107_000_000, last}, {400_000_000, last}, {calendar.MaxDate - 1, last}} {
				if got := z.Start(c.day); got != c.want {
					t.Errorf("day %d starts at %s, want %s", c.day, got, c.want)
				}
			}
			for _, d := range []calendar.Date{calendar.DateOf(9999, time.December, 31), calendar.DateOf(1, time.January, 1), calendar.DateOf(-1, time.January, 1), calendar.DateOf(10_001, time.January, 1)} {
				if at := z.Start(d); z.Date(at) != d || z.Date(at-1) != d-1 {
					t.Errorf("%s starts at %s", d, at)
				}
			}
			if got := z.Cuts(last-10*days, math.MaxInt64); len(got) != 0 {
				t.Errorf("%d cuts in the last days", len(got))
			}
			if got := z.Cuts(math.MaxInt64-5, math.MaxInt64); len(got) != 0 {
				t.Errorf("%d cuts behind the last days", len(got))
			}
			if got := z.Cuts(math.MinInt64, first-calendar.Quarter); len(got) != 0 {
				t.Errorf("%d cuts before the first days", len(got))
			}
		})
	}
	if got := zone(t, "UTC").Cuts(math.MinInt64, math.MaxInt64); len(got) != 0 {
		t.Errorf("%d cuts in UTC", len(got))
	}
}

func TestToDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		today, month, day string
		whole             bool
	}{
		{"2024-03-01", "2024-02", "2024-02-01", false},
		{"2024-03-15", "2024-02", "2024-02-15", false},
		{"2024-03-29", "2024-02", "2024-02-29", false},
		{"2024-03-30", "2024-02", "", true},
		{"2024-03-31", "2024-02", "", true},
		{"2023-03-28", "2023-02", "2023-02-28", false},
		{"2023-03-29", "2023-02", "", true},
		{"2024-05-30", "2024-04", "2024-04-30", false},
		{"2024-05-31", "2024-04", "", true},
		{"2024-08-31", "2024-07", "2024-07-31", false},
		{"2024-01-31", "2023-12", "2023-12-31", false},
		{"2024-01-01", "2023-12", "2023-12-01", false},
		{"1970-01-01", "1969-12", "1969-12-01", false},
	} {
		month, before, whole := calendar.ToDate(calendar.Local{Date: day(t, c.today), Hour: 13, Quarter: 54})
		if month.String() != c.month || whole != c.whole || before.Hour != 13 || before.Quarter != 54 {
			t.Errorf("on %s: %s, %+v, whole: %t", c.today, month, before, whole)
		}
		if c.day != "" && before.Date != day(t, c.day) {
			t.Errorf("on %s: before %s, want %s", c.today, before.Date, c.day)
		}
		// Where the month has no such day, all of it lies before all the same.
		if c.day == "" && before.Date <= month.Last() {
			t.Errorf("on %s: %s is not after %s", c.today, before.Date, month)
		}
	}
}

func TestLocalTimesCompareByDayAndQuarter(t *testing.T) {
	t.Parallel()
	ascending := []calendar.Local{{Date: -1, Hour: 23, Quarter: 95}, {Date: 0, Hour: 0, Quarter: 0}, {Date: 0, Hour: 0, Quarter: 1}, {Date: 0, Hour: 1, Quarter: 4}, {Date: 1, Hour: 0, Quarter: 0}}
	for i, a := range ascending {
		for j, b := range ascending {
			want := 0
			switch {
			case i < j:
				want = -1
			case i > j:
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%+v to %+v is %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spans := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Span {
			from := calendar.Instant(rapid.IntRange(0, 40).Draw(t, "from"))
			return calendar.Span{From: from, To: from + calendar.Instant(rapid.IntRange(1, 9).Draw(t, "long"))}
		}), 0, 10).Draw(t, "spans")
		given := slices.Clone(spans)
		merged := calendar.Merge(spans)
		if !slices.Equal(spans, given) {
			t.Errorf("%v became %v", given, spans)
		}
		for i, s := range merged {
			if i > 0 && merged[i-1].To >= s.From {
				t.Errorf("%v touch or are in disorder", merged)
			}
		}
		for i := calendar.Instant(-1); i < 50; i++ {
			holds := func(s calendar.Span) bool { return s.From <= i && i < s.To }
			if slices.ContainsFunc(merged, holds) != slices.ContainsFunc(given, holds) {
				t.Errorf("%d is in one of %v and %v only", i, merged, given)
			}
		}
	})
	if got := calendar.Merge(nil); len(got) != 0 {
		t.Errorf("nothing became %v", got)
	}
}

func TestLoadZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Rome", "America/Argentina/Buenos_Aires", "Etc/GMT+12", "Asia/Kolkata", "GMT"} {
		if z, err := calendar.LoadZone(name); err != nil || z.Name() != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{
		"", " ", "Local", "localtime", "posixrules", "posix/Europe/Rome", "right/Europe/Rome", "Mars/Olympus", "Rome", "Europe", "Europe/", "Europe/Rome/", "/Europe/Rome", "Europe//Rome", "Europe/./Rome",
		"./Europe/Rome", "../zoneinfo/Europe/Rome", "Europe/../Europe/Rome", "/etc/passwd", "Europe\\Rome", "Europe/Rome\x00", " Europe/Rome", "+01:00", "zone.tab", "tzdata.zi", "leapseconds", strings.Repeat("Europe/", 10_000) + "Rome",
	} {
		if _, err := calendar.LoadZone(name); fault.CodeOf(err) != fault.Invalid || len(err.Error()) > 200 {
			t.Errorf("%.40q: %.200v", name, err)
		}
	}
}

func FuzzLoadZone(f *testing.F) {
	for _, seed := range append(names(), "", "Local", "localtime", "right/UTC", "Europe//Rome", "../UTC", "GMT+0", "zone.tab", "\x00") {
		f.Add(seed, int64(1_706_616_000_000_000))
	}
	f.Fuzz(func(t *testing.T, name string, at int64) {
		z, err := calendar.LoadZone(name)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%q: %v", name, err)
			}
			return
		}
		again, err := calendar.LoadZone(z.Name())
		if err != nil || z.Name() != name || again.Name() != name {
			t.Fatalf("%q is named %q, %v", name, z.Name(), err)
		}
		i := calendar.Instant(at % (1 << 57))
		if d := z.Date(i); again.Date(i) != d || z.Start(d) > i {
			t.Errorf("in %q, %s is on %s, which starts at %s", name, i, d, z.Start(d))
		}
	})
}
