package transfer

import (
	"errors"
	"math/big"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/calendar"
)

var errStamp = errors.New("is not a time; write RFC 3339, 2006-01-02 15:04:05 or seconds or milliseconds since 1970")

// layouts are tried in order; time.Parse takes a fraction after the seconds
// whether a layout has one or not.
var layouts = [...]string{
	"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
	"2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02", "20060102",
}

// stamp reads an instant as files have it: RFC 3339 or its relatives with a
// space, a comma, no seconds, or nothing but a date; seconds, milliseconds,
// microseconds or nanoseconds since 1970, told apart by their size. What has no
// offset is of the zone: a local time that a change of the clock skips or
// repeats is read with the offset that time.Date chooses. The instant is
// rounded down to the microsecond. The error is the second half of a sentence.
func stamp(text string, zone *time.Location) (calendar.Instant, error) {
	text = strings.TrimSpace(text)
	if len(text) > 64 {
		return 0, errStamp
	}
	if strings.Trim(text, "0123456789.") == "" && len(text) != len("20060102") {
		return epoch(text)
	}
	text = strings.ToUpper(text)
	if len(text) > 10 && text[10] == ' ' {
		text = text[:10] + "T" + text[11:]
	}
	if local, ok := strings.CutSuffix(text, " UTC"); ok {
		text = local + "Z"
	}
	text = strings.Replace(text, " ", "", 1) // before the offset
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return calendar.At(t), nil
		}
	}
	if strings.Trim(text, "0123456789.") == "" {
		return epoch(text)
	}
	return 0, errStamp
}

// epoch reads what was counted since 1970. As seconds, 10^11 is the year 5138;
// as milliseconds, 1973.
func epoch(text string) (calendar.Instant, error) {
	count, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, errStamp
	}
	scale := big.NewRat(1_000_000, 1)
	limit := big.NewRat(100_000_000_000, 1)
	thousand := big.NewRat(1000, 1)
	for range 3 {
		if count.Cmp(limit) < 0 {
			break
		}
		limit.Mul(limit, thousand)
		scale.Quo(scale, thousand)
	}
	count.Mul(count, scale)
	micros := new(big.Int).Quo(count.Num(), count.Denom())
	if !micros.IsInt64() {
		return 0, errStamp
	}
	return calendar.Instant(micros.Int64()), nil
}
