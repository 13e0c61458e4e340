package money

import (
	"cmp"
	"io"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Total is a sum of amounts in nanos, 128 bits in two's complement. The zero
// value is nothing. Sums beyond ±2^127 nanos wrap; 2^64 of the widest rows, or
// 10^23 of the dearest prices, would be needed.
type Total struct {
	hi int64
	lo uint64
}

// TotalOfParts is hi * 2^32 + lo: how SQL sums columns that are too wide for
// its integers, as SUM(cost / 4294967296) and SUM(cost % 4294967296). Both may
// be negative, as division in SQL rounds towards zero.
func TotalOfParts(hi, lo int64) Total {
	return Total{hi: hi >> 32, lo: uint64(hi) << 32}.Plus(Nanos(lo).Total())
}

// Parts are those that TotalOfParts puts together, lo being 0 to 2^32 - 1. hi
// holds sums up to 2^95 nanos.
func (t Total) Parts() (hi, lo int64) {
	return t.hi<<32 | int64(t.lo>>32), int64(t.lo & (1<<32 - 1)) //nolint:gosec // 32 bits
}

// TotalOfFloat is the nearest amount of whole nanos.
func TotalOfFloat(nanos float64) Total {
	n, _ := big.NewFloat(math.Round(nanos)).Int(nil)
	return totalOf(n)
}

// Float is the nearest float64 of the nanos.
func (t Total) Float() float64 {
	f, _ := new(big.Float).SetInt(t.big()).Float64()
	return f
}

// Plus adds.
func (t Total) Plus(u Total) Total {
	lo, carry := bits.Add64(t.lo, u.lo, 0)
	return Total{hi: t.hi + u.hi + int64(carry), lo: lo}
}

// Minus subtracts.
func (t Total) Minus(u Total) Total {
	lo, borrow := bits.Sub64(t.lo, u.lo, 0)
	return Total{hi: t.hi - u.hi - int64(borrow), lo: lo}
}

// PlusNanos adds a price or a row.
func (t Total) PlusNanos(n Nanos) Total { return t.Plus(n.Total()) }

// Cmp is -1, 0 or 1 as t is less than, equal to or more than u.
func (t Total) Cmp(u Total) int { return cmp.Or(cmp.Compare(t.hi, u.hi), cmp.Compare(t.lo, u.lo)) }

// Sign is -1, 0 or 1.
func (t Total) Sign() int { return t.Cmp(Total{}) }

// IsZero reports nothing.
func (t Total) IsZero() bool { return t == Total{} }

// Nanos is the same in 64 bits; ok is false where it does not fit.
func (t Total) Nanos() (n Nanos, ok bool) {
	n = Nanos(t.lo)
	return n, n.Total() == t
}

func (t Total) big() *big.Int {
	n := big.NewInt(t.hi)
	n.Lsh(n, 64)
	return n.Add(n, new(big.Int).SetUint64(t.lo))
}

func totalOf(n *big.Int) Total {
	hi := new(big.Int).Rsh(n, 64) // rounds down, as two's complement wants
	lo := new(big.Int).Sub(n, new(big.Int).Lsh(hi, 64))
	return Total{hi: hi.Int64(), lo: lo.Uint64()}
}

// Per divides by n > 0 and rounds at the nano, halves upwards: -0.5 nanos are 0.
func (t Total) Per(n int64) Total {
	// floor((2t + n) / 2n); Euclidean division is floor for a positive divisor.
	sum := new(big.Int).Lsh(t.big(), 1)
	sum.Add(sum, big.NewInt(n))
	return totalOf(sum.Div(sum, new(big.Int).Lsh(big.NewInt(n), 1)))
}

// Growth is (t - prev) / prev in percent, rounded half away from zero to two
// digits; nil where prev is 0.
func (t Total) Growth(prev Total) *float64 {
	if prev.IsZero() {
		return nil
	}
	// Hundredths of a percent, doubled for the rounding: 2 * 10,000 * (t - prev) / prev.
	n := new(big.Int).Sub(t.big(), prev.big())
	n.Mul(n, big.NewInt(20_000))
	n.Quo(n, prev.big())
	switch n.Sign() {
	case 1:
		n.Add(n, big.NewInt(1))
	case -1:
		n.Sub(n, big.NewInt(1))
	}
	n.Quo(n, big.NewInt(2))
	percent, _ := new(big.Rat).SetFrac(n, big.NewInt(100)).Float64()
	return &percent
}

// Share is t / of as the nearest float64, between 0 and 1 for a part; 0 where
// of is 0.
func (t Total) Share(of Total) float64 {
	if of.IsZero() {
		return 0
	}
	share, _ := new(big.Rat).SetFrac(t.big(), of.big()).Float64()
	return share
}

// Percent is t / of in percent, rounded down to two digits, so that 100 is
// never less than the whole; of is above 0.
func (t Total) Percent(of Total) float64 {
	n := new(big.Int).Mul(t.big(), big.NewInt(10_000))
	n.Div(n, of.big())
	percent, _ := new(big.Rat).SetFrac(n, big.NewInt(100)).Float64()
	return percent
}

// Percentage is the least amount that covers that many percent of t.
func (t Total) Percentage(percent int64) Total {
	n := new(big.Int).Mul(t.big(), big.NewInt(percent))
	quotient, rest := new(big.Int).QuoRem(n, big.NewInt(100), new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return totalOf(quotient)
}

// Covers reports that t is at least percent hundredths of of, exactly.
func (t Total) Covers(of Total, percent int64) bool {
	have := new(big.Int).Mul(t.big(), big.NewInt(100))
	want := new(big.Int).Mul(of.big(), big.NewInt(percent))
	return have.Cmp(want) >= 0
}

// String is the shortest decimal text, such as 96.83.
func (t Total) String() string {
	if n, ok := t.Nanos(); ok && n >= 0 {
		return decimal(strconv.FormatInt(int64(n), 10))
	}
	text := t.big().String()
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		return "-" + decimal(rest)
	}
	return decimal(text)
}

// decimal puts the point into a text of nanos.
func decimal(nanos string) string {
	if missing := digits + 1 - len(nanos); missing > 0 {
		nanos = strings.Repeat("0", missing) + nanos
	}
	point := len(nanos) - digits
	fraction := strings.TrimRight(nanos[point:], "0")
	if fraction == "" {
		return nanos[:point]
	}
	return nanos[:point] + "." + fraction
}

// MarshalJSON writes a JSON number with every digit.
func (t Total) MarshalJSON() ([]byte, error) { return []byte(t.String()), nil }

// MarshalGQL writes a JSON number with every digit.
func (t Total) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, t.String()) }

// UnmarshalGQL reads the scalar Decimal and refuses what is none.
func (t *Total) UnmarshalGQL(v any) error {
	var n Nanos
	if err := n.UnmarshalGQL(v); err != nil {
		return err
	}
	*t = n.Total()
	return nil
}
