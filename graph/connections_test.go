package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/auth"
)

// list fills a house with rows of equal and missing values: 8 of each
// connection in sight of a reader of "shop", or of everybody.
func (h *house) list(t *testing.T) {
	t.Helper()
	h.data(t, admin, `mutation {`+repeated(6, ` w#: createWorkspace(input: {id: "w#", name: "Twin"}) { id }`)+
		repeated(5, ` c#: upsertCustomer(workspaceId: "shop", input: {clientId: "x#", email: "c#@example.org"}) { id }`)+`
		named: upsertCustomer(workspaceId: "shop", input: {clientId: "x1", name: "Ada"}) { id }
		setBudget(workspaceId: "shop", input: {monthlyLimit: 1, thresholds: [1, 2, 3, 4, 5, 6]}) { version }
		setCustomerBudget(workspaceId: "shop", clientId: "bruno", input: {monthlyLimit: 100, thresholds: [1]}) { version }
	}`, nil)
	h.data(t, admin, `mutation { trackUsageBatch(inputs: [
		{workspaceId: "shop", clientId: "ada", price: 1, model: "gpt", inputTokens: 5, idempotencyKey: "a"}
		{workspaceId: "shop", clientId: "ada", price: 1, kind: "image", occurredAt: "2024-02-14T00:00:00Z", idempotencyKey: "b"}
		{workspaceId: "shop", clientId: "ada", price: 0.1, model: "GPT", outputTokens: 0, idempotencyKey: "c"}
		{workspaceId: "shop", clientId: "bruno", price: 1, occurredAt: "2024-02-14T00:00:00Z", idempotencyKey: "d"}
		{workspaceId: "shop", clientId: "bruno", price: 0.000000001, model: "llama", occurredAt: "2024-02-14T00:00:00.000001Z", idempotencyKey: "e"}
		{workspaceId: "shop", clientId: "x1", price: 1000000, idempotencyKey: "f"}
		{workspaceId: "shop", clientId: "x1", price: 0, idempotencyKey: "g"}
		{workspaceId: "shop", clientId: "x2", price: 0, occurredAt: "1970-01-01T00:00:00Z", idempotencyKey: "h"}
		{workspaceId: "rival", clientId: "zoe", price: 1, model: "gpt", idempotencyKey: "z"}
	]) { tracked } }`, nil)
	id := decode[struct {
		Usages struct {
			Edges []struct{ Node struct{ ID string } }
		}
	}](t, h.data(t, admin, `{ usages(where: {idempotencyKey: "d"}) { edges { node { id } } } }`, nil)).Usages.Edges[0].Node.ID
	h.data(t, admin, `mutation($id: ID!) { voidUsage(workspaceId: "shop", id: $id, reason: "twice") { voided } }`, map[string]string{"id": id})
}

type page struct {
	TotalCount int
	Edges      []struct {
		Cursor string
		Node   map[string]any
	}
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
}

func (p page) ids() []string {
	ids := make([]string, len(p.Edges))
	for i, e := range p.Edges {
		ids[i] = e.Node["id"].(string)
	}
	return ids
}

// page asks for one as a reader of a workspace, or of all.
func (h *house) page(t *testing.T, connection, workspace, fields string, arguments map[string]any) page {
	t.Helper()
	order := map[string]string{"alerts": "AlertOrder", "customers": "CustomerOrder", "usages": "UsageOrder", "workspaces": "WorkspaceOrder"}[connection]
	data := h.data(t, viewer{auth.Reader, workspace, nil}, `query($first: Int, $after: Cursor, $last: Int, $before: Cursor, $orderBy: [`+order+`!]) {
		of: `+connection+`(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
			totalCount edges { cursor node { id `+fields+` } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
		}
	}`, arguments)
	return decode[struct{ Of page }](t, data).Of
}

type order struct {
	Field     string `json:"field"`
	Direction string `json:"direction,omitempty"`
}

// Pages of any size, forwards and backwards, are the whole: nothing is lost or
// comes twice, however many rows are equal.
func TestPagesAreTheWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.list(t)
		for _, c := range []struct {
			connection, workspace, fields string
			orders                        [][]order
		}{
			{"customers", "shop", "clientId createdAt", [][]order{
				nil, {}, {{"CLIENT_ID", "ASC"}}, {{"CLIENT_ID", "DESC"}}, {{"CREATED_AT", ""}}, {{"CREATED_AT", "DESC"}, {"CLIENT_ID", "DESC"}},
			}},
			{"usages", "shop", "price createdAt", [][]order{
				nil, {{"PRICE", "ASC"}}, {{"PRICE", "DESC"}}, {{"CREATED_AT", "ASC"}}, {{"CREATED_AT", "DESC"}}, {{"PRICE", "DESC"}, {"CREATED_AT", "ASC"}}, {{"PRICE", "ASC"}, {"PRICE", "DESC"}},
			}},
			{"alerts", "shop", "event createdAt", [][]order{nil, {{"CREATED_AT", "ASC"}}, {{"CREATED_AT", "DESC"}}}},
			{"workspaces", "", "name createdAt", [][]order{
				nil, {{"NAME", "ASC"}}, {{"NAME", "DESC"}}, {{"CREATED_AT", "ASC"}}, {{"CREATED_AT", "DESC"}, {"NAME", "DESC"}},
			}},
		} {
			for _, orderBy := range c.orders {
				whole := h.page(t, c.connection, c.workspace, c.fields, map[string]any{"first": 500, "orderBy": orderBy})
				if n := len(whole.Edges); n != 8 || whole.TotalCount != 8 || whole.PageInfo.HasNextPage || whole.PageInfo.HasPreviousPage {
					t.Fatalf("%s %v: %d of %d, %+v", c.connection, orderBy, n, whole.TotalCount, whole.PageInfo)
				}
				inOrder(t, whole, orderBy)
				for _, size := range []int{1, 2, 3, 7, 8} {
					for _, backwards := range []bool{false, true} {
						var got []string
						arguments := map[string]any{"orderBy": orderBy}
						for more := true; more && len(got) < 20; {
							if arguments["first"] = size; backwards {
								arguments["first"], arguments["last"] = nil, size
							}
							p := h.page(t, c.connection, c.workspace, c.fields, arguments)
							if len(p.Edges) == 0 || p.TotalCount != 8 || *p.PageInfo.StartCursor != p.Edges[0].Cursor || *p.PageInfo.EndCursor != p.Edges[len(p.Edges)-1].Cursor {
								t.Fatalf("%s %v of %d: %+v", c.connection, orderBy, size, p)
							}
							if more = p.PageInfo.HasNextPage; backwards {
								more = p.PageInfo.HasPreviousPage
								got, arguments["before"] = append(p.ids(), got...), p.PageInfo.StartCursor
							} else {
								got, arguments["after"] = append(got, p.ids()...), p.PageInfo.EndCursor
							}
						}
						if !slices.Equal(got, whole.ids()) {
							t.Errorf("%s %v in pages of %d, backwards %v:\n%v, the whole is\n%v", c.connection, orderBy, size, backwards, got, whole.ids())
						}
					}
				}
				last := h.page(t, c.connection, c.workspace, c.fields, map[string]any{"orderBy": orderBy, "before": whole.Edges[6].Cursor})
				if !slices.Equal(last.ids(), whole.ids()[:6]) {
					t.Errorf("%s %v: before a cursor are %v of %v", c.connection, orderBy, last.ids(), whole.ids())
				}
			}
		}
	})
}

// inOrder wants the first order's values not to fall, or not to rise.
func inOrder(t *testing.T, p page, orderBy []order) {
	t.Helper()
	if len(orderBy) == 0 {
		return
	}
	field := map[string]string{"PRICE": "price", "CREATED_AT": "createdAt", "CLIENT_ID": "clientId", "NAME": "name"}[orderBy[0].Field]
	for i := range len(p.Edges) - 1 {
		a, b := p.Edges[i].Node[field], p.Edges[i+1].Node[field]
		less := strings.TrimSuffix(fmt.Sprint(a), "Z") < strings.TrimSuffix(fmt.Sprint(b), "Z")
		if n, ok := a.(json.Number); ok {
			x, _ := n.Float64()
			y, _ := b.(json.Number).Float64()
			less = x < y
		}
		if a != b && less == (orderBy[0].Direction == "DESC") {
			t.Errorf("%v: %v stands before %v", orderBy, a, b)
		}
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.list(t)
		for connection, cases := range map[string]map[string]string{
			"usages": { // keys in order
				``:                                       "abcdefghz",
				`{}`:                                     "abcdefghz",
				`{workspaceId: "shop"}`:                  "abcdefgh",
				`{workspaceID: "rival"}`:                 "z",
				`{workspaceIdIn: ["shop", "rival"]}`:     "abcdefghz",
				`{workspaceID: "shop", workspaceId: ""}`: "",
				`{workspaceId: "none"}`:                  "",
				`{clientId: "ada"}`:                      "abc",
				`{clientID: "ada"}`:                      "abc",
				`{clientIdIn: ["ada", "zoe"]}`:           "abcz",
				`{clientIdIn: []}`:                       "abcdefghz",
				`{clientID: null, clientId: null}`:       "abcdefghz",
				`{createdAtGT: "2024-02-14T00:00:00Z"}`:  "acefgz",
				`{createdAtGTE: "2024-02-14T01:00:00+01:00", createdAtLT: "2024-02-14T00:00:00.000001Z"}`: "bd",
				`{createdAtLTE: "1970-01-01T00:00:00.0000009Z"}`:                                          "h",
				`{kind: "image"}`:                                            "b",
				`{kindNEQ: "message"}`:                                       "b",
				`{modelIsNil: true}`:                                         "bdfgh",
				`{modelIsNil: false}`:                                        "abcdefghz",
				`{modelNotNil: true, workspaceId: "shop"}`:                   "ace",
				`{model: "gpt"}`:                                             "az",
				`{modelEqualFold: "gpt"}`:                                    "acz",
				`{modelIn: ["llama", "GPT"]}`:                                "ce",
				`{price: 1, workspaceId: "shop"}`:                            "abd",
				`{priceGTE: "0.1", priceLT: 1e0}`:                            "c",
				`{priceIn: [0.000000001, "1000000"]}`:                        "ef",
				`{inputTokens: 5}`:                                           "a",
				`{outputTokensNotNil: true}`:                                 "c",
				`{outputTokensLTE: 0}`:                                       "c",
				`{voidedAtNotNil: true}`:                                     "d",
				`{voidReason: "twice"}`:                                      "d",
				`{not: {clientId: "ada"}, workspaceId: "shop"}`:              "defgh",
				`{or: [{clientId: "ada"}, {price: 0}]}`:                      "abcgh",
				`{and: [{clientId: "ada"}, {not: {price: 1}}]}`:              "c",
				`{or: [{and: [{kind: "image"}]}, {or: [{model: "llama"}]}]}`: "be",
				`{id: "018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07"}`:               "",
				`{idNotIn: ["018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07"]}`:        "abcdefghz",
				`{idempotencyKeyHasPrefix: "a"}`:                             "a",
			},
			"customers": { // client ids in order
				``:                         "ada bruno carla x0 x1 x2 x3 x4 zoe",
				`{workspaceId: "rival"}`:   "zoe",
				`{name: "Ada"}`:            "ada x1",
				`{nameIsNil: true}`:        "bruno carla x0 x2 x3 x4",
				`{activeChatbot: false}`:   "carla",
				`{phone: "+393331112222"}`: "ada",
				`{phoneHasPrefix: "+39", not: {clientId: "zoe"}}`: "ada",
				`{emailContains: "@"}`:                            "x0 x1 x2 x3 x4",
				`{emailContains: "_"}`:                            "",
				`{nameContainsFold: "SECRET"}`:                    "zoe",
				`{clientIDHasSuffix: "a"}`:                        "ada carla",
				`{clientIDGT: "carl", clientIDLTE: "zoe"}`:        "carla x0 x1 x2 x3 x4 zoe",
				`{createdAtLT: "2024-02-15T12:00:00Z"}`:           "",
			},
			"workspaces": {
				`{id: "shop"}`:                          "shop",
				`{idIn: ["shop", "rival", "none"]}`:     "rival shop",
				`{name: "Twin", idGT: "w3"}`:            "w4 w5",
				`{currency: "EUR", timeZoneNEQ: "UTC"}`: "shop",
				`{nameEqualFold: "rival secret"}`:       "rival",
			},
			"alerts": { // events in order
				`{event: "budget.exceeded"}`:                                "budget.exceeded",
				`{clientIDNotNil: true}`:                                    "budget.threshold_reached",
				`{clientId: "bruno", workspaceId: "shop"}`:                  "budget.threshold_reached",
				`{clientIdIn: ["ada"]}`:                                     "",
				`{workspaceId: "rival"}`:                                    "",
				`{clientIDIsNil: true, eventContains: "exceeded"}`:          "budget.exceeded",
				`{createdAtGT: "2024-02-15T12:00:00Z"}`:                     "",
				`{or: [{clientId: "bruno"}, {eventHasSuffix: "exceeded"}]}`: "budget.exceeded budget.threshold_reached",
			},
		} {
			for where, want := range cases {
				arguments := "(where: " + where + ")"
				if where == "" {
					arguments = ""
				}
				field := map[string]string{"alerts": "event", "usages": "idempotencyKey", "customers": "clientId", "workspaces": "id"}[connection]
				got := h.ask(t, admin, `{ of: `+connection+arguments+` { totalCount edges { node { key: `+field+` } } } }`, nil)
				if got.body.Errors != nil {
					t.Errorf("%s %s: %s", connection, where, got.text)
					continue
				}
				p := decode[struct{ Of page }](t, string(got.body.Data)).Of
				var keys []string
				for _, e := range p.Edges {
					keys = append(keys, e.Node["key"].(string))
				}
				slices.Sort(keys)
				separator := map[bool]string{true: "", false: " "}[connection == "usages"]
				if text := strings.Join(keys, separator); text != want || p.TotalCount != len(keys) {
					t.Errorf("%s %s: %s and %d, want %s", connection, where, text, p.TotalCount, want)
				}
			}
		}
	})
}

func TestVoidedUsagesAreListed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.list(t)
		got := h.data(t, admin, `{ usages(where: {idempotencyKeyIn: ["d", "e"]}, orderBy: {field: PRICE}) { edges { node {
			workspaceId clientId price kind model inputTokens outputTokens createdAt recordedAt idempotencyKey voidedAt voidReason } } } }`, nil)
		const want = `{"usages":{"edges":[` +
			`{"node":{"workspaceId":"shop","clientId":"bruno","price":0.000000001,"kind":"message","model":"llama","inputTokens":null,"outputTokens":null,"createdAt":"2024-02-14T00:00:00.000001Z","recordedAt":"2024-02-15T12:00:00Z","idempotencyKey":"e","voidedAt":null,"voidReason":null}},` +
			`{"node":{"workspaceId":"shop","clientId":"bruno","price":1,"kind":"message","model":null,"inputTokens":null,"outputTokens":null,"createdAt":"2024-02-14T00:00:00Z","recordedAt":"2024-02-15T12:00:00Z","idempotencyKey":"d","voidedAt":"2024-02-15T12:00:00Z","voidReason":"twice"}}]}}`
		if got != want {
			t.Errorf("%s, want\n%s", got, want)
		}
	})
}

// What is selected of a page, and under which names, does not change it.
func TestSelectionOfAPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.list(t)
		const fields = `(first: 2, orderBy: {field: CLIENT_ID}, where: {clientIdIn: ["ada", "bruno", "carla"]})`
		cursors := decode[struct{ Customers page }](t, h.data(t, admin, `{ customers`+fields+` { edges { cursor node { id } } } }`, nil)).Customers.Edges
		first, second := cursors[0].Cursor, cursors[1].Cursor
		for selection, want := range map[string]string{
			`{ totalCount }`:                                                   `{"totalCount":3}`,
			`{ n: totalCount m: totalCount }`:                                  `{"n":3,"m":3}`,
			`{ e: edges { node { clientId } } n: totalCount }`:                 `{"e":[{"node":{"clientId":"ada"}},{"node":{"clientId":"bruno"}}],"n":3}`,
			`{ edges { n: node { k: clientId name phone } } }`:                 `{"edges":[{"n":{"k":"ada","name":"Ada","phone":"+393331112222"}},{"n":{"k":"bruno","name":null,"phone":null}}]}`,
			`{ edges { node: cursor n: node { clientId name } } }`:             `{"edges":[{"node":"` + first + `","n":{"clientId":"ada","name":"Ada"}},{"node":"` + second + `","n":{"clientId":"bruno","name":null}}]}`,
			`{ edges { cursor } }`:                                             `{"edges":[{"cursor":"` + first + `"},{"cursor":"` + second + `"}]}`,
			`{ pageInfo { hasNextPage startCursor endCursor } }`:               `{"pageInfo":{"hasNextPage":true,"startCursor":"` + first + `","endCursor":"` + second + `"}}`,
			`{ p: pageInfo { end: endCursor } totalCount }`:                    `{"p":{"end":"` + second + `"},"totalCount":3}`,
			`{ ...a ...b }`:                                                    `{"totalCount":3,"edges":[{"node":{"name":"Ada","clientId":"ada"}},{"node":{"name":null,"clientId":"bruno"}}]}`,
			`{ totalCount: __typename n: totalCount edges { node { name } } }`: `{"totalCount":"CustomerConnection","n":3,"edges":[{"node":{"name":"Ada"}},{"node":{"name":null}}]}`,
			`{ totalCount @skip(if: true) edges { node { id @skip(if: true) activeChatbot email } } }`: `{"edges":[{"node":{"activeChatbot":true,"email":null}},{"node":{"activeChatbot":true,"email":null}}]}`,
		} {
			fragments := ""
			if strings.Contains(selection, "...a") {
				fragments = ` fragment a on CustomerConnection { totalCount edges { node { name } } } fragment b on CustomerConnection { edges { ... { node { clientId } } } }`
			}
			if got := h.data(t, admin, `{ customers`+fields+" "+selection+` }`+fragments, nil); got != `{"customers":`+want+`}` {
				t.Errorf("%s: %s, want %s", selection, got, want)
			}
		}
		for arguments, want := range map[string]string{
			`first: 0`:                              `{"totalCount":9,"edges":[]}`,
			`last: 0`:                               `{"totalCount":9,"edges":[]}`,
			`first: 1, where: {clientId: "nobody"}`: `{"totalCount":0,"edges":[]}`,
		} {
			if got := h.data(t, admin, `{ customers(`+arguments+`) { totalCount edges { node { id } } } }`, nil); got != `{"customers":`+want+`}` {
				t.Errorf("%s: %s, want %s", arguments, got, want)
			}
		}
	})
}

func TestDefaultPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.data(t, admin, `mutation { trackUsageBatch(inputs: [`+strings.Repeat(`{workspaceId: "shop", clientId: "ada"} `, 52)+`]) { tracked } }`, nil)
		for arguments, want := range map[string]int{``: 50, `(first: null)`: 50, `(first: null, last: null, after: null)`: 50, `(first: 52)`: 52, `(last: 51)`: 51, `(first: 500)`: 52} {
			got := decode[struct{ Usages page }](t, h.data(t, admin, `{ usages`+arguments+` { totalCount edges { node { id } } pageInfo { hasNextPage hasPreviousPage } } }`, nil)).Usages
			if len(got.Edges) != want || got.TotalCount != 52 || (got.PageInfo.HasNextPage || got.PageInfo.HasPreviousPage) != (want < 52) {
				t.Errorf("%s: %d of %d, %+v", arguments, len(got.Edges), got.TotalCount, got.PageInfo)
			}
		}
	})
}
