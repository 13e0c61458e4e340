package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

// The columns of the table of roles.
func columns() []viewer {
	return []viewer{
		{role: auth.Admin},
		{role: auth.Manager, workspace: "shop"},
		{role: auth.Manager},
		{role: auth.Reader, workspace: "shop"},
		{role: auth.Reader},
		{role: auth.Tracker, workspace: "shop"},
		{role: auth.Tracker},
		{role: auth.Manager, workspace: "rival"},
		{role: auth.Reader, workspace: "rival"},
		{role: auth.Tracker, workspace: "rival"},
		nobody,
		refused(),
	}
}

func refused() viewer {
	return viewer{refused: fault.New(fault.Unauthenticated, "This API key is unknown, expired or revoked.")}
}

// outcome is what became of an operation of one field: data, nothing, or the
// code of the error or reason.
func (a answer) outcome(t *testing.T) string {
	t.Helper()
	if code := a.code(); code != "" {
		return code
	}
	var data map[string]json.RawMessage
	if err := json.Unmarshal(a.body.Data, &data); err != nil {
		t.Fatalf("%v: %s", err, a.text)
	}
	for _, value := range data {
		switch text := string(value); {
		case strings.Contains(text, `"WORKSPACE_NOT_FOUND"`):
			return "reason"
		case text == "null", text == "false", strings.Contains(text, `"edges":[]`):
			return "nothing"
		}
	}
	return "data"
}

// Every operation by every kind of key.
func TestRoles(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		usage := decode[struct {
			TrackUsage struct{ Usage struct{ ID string } }
		}](t, h.data(t, admin, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", model: "secret-model"}) { usage { id } } }`, nil)).TrackUsage.Usage.ID
		customer := decode[struct {
			UpsertCustomer struct{ ID string }
		}](t, h.data(t, admin, `mutation { upsertCustomer(workspaceId: "shop", input: {clientId: "ada", email: "ada@example.org"}) { id } }`, nil)).UpsertCustomer.ID
		key := decode[struct {
			CreateAPIKey struct{ ID string } `json:"createApiKey"`
		}](t, h.data(t, admin, `mutation { createApiKey(input: {name: "Shop's key", role: READ, workspaceId: "shop"}) { id } }`, nil)).CreateAPIKey.ID
		told := decode[struct {
			Create struct{ Channel struct{ ID string } }
			Test   struct{ ID, State string }
		}](t, h.tells(t, admin, receiver(t)))
		channel, delivery := told.Create.Channel.ID, told.Test.ID
		secrets := []string{
			"Ada", "ada@example.org", "393331112222", "secret-model", "0.005", "77", usage, customer, "Shop's key", key,
			channel, delivery, "127.0.0.1", "Shop's channel", "Thank you", "DELIVERED",
		}
		const (
			d = "data"
			n = "nothing"
			r = "reason"
			f = "FORBIDDEN"
			w = "WORKSPACE_NOT_FOUND"
			u = "UNAUTHENTICATED"
		)
		for _, row := range []struct {
			operation string
			want      [12]string
		}{
			// admin, manage shop, manage, read shop, read, track shop, track | manage, read, track rival | nobody, refused
			{`{ stats(workspaceId: "shop") { totalCost topClients { clientName clientPhone } byModel { label } } }`, [12]string{d, d, d, d, d, f, f, w, w, f, u, u}},
			{`{ peakHours(workspaceId: "shop") { cost } }`, [12]string{d, d, d, d, d, f, f, w, w, f, u, u}},
			{`{ topClients(workspaceId: "shop") { clientName clientPhone } }`, [12]string{d, d, d, d, d, f, f, w, w, f, u, u}},
			{`{ workspace(id: "shop") { name stats { totalCost } } }`, [12]string{d, d, d, d, d, f, f, n, n, f, u, u}},
			{`{ workspaces(where: {id: "shop"}) { totalCount edges { node { name stats { totalCost } } } } }`, [12]string{d, d, d, d, d, f, f, n, n, f, u, u}},
			{`{ customers(where: {workspaceId: "shop"}) { totalCount edges { node { id name phone email } } } }`, [12]string{d, d, d, d, d, f, f, n, n, f, u, u}},
			{`{ usages(where: {workspaceId: "shop"}) { totalCount edges { node { id price model } } } }`, [12]string{d, d, d, d, d, f, f, n, n, f, u, u}},
			{`{ apiKeys(workspaceId: "shop") { id name role createdAt expiresAt revokedAt } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`{ apiKeys { id name role workspaceId } }`, [12]string{d, d, d, f, f, f, f, d, f, f, u, u}},
			{`{ viewer { role workspaceId name expiresAt } }`, [12]string{d, d, d, d, d, d, d, d, d, d, u, u}},
			{`mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", price: 0}) { reason message usage { id } } }`, [12]string{d, d, d, f, f, d, d, r, f, r, u, u}},
			{`mutation { trackUsageBatch(inputs: [{workspaceId: "shop", phone: "+39 333 111 2222", price: 0}]) { results { reason message usage { id } } } }`, [12]string{d, d, d, f, f, d, d, r, f, r, u, u}},
			{`mutation { voidUsage(workspaceId: "shop", id: "` + usage + `") { voided usage { price } } }`, [12]string{d, d, d, f, f, d, d, w, f, w, u, u}},
			{`mutation { createWorkspace(input: {name: "New"}) { id } }`, [12]string{d, f, f, f, f, f, f, f, f, f, u, u}},
			{`mutation { updateWorkspace(id: "shop", input: {name: "Shop"}) { name } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { upsertCustomer(workspaceId: "shop", input: {clientId: "ada"}) { id name phone } }`, [12]string{d, d, d, f, f, d, d, w, f, w, u, u}},
			{`mutation { setBudget(workspaceId: "shop", input: {monthlyLimit: 77}) { monthlyLimit spent projected } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { setCustomerBudget(workspaceId: "shop", clientId: "ada", input: {monthlyLimit: 77}) { monthlyLimit spent projected } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`{ workspace(id: "shop") { budget { monthlyLimit spent exhaustedOn } } }`, [12]string{d, d, d, d, d, f, f, n, n, f, u, u}},
			{`{ customers(where: {clientId: "ada", workspaceId: "shop"}) { edges { node { budget { monthlyLimit spent } } } } }`, [12]string{d, d, d, d, d, f, f, n, n, f, u, u}},
			{`mutation { upsertCustomer(workspaceId: "shop", input: {clientId: "ada"}) { budget { monthlyLimit } } }`, [12]string{d, d, d, f, f, f, f, w, f, w, u, u}},
			{`{ allowance(workspaceId: "shop", clientId: "ada") { allowed reason remaining } }`, [12]string{d, d, d, f, f, d, d, r, f, r, u, u}},
			{`mutation { removeBudget(workspaceId: "shop") }`, [12]string{d, n, n, f, f, f, f, w, f, f, u, u}},
			{`mutation { removeCustomerBudget(workspaceId: "shop", clientId: "ada") }`, [12]string{d, n, n, f, f, f, f, w, f, f, u, u}},
			{`{ alerts(where: {workspaceId: "shop"}) { totalCount edges { node { event title text facts } } } }`, [12]string{d, d, d, d, d, f, f, n, n, f, u, u}},
			{`{ alerts(where: {workspaceId: "shop"}) { edges { node { deliveries { id channel { target } attempts { answer } } } } } }`, [12]string{d, d, d, f, f, f, f, n, n, f, u, u}},
			{`{ alertChannels(workspaceId: "shop") { id name target deliveries { id state } } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { createAlertChannel(workspaceId: "shop", input: {kind: SLACK, target: "https://example.org/hook"}) { channel { id } secret } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { updateAlertChannel(workspaceId: "shop", id: "` + channel + `", input: {name: "Shop's channel"}) { target } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { rotateAlertChannelSecret(workspaceId: "shop", id: "` + channel + `") { channel { target } secret } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { testAlertChannel(workspaceId: "shop", id: "` + channel + `") { state attempts { answer } } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { replayAlert(workspaceId: "shop", deliveryId: "` + delivery + `") { attempts { answer } } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { removeAlertChannel(workspaceId: "shop", id: "` + channel + `") }`, [12]string{d, n, n, f, f, f, f, w, f, f, u, u}},
			{`mutation { createApiKey(input: {name: "key", role: READ, workspaceId: "shop"}) { secret } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
			{`mutation { createApiKey(input: {name: "key", role: READ}) { secret } }`, [12]string{d, f, d, f, f, f, f, f, f, f, u, u}},
			{`mutation { createApiKey(input: {name: "key", role: ADMIN}) { secret } }`, [12]string{d, f, f, f, f, f, f, f, f, f, u, u}},
			{`mutation { revokeApiKey(id: "` + key + `") }`, [12]string{d, d, d, f, f, f, f, n, f, f, u, u}},
			{`mutation { eraseCustomer(workspaceId: "shop", clientId: "bruno") { id } }`, [12]string{d, d, d, f, f, f, f, w, f, f, u, u}},
		} {
			for i, v := range columns() {
				got := h.ask(t, v, row.operation, nil)
				if outcome := got.outcome(t); outcome != row.want[i] {
					t.Errorf("%s: %s: %s, want %s: %s", v, row.operation, outcome, row.want[i], got.text)
				}
				status, challenge := http.StatusOK, ""
				if row.want[i] == u {
					status, challenge = http.StatusUnauthorized, "Bearer"
				}
				if got.StatusCode != status || got.Header.Get("WWW-Authenticate") != challenge {
					t.Errorf("%s: %s: %d, WWW-Authenticate %q", v, row.operation, got.StatusCode, got.Header.Get("WWW-Authenticate"))
				}
				for _, secret := range secrets {
					if row.want[i] != d && strings.Contains(got.text, secret) {
						t.Errorf("%s: %s tells %q: %s", v, row.operation, secret, got.text)
					}
				}
				if v.workspace != "rival" {
					continue
				}
				// Who may not see it can't tell it from what isn't there.
				missing := strings.NewReplacer("shop", "none", key, uuid.NewString()).Replace(row.operation)
				if none := strings.ReplaceAll(h.ask(t, v, missing, nil).text, "none", "shop"); row.want[i] != d && none != got.text {
					t.Errorf("%s: %s: another's workspace\n%s and none\n%s", v, row.operation, got.text, none)
				}
			}
		}
	})
}

// What a list holds depends on the key alone.
func TestListsHoldTheViewersOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.data(t, admin, `mutation { trackUsageBatch(inputs: [{workspaceId: "shop", clientId: "ada", price: 1}, {workspaceId: "rival", clientId: "zoe", price: 2}]) { tracked }
			shop: setBudget(workspaceId: "shop", input: {monthlyLimit: 1, thresholds: [100]}) { version }
			rival: setBudget(workspaceId: "rival", input: {monthlyLimit: 1, thresholds: []}) { version }
		}`, nil)
		const all = `{ a: alerts(where: {event: "budget.threshold_reached"}) { edges { node { workspaceId } } } b: alerts(where: {event: "budget.exceeded"}) { edges { node { workspaceId } } } workspaces { totalCount edges { node { id } } } customers { totalCount edges { node { clientId } } } usages(orderBy: {field: PRICE}) { totalCount edges { node { clientId } } } }`
		for v, want := range map[viewer]string{
			{role: auth.Reader, workspace: "rival"}: `{"a":{"edges":[]},"b":{"edges":[{"node":{"workspaceId":"rival"}}]},"workspaces":{"totalCount":1,"edges":[{"node":{"id":"rival"}}]},` +
				`"customers":{"totalCount":1,"edges":[{"node":{"clientId":"zoe"}}]},"usages":{"totalCount":1,"edges":[{"node":{"clientId":"zoe"}}]}}`,
			{role: auth.Manager, workspace: "shop"}: `{"a":{"edges":[{"node":{"workspaceId":"shop"}}]},"b":{"edges":[]},"workspaces":{"totalCount":1,"edges":[{"node":{"id":"shop"}}]},` +
				`"customers":{"totalCount":3,"edges":[{"node":{"clientId":"ada"}},{"node":{"clientId":"bruno"}},{"node":{"clientId":"carla"}}]},"usages":{"totalCount":1,"edges":[{"node":{"clientId":"ada"}}]}}`,
			{role: auth.Reader, workspace: "none"}: `{"a":{"edges":[]},"b":{"edges":[]},"workspaces":{"totalCount":0,"edges":[]},"customers":{"totalCount":0,"edges":[]},"usages":{"totalCount":0,"edges":[]}}`,
			{role: auth.Reader}: `{"a":{"edges":[{"node":{"workspaceId":"shop"}}]},"b":{"edges":[{"node":{"workspaceId":"rival"}}]},"workspaces":{"totalCount":2,"edges":[{"node":{"id":"rival"}},{"node":{"id":"shop"}}]},` +
				`"customers":{"totalCount":4,"edges":[{"node":{"clientId":"ada"}},{"node":{"clientId":"bruno"}},{"node":{"clientId":"carla"}},{"node":{"clientId":"zoe"}}]},` +
				`"usages":{"totalCount":2,"edges":[{"node":{"clientId":"ada"}},{"node":{"clientId":"zoe"}}]}}`,
		} {
			if got := h.data(t, v, all, nil); got != want {
				t.Errorf("%s: %s, want %s", v, got, want)
			}
		}
		// The id of another workspace's row under the name of one's own.
		ada := decode[struct {
			Usages, Customers struct {
				Edges []struct{ Node struct{ ID string } }
			}
		}](t, h.data(t, admin, `{ usages(where: {clientId: "ada"}) { edges { node { id } } } customers(where: {clientId: "ada"}) { edges { node { id } } } }`, nil))
		rival := viewer{role: auth.Manager, workspace: "rival"}
		for operation, want := range map[string]string{
			`mutation($u: ID!) { voidUsage(workspaceId: "rival", id: $u) { voided usage { id } } }`:                                                   `{"voidUsage":{"voided":false,"usage":null}}`,
			`query($u: ID!, $c: ID!) { usages(where: {or: [{id: $u}, {clientId: "ada"}]}) { totalCount } customers(where: {id: $c}) { totalCount } }`: `{"usages":{"totalCount":0},"customers":{"totalCount":0}}`,
			`mutation { eraseCustomer(workspaceId: "rival", clientId: "ada") { id } }`:                                                                "",
		} {
			got := h.ask(t, rival, operation, map[string]string{"u": ada.Usages.Edges[0].Node.ID, "c": ada.Customers.Edges[0].Node.ID})
			if want == "" && got.code() != "CUSTOMER_NOT_FOUND" || want != "" && string(got.body.Data) != want {
				t.Errorf("%s: %s, want %s", operation, got.text, want)
			}
		}
	})
}

func TestTheSchemaNeedsNoKey(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	const viewerToo = `fragment both on Query { ...more viewer { role } } fragment more on Query { __typename }`
	for _, v := range []viewer{nobody, refused(), {role: auth.Tracker, workspace: "rival"}} {
		for operation, free := range map[string]bool{
			`{ __typename }`:    true,
			introspection:       true,
			`{ a: __typename }`: true,
			`{ __type(name: "Usage") { fields { name } } ... on Query { __typename ...more } } fragment more on Query { __typename }`: true,
			`mutation { __typename }`:                                                     true,
			`{ __typename viewer { role } }`:                                              false,
			`{ viewer { __typename } }`:                                                   false,
			`{ ... { ... on Query { viewer { role } } } }`:                                false,
			`{ ...both } ` + viewerToo:                                                    false,
			`{ ...more ...more ...both } ` + viewerToo:                                    false,
			`{ __typename viewer @include(if: false) { role } }`:                          false,
			`query($n: Int!) { topClients(workspaceId: "shop", first: $n) { clientId } }`: false, // and no word on $n
			`{ __typename #` + strings.Repeat("x", 16<<10) + "\n}":                        false,
		} {
			got := h.ask(t, v, operation, nil)
			outcome := got.code()
			switch {
			case v.role != "":
				free = outcome != "UNAUTHENTICATED" // a key opens the door to both
			case free && outcome != "", !free && outcome != "UNAUTHENTICATED":
				t.Errorf("%s: %.200s: %.300s", v, operation, got.text)
			}
			if (got.StatusCode == http.StatusUnauthorized) == free || !free && (got.Header.Get("WWW-Authenticate") != "Bearer" || got.body.Data != nil) {
				t.Errorf("%s: %.200s: %d %v %.300s", v, operation, got.StatusCode, got.Header, got.text)
			}
			if v.refused != nil && !free && !strings.Contains(got.text, v.refused.Error()) {
				t.Errorf("the refusal is not told: %s", got.text)
			}
		}
		// The operation that is run counts, not its neighbours.
		for name, free := range map[string]bool{"Free": true, "Mine": false} {
			got := h.post(t, v, `{"query": "query Free { __typename } query Mine { viewer { role } }", "operationName": "`+name+`"}`)
			if v.role == "" && (got.code() == "") != free {
				t.Errorf("%s: %s: %s", v, name, got.text)
			}
		}
	}
}
