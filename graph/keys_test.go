package graph_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/testkit"
)

// key makes a key in the name of an ADMIN, so many minutes after the clock.
func (h *house) key(t *testing.T, minutes int, in auth.CreateInput) *auth.Created {
	t.Helper()
	now := func() time.Time { return clock().Add(time.Duration(minutes) * time.Minute) }
	created, err := auth.Open(h.db, "", now, rand.Reader).Create(admin.enter(t.Context()), in)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// Whoever lists keys sees those that it may revoke, and nothing that opens a
// door.
func TestKeysHoldTheViewersOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var made []*auth.Created
		for i, in := range []auth.CreateInput{
			{Name: "shop reads", Role: auth.Reader, WorkspaceID: new("shop"), ExpiresAt: new(calendar.StampOf("2024-03-01T01:00:00+01:00"))},
			{Name: "rival tracks", Role: auth.Tracker, WorkspaceID: new("rival")},
			{Name: "all read", Role: auth.Reader},
			{Name: "operator", Role: auth.Admin},
			{Name: "shop manages", Role: auth.Manager, WorkspaceID: new("shop")},
		} {
			made = append(made, h.key(t, i, in))
		}
		for v, want := range map[viewer]struct{ all, shop, rival string }{
			admin:                                    {"shop manages, operator, all read, rival tracks, shop reads", "shop manages, shop reads", "rival tracks"},
			{role: auth.Manager}:                     {"shop manages, all read, rival tracks, shop reads", "shop manages, shop reads", "rival tracks"},
			{role: auth.Manager, workspace: "shop"}:  {"shop manages, shop reads", "shop manages, shop reads", "WORKSPACE_NOT_FOUND"},
			{role: auth.Manager, workspace: "rival"}: {"rival tracks", "WORKSPACE_NOT_FOUND", "rival tracks"},
			{role: auth.Manager, workspace: "none"}:  {"", "WORKSPACE_NOT_FOUND", "WORKSPACE_NOT_FOUND"},
		} {
			for of, names := range map[string]string{"": want.all, `(workspaceId: null)`: want.all, `(workspaceId: "shop")`: want.shop, `(workspaceId: "rival")`: want.rival} {
				got := h.ask(t, v, `{ apiKeys`+of+` { name } }`, nil)
				told := got.code()
				if told == "" {
					var list []string
					for _, k := range decode[struct{ APIKeys []struct{ Name string } }](t, string(got.body.Data)).APIKeys {
						list = append(list, k.Name)
					}
					told = strings.Join(list, ", ")
				}
				if told != names {
					t.Errorf("%s: apiKeys%s: %s, want %s", v, of, told, names)
				}
			}
		}
		for _, id := range []string{`"none"`, `"\u0000"`} {
			if got := h.ask(t, admin, `{ apiKeys(workspaceId: `+id+`) { id } }`, nil); got.code() != "WORKSPACE_NOT_FOUND" {
				t.Errorf("%s: %s", id, got.text)
			}
		}

		// All that is told of a key.
		shop := viewer{role: auth.Manager, workspace: "shop"}
		h.data(t, shop, `mutation { revokeApiKey(id: "`+made[4].ID+`") }`, nil)
		const every = `{ apiKeys { id name role workspaceId createdAt expiresAt revokedAt } }`
		want := `{"apiKeys":[` +
			`{"id":"` + made[4].ID + `","name":"shop manages","role":"MANAGE","workspaceId":"shop","createdAt":"2024-02-15T12:04:00Z","expiresAt":null,"revokedAt":"2024-02-15T12:00:00Z"},` +
			`{"id":"` + made[0].ID + `","name":"shop reads","role":"READ","workspaceId":"shop","createdAt":"2024-02-15T12:00:00Z","expiresAt":"2024-03-01T00:00:00Z","revokedAt":null}]}`
		if got := h.data(t, shop, every, nil); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
		if got := h.data(t, admin, every, nil); !strings.Contains(got, `"name":"all read","role":"READ","workspaceId":null`) {
			t.Error(got)
		}
		fields := decode[struct {
			Type struct{ Fields []struct{ Name string } } `json:"__type"`
		}](t, h.data(t, nobody, `{ __type(name: "ApiKey") { fields { name } } }`, nil)).Type.Fields
		var names []string
		for _, f := range fields {
			names = append(names, f.Name)
		}
		if !slices.Equal(names, []string{"id", "name", "role", "workspaceId", "createdAt", "expiresAt", "revokedAt"}) {
			t.Errorf("a key shows %s", names)
		}
	})
}

func TestViewerTellsOfItsKey(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	const operator = "the-operators-own-key"
	keys := auth.Open(h.db, operator, clock, rand.Reader)
	for secret, want := range map[string]string{
		h.key(t, 0, auth.CreateInput{Name: "For Ada", Role: auth.Reader, WorkspaceID: new("shop"), ExpiresAt: new(calendar.StampOf("2024-02-15T12:00:00.5Z"))}).Secret: `{"role":"READ","workspaceId":"shop","name":"For Ada","expiresAt":"2024-02-15T12:00:00.5Z"}`,
		h.key(t, 0, auth.CreateInput{Name: "till", Role: auth.Tracker}).Secret:                                                                                         `{"role":"TRACK","workspaceId":null,"name":"till","expiresAt":null}`,
		operator: `{"role":"ADMIN","workspaceId":null,"name":null,"expiresAt":null}`,
	} {
		viewer, err := keys.Authenticate(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(auth.With(t.Context(), viewer), http.MethodPost, "/graphql",
			strings.NewReader(`{"query": "{ viewer { role workspaceId name expiresAt } }"}`))
		r.Header.Set("Content-Type", "application/json")
		if got := h.send(t, nobody, r); string(got.body.Data) != `{"viewer":`+want+`}` {
			t.Errorf("%s, want %s", got.text, want)
		}
	}
}
