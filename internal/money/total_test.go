package money_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/money"
)

// sum is a total with what math/big makes of the same steps.
type sum struct {
	total money.Total
	exact *big.Int
}

// sums are totals of all widths up to 128 bits.
func sums() *rapid.Generator[sum] {
	return rapid.Custom(func(t *rapid.T) sum {
		n := amount().Draw(t, "amount")
		s := sum{n.Total(), big.NewInt(int64(n))}
		for range rapid.SampledFrom([]int{0, 0, 1, 17, 32, 33, 62, 64}).Draw(t, "doubled") {
			s.total = s.total.Plus(s.total)
			s.exact.Lsh(s.exact, 1)
		}
		m := amount().Draw(t, "more")
		s.total = s.total.PlusNanos(m)
		s.exact.Add(s.exact, big.NewInt(int64(m)))
		s.exact = wrapped(s.exact)
		return s
	})
}

// wrapped is n in two's complement of 128 bits.
func wrapped(n *big.Int) *big.Int {
	half := new(big.Int).Lsh(big.NewInt(1), 127)
	n = new(big.Int).Add(n, half)
	n.Mod(n, new(big.Int).Lsh(big.NewInt(1), 128))
	return n.Sub(n, half)
}

// inUnits is the shortest decimal text of nanos.
func inUnits(nanos *big.Int) string {
	text := new(big.Rat).SetFrac(nanos, big.NewInt(int64(money.Unit))).FloatString(9)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// nanosOf reads a total back, all of its digits.
func nanosOf(t *rapid.T, total money.Total) *big.Int {
	value, ok := new(big.Rat).SetString(total.String())
	if !ok {
		t.Fatalf("%q is no number", total)
	}
	value.Mul(value, big.NewRat(int64(money.Unit), 1))
	if !value.IsInt() {
		t.Fatalf("%q has more than 9 fractional digits", total)
	}
	return value.Num()
}

func TestTotalCountsAsMathBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := sums().Draw(t, "a"), sums().Draw(t, "b")
		if a.total.String() != inUnits(a.exact) {
			t.Errorf("%s nanos are %q, want %q", a.exact, a.total, inUnits(a.exact))
		}
		if data, err := json.Marshal(a.total); err != nil || string(data) != a.total.String() {
			t.Errorf("%s in JSON is %s, %v", a.total, data, err)
		}
		if got, want := a.total.Plus(b.total), wrapped(new(big.Int).Add(a.exact, b.exact)); got.String() != inUnits(want) {
			t.Errorf("%s + %s is %s, want %s", a.total, b.total, got, inUnits(want))
		}
		if got, want := a.total.Minus(b.total), wrapped(new(big.Int).Sub(a.exact, b.exact)); got.String() != inUnits(want) {
			t.Errorf("%s - %s is %s, want %s", a.total, b.total, got, inUnits(want))
		}
		if got := a.total.Plus(b.total).Minus(b.total); got != a.total {
			t.Errorf("%s + %s - the same is %s", a.total, b.total, got)
		}
		if got, want := a.total.Cmp(b.total), a.exact.Cmp(b.exact); got != want {
			t.Errorf("%s to %s is %d, want %d", a.total, b.total, got, want)
		}
		if a.total.Sign() != a.exact.Sign() || a.total.IsZero() != (a.exact.Sign() == 0) {
			t.Errorf("%s: sign %d, zero: %t", a.total, a.total.Sign(), a.total.IsZero())
		}
		n, ok := a.total.Nanos()
		if ok != a.exact.IsInt64() || ok && int64(n) != a.exact.Int64() {
			t.Errorf("%s in 64 bits is %d, %t", a.total, n, ok)
		}
		percent := rapid.Int64Range(-50, 250).Draw(t, "percent")
		want := new(big.Rat).SetInt(a.exact).Cmp(new(big.Rat).Mul(new(big.Rat).SetInt(b.exact), big.NewRat(percent, 100))) >= 0
		if got := a.total.Covers(b.total, percent); got != want {
			t.Errorf("%s covers %d%% of %s: %t", a.total, percent, b.total, got)
		}
	})
}

func TestTotalOfParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hi, lo := rapid.Int64().Draw(t, "hi"), rapid.Int64().Draw(t, "lo")
		want := new(big.Int).Lsh(big.NewInt(hi), 32)
		want.Add(want, big.NewInt(lo))
		if got := money.TotalOfParts(hi, lo); got.String() != inUnits(want) {
			t.Errorf("%d and %d are %s, want %s", hi, lo, got, inUnits(want))
		}
	})
}

// The halves of rows, divided as SQL divides, sum up to the rows.
func TestTotalOfPartsOfRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var hi, lo int64
		var want money.Total
		for _, n := range rapid.SliceOfN(amount(), 0, 20).Draw(t, "rows") {
			hi, lo = hi+int64(n)/(1<<32), lo+int64(n)%(1<<32)
			want = want.PlusNanos(n)
		}
		if got := money.TotalOfParts(hi, lo); got != want {
			t.Errorf("%d and %d are %s, want %s", hi, lo, got, want)
		}
	})
}

func TestPerRoundsHalvesUpwards(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ nanos, by, want int64 }{
		{0, 3, 0},
		{1, 2, 1},
		{-1, 2, 0},
		{3, 2, 2},
		{-3, 2, -1},
		{1, 3, 0},
		{2, 3, 1},
		{-1, 3, 0},
		{-2, 3, -1},
		{7, 1, 7},
		{math.MaxInt64, math.MaxInt64, 1},
		{math.MinInt64, math.MaxInt64, -1},
		{math.MaxInt64 / 2, math.MaxInt64, 0},
		{math.MaxInt64/2 + 1, math.MaxInt64, 1},
	} {
		if got := money.Nanos(c.nanos).Total().Per(c.by); got != money.Nanos(c.want).Total() {
			t.Errorf("%d by %d is %s nanos, want %d", c.nanos, c.by, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := sums().Draw(t, "sum")
		n := rapid.OneOf(rapid.Int64Range(1, 9), rapid.Int64Min(1)).Draw(t, "by")
		// The result r is the only whole number for which 2rn - n <= 2s < 2rn + n.
		r := nanosOf(t, s.total.Per(n))
		twice := new(big.Int).Lsh(s.exact, 1)
		middle := new(big.Int).Mul(new(big.Int).Lsh(r, 1), big.NewInt(n))
		if new(big.Int).Sub(middle, big.NewInt(n)).Cmp(twice) > 0 || twice.Cmp(new(big.Int).Add(middle, big.NewInt(n))) >= 0 {
			t.Errorf("%s nanos by %d are %s", s.exact, n, r)
		}
	})
}

func TestGrowth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now, before int64
		want        float64
	}{
		{150, 100, 50},
		{100, 150, -33.33},
		{0, 100, -100},
		{100, 100, 0},
		{1, 3, -66.67},
		{-50, 100, -150},
		{-150, -100, 50},
		{20_001, 20_000, 0.01}, // 0.005 is a half
		{19_999, 20_000, -0.01},
		{40_001, 40_000, 0},
		{39_999, 40_000, 0},
		{math.MaxInt64, 1, 922337203685477580600},
	} {
		got := money.Nanos(c.now).Total().Growth(money.Nanos(c.before).Total())
		if got == nil || *got != c.want || *got == 0 && math.Signbit(*got) {
			t.Errorf("from %d to %d is %v, want %v", c.before, c.now, got, c.want)
		}
	}
	if got := money.Nanos(1).Total().Growth(money.Total{}); got != nil {
		t.Errorf("growth from nothing is %v", *got)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := sums().Draw(t, "now"), sums().Draw(t, "before")
		got := a.total.Growth(b.total)
		if b.exact.Sign() == 0 {
			if got != nil {
				t.Errorf("growth from nothing is %v", *got)
			}
			return
		}
		exact := new(big.Rat).SetFrac(new(big.Int).Sub(a.exact, b.exact), b.exact)
		exact.Mul(exact, big.NewRat(100, 1))
		want, err := strconv.ParseFloat(exact.FloatString(2), 64) // rounds halves away from zero
		if err != nil || got == nil || *got != want {
			t.Errorf("from %s to %s is %v, want %v, %v", b.total, a.total, got, want, err)
		}
	})
}

func TestShareIsTheNearestFloat(t *testing.T) {
	t.Parallel()
	if got := money.Nanos(5).Total().Share(money.Total{}); got != 0 {
		t.Errorf("the share of nothing is %v", got)
	}
	if got := money.Nanos(1).Total().Share(money.Nanos(3).Total()); got != 1.0/3 {
		t.Errorf("a third is %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := sums().Draw(t, "part"), sums().Draw(t, "whole")
		got := a.total.Share(b.total)
		if b.exact.Sign() == 0 {
			if got != 0 {
				t.Errorf("the share of nothing is %v", got)
			}
			return
		}
		exact := func(n *big.Int) *big.Float { return new(big.Float).SetPrec(128).SetInt(n) }
		want, _ := new(big.Float).SetPrec(53).Quo(exact(a.exact), exact(b.exact)).Float64()
		if got != want {
			t.Errorf("%s of %s is %v, want %v", a.total, b.total, got, want)
		}
		if part := a.exact.Sign() >= 0 && a.exact.Cmp(b.exact) <= 0; part && (got < 0 || got > 1) {
			t.Errorf("%s of %s is %v", a.total, b.total, got)
		}
	})
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		have, of, percent int64
		want              bool
	}{
		{80, 100, 80, true},
		{79, 100, 80, false},
		{0, 0, 100, true},
		{0, 1, 0, true},
		{-1, 1, 0, false},
		{math.MaxInt64, math.MaxInt64, 100, true},
		{math.MaxInt64 - 1, math.MaxInt64, 100, false},
		{2, 3, 67, false}, // 66.7
		{2, 3, 66, true},
	} {
		if got := money.Nanos(c.have).Total().Covers(money.Nanos(c.of).Total(), c.percent); got != c.want {
			t.Errorf("%d covers %d%% of %d: %t", c.have, c.percent, c.of, got)
		}
	}
}

func TestTheWidestTotals(t *testing.T) {
	t.Parallel()
	least := money.Nanos(math.MinInt64).Total()
	for range 64 {
		least = least.Plus(least)
	}
	most := least.Minus(money.Nanos(1).Total())
	if least.String() != "-170141183460469231731687303715.884105728" || most.String() != "170141183460469231731687303715.884105727" {
		t.Errorf("%s to %s", least, most)
	}
	if least.Cmp(most) != -1 || most.Sign() != 1 || least.Sign() != -1 {
		t.Error("the widest totals are out of order")
	}
}

func TestPartsComeTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := amount().Draw(t, "a").Total()
		for range rapid.IntRange(0, 3).Draw(t, "times") {
			total = total.Plus(amount().Draw(t, "b").Total())
		}
		hi, lo := total.Parts()
		if lo < 0 || lo >= 1<<32 || money.TotalOfParts(hi, lo) != total {
			t.Errorf("%s is %d * 2^32 + %d", total, hi, lo)
		}
		if back := money.TotalOfFloat(total.Float()); total.Minus(back).Share(total) > 1e-15 {
			t.Errorf("%s is %s as a float", total, back)
		}
	})
	for nanos, want := range map[float64]string{0: "0", 0.4: "0", 0.5: "0.000000001", -0.5: "-0.000000001", 1e9: "1", -2.4: "-0.000000002", 1e30: "1000000000000000019884.624838656"} {
		if got := money.TotalOfFloat(nanos).String(); got != want {
			t.Errorf("%g nanos are %s, want %s", nanos, got, want)
		}
	}
}

func TestPercentIsNeverRoundedUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part, of money.Nanos
		want     float64
	}{{0, 3, 0}, {1, 3, 33.33}, {2, 3, 66.66}, {999_999, 1_000_000, 99.99}, {3, 3, 100}, {10, 3, 333.33}, {math.MaxInt64, 1, 922337203685477580700}, {-1, 3, -33.34}} {
		if got := c.part.Total().Percent(c.of.Total()); got != c.want {
			t.Errorf("%d of %d are %v %%, want %v", c.part, c.of, got, c.want)
		}
	}
}
