package calendar_test

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/calendar"
)

const second calendar.Instant = 1_000_000

// instant reads an instant that a test is sure of.
func instant(t *testing.T, text string) calendar.Instant {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return calendar.Instant(at.UnixMicro())
}

func TestParseInstant(t *testing.T) {
	t.Parallel()
	noon := calendar.Instant(1_706_616_000_000_000)
	for text, want := range map[string]calendar.Instant{
		"2024-01-30T12:00:00Z":                                 noon,
		"2024-01-30t12:00:00z":                                 noon,
		"2024-01-30 12:00:00Z":                                 noon,
		"2024-01-30 12:00:00z":                                 noon,
		"2024-01-30T12:00:00+00:00":                            noon,
		"2024-01-30T12:00:00-00:00":                            noon,
		"2024-01-30T13:00:00+01:00":                            noon,
		"2024-01-30 06:15:00-05:45":                            noon,
		"2024-01-31T11:59:00+23:59":                            noon,
		"2024-01-29T12:01:00-23:59":                            noon,
		"2024-01-30T12:00:00.0Z":                               noon,
		"2024-01-30T12:00:00.5Z":                               noon + 500_000,
		"2024-01-30T12:00:00.123456Z":                          noon + 123_456,
		"2024-01-30T12:00:00.123456999+00:00":                  noon + 123_456,
		"2024-01-30T12:00:00.0000009999999999Z":                noon,
		"2024-01-30T12:00:00." + strings.Repeat("9", 43) + "Z": noon + 999_999,
		"1970-01-01T00:00:00Z":                                 0,
		"1969-12-31T23:59:59.999999Z":                          -1,
		"1969-12-31T23:59:59.9999999Z":                         -1,
		"1969-12-31T23:59:59.9999991Z":                         -1,
		"1969-12-31T23:59:59.999998999Z":                       -2,
		"1969-12-31T23:59:59.0000001Z":                         -second,
		"2024-02-29T00:00:00Z":                                 instant(t, "2024-02-29T00:00:00Z"),
		"0000-01-01T00:00:00Z":                                 -62_167_219_200 * second,
		"9999-12-31T23:59:59.999999Z":                          253_402_300_800*second - 1,
	} {
		if got, err := calendar.ParseInstant(text); err != nil || got != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "now", "2024-01-30", "2024-01-30T12:00Z", "2024-01-30T12Z", "1706616000", "1706616000000000000000", "20240130T120000Z00000",
		"2024-01-30T12:00:00", "2024-01-30T12:00:00.000", "2024-01-30T12:00:00 ", "2024-01-30T12:00:00 Z", "2024-01-30  12:00:00Z", "2024-01-30_12:00:00Z", " 2024-01-30T12:00:00Z", "2024-01-30T12:00:00Z ",
		"2024-01-30T12:00:00,5Z", "2024-01-30T12:00:00,123456Z", "2024-01-30T12:00:00.Z", "2024-01-30T12:00:00.5.5Z",
		"2024-01-30T1:00:00.5Z", "2024-01-30T1:00:00+01:00", "2024-1-30T12:00:00.5Z", "24-01-30T12:00:00.000Z", "12024-01-30T12:00:00Z", "-2024-01-30T12:00:00Z",
		"2024-01-30T12:00:00+0100", "2024-01-30T12:00:00+01", "2024-01-30T12:00:00+1:00", "2024-01-30T12:00:00+01:00:00", "2024-01-30T12:00:00+24:00", "2024-01-30T12:00:00+01:60", "2024-01-30T12:00:00CET", "2024-01-30T12:00:00 UTC", "2024-01-30T12:00:00ZZ", "2024-01-30T12:00:00−01:00",
		"2023-02-29T12:00:00Z", "2024-04-31T12:00:00Z", "2024-00-30T12:00:00Z", "2024-13-30T12:00:00Z", "2024-01-00T12:00:00Z", "2024-01-30T24:00:00Z", "2024-01-30T12:60:00Z", "2016-12-31T23:59:60Z",
		"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		"2024-01-30T12:00:00." + strings.Repeat("9", 44) + "Z", strings.Repeat("2", 100_000), "２024-01-30T12:00:00Z", "2024-01-30T12:00:00Z\x00",
	} {
		if got, err := calendar.ParseInstant(text); err == nil {
			t.Errorf("%.80q is taken for %s", text, got)
		}
	}
}

func TestInstantsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	rome := zone(t, "Europe/Rome")
	for at, want := range map[calendar.Instant][2]string{
		0:                                    {"1970-01-01T00:00:00Z", "1970-01-01T01:00:00+01:00"},
		-1:                                   {"1969-12-31T23:59:59.999999Z", "1970-01-01T00:59:59.999999+01:00"},
		instant(t, "2024-07-01T10:00:00.5Z"): {"2024-07-01T10:00:00.5Z", "2024-07-01T12:00:00.5+02:00"},
		instant(t, "2024-10-27T00:59:59.999999Z"):  {"2024-10-27T00:59:59.999999Z", "2024-10-27T02:59:59.999999+02:00"},
		instant(t, "2024-10-27T01:00:00Z"):         {"2024-10-27T01:00:00Z", "2024-10-27T02:00:00+01:00"},
		instant(t, "2024-12-31T23:00:00.123456Z"):  {"2024-12-31T23:00:00.123456Z", "2025-01-01T00:00:00.123456+01:00"},
		instant(t, "2024-02-29T22:59:59.1234569Z"): {"2024-02-29T22:59:59.123456Z", "2024-02-29T23:59:59.123456+01:00"},
	} {
		if at.String() != want[0] || at.In(rome) != want[1] {
			t.Errorf("%d is %s, in Rome %s; want %s", at, at, at.In(rome), want)
		}
		data, err := json.Marshal(at)
		if quoted := strconv.Quote(want[0]); err != nil || string(data) != quoted || written(at) != quoted {
			t.Errorf("%s in JSON is %s, %v, for GraphQL %s", at, data, err, written(at))
		}
		for _, text := range want {
			var read calendar.Instant
			if err := read.UnmarshalGQL(text); err != nil || read != at {
				t.Errorf("%s is read as %s, %v", text, read, err)
			}
		}
	}
	for _, from := range []any{nil, 5, json.Number("1706616000"), true, map[string]any{}, "", "2024-01-30", strings.Repeat("x", 100_000), []string{strings.Repeat("x", 100_000)}} {
		at := calendar.Instant(7)
		if err := at.UnmarshalGQL(from); err == nil || at != 7 {
			t.Errorf("%.40v is taken for %s, %v", from, at, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("%.40v: an error of %d bytes", from, len(err.Error()))
		}
	}
	var at calendar.Instant
	if err := at.UnmarshalGQL("yesterday"); err == nil || !strings.HasPrefix(err.Error(), `"yesterday" is not an instant; `) {
		t.Errorf("the error says %v", err)
	}
}

func TestInstantsRoundDown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1e11, 1e11).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos"))
		i := calendar.At(at)
		if lost := at.Sub(i.Time()); lost < 0 || lost >= time.Microsecond {
			t.Errorf("%s is %s, off by %s", at, i, lost)
		}
		q := i.QuarterStart()
		if minute := q.Time().Minute(); q > i || i-q >= calendar.Quarter || minute%15 != 0 || !q.Time().Equal(q.Time().Truncate(time.Minute)) {
			t.Errorf("the quarter-hour of %s starts at %s", i, q)
		}
		if calendar.At(i.Time()) != i || i.Time().Location() != time.UTC {
			t.Errorf("%s comes back as %s", i, calendar.At(i.Time()))
		}
	})
}

func TestStampKeepsWhatWasSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from      any
		text, gql string
		empty     bool
	}{
		{"2024-01-30T12:00:00Z", "2024-01-30T12:00:00Z", `"2024-01-30T12:00:00Z"`, false},
		{" yesterday ", " yesterday ", `" yesterday "`, false},
		{"", "", `""`, true},
		{" \t\n", " \t\n", `" \t\n"`, true},
		{"a\"\x00\a\u2028", "a\"\x00\a\u2028", `"a\"\u0000\u0007\u2028"`, false},
		{"\xff", "\xff", `"\ufffd"`, false},
		{nil, "<nil>", `"\u003cnil\u003e"`, false},
		{1706616000, "1706616000", `"1706616000"`, false},
		{json.Number("1e9"), "1e9", `"1e9"`, false},
		{math.NaN(), "NaN", `"NaN"`, false},
		{map[string]any{"a": 1}, "map[a:1]", `"map[a:1]"`, false},
	} {
		var s calendar.Stamp
		if err := s.UnmarshalGQL(c.from); err != nil || s.String() != c.text || s.IsEmpty() != c.empty || s != calendar.StampOf(c.text) {
			t.Errorf("%v is %q, empty: %t, %v", c.from, s, s.IsEmpty(), err)
		}
		if got := written(s); got != c.gql || !json.Valid([]byte(got)) {
			t.Errorf("%q is written %s, want %s", s, got, c.gql)
		}
		want, wantErr := calendar.ParseInstant(c.text)
		if got, err := s.Instant(); got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%q is %s, %v; want what ParseInstant makes of it, %s, %v", s, got, err, want, wantErr)
		}
	}
}

func FuzzParseInstant(f *testing.F) {
	for _, seed := range []string{
		"2024-01-30T12:00:00Z", "2024-02-29t23:59:59.9999999z", "1969-12-31 23:59:59.0000001+05:45", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-23:59",
		"2024-01-30T1:00:00.5Z", "2024-01-30T12:00:00,5Z", "2024-01-30T12:00:00+24:00", "2024-01-30T12:00:60Z", "",
	} {
		f.Add(seed)
	}
	grammar := regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := calendar.ParseInstant(text)
		want, ok := reckoned(grammar, text)
		if ok != (err == nil) || got != want {
			t.Fatalf("%q is %s, %v; want %s, %t", text, got, err, want, ok)
		}
		if err != nil {
			return
		}
		if again, err := calendar.ParseInstant(got.String()); err != nil || again != got {
			t.Errorf("%q is %s, which is %s, %v", text, got, again, err)
		}
	})
}

// reckoned is the instant that a text of the grammar means, by sums alone.
func reckoned(grammar *regexp.Regexp, text string) (calendar.Instant, bool) {
	parts := grammar.FindStringSubmatch(text)
	if parts == nil || len(text) > 64 {
		return 0, false
	}
	n := numbers(parts)
	year, month, day, hour, minute, seconds, offsetHour, offsetMinute := n[1], n[2], n[3], n[4], n[5], n[6], n[9], n[10]
	if !exists(year, month, day) || hour > 23 || minute > 59 || seconds > 59 || offsetHour > 23 || offsetMinute > 59 {
		return 0, false
	}
	days := -719_528 // from year 0 to 1970
	for y := range year {
		days += 365
		if exists(y, 2, 29) {
			days++
		}
	}
	for m := 1; m < month; m++ {
		for d := 28; exists(year, m, d); d++ {
			days++
		}
		days += 27
	}
	offset := 3600*offsetHour + 60*offsetMinute
	if parts[8] == "-" {
		offset = -offset
	}
	fraction, _ := strconv.Atoi((parts[7] + "000000")[:6])
	at := calendar.Instant((days+day-1)*86_400+3600*hour+60*minute+seconds-offset)*second + calendar.Instant(fraction)
	if at < -62_167_219_200*second || at >= 253_402_300_800*second { // the years 0 to 9999
		return 0, false
	}
	return at, true
}
