package money_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/internal/money"
)

func TestPricesComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		byKind := rapid.MapOf(rapid.StringMatching(`[a-z0-9_.-]{1,8}`), amount()).Draw(t, "prices")
		prices := money.Prices{}
		for _, kind := range slices.Sorted(maps.Keys(byKind)) {
			prices = append(prices, money.Price{Kind: kind, Price: byKind[kind]})
		}
		value, err := prices.Value()
		text, ok := value.(string)
		if err != nil || !ok {
			t.Fatalf("stored as %T, %v", value, err)
		}
		for _, stored := range []any{text, []byte(text)} {
			read := money.Prices{{Kind: "stale", Price: 1}}
			if err := read.Scan(stored); err != nil || !slices.Equal(read, prices) {
				t.Errorf("%s is %v, %v; want %v", stored, read, err, prices)
			}
		}
		for kind, want := range byKind {
			if got, ok := prices.Of(kind); !ok || got != want {
				t.Errorf("the price of %s is %s, %t; want %s", kind, got, ok, want)
			}
		}
	})
}

func TestPricesOf(t *testing.T) {
	t.Parallel()
	named := money.Prices{{Kind: "audio", Price: 0}, {Kind: "message", Price: 1e7}, {Kind: "video", Price: 2e9}}
	for _, c := range []struct {
		prices money.Prices
		kind   string
		want   money.Nanos
		ok     bool
	}{
		{nil, "message", 5e6, true},
		{nil, "image", 0, false},
		{nil, "", 0, false},
		{named, "message", 1e7, true},
		{named, "video", 2e9, true},
		{named, "audio", 0, true}, // free is a price
		{named, "image", 0, false},
		{named, "Video", 0, false},
		{named, "zoom", 0, false},
		{named[:1], "message", 5e6, true},
	} {
		got, ok := c.prices.Of(c.kind)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%v: the price of %q is %s, %t; want %s, %t", c.prices, c.kind, got, ok, c.want, c.ok)
		}
	}
}

func TestPricesInADatabase(t *testing.T) {
	t.Parallel()
	value, err := money.Prices{{Kind: "image", Price: 2e7}, {Kind: "video", Price: 1}}.Value()
	if err != nil || value != `{"image":"0.02","video":"0.000000001"}` {
		t.Errorf("stored as %v, %v", value, err)
	}
	if value, err := money.Prices(nil).Value(); err != nil || value != "{}" {
		t.Errorf("no prices are stored as %v, %v", value, err)
	}
	var read money.Prices
	if err := read.Scan(`{ "video": 1e-9, "image": 0.02, "audio": "0" }`); err != nil ||
		!slices.Equal(read, money.Prices{{Kind: "audio", Price: 0}, {Kind: "image", Price: 2e7}, {Kind: "video", Price: 1}}) {
		t.Errorf("numbers are %v, %v", read, err)
	}
	for _, from := range []any{nil, 5, int64(5), "", "{", "[]", `"x"`, `{"image":null}`, `{"image":"dear"}`, `{"image":{}}`, `{"image":1e-10}`, []byte(`{"image":1e99}`)} {
		read := money.Prices{{Kind: "image", Price: 1}}
		if err := read.Scan(from); err == nil || !slices.Equal(read, money.Prices{{Kind: "image", Price: 1}}) {
			t.Errorf("%v is taken for %v, %v", from, read, err)
		}
	}
}
