package calendar

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/fault"
)

// Date is a day: days since 1970-01-01, of whatever zone the context tells.
type Date int32

const (
	// MinDate lies before every day.
	MinDate Date = math.MinInt32
	// MaxDate lies after every day.
	MaxDate Date = math.MaxInt32
)

// DateOf is a day by year, month and day; a month or day out of its bounds
// counts on, as in time.Date.
func DateOf(year int, month time.Month, day int) Date {
	return dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix())
}

// dateOf is the day of local seconds since 1970.
func dateOf(seconds int64) Date {
	return Date(mod64(seconds, 86400).quotient) //nolint:gosec // years up to 9999 fit by far
}

type division struct{ quotient, rest int64 }

// mod64 divides, rounded down.
func mod64(a, n int64) division {
	q, r := a/n, a%n
	if r < 0 {
		q, r = q-1, r+n
	}
	return division{q, r}
}

// ParseDate reads YYYY-MM-DD, years 0001 to 9999.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return 0, fault.New(fault.InvalidRange, "%q is not a date; write YYYY-MM-DD.", shorten(text))
	}
	return DateOf(t.Date()), nil
}

// shorten keeps a caller's text from filling an error message.
func shorten(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String is YYYY-MM-DD.
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

// Weekday is the day of the week.
func (d Date) Weekday() Weekday {
	return Weekday(mod64(int64(d)+3, 7).rest) //nolint:gosec // 0 to 6; 1970-01-01 was a Thursday
}

// Month is the month that holds the day.
func (d Date) Month() Month {
	t := d.utc()
	return Month(t.Year()*12 + int(t.Month()) - 1) //nolint:gosec // years up to 9999 fit by far
}

// Day is the day of the month, from 1.
func (d Date) Day() int { return d.utc().Day() }

// Add moves by days, up to MinDate and MaxDate.
func (d Date) Add(days int) Date {
	const most = int(MaxDate) - int(MinDate)
	return Date(min(max(int(d)+min(max(days, -most), most), int(MinDate)), int(MaxDate)))
}

// MarshalJSON writes YYYY-MM-DD.
func (d Date) MarshalJSON() ([]byte, error) { return strconv.AppendQuote(nil, d.String()), nil }

// MarshalGQL writes the scalar Date.
func (d Date) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) }

// UnmarshalGQL reads the scalar Date. An empty text, which flows send for a
// missing value, becomes MinDate.
func (d *Date) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return fault.New(fault.InvalidRange, "%s is not a date; write \"YYYY-MM-DD\".", shorten(fmt.Sprint(v)))
	}
	if text == "" {
		*d = MinDate
		return nil
	}
	parsed, err := ParseDate(text)
	if err == nil {
		*d = parsed
	}
	return err
}

// Month is a calendar month: year * 12 + month - 1.
type Month int32

// First is the month's first day.
func (m Month) First() Date {
	d := mod64(int64(m), 12)
	return DateOf(int(d.quotient), time.Month(d.rest+1), 1)
}

// Last is the month's last day.
func (m Month) Last() Date { return m.Add(1).First() - 1 }

// Add moves by months.
func (m Month) Add(months int) Month { return m + Month(months) } //nolint:gosec // months are bounded

// Days is how many days the month has.
func (m Month) Days() int { return int(m.Add(1).First() - m.First()) }

// String is YYYY-MM.
func (m Month) String() string { return m.First().utc().Format("2006-01") }

// Weekday is a day of the week, Monday 0 to Sunday 6.
type Weekday uint8

var weekdays = [7]string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}

// ParseWeekday reads MONDAY to SUNDAY.
func ParseWeekday(text string) (Weekday, error) {
	for i, name := range weekdays {
		if name == text {
			return Weekday(i), nil //nolint:gosec // 0 to 6
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a weekday; write one of %s.", shorten(text), strings.Join(weekdays[:], ", "))
}

// String is MONDAY to SUNDAY.
func (w Weekday) String() string {
	if int(w) < len(weekdays) {
		return weekdays[w]
	}
	return strconv.Itoa(int(w))
}

// MarshalJSON writes the name.
func (w Weekday) MarshalJSON() ([]byte, error) { return strconv.AppendQuote(nil, w.String()), nil }

// MarshalGQL writes the enum Weekday.
func (w Weekday) MarshalGQL(out io.Writer) { _, _ = io.WriteString(out, strconv.Quote(w.String())) }

// UnmarshalGQL reads the enum Weekday.
func (w *Weekday) UnmarshalGQL(v any) error {
	text, _ := v.(string)
	parsed, err := ParseWeekday(text)
	if err == nil {
		*w = parsed
	}
	return err
}
