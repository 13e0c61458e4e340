package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/graph"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/testkit"
)

// fill counts a few answers of different days, kinds and models.
func (h *house) fill(t *testing.T) {
	t.Helper()
	h.data(t, admin, `mutation { trackUsageBatch(inputs: [
		{workspaceId: "shop", clientId: "ada", price: 0.1, model: "gpt", occurredAt: "2024-01-10T08:00:00Z"}
		{workspaceId: "shop", clientId: "ada", price: 0.2, model: "gpt", occurredAt: "2024-02-13T23:30:00Z"}
		{workspaceId: "shop", clientId: "bruno", price: 0.3, kind: "image", occurredAt: "2024-02-14T10:00:00Z"}
		{workspaceId: "shop", phone: "+39 333 111 2222", price: 0.000000001, model: "llama", occurredAt: "2024-02-15T11:00:00Z"}
		{workspaceId: "rival", clientId: "zoe", price: 7}
	]) { tracked } }`, nil)
}

// forget has the book remember nothing of what was read.
func (h *house) forget() {
	deps := h.deps
	deps.Book = ledger.Open(h.db)
	h.Handler = graph.New(deps)
}

// reads is the answer to a query and how many statements it took.
func (h *house) reads(t *testing.T, query string, variables any) (data string, n int) {
	t.Helper()
	h.statements.take()
	data = h.data(t, admin, query, variables)
	for _, statement := range h.statements.take() {
		if strings.Contains(statement, "SELECT") && !strings.Contains(statement, "pg_notify") && // which tells of what was counted before
			!strings.Contains(statement, "late_days") { // which tells whether something is remembered
			n++
		}
	}
	return data, n
}

// An operation reads what its selected fields need, once, and of what is over
// only what it doesn't remember.
func TestSelectionDecidesWhatIsRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		const (
			widgets = `totalCost totalMessages averageDailyCost averageDailyMessages dailyUsage { cost } busiestDay { cost } peakHours { cost } peakHour { cost } heatmap { cost } monthlyComparison { growth }`
			more    = ` monthlyUsage { cost } previousPeriod { totalCost } byKind { cost } byModel { cost }`
			clients = ` topClients { clientId clientName cost } segments { cost }`
			stats   = `stats(workspaceId: "shop", range: {lastDays: 7})`
		)
		for _, c := range []struct {
			query, variables string
			want             int // the workspace is one of them
		}{
			{`{ ` + stats + ` { startDate endDate days timeZone currency workspaceId __typename } }`, "", 1},
			{`{ ` + stats + ` { totalCost } }`, "", 2},
			{`{ ` + stats + ` { ` + widgets + ` } }`, "", 2},
			{`{ ` + stats + ` { ` + widgets + more + ` } }`, "", 3},
			{`{ ` + stats + ` { segments { cost } } }`, "", 2},
			{`{ ` + stats + ` { topClients { clientName } } }`, "", 3},
			{`{ ` + stats + ` { ` + clients + ` } }`, "", 3},
			{`{ ` + stats + ` { ` + widgets + more + clients + ` } }`, "", 5},
			{`{ ` + stats + ` { monthlyUsage(months: 120) { cost } few: monthlyUsage(months: 1) { cost } } }`, "", 2},
			{`{ ` + stats + ` { topClients { cost } ten: topClients(first: 10, by: MESSAGES) { cost } } }`, "", 3},
			{`{ ` + stats + ` { totalCost } ` + stats + ` { dailyUsage { cost } } }`, "", 2},
			{`{ a: ` + stats + ` { totalCost } b: ` + stats + ` { dailyUsage { cost } days } }`, "", 4},
			{`{ a: ` + stats + ` { days } b: ` + stats + ` { dailyUsage { cost } days } }`, "", 3},
			{`{ peakHours(workspaceId: "shop") { cost } }`, "", 2},
			{`{ topClients(workspaceId: "shop") { cost } }`, "", 3},
			{`{ workspace(id: "shop") { name stats { days } } }`, "", 2},
			{`{ workspace(id: "shop") { stats { ...a } } } fragment a on UsageStats { cost: totalCost }`, "", 3},
			{`{ workspace(id: "shop") { name } }`, "", 1},
			{`{ viewer { role } }`, "", 0},
			{`{ ` + stats + ` { days ...a } } fragment a on UsageStats { ...b } fragment b on UsageStats { ... on UsageStats { all: totalCost } }`, "", 2},
			{`query($yes: Boolean!) { ` + stats + ` { days totalCost @include(if: $yes) ...a @skip(if: $yes) } } fragment a on UsageStats { segments { cost } }`, `{"yes": true}`, 2},
			{`query($yes: Boolean!) { ` + stats + ` { days totalCost @include(if: $yes) ... @include(if: $yes) { segments { cost } } } }`, `{"yes": false}`, 1},
			{`query($yes: Boolean = false) { ` + stats + ` @include(if: $yes) { ` + widgets + ` } viewer { role } }`, `{}`, 0},
			{`{ customers { edges { node { id } } } }`, "", 1},
			{`{ customers { totalCount } }`, "", 1},
			{`{ usages(first: 2) { totalCount edges { node { id } } } }`, "", 2},
			{`{ workspaces { edges { node { id stats { totalCost segments { cost } } } } } }`, "", 1 + 2*3},
		} {
			var variables json.RawMessage
			if c.variables != "" {
				variables = json.RawMessage(c.variables)
			}
			h.data(t, admin, c.query, variables)
			if _, n := h.reads(t, c.query, variables); n != c.want {
				t.Errorf("%s %s: %d reads, want %d", c.query, c.variables, n, c.want)
			}
		}
	})
}

// A forecast is made for who selects one, and once for all; so are anomalies,
// and what explains them is read for who wants to know.
func TestSelectionDecidesWhatIsLearned(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var inputs strings.Builder
		for back := 1; back <= 40; back++ {
			price := 1
			if back == 10 {
				price = 9
			}
			for _, hour := range []int{9, 15} {
				at := clock().AddDate(0, 0, -back).Add(time.Duration(hour-12) * time.Hour).Format(time.RFC3339)
				fmt.Fprintf(&inputs, `{workspaceId: "shop", clientId: "ada", price: %d, occurredAt: %q}`, price, at)
			}
		}
		h.data(t, admin, `mutation { trackUsageBatch(inputs: [`+inputs.String()+`]) { tracked } }`, nil)
		const stats = `stats(workspaceId: "shop")`
		for _, c := range []struct {
			query, want string // an empty one is not looked at
			reads       int
			learned     int
		}{
			{`{ ` + stats + ` { totalCost dailyUsage { cost } monthlyComparison { growth } segments { cost } } }`, ``, 8, 0},
			{`{ ` + stats + ` { forecast @skip(if: true) { method } anomalies @include(if: false) { date } days } }`, `{"days":30}`, 1, 0},
			{`{ ` + stats + ` { forecast { method } } }`, `{"forecast":{"method":"ETS(A,N,N)"}}`, 4, 1},
			{
				`{ ` + stats + ` { a: forecast(days: 1) { daily { date } } b: forecast(days: 2) { daily { date } } } }`,
				`{"a":{"daily":[{"date":"2024-02-16"}]},"b":{"daily":[{"date":"2024-02-16"},{"date":"2024-02-17"}]}}`, 4, 1,
			},
			{`{ ` + stats + ` { anomalies { date hour } } }`, `{"anomalies":[{"date":"2024-02-05","hour":null}]}`, 2, 1},
			{`{ ` + stats + ` { anomalies { date } anomalies { models { label } } } }`, `{"anomalies":[{"date":"2024-02-05","models":[{"label":""}]}]}`, 7, 1},
			{`{ ` + stats + ` { ...a } } fragment a on UsageStats { forecast { method } b: anomalies { ...b } } fragment b on Anomaly { kinds { label } }`, ``, 3, 1}, // the one above has read why
			{`{ ` + stats + ` { anomalies { clients { clientId } } } }`, `{"anomalies":[{"clients":[{"clientId":"ada"}]}]}`, 4, 1},
			{
				`{ ` + stats + ` { anomalies { date hour direction actual a: clients { clientId clientName actual usual difference } kinds { label difference } } } }`,
				`{"anomalies":[{"date":"2024-02-05","hour":null,"direction":"ABOVE","actual":18,"a":[{"clientId":"ada","clientName":"Ada","actual":18,"usual":2,"difference":16}],"kinds":[{"label":"message","difference":16}]}]}`, 9, 1,
			},
		} {
			h.forget()
			data, n := h.reads(t, c.query, nil)
			if c.want != "" && data != `{"stats":`+c.want+`}` {
				t.Errorf("%s:\n%s, want\n%s", c.query, data, c.want)
			}
			if learned := h.forecasts.Len(); n != c.reads || learned != c.learned {
				t.Errorf("%s: %d reads and %d forecasts, want %d and %d", c.query, n, learned, c.reads, c.learned)
			}
		}
		if got := h.ask(t, admin, `{ stats(workspaceId: "shop") { forecast(days: 366) { method } } }`, nil).code(); got != "INVALID days" {
			t.Errorf("366 days: %s", got)
		}
	})
}

// Each field alone is what it is among all others: its need is declared, with
// the arguments in whatever form.
func TestEachFieldOfStatsAlone(t *testing.T) {
	t.Parallel()
	schema := decode[struct {
		Schema served `json:"__schema"`
	}](t, open(t, testkit.SQLiteURL(t)).data(t, nobody, introspection, nil)).Schema
	fieldsOf := func(name string) []servedField {
		return schema.Types[slices.IndexFunc(schema.Types, func(s servedType) bool { return s.Name == name })].Fields
	}
	free := []string{"workspaceId", "startDate", "endDate", "days", "timeZone", "currency"}
	forms := map[string][]string{
		"topClients":   {"", "(first: $many, by: $by)", "(first: 1000, by: MESSAGES)", "(first: $nil, by: $nothing)", "(first: $ten)"},
		"monthlyUsage": {"", "(months: $most)", "(months: 120)", "(months: $nil)", "(months: $ten)"},
		"forecast":     {"", "(days: $year)", "(days: 1)", "(days: $nil)", "(days: $ten)"},
	}
	declared := []string{"$many: Int", "$most: Int", "$nil: Int", "$ten: Int = 10", "$year: Int", "$by: UsageMeasure", "$nothing: UsageMeasure"}
	variables := map[string]any{"many": 1000, "most": 120, "year": 365, "by": "MESSAGES", "nothing": nil}
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		ask := func(selection string) (stats map[string]json.RawMessage, n int) {
			t.Helper()
			used := ""
			for _, d := range declared {
				if name, _, _ := strings.Cut(d, ":"); strings.Contains(selection, name) {
					used += " " + d
				}
			}
			if used != "" {
				used = "query(" + used + ")"
			}
			h.forget()
			data, n := h.reads(t, used+`{ stats(workspaceId: "shop", range: {startDate: "2024-01-01", endDate: "2024-02-15"}) { `+selection+` } }`, variables)
			return decode[struct{ Stats map[string]json.RawMessage }](t, data).Stats, n
		}
		selections := map[string]string{} // by alias
		var below func(f servedField) string
		below = func(f servedField) string {
			text := ""
			for _, g := range fieldsOf(strings.Trim(f.Type.String(), "[]!")) {
				text += " " + g.Name + below(g)
			}
			if text != "" {
				text = " {" + text + " }"
			}
			return text
		}
		for _, f := range fieldsOf("UsageStats") {
			for i, arguments := range append([]string{""}, forms[f.Name]...) {
				alias := fmt.Sprintf("%s%d", f.Name, i)
				selections[alias] = alias + ": " + f.Name + arguments + below(f)
			}
		}
		all, _ := ask(strings.Join(slices.Collect(maps.Values(selections)), " "))
		for alias, selection := range selections {
			got, n := ask(selection)
			if string(got[alias]) != string(all[alias]) || len(got[alias]) == 0 {
				t.Errorf("%s alone is\n%.500s, among others\n%.500s", alias, got[alias], all[alias])
			}
			if (n == 1) != slices.Contains(free, strings.TrimRight(alias, "0123456789")) {
				t.Errorf("%s alone: %d reads", alias, n)
			}
		}
	})
}

// The shorthands and the stats of a workspace are the fields of stats.
func TestShorthands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		const hours, clients = `{ hour messages cost }`, `{ clientId clientName clientPhone messages cost share }`
		for _, arguments := range []string{
			``, `range: {lastDays: 2}`, `range: {startDate: "2024-01-10", endDate: "2024-02-14"}`, `filter: {clientIds: ["ada"], kinds: "message"}`, `range: {lastDays: 60}, filter: {hours: [0, 11], weekdays: [WEDNESDAY]}`,
		} {
			for _, top := range []string{``, `first: 1`, `by: MESSAGES`, `first: 1, by: MESSAGES`, `first: null, by: null`} {
				both, inside := `(workspaceId: "shop", `+arguments+`)`, ``
				if arguments != "" {
					inside = "(" + arguments + ")"
				}
				of := top
				if of != "" {
					of = "(" + of + ")"
				}
				got := decode[struct {
					Stats, All            map[string]any
					PeakHours, TopClients any
					Workspace             struct{ Stats map[string]any }
					Workspaces            struct {
						Edges []struct {
							Node struct{ Stats map[string]any }
						}
					}
				}](t, h.data(t, admin, `{
					stats`+both+` { totalCost peakHours `+hours+` topClients`+of+` `+clients+` }
					peakHours`+both+` `+hours+`
					topClients`+strings.TrimSuffix(both, ")")+" "+top+`) `+clients+`
					workspace(id: "shop") { stats`+inside+` { totalCost peakHours `+hours+` topClients`+of+` `+clients+` } }
					workspaces(where: {id: "shop"}) { edges { node { stats`+inside+` { totalCost peakHours `+hours+` topClients`+of+` `+clients+` } } } }
				}`, nil))
				text := func(v any) string { return fmt.Sprint(v) }
				if text(got.PeakHours) != text(got.Stats["peakHours"]) || text(got.TopClients) != text(got.Stats["topClients"]) ||
					text(got.Workspace.Stats) != text(got.Stats) || text(got.Workspaces.Edges[0].Node.Stats) != text(got.Stats) || got.TopClients == nil {
					t.Errorf("%s %s: %v", arguments, top, got)
				}
			}
		}
	})
}

// A change of the zone moves every day boundary at once; the rebuild of the
// client days that it asks for changes no figure.
func TestZoneChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		const figures = `{ stats(workspaceId: "shop", range: {startDate: "2024-02-13", endDate: "2024-02-15"}) {
			timeZone totalCost dailyUsage { date cost } topClients { clientId clientName messages cost } segments { clients cost } peakHour { hour } monthlyComparison { currentMonth previousMonth }
		} }`
		const clients = `"topClients":[{"clientId":"bruno","clientName":null,"messages":1,"cost":0.3},{"clientId":"ada","clientName":"Ada","messages":2,"cost":0.200000001}],` +
			`"segments":[{"clients":1,"cost":0.3},{"clients":2,"cost":0.500000001},{"clients":2,"cost":0.500000001}],`
		rome := `{"stats":{"timeZone":"Europe/Rome","totalCost":0.500000001,"dailyUsage":[{"date":"2024-02-13","cost":0},{"date":"2024-02-14","cost":0.5},{"date":"2024-02-15","cost":0.000000001}],` +
			clients + `"peakHour":{"hour":0},"monthlyComparison":{"currentMonth":0.500000001,"previousMonth":0.1}}}`
		honolulu := `{"stats":{"timeZone":"Pacific/Honolulu","totalCost":0.500000001,"dailyUsage":[{"date":"2024-02-13","cost":0.2},{"date":"2024-02-14","cost":0.3},{"date":"2024-02-15","cost":0.000000001}],` +
			clients + `"peakHour":{"hour":0},"monthlyComparison":{"currentMonth":0.500000001,"previousMonth":0.1}}}`
		check := func(when, want string) {
			t.Helper()
			if got := h.data(t, admin, figures, nil); got != want {
				t.Errorf("%s:\n%s, want\n%s", when, got, want)
			}
		}
		change := func(input string) {
			t.Helper()
			h.data(t, admin, `mutation { updateWorkspace(id: "shop", input: {`+input+`}) { id } }`, nil)
		}
		check("before", rome)
		change(`name: "Other", timeZone: "Europe/Rome", prices: []`)
		change(`timeZone: ""`)
		if told := h.zones.take(); told != nil {
			t.Errorf("the zone did not change, and a rebuild is asked for: %q", told)
		}
		change(`timeZone: "Pacific/Honolulu"`)
		if told := h.zones.take(); !slices.Equal(told, []string{"shop"}) {
			t.Errorf("a rebuild is asked for %q", told)
		}
		check("before the rebuild", honolulu)
		h.data(t, admin, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "bruno", price: 1, idempotencyKey: "late", occurredAt: "2024-02-14T00:00:00Z"}) { tracked } }`, nil)
		if err := h.book.RebuildDays(t.Context(), "shop", nil); err != nil {
			t.Fatal(err)
		}
		h.data(t, admin, `mutation($id: ID!) { voidUsage(workspaceId: "shop", id: $id) { voided } }`, map[string]string{"id": decode[struct {
			Usages struct {
				Edges []struct{ Node struct{ ID string } }
			}
		}](t, h.data(t, admin, `{ usages(where: {idempotencyKey: "late"}) { edges { node { id } } } }`, nil)).Usages.Edges[0].Node.ID})
		check("after it", honolulu)
		change(`timeZone: "Europe/Rome"`)
		check("back", rome)
	})
}
