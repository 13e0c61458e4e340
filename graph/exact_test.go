package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A price keeps every digit from the request to the answer, in whatever form
// it is sent.
func TestPricesAreExact(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for i, c := range []struct{ sent, want string }{
			{"0.1", "0.1"},
			{"0.2", "0.2"},
			{"0.30000000000000000000000000000000000000", "0.3"},
			{"3e-1", "0.3"},
			{"0.005", "0.005"},
			{"5E-7", "0.0000005"},
			{"0.000000001", "0.000000001"},
			{"123456.123456789", "123456.123456789"},
			{"999999.999999999", "999999.999999999"},
			{"0.7000000010", "0.700000001"},
			{"1000000", "1000000"},
			{"0", "0"},
			{"-0", "0"},
			{"0.000", "0"},
		} {
			const back = `{ usage { price } }`
			input := func(price string, way int) string {
				return fmt.Sprintf(`{workspaceId: "shop", clientId: "ada", model: "m%d", price: %s, idempotencyKey: "%d %d"}`, i, price, i, way)
			}
			quoted := `"` + c.sent + `"`
			want := `{"trackUsage":{"usage":{"price":` + c.want + `}}}`
			for way, got := range []answer{
				h.ask(t, admin, `mutation { trackUsage(input: `+input(c.sent, 0)+`) `+back+` }`, nil),
				h.ask(t, admin, `mutation { trackUsage(input: `+input(quoted, 1)+`) `+back+` }`, nil),
				h.ask(t, admin, `mutation($p: Decimal) { trackUsage(input: `+input("$p", 2)+`) `+back+` }`, json.RawMessage(`{"p": `+c.sent+`}`)),
				h.ask(t, admin, `mutation($p: Decimal) { trackUsage(input: `+input("$p", 3)+`) `+back+` }`, json.RawMessage(`{"p": `+quoted+`}`)),
				h.ask(t, admin, `mutation($p: Decimal = `+c.sent+`) { trackUsage(input: `+input("$p", 4)+`) `+back+` }`, nil),
				h.ask(t, admin, `mutation($input: TrackUsageInput!) { trackUsage(input: $input) `+back+` }`, json.RawMessage(`{"input": `+jsonOf(input(c.sent, 5))+`}`)),
				h.ask(t, admin, `mutation { ...m } fragment m on Mutation { trackUsage(input: `+input(c.sent, 6)+`) `+back+` }`, nil),
			} {
				if string(got.body.Data) != want {
					t.Errorf("%s, way %d: %s, want %s", c.sent, way, got.text, want)
				}
			}
			asWorkspacePrice := `mutation { updateWorkspace(id: "rival", input: {prices: [{kind: "a", price: ` + c.sent + `}]}) { prices { kind price } } }`
			if got := h.data(t, admin, asWorkspacePrice, nil); got != `{"updateWorkspace":{"prices":[{"kind":"a","price":`+c.want+`}]}}` {
				t.Errorf("%s: %s", c.sent, got)
			}
			filter := fmt.Sprintf(`{ usages(where: {price: %s, model: "m%d", priceLTE: "%[1]s", priceIn: [%[1]s]}) { totalCount edges { node { price } } } }`, c.sent, i)
			if got := h.data(t, admin, filter, nil); !strings.HasPrefix(got, `{"usages":{"totalCount":7,"edges":[{"node":{"price":`+c.want+`}}`) {
				t.Errorf("%s: %s", filter, got)
			}
		}
	})
}

// Sums are what one computes on paper.
func TestSumsAreExact(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var events []string
		for _, price := range []string{"0.1", "0.2", "0.000000001", "999999.999999999", "999999.999999999"} {
			events = append(events, `{workspaceId: "shop", clientId: "ada", price: `+price+`}`)
		}
		h.data(t, admin, `mutation { trackUsageBatch(inputs: [`+strings.Join(events, " ")+`]) { tracked } }`, nil)
		const want = `{"stats":{"totalCost":2000000.299999999,"totalMessages":5,"averageDailyCost":666666.766666666,"averageDailyMessages":1.6666666666666667,` +
			`"dailyUsage":[{"cost":0},{"cost":0},{"cost":2000000.299999999}],"topClients":[{"cost":2000000.299999999,"share":1}],` +
			`"monthlyComparison":{"currentMonth":2000000.299999999,"previousMonth":0,"growth":null},"segments":[{"share":0.5,"cost":2000000.299999999},{"share":0.8,"cost":2000000.299999999},{"share":0.95,"cost":2000000.299999999}]}}`
		if got := h.data(t, admin, `{ stats(workspaceId: "shop", range: {lastDays: 3}) { totalCost totalMessages averageDailyCost averageDailyMessages
			dailyUsage { cost } topClients { cost share } monthlyComparison { currentMonth previousMonth growth } segments { share cost } } }`, nil); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
