package money

import (
	"cmp"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
)

// DefaultMessagePrice is what a message costs where the workspace's price list
// does not say otherwise.
const DefaultMessagePrice Nanos = 5_000_000

// messageKind is the only kind with a price of its own.
const messageKind = "message"

// Price is what one answer of a kind costs.
type Price struct {
	Kind  string
	Price Nanos
}

// Prices is a workspace's price list, sorted by kind. In a database it is a
// JSON text such as {"image":"0.02"}: strings, which no reader rounds.
type Prices []Price

// Of is the price of a kind; ok is false where there is none anywhere.
func (p Prices) Of(kind string) (price Nanos, ok bool) {
	i, found := slices.BinarySearchFunc(p, kind, func(e Price, k string) int { return cmp.Compare(e.Kind, k) })
	if found {
		return p[i].Price, true
	}
	return DefaultMessagePrice, kind == messageKind
}

// Value writes the list for a database.
func (p Prices) Value() (driver.Value, error) {
	byKind := make(map[string]string, len(p))
	for _, e := range p {
		byKind[e.Kind] = e.Price.String()
	}
	text, err := json.Marshal(byKind)
	return string(text), err
}

// Scan reads the list from a database: what Value wrote, or the same with
// numbers.
func (p *Prices) Scan(from any) error {
	var text []byte
	switch from := from.(type) {
	case string:
		text = []byte(from)
	case []byte:
		text = from
	default:
		return fmt.Errorf("money: price list of type %T", from)
	}
	var byKind map[string]Nanos
	if err := json.Unmarshal(text, &byKind); err != nil {
		return fmt.Errorf("money: price list: %w", err)
	}
	list := make(Prices, 0, len(byKind))
	for kind, price := range byKind {
		list = append(list, Price{kind, price})
	}
	slices.SortFunc(list, func(a, b Price) int { return cmp.Compare(a.Kind, b.Kind) })
	*p = list
	return nil
}
