package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/testkit"
)

// receiver is a webhook's: it says thank you, with a tag that no page may take
// for one.
func receiver(t *testing.T) (url string) {
	t.Helper()
	r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<b>Thank you</b>") }))
	t.Cleanup(r.Close)
	return r.URL
}

// tells makes a channel of "shop" and sends its test there, as one answer.
func (h *house) tells(t *testing.T, v viewer, url string) string {
	t.Helper()
	create := h.data(t, v, `mutation($url: String!) { create: createAlertChannel(workspaceId: "shop", input: {kind: WEBHOOK, name: "Shop's channel", target: $url}) { channel { id } secret } }`,
		map[string]string{"url": url})
	id := decode[struct {
		Create struct{ Channel struct{ ID string } }
	}](t, create).Create.Channel.ID
	test := h.data(t, v, `mutation($id: ID!) { test: testAlertChannel(workspaceId: "shop", id: $id) { id state } }`, map[string]string{"id": id})
	return strings.TrimSuffix(create, "}") + "," + strings.TrimPrefix(test, "{")
}

// unnamed is an answer without what differs from one run to the next.
func unnamed(answer, url string) string {
	answer = strings.ReplaceAll(answer, url, "URL")
	answer = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(answer, "ID")
	answer = regexp.MustCompile(`whsec_[\w+/=]{44}`).ReplaceAllString(answer, "SECRET")
	return regexp.MustCompile(`"tookMs":\d+`).ReplaceAllString(answer, `"tookMs":0`)
}

const channelFields = `{ id workspaceId kind name target events failingSince disabledAt disabledReason version createdAt }`

// channel is an answer to channelFields, but for its name, events and the
// version's end.
const channelText = `{"id":"ID","workspaceId":"shop","kind":"WEBHOOK","name":%s,"target":"URL/hook","events":[%s],"failingSince":null,"disabledAt":%s,"version":%d,"createdAt":"2024-02-15T12:00:00Z"}`

func TestAlertChannels(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		url := receiver(t)
		manager := viewer{role: auth.Manager, workspace: "shop"}
		var id, delivery string
		const attempt = `{"number":1,"at":"2024-02-15T12:00:00Z","tookMs":0,"status":200,"answer":"<b>Thank you</b>","failure":null}`
		const test = `{"id":"ID","state":"DELIVERED","nextAttemptAt":null,"createdAt":"2024-02-15T12:00:00Z","attempts":[` + attempt + `],"channel":{"name":"New"},` +
			`"alert":{"event":"channel.test","clientId":null,"facts":{"currency":"EUR","channel":{"id":"ID","name":"New"}}}}`
		for _, c := range []struct{ operation, want string }{
			{`{ alertChannels(workspaceId: "shop") { id } }`, `{"alertChannels":[]}`},
			{
				`mutation { createAlertChannel(workspaceId: "shop", input: {kind: WEBHOOK, target: "URL/hook"}) { channel ` + channelFields + ` secret } }`,
				`{"createAlertChannel":{"channel":` + fmt.Sprintf(channelText, `"127.0.0.1"`, "", `null,"disabledReason":null`, 1) + `,"secret":"SECRET"}}`,
			},
			{
				`mutation { updateAlertChannel(workspaceId: "shop", id: "CHANNEL", input: {name: "New", events: ["usage.silent", "budget.exceeded"], enabled: false, version: 1}) ` + channelFields + ` }`,
				`{"updateAlertChannel":` + fmt.Sprintf(channelText, `"New"`, `"usage.silent","budget.exceeded"`, `"2024-02-15T12:00:00Z","disabledReason":"Disabled by hand."`, 2) + `}`,
			},
			{`mutation { updateAlertChannel(workspaceId: "shop", id: "CHANNEL", input: {enabled: true, events: []}) { version disabledReason events } }`, `{"updateAlertChannel":{"version":3,"disabledReason":null,"events":[]}}`},
			{`mutation { rotateAlertChannelSecret(workspaceId: "shop", id: "CHANNEL", overlapHours: 0) { channel { version } secret } }`, `{"rotateAlertChannelSecret":{"channel":{"version":4},"secret":"SECRET"}}`},
			{`mutation { rotateAlertChannelSecret(workspaceId: "shop", id: "CHANNEL", overlapHours: null) { secret } }`, `{"rotateAlertChannelSecret":{"secret":"SECRET"}}`},
			{
				`mutation { testAlertChannel(workspaceId: "shop", id: "CHANNEL") { id state nextAttemptAt createdAt attempts { number at tookMs status answer failure } channel { name } alert { event clientId facts } } }`,
				`{"testAlertChannel":` + test + `}`,
			},
			{`{ alertChannels(workspaceId: "shop") { deliveries(first: 1) { id state nextAttemptAt createdAt attempts { number at tookMs status answer failure } channel { name } alert { event clientId facts } } } }`, `{"alertChannels":[{"deliveries":[` + test + `]}]}`},
			{`{ alerts { totalCount edges { node { workspaceId event deliveries { channel { target } attempts { answer } } } } } }`, `{"alerts":{"totalCount":1,"edges":[{"node":{"workspaceId":"shop","event":"channel.test","deliveries":[{"channel":{"target":"URL/hook"},"attempts":[{"answer":"<b>Thank you</b>"}]}]}}]}}`},
			{`mutation { replayAlert(workspaceId: "shop", deliveryId: "DELIVERY") { state nextAttemptAt attempts { number } } }`, `{"replayAlert":{"state":"PENDING","nextAttemptAt":"2024-02-15T12:00:00Z","attempts":[{"number":1}]}}`},
			{
				`mutation { createAlertChannel(workspaceId: "shop", input: {kind: SLACK, name: "Chat", target: "https://example.org/hook", events: []}) { channel { kind name events } secret } }`,
				`{"createAlertChannel":{"channel":{"kind":"SLACK","name":"Chat","events":[]},"secret":null}}`,
			},
			{`mutation { a: removeAlertChannel(workspaceId: "shop", id: "CHANNEL") b: removeAlertChannel(workspaceId: "shop", id: "CHANNEL") }`, `{"a":true,"b":false}`},
			{`{ alerts { edges { node { event deliveries { id } } } } alertChannels(workspaceId: "shop") { name } }`, `{"alerts":{"edges":[{"node":{"event":"channel.test","deliveries":[]}}]},"alertChannels":[{"name":"Chat"}]}`},
		} {
			operation := strings.NewReplacer("URL", url, "CHANNEL", id, "DELIVERY", delivery).Replace(c.operation)
			got := h.data(t, manager, operation, nil)
			if unnamed(got, url) != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", operation, unnamed(got, url), c.want)
			}
			first := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(got)
			switch {
			case strings.Contains(c.operation, "SLACK"):
			case strings.Contains(c.operation, "createAlertChannel"):
				id = first[1]
			case strings.Contains(c.operation, "testAlertChannel"):
				delivery = first[1]
			case strings.Contains(got, "whsec_") != strings.Contains(c.operation, "secret"):
				t.Errorf("%s tells a secret: %s", operation, got)
			}
		}
	})
}

// What a budget's crossing is told as, exact to the last digit and in either
// language; a page of alerts reads their workspace once.
func TestAlerts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.data(t, admin, `mutation { updateWorkspace(id: "shop", input: {language: "it"}) { language }
			setBudget(workspaceId: "shop", input: {monthlyLimit: 2000000.000000002, thresholds: [25, 50]}) { version }
			trackUsage(input: {workspaceId: "shop", clientId: "ada", price: 1000000}) { tracked }
			b: trackUsage(input: {workspaceId: "shop", clientId: "ada", price: 0.000000001}) { tracked }
			setCustomerBudget(workspaceId: "shop", clientId: "ada", input: {monthlyLimit: 0, thresholds: []}) { version } }`, nil)
		want := []string{
			`{"event":"budget.exceeded","clientId":"ada","createdAt":"2024-02-15T12:00:00Z","facts":{"currency":"EUR","month":"2024-02","enforcement":"NOTIFY","limit":0,"spent":1000000.000000001}}`,
			`{"event":"budget.threshold_reached","clientId":null,"createdAt":"2024-02-15T12:00:00Z","facts":{"currency":"EUR","month":"2024-02","enforcement":"NOTIFY","threshold":25,"limit":2000000.000000002,"spent":1000000}}`,
			`{"event":"budget.threshold_reached","clientId":null,"createdAt":"2024-02-15T12:00:00Z","facts":{"currency":"EUR","month":"2024-02","enforcement":"NOTIFY","threshold":50,"limit":2000000.000000002,"spent":1000000.000000001}}`,
		}
		type alerts[T any] struct {
			Alerts struct{ Edges []struct{ Node T } }
		}
		reader := viewer{role: auth.Reader, workspace: "shop"}
		var got []string
		for _, e := range decode[alerts[json.RawMessage]](t, h.data(t, reader, `{ alerts { edges { node { event clientId createdAt facts } } } }`, nil)).Alerts.Edges {
			got = append(got, string(e.Node))
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s, want\n%s", got, want)
		}
		h.statements.take()
		words := decode[alerts[struct{ Title, Text, Empty, It, En, Long string }]](t, h.data(t, reader,
			`{ alerts { edges { node { title text empty: title(language: "") it: title(language: "it") en: title(language: "en") long: text(language: "en") } } } }`, nil)).Alerts.Edges
		for _, e := range words {
			if n := e.Node; n.Title == "" || n.Text == "" || n.Title != n.It || n.Title != n.Empty || n.Title == n.En || n.Text == n.Long {
				t.Errorf("%+v", n)
			}
		}
		if read := h.statements.take(); len(words) != 3 || len(read) > 4 { // with a transaction's begin and end
			t.Errorf("%d alerts, read by %q", len(words), read)
		}
		for _, language := range []string{"de", "IT", "\x00"} {
			for _, field := range []string{"title", "text"} {
				if got := h.ask(t, reader, `query($l: String) { alerts(first: 1) { edges { node { `+field+`(language: $l) } } } }`, map[string]string{"l": language}); got.code() != "INVALID language" {
					t.Errorf("%s in %q: %s", field, language, got.text)
				}
			}
		}
	})
}

func TestBadAlertChannels(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		told := decode[struct {
			Create struct{ Channel struct{ ID string } }
			Test   struct{ ID string }
		}](t, h.tells(t, admin, receiver(t)))
		id, delivery := told.Create.Channel.ID, told.Test.ID
		before := h.data(t, admin, `{ alertChannels(workspaceId: "shop") `+channelFields+` }`, nil)
		var cases []refusal
		for input, want := range map[string]string{
			`target: ""`:                                                                               "INVALID input.target",
			`target: "example.org"`:                                                                    "INVALID input.target",
			`target: "ftp://example.org"`:                                                              "INVALID input.target",
			`target: "https://"`:                                                                       "INVALID input.target",
			`target: "https://user:hush@example.org"`:                                                  "INVALID input.target",
			`target: "http://10.0.0.1/hook"`:                                                           "INVALID input.target",
			`target: "http://[::1]/hook"`:                                                              "INVALID input.target",
			`target: "http://169.254.169.254/latest"`:                                                  "INVALID input.target",
			`target: "https://example.org/\u0000"`:                                                     "INVALID input.target",
			`target: "https://example.org/` + strings.Repeat("a", 3000) + `"`:                          "INVALID input.target",
			`target: "https://example.org", name: "` + strings.Repeat("é", 201) + `"`:                  "INVALID input.name",
			`target: "https://example.org", name: "a\u0000"`:                                           "INVALID input.name",
			`target: "https://example.org", events: ["usage.silent", "budget"]`:                        "INVALID input.events.1",
			`target: "https://example.org", events: ["channel.test"]`:                                  "INVALID input.events.0",
			`target: "https://example.org", events: ["usage.silent", "usage.anomaly", "usage.silent"]`: "INVALID input.events.2",
		} {
			cases = append(cases,
				refusal{operation: `mutation { createAlertChannel(workspaceId: "shop", input: {kind: WEBHOOK, ` + input + `}) { secret } }`, want: want},
				refusal{operation: `mutation { updateAlertChannel(workspaceId: "shop", id: "` + id + `", input: {` + input + `}) { version } }`, want: want})
		}
		const create = `mutation($in: CreateAlertChannelInput!) { createAlertChannel(workspaceId: "shop", input: $in) { secret } }`
		cases = append(cases,
			refusal{create, `{"in": {"kind": "PIGEON", "target": "https://example.org"}}`, "INVALID input.kind"},
			refusal{create, `{"in": {"kind": "WEBHOOK"}}`, "INVALID input.target"},
			refusal{create, `{"in": {"kind": "EMAIL", "target": "a@example.org"}}`, "INVALID input.kind"}, // no --smtp-url
			refusal{create, `{"in": {"kind": "WEBHOOK", "target": 5}}`, "INVALID input.target"},
			refusal{operation: `mutation { updateAlertChannel(workspaceId: "shop", id: "` + id + `", input: {name: "x", version: 7}) { version } }`, want: "CONFLICT input.version"},
			refusal{operation: `mutation { rotateAlertChannelSecret(workspaceId: "shop", id: "` + id + `", overlapHours: 169) { secret } }`, want: "INVALID overlapHours"},
			refusal{operation: `mutation { rotateAlertChannelSecret(workspaceId: "shop", id: "` + id + `", overlapHours: -1) { secret } }`, want: "INVALID overlapHours"},
			refusal{operation: `{ alertChannels(workspaceId: "shop") { deliveries(first: 0) { id } } }`, want: "INVALID first"},
			refusal{operation: `{ alertChannels(workspaceId: "shop") { deliveries(first: 101) { id } } }`, want: "INVALID first"},
			refusal{operation: `{ alerts(where: {not: {}}) { totalCount } }`, want: "INVALID where"},
		)
		// Another workspace's are as those that are not there.
		for of, want := range map[string]string{`"none", %q`: "WORKSPACE_NOT_FOUND", `"\u0000", %q`: "WORKSPACE_NOT_FOUND", `"rival", %q`: "", `"shop", "x"`: "", `"shop", "\u0000"`: "", `"shop", "018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07"`: ""} {
			for operation, missing := range map[string]string{
				`mutation { updateAlertChannel(workspaceId: %s, id: %s, input: {name: "x"}) { version } }`: "CHANNEL_NOT_FOUND",
				`mutation { rotateAlertChannelSecret(workspaceId: %s, id: %s) { secret } }`:                "CHANNEL_NOT_FOUND",
				`mutation { testAlertChannel(workspaceId: %s, id: %s) { id } }`:                            "CHANNEL_NOT_FOUND",
				`mutation { replayAlert(workspaceId: %s, deliveryId: %s) { id } }`:                         "DELIVERY_NOT_FOUND",
			} {
				own := id
				if missing == "DELIVERY_NOT_FOUND" {
					own = delivery
				}
				workspace, of, _ := strings.Cut(strings.ReplaceAll(of, "%q", `"`+own+`"`), ", ")
				if want != "" {
					missing = want
				}
				cases = append(cases, refusal{operation: fmt.Sprintf(operation, workspace, of), want: missing})
			}
		}
		cases = append(cases, refusal{operation: `{ alertChannels(workspaceId: "none") { id } }`, want: "WORKSPACE_NOT_FOUND"},
			refusal{operation: `mutation { removeAlertChannel(workspaceId: "none", id: "` + id + `") }`, want: "WORKSPACE_NOT_FOUND"})
		h.refuses(t, cases)
		if got := h.data(t, admin, `mutation { removeAlertChannel(workspaceId: "rival", id: "`+id+`") }`, nil); got != `{"removeAlertChannel":false}` {
			t.Errorf("another's channel is removed: %s", got)
		}
		if got := h.data(t, admin, `{ alertChannels(workspaceId: "shop") `+channelFields+` }`, nil); got != before {
			t.Errorf("a refused change changed it: %s, was\n%s", got, before)
		}
	})
}

// What is nested below alerts is weighed with all that it reads; what the
// dashboard asks for is let through.
func TestAlertsAreWeighed(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	const delivered = ` __typename id state nextAttemptAt channel { __typename id name } attempts { __typename number at tookMs status answer failure } `
	for document, want := range map[string]string{
		`{ alerts(first: 15) { __typename edges { __typename cursor node { __typename id createdAt clientId event title text facts deliveries {` + delivered + `} } } } }`: "",
		`{ alertChannels(workspaceId: "shop") { __typename id deliveries(first: 20) {` + delivered + `alert { __typename createdAt title(language: "it") } } } }`:          "",
		`{ alerts(first: 500) { edges { node { id title text facts createdAt } } } }`:                                                                                      "",
		`{ alerts(first: 500) { edges { node { id deliveries { state } } } } }`:                                                                                            "TOO_COMPLEX",
		`{ alertChannels(workspaceId: "shop") { deliveries(first: 100) { attempts { number at status } } } }`:                                                              "TOO_COMPLEX",
		`{ alerts(first: 1) { edges { node { deliveries { alert { deliveries { alert { deliveries { id } } } } } } } } }`:                                                  "TOO_COMPLEX",
		`{ alertChannels(workspaceId: "shop") { deliveries { channel { deliveries { id } } } } }`:                                                                          "TOO_COMPLEX",
	} {
		if got := h.ask(t, admin, document, nil); got.code() != want {
			t.Errorf("%s: %s, want %s", document, got.text, want)
		}
	}
}
