package money_test

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/money"
)

// The sentences that Parse fails with begin so.
const (
	form  = "is not a decimal number"
	long  = "has over 1000 characters"
	fine  = "has more than 9 fractional digits"
	large = "is too large"
)

func TestParse(t *testing.T) {
	t.Parallel()
	zeros := func(n int) string { return strings.Repeat("0", n) }
	for text, want := range map[string]money.Nanos{
		"0": 0, "-0": 0, "+0": 0, "0.0": 0, "000": 0, "0e99999999999999999999": 0, "0e-99999999999999999999": 0, "-0.000e5": 0,
		"1": 1e9, "-1": -1e9, "+1": 1e9, "0.005": 5e6, "007": 7e9, "96.83": 96_830_000_000,
		".5": 5e8, "-.5": -5e8, "5.": 5e9, "+5.": 5e9, "5.e1": 50e9, ".5e1": 5e9,
		"\n1\r\n": 1e9, "\u00a01\u2003": 1e9, strings.Repeat(" ", 2000) + "1": 1e9,
		"0.000000001": 1, "-0.000000001": -1, "0.123456789": 123_456_789, "0.1234567890": 123_456_789, "0.5000000000": 5e8,
		"1e3": 1000e9, "1E3": 1000e9, "1e+3": 1000e9, "1e-9": 1, "1e0": 1e9, "1e-0": 1e9, "5e-7": 500, "12.5e-3": 12_500_000, "100e-11": 1, "1e0000000000000000000001": 10e9,
		"1" + zeros(990) + "e-999": 1, "0." + zeros(990) + "1e991": 1e9, "0." + zeros(990) + "1e982": 1, zeros(999) + "1": 1e9, "1." + zeros(998): 1e9,
		"9223372036.854775807": math.MaxInt64, "-9223372036.854775808": math.MinInt64, "9223372036854775807e-9": math.MaxInt64, "9.2233720368547758070e9": math.MaxInt64,
	} {
		if got, err := money.Parse(text); err != nil || got != want {
			t.Errorf("%.60q is %d, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": form, " ": form, ".": form, "-": form, "+": form, "-.": form, "e5": form, ".e5": form, "-e5": form,
		"1e": form, "1e+": form, "1e-": form, "1e5.": form, "1e5e5": form, "1e 5": form, "1e--5": form, "1e+-5": form,
		"1.2.3": form, "1..2": form, "--1": form, "+-1": form, "-+1": form, "1-": form, "- 1": form, "1 2": form, "1,5": form, "1.000,5": form, "1_000": form, "1'000": form,
		"NaN": form, "nan": form, "Infinity": form, "-Infinity": form, "inf": form, "+Inf": form,
		"0x10": form, "0x1p-3": form, "0b1": form, "0o7": form, "1/2": form, "1f": form, "$1": form, "1€": form, "null": form, "true": form, "\"1\"": form,
		"１": form, "٣": form, "1\u200b": form, "\ufeff1": form, "−1": form, "1\x00": form, "1\xff": form, "1e５": form,
		zeros(1001): long, "1." + zeros(999): long, strings.Repeat("x", 1001): long,
		"0.0000000001": fine, "0.1234567891": fine, "-1.0000000005": fine, "1e-10": fine, "15e-10": fine, "1e-99999999999999999999": fine, "0." + zeros(990) + "1": fine, "0." + zeros(990) + "1e981": fine,
		"9223372036.854775808": large, "-9223372036.854775809": large, "9223372037": large, "1e10": large, "-1e10": large, "1e1000": large, "1e99999999999999999999": large, "1" + zeros(999): large, "0.1e99999999999999999999": large,
	} {
		if got, err := money.Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q is %d, %v; want an error that it %s", text, got, err, want)
		}
	}
}

func TestStringIsTheShortestDecimal(t *testing.T) {
	t.Parallel()
	for n, want := range map[money.Nanos]string{
		0: "0", 1: "0.000000001", -1: "-0.000000001", 10: "0.00000001", 1e9: "1", -1e9: "-1", 10e9: "10", 1_500_000_000: "1.5", 96_830_000_000: "96.83",
		999_999_999: "0.999999999", 1_000_000_001: "1.000000001", money.DefaultMessagePrice: "0.005", money.MaxPrice: "1000000",
		math.MaxInt64: "9223372036.854775807", math.MinInt64: "-9223372036.854775808",
	} {
		if got := n.String(); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

// amount is any amount, the small, round and extreme ones often.
func amount() *rapid.Generator[money.Nanos] {
	return rapid.Custom(func(t *rapid.T) money.Nanos {
		n := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3e9, 3e9), rapid.Just[int64](math.MinInt64), rapid.Just[int64](math.MaxInt64)).Draw(t, "n")
		if rapid.Bool().Draw(t, "round") {
			n -= n % rapid.SampledFrom([]int64{10, 1e6, 1e9}).Draw(t, "to")
		}
		return money.Nanos(n)
	})
}

func TestEveryAmountComesBack(t *testing.T) {
	t.Parallel()
	shortest := regexp.MustCompile(`^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d{0,8}[1-9])$`)
	rapid.Check(t, func(t *rapid.T) {
		n := amount().Draw(t, "amount")
		text := n.String()
		if !shortest.MatchString(text) {
			t.Errorf("%d is %q, which is not the shortest decimal text", n, text)
		}
		if got, err := money.Parse(text); err != nil || got != n {
			t.Errorf("%d is %q, which is %d, %v", n, text, got, err)
		}
		data, err := json.Marshal(n)
		if err != nil || string(data) != text {
			t.Errorf("%s in JSON is %s, %v", text, data, err)
		}
		for _, data := range []string{text, strconv.Quote(text)} {
			var got money.Nanos
			if err := json.Unmarshal([]byte(data), &got); err != nil || got != n {
				t.Errorf("the JSON %s is %d, %v; want %d", data, got, err, n)
			}
		}
		if total, ok := n.Total().Nanos(); !ok || total != n || n.Total().String() != text {
			t.Errorf("the total of %s is %s, in 64 bits %d, %t", text, n.Total(), total, ok)
		}
	})
}

func TestNanosPlusTellsOverflow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, m := amount().Draw(t, "n"), amount().Draw(t, "m")
		want := new(big.Int).Add(big.NewInt(int64(n)), big.NewInt(int64(m)))
		sum, ok := n.Plus(m)
		if ok != want.IsInt64() || ok && int64(sum) != want.Int64() {
			t.Errorf("%d + %d is %d, %t; want %s", n, m, sum, ok, want)
		}
	})
}

// A float64 keeps 15 digits, and no price has more.
func TestEveryPriceSurvivesAFloat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := money.Nanos(rapid.Int64Range(0, int64(money.MaxPrice)).Draw(t, "price"))
		float, err := strconv.ParseFloat(price.String(), 64)
		if err != nil {
			t.Fatal(err)
		}
		var got money.Nanos
		if err := got.UnmarshalGQL(float); err != nil || got != price {
			t.Errorf("%s as a float64 is %s, %v", price, got, err)
		}
	})
}

func TestScalarNanos(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from any
		want money.Nanos
	}{
		{"0.005", 5e6},
		{" 1e-3 ", 1e6},
		{json.Number("0.02"), 2e7},
		{json.Number("1E2"), 100e9},
		{0.005, 5e6},
		{1e6, money.MaxPrice},
		{-2.5e-9 * 2, -5},
		{math.Copysign(0, -1), 0},
		{7, 7e9},
		{int64(-7), -7e9},
	} {
		var got money.Nanos
		if err := got.UnmarshalGQL(c.from); err != nil || got != c.want {
			t.Errorf("%T %v is %d, %v; want %d", c.from, c.from, got, err, c.want)
		}
		var total money.Total
		if err := total.UnmarshalGQL(c.from); err != nil || total != c.want.Total() {
			t.Errorf("%T %v is the total %s, %v; want %s", c.from, c.from, total, err, c.want)
		}
		var out strings.Builder
		got.MarshalGQL(&out)
		if out.String() != c.want.String() {
			t.Errorf("%d is written %s", got, out.String())
		}
		out.Reset()
		total.MarshalGQL(&out)
		if out.String() != c.want.String() {
			t.Errorf("the total %s is written %s", total, out.String())
		}
	}
	for _, from := range []any{
		nil, "", "odd", json.Number(""), json.Number("1e99"), math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 5e-324, true,
		map[string]any{"price": 1},
		[]any{1},
		int64(math.MaxInt64), strings.Repeat("9", 100_000),
	} {
		got, total := money.Nanos(5), money.Nanos(5).Total()
		err := got.UnmarshalGQL(from)
		if err == nil || got != 5 {
			t.Errorf("%T %.20v is taken for %d, %v", from, from, got, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("%T: an error of %d bytes", from, len(err.Error()))
		}
		if err := total.UnmarshalGQL(from); err == nil || total != money.Nanos(5).Total() {
			t.Errorf("%T %.20v is taken for the total %s, %v", from, from, total, err)
		}
	}
	var n money.Nanos
	if err := n.UnmarshalGQL("0.0000000001"); err == nil || err.Error() != `"0.0000000001" has more than 9 fractional digits` {
		t.Errorf("the error says %v", err)
	}
}

func TestJSONRefusesWhatIsNoAmount(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"null", "true", "{}", "[]", "[1]", `""`, `"NaN"`, `"1 EUR"`, "1e99", "0.0000000001"} {
		n := money.Nanos(5)
		if err := json.Unmarshal([]byte(data), &n); err == nil || n != 5 {
			t.Errorf("%s is taken for %s, %v", data, n, err)
		}
	}
}

// What was sent is the judge's: the scalar lets everything through and hands
// on what it was.
func TestDecimalNeverFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from  any
		text  string
		gql   string
		empty bool
	}{
		{"0.005", "0.005", "0.005", false},
		{" 5e-3 ", " 5e-3 ", "0.005", false},
		{json.Number("1e2"), "1e2", "100", false},
		{0.1, "0.1", "0.1", false},
		{1e6, "1e+06", "1000000", false},
		{int64(3), "3", "3", false},
		{3, "3", "3", false},
		{"", "", `""`, true},
		{" \t\u00a0", " \t\u00a0", "\" \\t\u00a0\"", true},
		{"1 EUR", "1 EUR", `"1 EUR"`, false},
		{"a\"\n\x00", "a\"\n\x00", `"a\"\n\u0000"`, false},
		{"\xff", "\xff", `"\ufffd"`, false},
		{math.NaN(), "NaN", `"NaN"`, false},
		{math.Inf(-1), "-Inf", `"-Inf"`, false},
		{nil, "<nil>", `"\u003cnil\u003e"`, false},
		{true, "true", `"true"`, false},
		{map[string]any{"a": 1}, "map[a:1]", `"map[a:1]"`, false},
		{[]any{1, "2"}, "[1 2]", `"[1 2]"`, false},
	} {
		var d money.Decimal
		if err := d.UnmarshalGQL(c.from); err != nil || d.String() != c.text || d.IsEmpty() != c.empty {
			t.Errorf("%T %v is %q, empty: %t, %v; want %q", c.from, c.from, d, d.IsEmpty(), err, c.text)
		}
		if d != money.DecimalOf(c.text) {
			t.Errorf("%q is not the Decimal of its text", c.text)
		}
		var out strings.Builder
		d.MarshalGQL(&out)
		if out.String() != c.gql || !json.Valid([]byte(out.String())) {
			t.Errorf("%q is written %s, want %s", d, out.String(), c.gql)
		}
		want, wantErr := money.Parse(c.text)
		if got, err := d.Nanos(); got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%q is %s, %v; want what Parse makes of it, %s, %v", d, got, err, want, wantErr)
		}
	}
	for data, want := range map[string]string{
		"0.0050": "0.0050", "1e400": "1e400", `"0.005"`: "0.005", `"\u0031"`: "1", `""`: "", "true": "true", `{"a":1}`: `{"a":1}`, "[1]": "[1]",
	} {
		var in struct{ Price money.Decimal }
		if err := json.Unmarshal([]byte(`{"Price":`+data+`}`), &in); err != nil || in.Price.String() != want {
			t.Errorf("the JSON %s is %q, %v; want %q", data, in.Price, err, want)
		}
	}
}

// FuzzParse holds Parse against a grammar of its own and math/big.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"0.005", "-.5", "5.", " +1e-9 ", "1e10", "9223372036.854775807", "-9223372036.854775808", "9223372036.854775808", "0.0000000001", "1.0000000000",
		"NaN", "0x1p-3", "1e99999999999", "0e-99999999999", "1,5", "１", "e", ".", "12.5E+3", "\u00a01",
	} {
		f.Add(seed)
	}
	grammar := regexp.MustCompile(`^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := money.Parse(text)
		want, ok := oracle(grammar, strings.TrimSpace(text))
		if ok != (err == nil) || got != want {
			t.Fatalf("%q is %d, %v; want %d, %t", text, got, err, want, ok)
		}
		if err != nil {
			return
		}
		if again, err := money.Parse(got.String()); err != nil || again != got {
			t.Errorf("%q is %s, which is %d, %v", text, got, again, err)
		}
	})
}

// oracle reads what stands in the grammar, is no longer than 1000 bytes, and is
// a whole number of nanos of 64 bits.
func oracle(grammar *regexp.Regexp, text string) (money.Nanos, bool) {
	parts := grammar.FindStringSubmatch(text)
	if parts == nil || len(text) > 1000 {
		return 0, false
	}
	// 1000 digits can't make up for 10^3000, and math/big would write it out.
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	if power, ok := new(big.Int).SetString("0"+strings.TrimLeft(parts[1], "+-"), 10); !ok || power.Cmp(big.NewInt(3000)) > 0 {
		return 0, strings.Trim(mantissa, "+-.0") == ""
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, false
	}
	value.Mul(value, big.NewRat(int64(money.Unit), 1))
	if !value.IsInt() || !value.Num().IsInt64() {
		return 0, false
	}
	return money.Nanos(value.Num().Int64()), true
}
