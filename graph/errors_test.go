package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// refusal is a bad request and what it is answered.
type refusal struct {
	operation, variables string
	want                 string // the code, and the field where one is at fault
}

func (h *house) refuses(t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		var variables json.RawMessage
		if c.variables != "" {
			variables = json.RawMessage(c.variables)
		}
		got := h.ask(t, admin, c.operation, variables)
		if got.code() != c.want || string(got.body.Data) != "" && string(got.body.Data) != "null" {
			t.Errorf("%.300s %.300s: %.600s, want %s", c.operation, c.variables, got.text, c.want)
		}
	}
}

func TestRangesAndFilters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const all = `{ stats(%[1]s) { days } }|{ peakHours(%[1]s) { hour } }|{ topClients(%[1]s) { clientId } }|{ workspace(id: "shop") { s: stats(%[2]s) { days } } }`
		for arguments, want := range map[string]string{
			`range: {lastDays: 0}`:                                                            "INVALID_RANGE",
			`range: {lastDays: -1}`:                                                           "INVALID_RANGE",
			`range: {lastDays: 3661}`:                                                         "INVALID_RANGE",
			`range: {lastDays: 99999999999999999999}`:                                         "INVALID_RANGE",
			`range: {lastDays: 1, startDate: "2024-02-01"}`:                                   "INVALID_RANGE",
			`range: {lastDays: 1, startDate: "2024-02-01", endDate: "2024-02-02"}`:            "INVALID_RANGE",
			`range: {startDate: "2024-02-01"}`:                                                "INVALID_RANGE",
			`range: {startDate: "2024-02-01", endDate: ""}`:                                   "INVALID_RANGE",
			`range: {endDate: "2024-02-01"}`:                                                  "INVALID_RANGE",
			`range: {startDate: "2024-02-02", endDate: "2024-02-01"}`:                         "INVALID_RANGE",
			`range: {startDate: "2014-02-08", endDate: "2024-02-16"}`:                         "INVALID_RANGE", // 3,661 days
			`range: {startDate: "2024-02-30", endDate: "2024-03-01"}`:                         "INVALID_RANGE range.startDate",
			`range: {startDate: "2024-02-01", endDate: "tomorrow"}`:                           "INVALID_RANGE range.endDate",
			`range: {startDate: "2024-02-01T00:00:00Z", endDate: "2024-02-01"}`:               "INVALID_RANGE range.startDate",
			`range: {startDate: 20240201, endDate: "2024-02-01"}`:                             "INVALID_RANGE range.startDate",
			`range: {startDate: "\u0000", endDate: "2024-02-01"}`:                             "INVALID_RANGE range.startDate",
			`range: {startDate: "` + strings.Repeat("9", 10000) + `", endDate: "2024-02-01"}`: "INVALID_RANGE range.startDate",
			`filter: {hours: [0, 24]}`:                                                        "INVALID filter.hours.1",
			`filter: {hours: -1}`:                                                             "INVALID filter.hours.0",
			`filter: {hours: [99999999999999999999]}`:                                         "INVALID filter.hours.0",
			// What counts as absent.
			`range: null, filter: null`:                                                                            "",
			`range: {}, filter: {}`:                                                                                "",
			`range: {lastDays: null, startDate: "", endDate: ""}`:                                                  "",
			`range: {lastDays: 3660, startDate: "", endDate: null}`:                                                "",
			`range: {startDate: "2014-02-09", endDate: "2024-02-16"}`:                                              "", // a day to come
			`filter: {clientIds: [], hours: [], weekdays: [], kinds: [], models: null}`:                            "",
			`filter: {clientIds: ["nobody", "\u0000"], hours: [0, 23], weekdays: SUNDAY, kinds: "", models: [""]}`: "",
		} {
			for _, operation := range strings.Split(fmt.Sprintf(all, `workspaceId: "shop", `+arguments, arguments), "|") {
				got := h.ask(t, admin, operation, nil)
				if got.code() != want {
					t.Errorf("%.300s: %.500s, want %s", operation, got.text, want)
				}
			}
		}
	})
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.data(t, admin, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada"}) { tracked } }`, nil)
		long := func(n int) string { return `"` + strings.Repeat("é", n) + `"` }
		var cases []refusal
		add := func(want, operation string, arguments ...any) {
			cases = append(cases, refusal{fmt.Sprintf(operation, arguments...), "", want})
		}
		for _, n := range []string{"0", "-1", "1001", "99999999999999999999"} {
			add("INVALID first", `{ stats(workspaceId: "shop") { topClients(first: %s) { clientId } } }`, n)
			add("INVALID first", `{ topClients(workspaceId: "shop", first: %s) { clientId } }`, n)
		}
		for _, n := range []string{"0", "-1", "121", "99999999999999999999"} {
			add("INVALID months", `{ stats(workspaceId: "shop") { monthlyUsage(months: %s) { month } } }`, n)
		}
		for _, field := range []struct{ name, values string }{
			{"id", `"a b"|"é"|"` + strings.Repeat("a", 65) + `"|"\u0000"|"a/b"`},
			{"name", `""|" "|"\u200b\u0000"|` + long(201)},
			{"currency", `"eur"|"EURO"|"ZZZ"|" "|"\u0000"`},
			{"language", `"de"|"EN"|" "|"\u0000"`},
			{"reportHour", `-1|24|99999999999999999999`},
			{"timeZone", `"Rome"|"Local"|" "|"../../etc/passwd"|"\u0000"`},
			{"prices.0.kind", `""|"Message"|"a b"|"` + strings.Repeat("a", 65) + `"`},
			{"prices.0.price", `"abc"|""|"NaN"|-1|-0.000000001|1000000.000000001|0.0000000001|1e999|123456789012345678901234567890|true|{}|[1]|{a: 1e999}`},
		} {
			for _, value := range strings.Split(field.values, "|") {
				create := map[string]string{"name": `"x"`}
				switch name, rest, _ := strings.Cut(field.name, ".0."); rest {
				case "kind":
					create[name] = `[{price: 1, kind: ` + value + `}]`
				case "price":
					create[name] = `[{kind: "a", price: ` + value + `}]`
				default:
					create[name] = value
				}
				input := ""
				for name, value := range create {
					input += name + ": " + value + " "
				}
				add("INVALID input."+field.name, `mutation { createWorkspace(input: {%s}) { id } }`, input)
				if field.name != "id" && value != `""` { // where it counts as absent
					add("INVALID input."+field.name, `mutation { updateWorkspace(id: "shop", input: {%s}) { id } }`, input)
				}
			}
		}
		add("INVALID input.prices.1.kind", `mutation { createWorkspace(input: {name: "x", prices: [{kind: "a", price: 1}, {kind: "a", price: 2}]}) { id } }`)
		add("CONFLICT input.id", `mutation { createWorkspace(input: {id: "shop", name: "x"}) { id } }`)
		add("CONFLICT input.currency", `mutation { updateWorkspace(id: "shop", input: {currency: "USD"}) { id } }`)
		for _, id := range []string{`"none"`, `""`, `"\u0000"`, `"a b"`, long(100)} {
			add("WORKSPACE_NOT_FOUND", `mutation { updateWorkspace(id: %s, input: {name: "x"}) { id } }`, id)
			add("WORKSPACE_NOT_FOUND", `mutation { upsertCustomer(workspaceId: %s, input: {clientId: "x"}) { id } }`, id)
			add("WORKSPACE_NOT_FOUND", `mutation { eraseCustomer(workspaceId: %s, clientId: "x") { id } }`, id)
			add("WORKSPACE_NOT_FOUND", `mutation { voidUsage(workspaceId: %s, id: "x") { voided } }`, id)
			add("WORKSPACE_NOT_FOUND", `{ stats(workspaceId: %s) { days } }`, id)
			if id != `""` {
				add("WORKSPACE_NOT_FOUND", `mutation { createApiKey(input: {name: "x", role: READ, workspaceId: %s}) { id } }`, id)
			}
		}
		for _, field := range []struct{ name, values string }{
			{"clientId", `"a b"|"é"|"` + strings.Repeat("a", 65) + `"|"\u0000"`},
			{"name", `" "|"\u0000"|` + long(201)},
			{"phone", `"abc"|" "|"123456"|"+1234567890123456"|"\u0000"`},
			{"email", `"a"|"a@b"|"a b@c.de"|" "|"\u0000"|"` + strings.Repeat("a", 200) + `@b.de"`},
		} {
			for _, value := range strings.Split(field.values, "|") {
				add("INVALID input."+field.name, `mutation { upsertCustomer(workspaceId: "shop", input: {%s: %s}) { id } }`, field.name, value)
			}
		}
		add("CONFLICT input.phone", `mutation { upsertCustomer(workspaceId: "shop", input: {clientId: "new", phone: "00393331112222"}) { id } }`)
		for _, id := range []string{`"nobody"`, `""`, `"\u0000"`, `"a b"`} {
			add("CUSTOMER_NOT_FOUND", `mutation { eraseCustomer(workspaceId: "shop", clientId: %s) { id } }`, id)
		}
		for _, field := range []struct{ name, values string }{
			{"name", `""|" "|"\u0000"|` + long(201)},
			{"expiresAt", `"tomorrow"|"2024-02-15T12:00:00Z"|"2025-01-01"|5|true|{}`},
		} {
			for _, value := range strings.Split(field.values, "|") {
				key := "role: READ "
				if field.name != "name" {
					key += `name: "x" `
				}
				add("INVALID input."+field.name, `mutation { createApiKey(input: {%s %s: %s}) { id } }`, key, field.name, value)
			}
		}
		add("INVALID input.workspaceId", `mutation { createApiKey(input: {name: "x", role: ADMIN, workspaceId: "shop"}) { id } }`)
		add("INVALID reason", `mutation { voidUsage(workspaceId: "shop", id: "x", reason: "\u0000") { voided } }`)
		add("INVALID reason", `mutation { voidUsage(workspaceId: "shop", id: "x", reason: %s) { voided } }`, long(501))
		h.refuses(t, cases)
	})
}

// The value of a variable is as good as a literal, and what is wrong with it is
// said of the argument that it is for.
func TestBadVariables(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const (
			create = `mutation Create($w: CreateWorkspaceInput!) { createWorkspace(input: $w) { id } }`
			priced = `mutation($p: Decimal!, $k: String = "a") { createWorkspace(input: {name: "x", prices: [{kind: "b", price: 1}, {kind: $k, price: $p}]}) { id } }`
			ranged = `query($r: DateRange, $f: UsageFilter) { ...s } fragment s on Query { ...t ...t } fragment t on Query { stats(workspaceId: "shop", range: $r, filter: $f) { days } }`
			top    = `query($n: Int, $by: UsageMeasure, $id: ID = "shop") { topClients(workspaceId: $id, first: $n, by: $by) { clientId } }`
			listed = `query($o: [CustomerOrder!], $w: CustomerWhereInput, $n: Int, $a: Cursor) { customers(orderBy: $o, where: $w, first: $n, after: $a) { totalCount } }`
			key    = `mutation($r: Role!, $e: Time) { createApiKey(input: {name: "x", role: $r, expiresAt: $e}) { id } }`
		)
		h.refuses(t, []refusal{
			{create, `{}`, "INVALID input"},
			{create, `{"w": null}`, "INVALID input"},
			{create, `{"w": 5}`, "INVALID input"},
			{create, `{"w": []}`, "INVALID input"},
			{create, `{"w": {}}`, "INVALID input.name"},
			{create, `{"w": {"name": null}}`, "INVALID input.name"},
			{create, `{"w": {"name": true}}`, "INVALID input.name"},
			{create, `{"w": {"name": ["x"]}}`, "INVALID input.name"},
			{create, `{"w": {"name": "x", "colour": "red"}}`, "INVALID input.colour"},
			{create, `{"w": {"name": "x", "id": {}}}`, "INVALID input.id"},
			{create, `{"w": {"name": "x", "prices": [{"kind": "a", "price": null}]}}`, "INVALID input.prices.0.price"},
			{create, `{"w": {"name": "x", "prices": [{"kind": "a", "price": "abc"}]}}`, "INVALID input.prices.0.price"},
			{create, `{"w": {"name": "x", "prices": [{"kind": "a", "price": {"a": [1e999]}}]}}`, "INVALID input.prices.0.price"},
			{create, `{"w": {"name": "x", "prices": [{"kind": "a", "price": 1e999}]}}`, "INVALID input.prices.0.price"},
			{create, `{"w": {"name": "x", "prices": [{"kind": "a", "price": 123456789012345678901234567890}]}}`, "INVALID input.prices.0.price"},
			{create, `{"w": {"name": "x", "prices": [{"kind": "a", "price": 1}, null]}}`, "INVALID input.prices.1"},
			{create, `{"w": {"name": "x", "prices": [{"kind": "a", "price": 1}, {"kind": "b"}]}}`, "INVALID input.prices.1.price"},
			{create, `{"w": {"name": "x", "prices": "free"}}`, "INVALID input.prices.0"},
			{priced, `{"p": "abc"}`, "INVALID input.prices.1.price"},
			{priced, `{"p": null}`, "INVALID input.prices.1.price"},
			{priced, `{"p": 1, "k": null}`, "INVALID input.prices.1.kind"},
			{priced, `{"p": 1, "k": {}}`, "INVALID input.prices.1.kind"},
			{ranged, `{"r": {"lastDays": "two"}}`, "INVALID range.lastDays"},
			{ranged, `{"r": {"lastDays": 1.5}}`, "INVALID range.lastDays"},
			{ranged, `{"r": {"lastDays": 99999999999999999999}}`, "INVALID_RANGE"},
			{ranged, `{"r": {"startDate": 5}}`, "INVALID_RANGE range.startDate"},
			{ranged, `{"r": "30 days"}`, "INVALID range"},
			{ranged, `{"f": {"hours": [0, "noon"]}}`, "INVALID filter.hours.1"},
			{ranged, `{"f": {"hours": [0, 24]}}`, "INVALID filter.hours.1"},
			{ranged, `{"f": {"hours": -99999999999999999999}}`, "INVALID filter.hours.0"},
			{ranged, `{"f": {"weekdays": ["FUNDAY"]}}`, "INVALID filter.weekdays.0"},
			{ranged, `{"f": {"weekdays": ["monday"]}}`, "INVALID filter.weekdays.0"},
			{ranged, `{"f": {"weekdays": [1]}}`, "INVALID filter.weekdays.0"},
			{ranged, `{"f": {"kinds": [null]}}`, "INVALID filter.kinds.0"},
			{top, `{"n": 0}`, "INVALID first"},
			{top, `{"n": 99999999999999999999}`, "INVALID first"},
			{top, `{"n": true}`, "INVALID first"},
			{top, `{"n": "many"}`, "INVALID first"},
			{top, `{"by": "cost"}`, "INVALID by"},
			{top, `{"by": "PRICE"}`, "INVALID by"},
			{top, `{"by": {}}`, "INVALID by"},
			{top, `{"id": null}`, "INVALID workspaceId"},
			{top, `{"id": {}}`, "INVALID workspaceId"},
			{top, `{"id": 5}`, "WORKSPACE_NOT_FOUND"},
			{top, `{"id": 123456789012345678901234567890}`, "WORKSPACE_NOT_FOUND"},
			{listed, `{"o": [{"field": "NAME"}]}`, "INVALID orderBy.0.field"},
			{listed, `{"o": [{"field": "client_id"}]}`, "INVALID orderBy.0.field"},
			{listed, `{"o": [{"field": "CLIENT_ID", "direction": "UP"}]}`, "INVALID orderBy.0.direction"},
			{listed, `{"o": [{"direction": "ASC"}]}`, "INVALID orderBy.0.field"},
			{listed, `{"w": {"not": 5}}`, "INVALID where.not"},
			{listed, `{"w": {"and": [{"nameIsNil": "perhaps"}]}}`, "INVALID where.and.0.nameIsNil"},
			{listed, `{"w": {"createdAtGT": 5}}`, "INVALID where.createdAtGT"},
			{listed, `{"n": -1}`, "INVALID first"},
			{listed, `{"a": {}}`, "INVALID after"},
			{key, `{"r": "ROOT"}`, "INVALID input.role"},
			{key, `{"r": "read"}`, "INVALID input.role"},
			{key, `{"r": null}`, "INVALID input.role"},
			{key, `{"r": "READ", "e": {"year": 2025}}`, "INVALID input.expiresAt"},
			{`query($yes: Boolean!) { viewer @include(if: $yes) { role } }`, `{"yes": "maybe"}`, "INVALID yes"},
			{`query($yes: Boolean = true) { viewer { role @skip(if: $yes) } }`, `{"yes": null}`, "INVALID if"},
			{`query($yes: Boolean = true) { viewer { ... @include(if: $yes) { role } } }`, `{"yes": null}`, "INVALID if"},
			{`query($yes: Boolean = true) { ...v @include(if: $yes) } fragment v on Query { viewer { role } }`, `{"yes": null}`, "INVALID if"},
		})
	})
}

func TestDocumentsThatAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for want, documents := range map[string][]string{
			"GRAPHQL_PARSE_FAILED": {
				`{`, `}`, `{ viewer }}`, `query`, `{ viewer { role }`, `{ stats(workspaceId: ) { days } }`, `{ viewer(a: "` + "\n" + `") { role } }`,
				"{ viewer { role } } \x00", `{ stats(workspaceId: "` + "\x01" + `") { days } }`, `{ a(b: "\x") }`, `{ a(b: 01) }`, `subscription`, `{}`, `type A { b: C }`,
				`{ viewer` + strings.Repeat(`{ a`, 1500) + strings.Repeat(`}`, 1500) + `}`,
				`{ a(b: ` + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `) }`,
			},
			"GRAPHQL_VALIDATION_FAILED": {
				`{ viewer }`, `{ viewer { role { a } } }`, `{ nothing }`, `{ stats { days } }`, `{ viewer(a: 1) { role } }`, `{ viewer { role } } { viewer { role } }`,
				`subscription { usageChanged(workspaceId: "shop") { nothing } }`, `subscription { __typename }`, `fragment a on Query { viewer { role } }`, `{ ...a }`, `{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }`,
				`query($a: Int) { viewer { role } }`, `{ stats(workspaceId: $a) { days } }`, `query($a: Usage) { stats(workspaceId: $a) { days } }`, `{ viewer @nothing { role } }`,
				`{ topClients(workspaceId: "shop", by: PRICE) { clientId } }`, `{ topClients(workspaceId: "shop", by: "COST") { clientId } }`, `{ topClients(workspaceId: "shop", first: 1.5) { clientId } }`,
				`{ topClients(workspaceId: "shop", first: "1") { clientId } }`, `{ stats(workspaceId: 1.5) { days } }`, `{ stats(workspaceId: "shop", filter: {weekdays: [FUNDAY]}) { days } }`,
				`{ stats(workspaceId: "shop", filter: {hours: null, colour: 1}) { days } }`, `{ stats(workspaceId: null) { days } }`, `{ stats(workspaceId: "shop", range: 5) { days } }`,
				`mutation { createApiKey(input: {name: "x", role: ROOT}) { id } }`, `mutation { createWorkspace(input: {}) { id } }`, `mutation { createWorkspace(input: {name: "x", prices: [{kind: "a"}]}) { id } }`,
				`mutation { createWorkspace(input: {name: "x", prices: [{kind: "a", price: null}]}) { id } }`, `{ customers(orderBy: [{field: NAME}]) { totalCount } }`, `{ customers(where: {idContainsFold: "a"}) { totalCount } }`,
				`{ a: viewer { role } a: workspace(id: "shop") { id } }`, `query($a: Int = "x") { topClients(workspaceId: "shop", first: $a) { clientId } }`, `{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`,
			},
		} {
			for _, document := range documents {
				got := h.ask(t, admin, document, nil)
				if got.code() != want || got.body.Data != nil || len(got.text) > 10_000 {
					t.Errorf("%.200s: %d bytes: %.500s, want %s", document, len(got.text), got.text, want)
				}
			}
		}
	})
}

func TestBadConnections(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		cursors := decode[map[string]struct{ PageInfo struct{ EndCursor string } }](t, h.data(t, admin, `{
			plain: customers { pageInfo { endCursor } }
			text: customers(orderBy: {field: CLIENT_ID}) { pageInfo { endCursor } }
			time: customers(orderBy: {field: CREATED_AT}) { pageInfo { endCursor } }
			both: customers(orderBy: [{field: CREATED_AT}, {field: CLIENT_ID}]) { pageInfo { endCursor } }
			shops: workspaces(orderBy: {field: NAME}) { pageInfo { endCursor } }
		}`, nil))
		var cases []refusal
		add := func(want, connection, arguments string, of ...any) {
			cases = append(cases, refusal{fmt.Sprintf(`{ %s(%s) { totalCount pageInfo { endCursor } edges { node { id } } } }`, connection, fmt.Sprintf(arguments, of...)), "", want})
		}
		for _, connection := range []string{"alerts", "customers", "usages", "workspaces"} {
			add("INVALID last", connection, `first: 1, last: 1`)
			add("INVALID first", connection, `first: -1`)
			add("INVALID last", connection, `last: -1`)
			add("TOO_COMPLEX", connection, `first: 501`)
			add("TOO_COMPLEX", connection, `last: 99999999999999999999`)
			add("INVALID where", connection, `where: {not: {}}`)
			add("INVALID where", connection, `where: {and: [{id: "018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07"}, {}]}`)
			add("INVALID where", connection, `where: {or: [{not: {createdAt: null}}]}`)
			add("INVALID where.createdAtGT", connection, `where: {createdAtGT: "yesterday"}`)
			add("INVALID where.createdAtIn.1", connection, `where: {createdAtIn: ["2024-02-15T12:00:00Z", {a: 1}]}`)
			add("INVALID where.or.0.idIn.0", connection, `where: {or: [{idIn: ["\u0000"]}]}`)
			add("TOO_COMPLEX", connection, `where: {idIn: [%s]}`, strings.Repeat(`"018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07" `, 101))
			add("TOO_COMPLEX", connection, `where: %s {id: "018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07"} %s`, strings.Repeat("{not: ", 200), strings.Repeat("}", 200))
			add("TOO_COMPLEX", connection, `orderBy: [%s]`, strings.Repeat(`{field: CREATED_AT} `, 200))
			for _, cursor := range []string{
				`""`, `"x"`, `"x="`, `"🙂"`, `5`, `true`, `{a: 1}`, `["a"]`,
				`"oWnA"`,                 // {i: nil}
				`"gqFpoXihdoA"`,          // {i: x, v: {}}
				`"gqFpoXihdpGAoXg"`,      // {i: x, v: [{}]}
				`"gqFpoXihdpHLf/gAAAAA"`, // {i: x, v: [NaN, cut]}
				`"gaFppAAAAAA"`,          // {i: four NULs}
			} {
				for _, argument := range []string{"after", "before"} {
					add("INVALID "+argument, connection, `%s: %s, orderBy: {field: CREATED_AT}`, argument, cursor)
				}
			}
		}
		for arguments, field := range map[string]string{
			`after: %q, last: 1`: "after", `before: %q, first: 1`: "before", `before: %[1]q, after: %[1]q`: "before", `before: %q, first: 1, last: 1`: "last",
		} {
			add("INVALID "+field, "customers", arguments, cursors["plain"].PageInfo.EndCursor)
		}
		for _, connection := range []string{"alerts", "customers", "usages"} {
			add("INVALID where.id", connection, `where: {id: "x"}`)
			add("INVALID where.id", connection, `where: {id: 5}`)
			add("INVALID where.idIn.1", connection, `where: {idIn: ["018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07", "018D0C2E-7F3A-7C51-9C3E-2B8F6A4D1E07"]}`)
			add("INVALID where.not.idGT", connection, `where: {not: {idGT: ""}}`)
			add("INVALID where.clientId", connection, `where: {clientId: "\u0000"}`)
		}
		for value, want := range map[string]string{
			`"abc"`: "INVALID where.priceGT", `1e999`: "INVALID where.priceGT", `123456789012345678901234567890`: "INVALID where.priceGT",
			`{}`: "INVALID where.priceGT", `true`: "INVALID where.priceGT", `0.0000000001`: "INVALID where.priceGT",
		} {
			add(want, "usages", `where: {priceGT: %s}`, value)
		}
		for _, value := range []string{"-1", "2147483648", "9223372036854775808"} {
			add("INVALID where.inputTokensGT", "usages", `where: {inputTokensGT: %s}`, value)
			add("INVALID where.or.0.outputTokensIn.1", "usages", `where: {or: [{outputTokensIn: [1, %s]}]}`, value)
		}
		// Cursors of another order, and of another connection.
		for name, orderBy := range map[string]string{
			"plain": `{field: CLIENT_ID}`, "text": `{field: CREATED_AT}`, "time": `{field: CLIENT_ID}`, "both": `[{field: CLIENT_ID}, {field: CREATED_AT}]`, "shops": `[]`,
		} {
			add("INVALID after", "customers", `after: %q, orderBy: %s`, cursors[name].PageInfo.EndCursor, orderBy)
			add("INVALID before", "customers", `before: %q, orderBy: %s`, cursors[name].PageInfo.EndCursor, orderBy)
		}
		add("INVALID after", "customers", `after: %q, orderBy: {field: CLIENT_ID}`, cursors["shops"].PageInfo.EndCursor)
		add("INVALID after", "usages", `after: %q`, cursors["text"].PageInfo.EndCursor)
		h.refuses(t, cases)
	})
}
