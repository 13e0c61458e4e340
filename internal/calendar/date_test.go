package calendar_test

import (
	"encoding/json"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
)

// day reads a day that a test is sure of.
func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// written is what a value writes of itself for GraphQL.
func written(v interface{ MarshalGQL(w io.Writer) }) string {
	var out strings.Builder
	v.MarshalGQL(&out)
	return out.String()
}

func TestEveryDayOfThreeCenturies(t *testing.T) {
	t.Parallel()
	first := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	d := calendar.DateOf(first.Date())
	if d != -25567 {
		t.Fatalf("1900-01-01 is day %d", d)
	}
	leaps := 0
	for at := first; at.Year() <= 2200; at, d = at.AddDate(0, 0, 1), d+1 {
		year, month, dayOfMonth := at.Date()
		text := at.Format(time.DateOnly)
		m := d.Month()
		// Go counts weekdays from Sunday.
		weekday := calendar.Weekday((at.Weekday() + 6) % 7) //nolint:gosec // 0 to 6
		switch {
		case calendar.DateOf(year, month, dayOfMonth) != d, d.String() != text, d.Day() != dayOfMonth:
			t.Fatalf("%s is %s, day %d; DateOf makes it %s", text, d, d.Day(), calendar.DateOf(year, month, dayOfMonth))
		case d.Weekday() != weekday, !strings.EqualFold(d.Weekday().String(), at.Weekday().String()):
			t.Fatalf("%s is a %s, want %s", text, d.Weekday(), at.Weekday())
		case m.String() != at.Format("2006-01"), m.First() != d.Add(1-dayOfMonth):
			t.Fatalf("%s is in %s from %s", text, m, m.First())
		case m.Last() != calendar.DateOf(year, month+1, 0), m.Days() != time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day():
			t.Fatalf("%s has %d days to %s", m, m.Days(), m.Last())
		case (d+1).Month() != m && d != m.Last(), d == m.Last() && (d+1).Month() != m.Add(1):
			t.Fatalf("the day after %s is in %s", text, (d + 1).Month())
		}
		if parsed, err := calendar.ParseDate(text); err != nil || parsed != d {
			t.Fatalf("%s is read as %s, %v", text, parsed, err)
		}
		if month == time.February && dayOfMonth == 29 {
			leaps++
		}
	}
	if leaps != 73 { // 75 fourth years, but 2000 is the only leap century of 1900, 2000, 2100, 2200
		t.Errorf("%d leap days", leaps)
	}
}

func TestArithmeticOfDaysAndMonths(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(rapid.IntRange(1900, 2200).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		d := calendar.DateOf(at.Date())
		n := rapid.IntRange(-40_000, 40_000).Draw(t, "days")
		if got, want := d.Add(n).String(), at.AddDate(0, 0, n).Format(time.DateOnly); got != want {
			t.Errorf("%s and %d days is %s, want %s", d, n, got, want)
		}
		months := rapid.IntRange(-1300, 1300).Draw(t, "months")
		first := time.Date(at.Year(), at.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
		m := d.Month().Add(months)
		if m.String() != first.Format("2006-01") || m.First() != calendar.DateOf(first.Date()) || m.First().Month() != m || m.Last().Month() != m {
			t.Errorf("%s and %d months is %s, want %s", d.Month(), months, m, first.Format("2006-01"))
		}
	})
	for _, c := range []struct {
		year  int
		month time.Month
		day   int
		want  string
	}{
		{2024, 2, 30, "2024-03-01"},
		{2023, 2, 29, "2023-03-01"},
		{2023, 13, 1, "2024-01-01"},
		{2023, 0, 1, "2022-12-01"},
		{2024, 3, 0, "2024-02-29"},
	} {
		if got := calendar.DateOf(c.year, c.month, c.day); got != day(t, c.want) {
			t.Errorf("%d-%d-%d is %s, want %s", c.year, c.month, c.day, got, c.want)
		}
	}
}

func TestAddStopsAtTheEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from calendar.Date
		days int
		want calendar.Date
	}{
		{calendar.MaxDate, 1, calendar.MaxDate},
		{calendar.MaxDate, -1, calendar.MaxDate - 1},
		{calendar.MinDate, -1, calendar.MinDate},
		{calendar.MinDate, 1, calendar.MinDate + 1},
		{calendar.MinDate, math.MaxUint32, calendar.MaxDate},
		{0, math.MaxInt, calendar.MaxDate},
		{0, math.MinInt, calendar.MinDate},
		{calendar.MaxDate, math.MinInt, calendar.MinDate},
		{-5, 0, -5},
	} {
		if got := c.from.Add(c.days); got != c.want {
			t.Errorf("day %d and %d days is day %d, want %d", c.from, c.days, got, c.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]calendar.Date{
		"1970-01-01": 0, "1969-12-31": -1, "2024-02-29": 19782, "2000-02-29": 11016, "0001-01-01": -719162, "9999-12-31": 2932896,
	} {
		if got, err := calendar.ParseDate(text); err != nil || got != want {
			t.Errorf("%s is day %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", " ", "2024", "2024-01", "20240130", "2024-1-30", "2024-01-3", "2024-01-030", "24-01-30", "02024-01-30", "30-01-2024", "01/30/2024",
		"2024-00-01", "2024-13-01", "2024-01-00", "2024-01-32", "2023-02-29", "1900-02-29", "2024-02-30", "2024-04-31", "0000-01-01", "-001-01-01", "+024-01-01", "10000-01-01",
		"2024-01-30T00:00:00Z", "2024-01-30 ", " 2024-01-30", "2024-01-30\n", "2024–01–30", "２０２４-01-30", "2024-01-30\x00", "today", strings.Repeat("2", 100_000),
	} {
		got, err := calendar.ParseDate(text)
		if err == nil || fault.CodeOf(err) != fault.InvalidRange {
			t.Errorf("%.40q is taken for %s, %v", text, got, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("%.40q: an error of %d bytes", text, len(err.Error()))
		}
	}
	if _, err := calendar.ParseDate("31/12/2024"); err == nil || err.Error() != `"31/12/2024" is not a date; write YYYY-MM-DD.` {
		t.Errorf("the error says %v", err)
	}
}

func TestScalarDate(t *testing.T) {
	t.Parallel()
	leap := day(t, "2024-02-29")
	if got := written(leap); got != `"2024-02-29"` {
		t.Errorf("written %s", got)
	}
	if got, err := json.Marshal(leap); err != nil || string(got) != `"2024-02-29"` {
		t.Errorf("in JSON %s, %v", got, err)
	}
	var d calendar.Date
	if err := d.UnmarshalGQL("2024-02-29"); err != nil || d != leap {
		t.Errorf("read as %s, %v", d, err)
	}
	if err := d.UnmarshalGQL(""); err != nil || d != calendar.MinDate {
		t.Errorf("an empty text is %d, %v; want MinDate", d, err)
	}
	for _, from := range []any{nil, 5, json.Number("20240229"), true, []any{"2024-02-29"}, map[string]any{}, "2024-02-30", " ", strings.Repeat("x", 100_000), []string{strings.Repeat("x", 100_000)}} {
		d := leap
		err := d.UnmarshalGQL(from)
		if fault.CodeOf(err) != fault.InvalidRange || d != leap {
			t.Errorf("%.40v is taken for %s, %v", from, d, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("%.40v: an error of %d bytes", from, len(err.Error()))
		}
	}
}

func TestWeekday(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"} {
		w := day(t, "2024-01-01").Add(i).Weekday() // a Monday
		if int(w) != i || w.String() != name || written(w) != strconv.Quote(name) {
			t.Errorf("%s is %d, %s, written %s", name, w, w, written(w))
		}
		if data, err := json.Marshal(w); err != nil || string(data) != strconv.Quote(name) {
			t.Errorf("%s in JSON is %s, %v", name, data, err)
		}
		var read calendar.Weekday
		if err := read.UnmarshalGQL(name); err != nil || read != w {
			t.Errorf("%s is read as %s, %v", name, read, err)
		}
	}
	for _, from := range []any{"", "monday", "MON", " MONDAY", "0", 0, nil, true, strings.Repeat("M", 100_000)} {
		w := calendar.Weekday(3)
		if err := w.UnmarshalGQL(from); fault.CodeOf(err) != fault.Invalid || w != 3 || len(err.Error()) > 300 {
			t.Errorf("%.40v is taken for %s, %.300v", from, w, err)
		}
	}
	if got := calendar.Weekday(7).String(); got != "7" {
		t.Errorf("what is no weekday is called %s", got)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2024-02-29", "2023-02-29", "0001-01-01", "0000-12-31", "9999-12-31", "2024-1-1", "2024-01-01T", "", "1900-02-29", "２024-01-01"} {
		f.Add(seed)
	}
	grammar := regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)$`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := calendar.ParseDate(text)
		ok := false
		if parts := grammar.FindStringSubmatch(text); parts != nil {
			n := numbers(parts[1:])
			ok = n[0] > 0 && exists(n[0], n[1], n[2])
		}
		switch {
		case ok != (err == nil):
			t.Errorf("%q is %s, %v; a date: %t", text, d, err, ok)
		case err == nil && d.String() != text:
			t.Errorf("%q is %s", text, d)
		case err != nil && fault.CodeOf(err) != fault.InvalidRange:
			t.Errorf("%q: %v", text, err)
		}
	})
}

// numbers reads digits; what is not there is 0.
func numbers(texts []string) []int {
	n := make([]int, len(texts))
	for i, text := range texts {
		n[i], _ = strconv.Atoi(text)
	}
	return n
}

// exists reports a day that the Gregorian calendar has.
func exists(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	days := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days++
	}
	return day <= days
}
