package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/testkit"
)

const budgetFields = `{ monthlyLimit thresholds enforcement spent remaining percent projected exhaustedOn version }`

func TestBudgets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		manager := viewer{role: auth.Manager, workspace: "shop"}
		tracker := viewer{role: auth.Tracker, workspace: "shop"}
		for _, c := range []struct {
			by              viewer
			operation, want string
		}{
			{manager, `{ workspace(id: "shop") { budget { spent } } }`, `{"workspace":{"budget":null}}`},
			{tracker, `{ allowance(workspaceId: "shop", clientId: "ada") { allowed reason remaining } }`, `{"allowance":{"allowed":true,"reason":null,"remaining":null}}`},
			{
				manager, `mutation { setBudget(workspaceId: "shop", input: {monthlyLimit: "0.0125"}) ` + budgetFields + ` }`,
				`{"setBudget":{"monthlyLimit":0.0125,"thresholds":[50,80,100],"enforcement":"NOTIFY","spent":0,"remaining":0.0125,"percent":0,"projected":0,"exhaustedOn":null,"version":1}}`,
			},
			{
				manager, `mutation { setBudget(workspaceId: "shop", input: {monthlyLimit: 0.0125, thresholds: [100, 9], enforcement: BLOCK, version: 1}) ` + budgetFields + ` }`,
				`{"setBudget":{"monthlyLimit":0.0125,"thresholds":[9,100],"enforcement":"BLOCK","spent":0,"remaining":0.0125,"percent":0,"projected":0,"exhaustedOn":null,"version":2}}`,
			},
			{tracker, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", idempotencyKey: "k"}) { tracked } }`, `{"trackUsage":{"tracked":true}}`},
			{tracker, `{ allowance(workspaceId: "shop", phone: "+39 333 111 2222") { allowed reason remaining } }`, `{"allowance":{"allowed":true,"reason":null,"remaining":0.0075}}`},
			{tracker, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada"}) { tracked } }`, `{"trackUsage":{"tracked":true}}`},
			{tracker, `{ allowance(workspaceId: "shop", clientId: "ada", phone: "") { allowed reason remaining } }`, `{"allowance":{"allowed":false,"reason":"BUDGET_EXCEEDED","remaining":0.0025}}`},
			{
				tracker, `mutation { trackUsageBatch(inputs: [{workspaceId: "shop", clientId: "ada"}, {workspaceId: "shop", clientId: "ada", idempotencyKey: "k"}, {workspaceId: "shop", clientId: "bruno", price: 0.0025}, {workspaceId: "rival", clientId: "zoe"}]) { tracked duplicates rejected results { reason message } } }`,
				`{"trackUsageBatch":{"tracked":1,"duplicates":1,"rejected":2,"results":[` +
					`{"reason":"BUDGET_EXCEEDED","message":"The budget of the workspace for 2024-02 has no room for 0.005 EUR: 0.01 of 0.0125 are spent."},` +
					`{"reason":null,"message":"This idempotencyKey was counted before; nothing was added."},{"reason":null,"message":null},` +
					`{"reason":"WORKSPACE_NOT_FOUND","message":"There is no workspace \"rival\"."}]}}`,
			},
			// At 13:00 in Rome 13 of 24 hours have cost 0.0125; that pace goes on for the 15 days to 29 February.
			{
				manager, `{ workspace(id: "shop") { budget ` + budgetFields + ` stats { forecast { monthEnd { expected } } } } }`,
				`{"workspace":{"budget":{"monthlyLimit":0.0125,"thresholds":[9,100],"enforcement":"BLOCK","spent":0.0125,"remaining":0,"percent":100,"projected":0.346153846,"exhaustedOn":"2024-02-15","version":2},"stats":{"forecast":{"monthEnd":{"expected":0.346153846}}}}}`,
			},
			// A customer's own, beside it.
			{
				manager, `mutation { setCustomerBudget(workspaceId: "shop", clientId: "bruno", input: {monthlyLimit: 1, thresholds: null, enforcement: null, version: 0}) { spent thresholds enforcement version } }`,
				`{"setCustomerBudget":{"spent":0.0025,"thresholds":[50,80,100],"enforcement":"NOTIFY","version":1}}`,
			},
			{
				manager, `{ customers(where: {clientIdIn: ["ada", "bruno"]}, orderBy: {field: CLIENT_ID}) { edges { node { clientId budget { spent remaining } } } } }`,
				`{"customers":{"edges":[{"node":{"clientId":"ada","budget":null}},{"node":{"clientId":"bruno","budget":{"spent":0.0025,"remaining":0.9975}}}]}}`,
			},
			{
				manager, `mutation { a: removeBudget(workspaceId: "shop") b: removeBudget(workspaceId: "shop") c: removeCustomerBudget(workspaceId: "shop", clientId: "bruno") d: removeCustomerBudget(workspaceId: "shop", clientId: "bruno") }`,
				`{"a":true,"b":false,"c":true,"d":false}`,
			},
			{tracker, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada"}) { tracked } }`, `{"trackUsage":{"tracked":true}}`},
		} {
			if got := h.data(t, c.by, c.operation, nil); got != c.want {
				t.Errorf("%s: %s\ngot  %s\nwant %s", c.by, c.operation, got, c.want)
			}
		}
	})
}

func TestBadBudgets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.data(t, admin, `mutation { setBudget(workspaceId: "shop", input: {monthlyLimit: 1}) { version } }`, nil)
		var cases []refusal
		for input, want := range map[string]string{
			`monthlyLimit: -1`:                                       "INVALID input.monthlyLimit",
			`monthlyLimit: "lots"`:                                   "INVALID input.monthlyLimit",
			`monthlyLimit: ""`:                                       "INVALID input.monthlyLimit",
			`monthlyLimit: 1e10`:                                     "INVALID input.monthlyLimit",
			`monthlyLimit: 1, thresholds: [50, 80, 0]`:               "INVALID input.thresholds.2",
			`monthlyLimit: 1, thresholds: 1001`:                      "INVALID input.thresholds.0",
			`monthlyLimit: 1, thresholds: [99999999999999999999]`:    "INVALID input.thresholds.0",
			`monthlyLimit: 1, thresholds: [7, 8, 7]`:                 "INVALID input.thresholds.2",
			`monthlyLimit: 1, thresholds: [1,2,3,4,5,6,7,8,9,10,11]`: "INVALID input.thresholds",
			`monthlyLimit: 1, version: 2`:                            "CONFLICT input.version",
			`monthlyLimit: 1, version: 0`:                            "CONFLICT input.version",
			`monthlyLimit: 1, version: -1`:                           "INVALID input.version",
		} {
			cases = append(cases, refusal{operation: `mutation { setBudget(workspaceId: "shop", input: {` + input + `}) { version } }`, want: want})
			if !strings.HasPrefix(want, "CONFLICT") {
				cases = append(cases, refusal{operation: `mutation { setCustomerBudget(workspaceId: "shop", clientId: "ada", input: {` + input + `}) { version } }`, want: want})
			}
		}
		for arguments, want := range map[string]string{
			`workspaceId: "none"`:                     "WORKSPACE_NOT_FOUND",
			`workspaceId: "shop", clientId: "zoe"`:    "CUSTOMER_NOT_FOUND",
			`workspaceId: "shop", clientId: ""`:       "CUSTOMER_NOT_FOUND",
			`workspaceId: "shop", clientId: "\u0000"`: "CUSTOMER_NOT_FOUND",
			`workspaceId: "none", clientId: "ada"`:    "WORKSPACE_NOT_FOUND",
			`workspaceId: "\u0000", clientId: "ada"`:  "WORKSPACE_NOT_FOUND",
		} {
			name := "Budget"
			if strings.Contains(arguments, "clientId") {
				name = "CustomerBudget"
			}
			cases = append(cases,
				refusal{operation: fmt.Sprintf(`mutation { set%s(%s, input: {monthlyLimit: 1}) { version } }`, name, arguments), want: want},
				refusal{operation: fmt.Sprintf(`mutation { remove%s(%s) }`, name, arguments), want: want})
		}
		cases = append(cases,
			refusal{operation: `{ allowance(workspaceId: "shop") { allowed } }`, want: "INVALID clientId"},
			refusal{operation: `{ allowance(workspaceId: "shop", phone: "12") { allowed } }`, want: "INVALID phone"},
			refusal{`mutation($in: BudgetInput!) { setBudget(workspaceId: "shop", input: $in) { version } }`, `{"in": {"monthlyLimit": 1, "thresholds": [50, 5000]}}`, "INVALID input.thresholds.1"},
			refusal{`mutation($in: BudgetInput!) { setBudget(workspaceId: "shop", input: $in) { version } }`, `{"in": {"monthlyLimit": 1, "enforcement": "STOP"}}`, "INVALID input.enforcement"},
			refusal{`mutation($in: BudgetInput!) { setBudget(workspaceId: "shop", input: $in) { version } }`, `{"in": {"thresholds": [50]}}`, "INVALID input.monthlyLimit"},
		)
		h.refuses(t, cases)
		if got := h.data(t, admin, `{ workspace(id: "shop") { budget { version } } }`, nil); got != `{"workspace":{"budget":{"version":1}}}` {
			t.Errorf("a refused change changed it: %s", got)
		}
	})
}

// A list of budgets costs what reading them costs.
func TestBudgetsAreWeighed(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	query := func(page int) string {
		return fmt.Sprintf(`{ customers(first: %d) { edges { node { budget { spent remaining percent } } } } }`, page)
	}
	h.data(t, admin, query(500), nil)
	const twice = `query($n: Int!) { a: customers(first: $n) { edges { node { budget { spent } } } } b: customers(first: $n) { edges { node { budget { spent } } } } }`
	if got := h.ask(t, admin, twice, json.RawMessage(`{"n": 500}`)); got.code() != "TOO_COMPLEX" || !strings.Contains(got.text, "a budget 20") {
		t.Error(got.text)
	}
}
