// Package money keeps exact amounts of a workspace's currency.
//
// In come decimal texts and integers of nanos (1e-9 of the currency's unit);
// out come the same, summed and compared without loss, and their shortest
// decimal text. A price or a rollup row is 64 bits, checked; a total is 128
// bits and can't overflow in practice. Never a float on the way: only a share
// or a growth, which are ratios, end as one.
package money

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Nanos is a price or the cost in a rollup row: 1e-9 of the currency's unit.
type Nanos int64

const (
	// Unit is one whole unit of the currency.
	Unit Nanos = 1_000_000_000
	// MaxPrice is the most that one answer may cost.
	MaxPrice = 1_000_000 * Unit
	// digits is how many fractional digits an amount may have.
	digits = 9
)

// The sentences that Parse fails with; the caller names the field.
var (
	errForm  = errors.New("is not a decimal number; write digits with a point, such as 0.005")
	errLong  = errors.New("has over 1000 characters; write the amount with at most 9 fractional digits")
	errFine  = errors.New("has more than 9 fractional digits")
	errRange = errors.New("is too large")
)

// maxText bounds what Parse reads, in bytes: longer texts are no amounts that
// people or programs write.
const maxText = 1000

// Parse reads a decimal number as JSON writes it; a leading plus, a missing
// zero before or after the point and white space around are taken too. What
// counts is the value, so 5e-7 and 0.5000000000 are fine. It must be a whole
// number of nanos and fit 64 bits. The error is the second half of a sentence
// whose first half is the field. The work is bounded, whatever the text.
func Parse(text string) (Nanos, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxText {
		return 0, errLong
	}
	power := 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		var ok bool
		if power, ok = exponent(text[at+1:]); !ok {
			return 0, errForm
		}
		text = text[:at]
	}
	minus, mantissa := sign(text)
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	if !isDigits(all) {
		return 0, errForm
	}
	if all = strings.TrimLeft(all, "0"); all == "" {
		return 0, nil
	}
	// In nanos the value is all * 10^scale.
	scale := power - len(fraction) + digits
	switch {
	case scale < 0:
		kept := len(all) + scale
		if kept <= 0 || strings.Trim(all[kept:], "0") != "" {
			return 0, errFine
		}
		all = all[:kept]
	case len(all)+scale > len("9223372036854775807"):
		return 0, errRange
	default:
		all += strings.Repeat("0", scale)
	}
	n, err := strconv.ParseInt(minus+all, 10, 64)
	if err != nil {
		return 0, errRange
	}
	return Nanos(n), nil
}

// exponent reads what follows the e. Beyond twice maxText no digits of the
// mantissa can make up for it, so it stops there.
func exponent(text string) (power int, ok bool) {
	if _, magnitude := sign(text); !isDigits(magnitude) {
		return 0, false
	}
	power, _ = strconv.Atoi(text) // the nearest int where it fits none
	return max(min(power, 2*maxText), -2*maxText), true
}

// sign splits a leading sign off; minus is "-" or empty.
func sign(text string) (minus, rest string) {
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		return "-", rest
	}
	return "", strings.TrimPrefix(text, "+")
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// String is the shortest decimal text, such as 0.005: no exponent, no zeros at
// the end. Parse reads it back to the same amount.
func (n Nanos) String() string { return n.Total().String() }

// Total widens to 128 bits.
func (n Nanos) Total() Total { return Total{hi: int64(n) >> 63, lo: uint64(n)} }

// Plus adds; ok is false where the sum does not fit.
func (n Nanos) Plus(m Nanos) (sum Nanos, ok bool) {
	sum = n + m
	return sum, (sum > n) == (m > 0)
}

// MarshalJSON writes a JSON number with every digit.
func (n Nanos) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalJSON reads a JSON number or a string and refuses all else, null
// too.
func (n *Nanos) UnmarshalJSON(data []byte) error {
	var d Decimal
	if err := d.UnmarshalJSON(data); err != nil {
		return err
	}
	return n.UnmarshalGQL(d.text)
}

// MarshalGQL writes a JSON number with every digit.
func (n Nanos) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, n.String()) }

// UnmarshalGQL reads the scalar Decimal (string, json.Number, integer or
// float64) and refuses what is none, in a sentence that quotes its beginning.
func (n *Nanos) UnmarshalGQL(v any) error {
	var d Decimal
	if err := d.UnmarshalGQL(v); err != nil {
		return err
	}
	parsed, err := d.Nanos()
	if err != nil {
		return fmt.Errorf("%.40q %w", d.text, err)
	}
	*n = parsed
	return nil
}

// Decimal is an amount as a caller sent it: it leaves the verdict on odd text
// to whoever judges the input.
type Decimal struct{ text string }

// DecimalOf takes a text as it is.
func DecimalOf(text string) Decimal { return Decimal{text} }

// Nanos is the amount; the error is that of Parse.
func (d Decimal) Nanos() (Nanos, error) { return Parse(d.text) }

// IsEmpty reports the empty text, which flows send for a missing value.
func (d Decimal) IsEmpty() bool { return strings.TrimSpace(d.text) == "" }

// String is the text as it came.
func (d Decimal) String() string { return d.text }

// MarshalGQL writes the amount, or the odd text as a string.
func (d Decimal) MarshalGQL(w io.Writer) {
	if n, err := d.Nanos(); err == nil {
		n.MarshalGQL(w)
		return
	}
	text, _ := json.Marshal(d.text) // a string always has a JSON form
	_, _ = w.Write(text)
}

// UnmarshalGQL takes whatever was sent and never fails. A float64 becomes its
// shortest text, which is exact up to 15 digits, so for every price.
func (d *Decimal) UnmarshalGQL(v any) error {
	switch v := v.(type) {
	case string:
		d.text = v
	case json.Number:
		d.text = v.String()
	case float64:
		d.text = strconv.FormatFloat(v, 'g', -1, 64)
	default:
		d.text = fmt.Sprint(v)
	}
	return nil
}

// UnmarshalJSON takes a number, a string or any other JSON value as its text.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		d.text = s
		return nil
	}
	d.text = string(data)
	return nil
}
