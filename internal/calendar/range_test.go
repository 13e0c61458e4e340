package calendar_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	today := day(t, "2024-03-01")
	on := func(text string) *calendar.Date { return new(day(t, text)) }
	absent := new(calendar.MinDate) // an empty text, as flows send it
	for name, c := range map[string]struct {
		in         *calendar.RangeInput
		start, end string
	}{
		"nil":                   {nil, "2024-02-01", "2024-03-01"},
		"empty":                 {&calendar.RangeInput{}, "2024-02-01", "2024-03-01"},
		"empty texts":           {&calendar.RangeInput{StartDate: absent, EndDate: absent}, "2024-02-01", "2024-03-01"},
		"today":                 {&calendar.RangeInput{LastDays: new(1)}, "2024-03-01", "2024-03-01"},
		"last 2":                {&calendar.RangeInput{LastDays: new(2)}, "2024-02-29", "2024-03-01"},
		"last 2, empty texts":   {&calendar.RangeInput{LastDays: new(2), StartDate: absent, EndDate: absent}, "2024-02-29", "2024-03-01"},
		"the most":              {&calendar.RangeInput{LastDays: new(3660)}, "2014-02-23", "2024-03-01"},
		"a day":                 {&calendar.RangeInput{StartDate: on("2020-02-29"), EndDate: on("2020-02-29")}, "2020-02-29", "2020-02-29"},
		"to come":               {&calendar.RangeInput{StartDate: on("2030-01-01"), EndDate: on("2030-12-31")}, "2030-01-01", "2030-12-31"},
		"the longest":           {&calendar.RangeInput{StartDate: on("2014-02-23"), EndDate: on("2024-03-01")}, "2014-02-23", "2024-03-01"},
		"the first of all days": {&calendar.RangeInput{StartDate: on("0001-01-01"), EndDate: on("0001-01-02")}, "0001-01-01", "0001-01-02"},
	} {
		got, err := c.in.Resolve(today)
		if err != nil || got != (calendar.Range{Start: day(t, c.start), End: day(t, c.end)}) {
			t.Errorf("%s: %s to %s, %v; want %s to %s", name, got.Start, got.End, err, c.start, c.end)
		}
	}
	for name, c := range map[string]struct {
		in   calendar.RangeInput
		says string
	}{
		"both":             {calendar.RangeInput{LastDays: new(7), StartDate: on("2024-01-01"), EndDate: on("2024-01-31")}, "not both"},
		"both, half":       {calendar.RangeInput{LastDays: new(7), StartDate: on("2024-01-01")}, "not both"},
		"both, other half": {calendar.RangeInput{LastDays: new(7), StartDate: absent, EndDate: on("2024-01-01")}, "not both"},
		"last 0":           {calendar.RangeInput{LastDays: new(0)}, "lastDays is 0; it must be 1 to 3660"},
		"last -1":          {calendar.RangeInput{LastDays: new(-1)}, "lastDays is -1"},
		"last 3661":        {calendar.RangeInput{LastDays: new(3661)}, "lastDays is 3661"},
		"no end":           {calendar.RangeInput{StartDate: on("2024-01-01")}, "startDate 2024-01-01 has no endDate"},
		"empty end":        {calendar.RangeInput{StartDate: on("2024-01-01"), EndDate: absent}, "startDate 2024-01-01 has no endDate"},
		"no start":         {calendar.RangeInput{EndDate: on("2024-01-01")}, "endDate 2024-01-01 has no startDate"},
		"empty start":      {calendar.RangeInput{StartDate: absent, EndDate: on("2024-01-01")}, "endDate 2024-01-01 has no startDate"},
		"reversed":         {calendar.RangeInput{StartDate: on("2024-01-02"), EndDate: on("2024-01-01")}, "startDate 2024-01-02 is after endDate 2024-01-01"},
		"too long":         {calendar.RangeInput{StartDate: on("2014-02-22"), EndDate: on("2024-03-01")}, "2014-02-22 to 2024-03-01 are 3661 days; at most 3660"},
		"all of time":      {calendar.RangeInput{StartDate: on("0001-01-01"), EndDate: on("9999-12-31")}, "are 3652059 days"},
	} {
		if got, err := c.in.Resolve(today); fault.CodeOf(err) != fault.InvalidRange || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s to %s, %v; want an error that says %q", name, got.Start, got.End, err, c.says)
		}
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.Date(rapid.Int32Range(-30_000, 90_000).Draw(t, "start"))
		n := rapid.IntRange(1, calendar.MaxDays).Draw(t, "days")
		r := calendar.Range{Start: start, End: start.Add(n - 1)}
		if r.Days() != n {
			t.Errorf("%s to %s are %d days, want %d", r.Start, r.End, r.Days(), n)
		}
		if p := r.Previous(); p.Days() != n || p.End.Add(1) != r.Start {
			t.Errorf("before %s to %s comes %s to %s", r.Start, r.End, p.Start, p.End)
		}
		if !r.Contains(r.Start) || !r.Contains(r.End) || r.Contains(r.Start-1) || r.Contains(r.End+1) {
			t.Errorf("%s to %s does not hold its ends, or more", r.Start, r.End)
		}
	})
	if got := (calendar.Range{Start: calendar.MinDate, End: calendar.MaxDate}).Days(); got != 1<<32 {
		t.Errorf("all days are %d", got)
	}
}
