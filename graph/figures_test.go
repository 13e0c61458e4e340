package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// Lists of figures hold what is selected of their entries, however that is
// said.
func TestListsOfFigures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		entries := func(n int, entry string) string { // %d is the hour
			list := make([]string, n)
			for i := range n {
				list[i] = fmt.Sprintf(entry, i%24)
			}
			return "[" + strings.Join(list, ",") + "]"
		}
		for _, c := range []struct{ query, want string }{
			{`dailyUsage { date messages cost }`, `[{"date":"2024-02-14","messages":2,"cost":0.5},{"date":"2024-02-15","messages":1,"cost":0.000000001}]`},
			{`dailyUsage { __typename }`, `[{"__typename":"DailyUsage"},{"__typename":"DailyUsage"}]`},
			{`dailyUsage { date day: date cost: messages date }`, `[{"date":"2024-02-14","day":"2024-02-14","cost":2},{"date":"2024-02-15","day":"2024-02-15","cost":1}]`},
			{`dailyUsage { ... on DailyUsage @include(if: $yes) { messages } ... @skip(if: $yes) { date } ...F }`, `[{"messages":2,"cost":0.5},{"messages":1,"cost":0.000000001}]`},
			{`dailyUsage { cost @skip(if: $yes) }`, `[{},{}]`},
			{`monthlyUsage(months: 2) { month messages cost growth }`, `[{"month":"2024-01","messages":1,"cost":0.1,"growth":null},{"month":"2024-02","messages":3,"cost":0.500000001,"growth":400}]`},
			{`topClients { clientId clientName clientPhone messages cost share }`, `[{"clientId":"bruno","clientName":null,"clientPhone":null,"messages":1,"cost":0.3,"share":0.5999999988},{"clientId":"ada","clientName":"Ada","clientPhone":"+393331112222","messages":2,"cost":0.200000001,"share":0.4000000012}]`},
			{`topClients(first: 1, by: MESSAGES) { __typename clientId }`, `[{"__typename":"ClientUsage","clientId":"ada"}]`},
			{`segments { share clients cost }`, `[{"share":0.5,"clients":1,"cost":0.3},{"share":0.8,"clients":2,"cost":0.500000001},{"share":0.95,"clients":2,"cost":0.500000001}]`},
			{`byKind { label messages cost }`, `[{"label":"image","messages":1,"cost":0.3},{"label":"message","messages":2,"cost":0.200000001}]`},
			{`byModel { label messages cost }`, `[{"label":"","messages":1,"cost":0.3},{"label":"gpt","messages":1,"cost":0.2},{"label":"llama","messages":1,"cost":0.000000001}]`},
			{`peakHours { hour }`, entries(24, `{"hour":%d}`)},
			{`heatmap { hour }`, entries(7*24, `{"hour":%d}`)},
			{`anomalies { date hour direction actual expected low high clients { clientId } }`, `[{"date":"2024-02-14","hour":null,"direction":"ABOVE","actual":0.5,"expected":0.000804185,"low":0,"high":0.09995712,"clients":[{"clientId":"bruno"},{"clientId":"ada"}]},{"date":"2024-02-14","hour":0,"direction":"ABOVE","actual":0.2,"expected":0,"low":0,"high":0,"clients":[{"clientId":"ada"}]},{"date":"2024-02-14","hour":11,"direction":"ABOVE","actual":0.3,"expected":0,"low":0,"high":0,"clients":[{"clientId":"bruno"}]}]`},
		} {
			const (
				head = `query($yes: Boolean = true) { stats(workspaceId: "shop", range: {lastDays: 2}) { figures: `
				tail = ` busiestDay { ...F date @skip(if: $yes) } } } fragment F on DailyUsage { cost }`
			)
			want := `{"stats":{"figures":` + c.want + `,"busiestDay":{"cost":0.5}}}`
			if got := h.data(t, admin, head+c.query+tail, nil); got != want {
				t.Errorf("%s: %s, want %s", c.query, got, want)
			}
		}
	})
}
