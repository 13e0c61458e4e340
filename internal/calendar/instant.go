// Package calendar keeps days, months, ranges, zones and quarter-hours.
//
// In come instants, texts of them and IANA zone names; out come local days and
// hours, the instants at which they begin, and the quarter-hours that a change
// of the clock cuts. Every rule of local time lives here and nowhere else. The
// package must never ask what time it is: now is an argument.
package calendar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Instant is a moment: microseconds since 1970-01-01T00:00:00Z.
type Instant int64

const (
	microsecond Instant = 1
	second              = 1_000_000 * microsecond
	// Quarter is a quarter of an hour.
	Quarter = 900 * second
)

// At is the instant of t, rounded down to the microsecond.
func At(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time is the instant in UTC.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)).UTC() }

// QuarterStart is the start of the UTC quarter-hour that holds i.
func (i Instant) QuarterStart() Instant { return i - mod(i, Quarter) }

// mod is the remainder of the division rounded down.
func mod(a, n Instant) Instant {
	r := a % n
	if r < 0 {
		r += n
	}
	return r
}

// String is RFC 3339 in UTC, with as many fractional digits as it takes.
func (i Instant) String() string { return i.Time().Format(time.RFC3339Nano) }

// In is RFC 3339 with the zone's offset.
func (i Instant) In(z *Zone) string { return i.Time().In(z.location).Format(time.RFC3339Nano) }

// MarshalJSON writes RFC 3339 in UTC.
func (i Instant) MarshalJSON() ([]byte, error) { return strconv.AppendQuote(nil, i.String()), nil }

// MarshalGQL writes the scalar Time.
func (i Instant) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(i.String())) }

// UnmarshalGQL reads the scalar Time and refuses what is none.
func (i *Instant) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("%s %w", shorten(fmt.Sprint(v)), errInstant)
	}
	parsed, err := ParseInstant(text)
	if err != nil {
		return fmt.Errorf("%q %w", shorten(text), err)
	}
	*i = parsed
	return nil
}

var errInstant = errors.New("is not an instant; write RFC 3339 with an offset, such as 2024-01-30T12:00:00Z")

// ParseInstant reads RFC 3339 with an offset, rounded down to the microsecond.
// T and Z may be small, T a space. The error is the second half of a sentence
// whose first half is the field.
func ParseInstant(text string) (Instant, error) {
	if len(text) > 64 || len(text) < len("2006-01-02T15:04:05Z") {
		return 0, errInstant
	}
	if text[10] == ' ' || text[10] == 't' {
		text = text[:10] + "T" + text[11:]
	}
	text = strings.ToUpper(text)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !isStrict(text) {
		return 0, errInstant
	}
	// An offset can carry it out of the years that RFC 3339 can write.
	if year := t.UTC().Year(); year < 0 || year > 9999 {
		return 0, errInstant
	}
	return At(t), nil
}

// isStrict refuses what time.Parse takes for RFC 3339 and is none: a comma
// before the fraction, an hour of one digit, an offset of 24 hours or of 60
// minutes.
func isStrict(text string) bool {
	hour, offset := text[len("2006-01-02T"):], text[len(text)-len("+07:00"):]
	return hour[2] == ':' && !strings.Contains(text, ",") &&
		(strings.HasSuffix(text, "Z") || offset[1:3] < "24" && offset[4:] < "60")
}

// Stamp is an instant as a caller sent it: it leaves the verdict on odd text
// to whoever judges the input.
type Stamp struct{ text string }

// StampOf takes a text as it is.
func StampOf(text string) Stamp { return Stamp{text} }

// Instant is the moment meant; the error is that of ParseInstant.
func (s Stamp) Instant() (Instant, error) { return ParseInstant(s.text) }

// IsEmpty reports the empty text, which flows send for a missing value.
func (s Stamp) IsEmpty() bool { return strings.TrimSpace(s.text) == "" }

// String is the text as it came.
func (s Stamp) String() string { return s.text }

// MarshalGQL writes the text.
func (s Stamp) MarshalGQL(w io.Writer) {
	text, _ := json.Marshal(s.text) // a string always has a JSON form
	_, _ = w.Write(text)
}

// UnmarshalGQL takes whatever was sent.
func (s *Stamp) UnmarshalGQL(v any) error {
	if text, ok := v.(string); ok {
		s.text = text
	} else {
		s.text = fmt.Sprint(v)
	}
	return nil
}
