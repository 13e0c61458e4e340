package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// result is a TrackUsagePayload.
type result struct {
	Tracked   bool
	Reason    *string
	Message   *string
	Duplicate bool
	Usage     *struct {
		ID    string
		Price json.Number
	}
}

// what it came to: TRACKED, DUPLICATE or the reason.
func (r result) what() string {
	switch {
	case r.Duplicate:
		return "DUPLICATE"
	case r.Tracked:
		return "TRACKED"
	case r.Reason == nil:
		return ""
	}
	return *r.Reason
}

const (
	payload    = `{ tracked reason message duplicate usage { id price } }`
	trackOne   = `mutation($input: TrackUsageInput!) { trackUsage(input: $input) ` + payload + ` }`
	trackBatch = `mutation($inputs: [TrackUsageInput!]!) { trackUsageBatch(inputs: $inputs) { tracked duplicates rejected results ` + payload + ` } }`
)

// one reads the answer to a single event, which is never an error.
func one(t *testing.T, a answer) result {
	t.Helper()
	if a.StatusCode != http.StatusOK || a.body.Errors != nil {
		t.Errorf("%d %.500s", a.StatusCode, a.text)
		return result{}
	}
	return decode[struct{ TrackUsage result }](t, string(a.body.Data)).TrackUsage
}

type batch struct {
	Tracked, Duplicates, Rejected int
	Results                       []result
}

func many(t *testing.T, a answer) batch {
	t.Helper()
	if a.StatusCode != http.StatusOK || a.body.Errors != nil {
		t.Fatalf("%d %.500s", a.StatusCode, a.text)
	}
	return decode[struct{ TrackUsageBatch batch }](t, string(a.body.Data)).TrackUsageBatch
}

// What is wrong with one event is its reason: whatever was sent, as a literal
// or as a variable, alone or among others.
func TestEachEventIsJudgedAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const long = 10_000
		for _, c := range []struct{ fields, want string }{ // in JSON without the names' quotes, which is GraphQL too
			{`clientId: "ada"`, "TRACKED"},
			{`phone: "0039 (333) 111-2222"`, "TRACKED"},
			{`phone: "393331112222@s.whatsapp.net"`, "TRACKED"},
			{`clientId: "ada", phone: "", response: null, price: null, kind: null, model: null, inputTokens: null, idempotencyKey: null, occurredAt: null`, "TRACKED"},
			{`clientId: "ada", price: "", kind: "", model: "", idempotencyKey: "", occurredAt: ""`, "TRACKED"},
			{`clientId: "nobody"`, "CUSTOMER_NOT_FOUND"},
			{`phone: "+39 333 000 0000"`, "CUSTOMER_NOT_FOUND"},
			{`clientId: "carla"`, "CUSTOMER_INACTIVE"},
			{`clientId: "ada", response: ""`, "EMPTY_RESPONSE"},
			{`clientId: "nobody", response: " \u200b\t"`, "EMPTY_RESPONSE"},
			{`response: ""`, "INVALID clientId"},
			{`clientId: "ada", phone: "+39 333 111 2222"`, "INVALID phone"},
			{`phone: "abc"`, "INVALID phone"},
			{`clientId: "ada", price: 0`, "TRACKED"},
			{`clientId: "ada", price: 1000000`, "TRACKED"},
			{`clientId: "ada", price: 1e6`, "TRACKED"},
			{`clientId: "ada", price: "5e-7"`, "TRACKED"},
			{`clientId: "ada", price: 0.00000000100000000000000000000`, "TRACKED"},
			{`clientId: "ada", price: -0.000000001`, "INVALID price"},
			{`clientId: "ada", price: 1000000.000000001`, "INVALID price"},
			{`clientId: "ada", price: 0.0000000001`, "INVALID price"},
			{`clientId: "ada", price: 1e999`, "INVALID price"},
			{`clientId: "ada", price: -1e999`, "INVALID price"},
			{`clientId: "ada", price: 1e-999`, "INVALID price"},
			{`clientId: "ada", price: 123456789012345678901234567890`, "INVALID price"},
			{`clientId: "ada", price: 0.1234567890123456789012345678`, "INVALID price"},
			{`clientId: "ada", price: "abc"`, "INVALID price"},
			{`clientId: "ada", price: "NaN"`, "INVALID price"},
			{`clientId: "ada", price: "0,005"`, "INVALID price"},
			{`clientId: "ada", price: "` + strings.Repeat("9", long) + `"`, "INVALID price"},
			{`clientId: "ada", price: true`, "INVALID price"},
			{`clientId: "ada", price: {}`, "INVALID price"},
			{`clientId: "ada", price: {a: 1e999, b: [99999999999999999999]}`, "INVALID price"},
			{`clientId: "ada", price: [0.005]`, "INVALID price"},
			{`clientId: "ada", price: "\u0000"`, "INVALID price"},
			{`clientId: "ada", kind: "image"`, "TRACKED"},
			{`clientId: "ada", kind: "video"`, "INVALID price"},
			{`clientId: "ada", kind: "Image"`, "INVALID kind"},
			{`clientId: "ada", kind: "` + strings.Repeat("a", 65) + `"`, "INVALID kind"},
			{`clientId: "ada", model: "` + strings.Repeat("é", 129) + `"`, "INVALID model"},
			{`clientId: "ada", inputTokens: 0, outputTokens: 2147483647`, "TRACKED"},
			{`clientId: "ada", inputTokens: -1`, "INVALID inputTokens"},
			{`clientId: "ada", inputTokens: 2147483648`, "INVALID inputTokens"},
			{`clientId: "ada", outputTokens: 9223372036854775808`, "INVALID outputTokens"},
			{`clientId: "ada", outputTokens: -9223372036854775809`, "INVALID outputTokens"},
			{`clientId: "ada", outputTokens: 123456789012345678901234567890`, "INVALID outputTokens"},
			{`clientId: "ada", idempotencyKey: "` + strings.Repeat("é", 128) + `"`, "INVALID idempotencyKey"},
			{`clientId: "ada", occurredAt: "2024-02-15T13:04:59+01:00"`, "TRACKED"},
			{`clientId: "ada", occurredAt: "1970-01-01T00:00:00Z"`, "TRACKED"},
			{`clientId: "ada", occurredAt: "2024-02-15T12:05:01Z"`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: "1969-12-31T23:59:59.999999Z"`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: "2024-02-15"`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: "2024-02-30T12:00:00Z"`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: "yesterday"`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: "` + strings.Repeat("9", long) + `"`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: 1708000000`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: 1e999`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: true`, "INVALID occurredAt"},
			{`clientId: "ada", occurredAt: {}`, "INVALID occurredAt"},
			{`clientId: "ada\u0000"`, "INVALID clientId"},
			{`phone: "\u0000"`, "INVALID phone"},
			{`clientId: "ada", response: "\u0000"`, "INVALID response"},
			{`clientId: "ada", kind: "\u0000"`, "INVALID kind"},
			{`clientId: "ada", model: "a\u0000"`, "INVALID model"},
			{`clientId: "ada", idempotencyKey: "\u0000"`, "INVALID idempotencyKey"},
			{`clientId: 99999999999999999999`, "CUSTOMER_NOT_FOUND"},
			{`workspaceId: "none", clientId: "ada", price: "abc"`, "WORKSPACE_NOT_FOUND"},
			{`workspaceId: "\u0000", clientId: "ada"`, "WORKSPACE_NOT_FOUND"},
			{`workspaceId: "", clientId: "ada"`, "WORKSPACE_NOT_FOUND"},
		} {
			literal := c.fields
			if !strings.Contains(literal, "workspaceId:") {
				literal = `workspaceId: "shop", ` + literal
			}
			literal = "{" + literal + "}"
			variable := jsonOf(literal)
			const neighbour = `{workspaceId: "shop", clientId: "bruno"}`
			want, field, _ := strings.Cut(c.want, " ")
			judge := func(way string, got result) {
				t.Helper()
				if got.what() != want || (got.Usage == nil) != (want != "TRACKED") || (got.Message == nil) != (want == "TRACKED") {
					t.Errorf("%s %.200s: %+v, want %s", way, c.fields, got, c.want)
				} else if got.Message != nil && (!strings.Contains(*got.Message, field) || gibberish.MatchString(*got.Message) || len(*got.Message) > 300) {
					t.Errorf("%s %.200s: the message is %q", way, c.fields, *got.Message)
				}
			}
			judge("literal", one(t, h.ask(t, admin, `mutation { trackUsage(input: `+literal+`) `+payload+` }`, nil)))
			judge("variable", one(t, h.ask(t, admin, trackOne, json.RawMessage(`{"input": `+variable+`}`))))
			for way, got := range map[string]answer{
				"literal among others":  h.ask(t, admin, `mutation { trackUsageBatch(inputs: [`+neighbour+literal+neighbour+`]) { tracked duplicates rejected results `+payload+` } }`, nil),
				"variable among others": h.ask(t, admin, trackBatch, json.RawMessage(`{"inputs": [`+jsonOf(neighbour)+`,`+variable+`,`+jsonOf(neighbour)+`]}`)),
			} {
				b := many(t, got)
				if len(b.Results) != 3 || b.Results[0].what() != "TRACKED" || b.Results[2].what() != "TRACKED" || b.Tracked+b.Rejected != 3 {
					t.Errorf("%s %.200s: the neighbours are harmed: %.500s", way, c.fields, got.text)
					continue
				}
				judge(way, b.Results[1])
			}
		}
	})
}

var names = regexp.MustCompile(`([{,] *)([a-zA-Z]+):`)

// jsonOf turns an object of GraphQL into one of JSON.
func jsonOf(literal string) string { return names.ReplaceAllString(literal, `$1"$2":`) }

// What no JSON text of a literal can say: numbers in other forms, and texts
// that are not Unicode.
func TestOddVariables(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const valid = `"workspaceId": "shop", "clientId": "ada"`
		for fields, want := range map[string]string{
			valid + `, "inputTokens": 12.0, "outputTokens": 1e3`:               "TRACKED",
			valid + `, "inputTokens": "12"`:                                    "TRACKED",
			valid + `, "inputTokens": 1e300`:                                   "INVALID inputTokens",
			valid + `, "inputTokens": -1e300`:                                  "INVALID inputTokens",
			valid + `, "model": "a` + "\xff" + `b"`:                            "INVALID model",
			valid + `, "model": "a` + "\xed\xa0\x80" + `b"`:                    "INVALID model", // half a pair in bytes
			valid + `, "model": "\ud83d\ude00 \\ud83d"`:                        "TRACKED",
			valid + `, "model": "\ud83d"`:                                      "INVALID model",
			valid + `, "model": "\ude00\ud83d"`:                                "INVALID model",
			valid + `, "model": "\\\ud83d "`:                                   "INVALID model",
			valid + `, "model": "\ud83d\ud83d\ude00"`:                          "INVALID model",
			valid + `, "model": "` + "\xef\xbf\xbd" + ` \ufffd"`:               "TRACKED", // U+FFFD itself
			valid + `, "kind": "` + "\xc3" + `"`:                               "INVALID kind",
			valid + `, "kind": "\udfff"`:                                       "INVALID kind",
			valid + `, "response": "\ud800"`:                                   "INVALID response",
			valid + `, "response": "` + "\xc3\x28" + `"`:                       "INVALID response",
			valid + `, "idempotencyKey": "\ud800"`:                             "INVALID idempotencyKey",
			valid + `, "idempotencyKey": "` + "\x80" + `"`:                     "INVALID idempotencyKey",
			valid + `, "price": "\ud800"`:                                      "INVALID price",
			valid + `, "price": "` + "\xff" + `"`:                              "INVALID price",
			valid + `, "occurredAt": "\ud800"`:                                 "INVALID occurredAt",
			valid + `, "occurredAt": "` + "\xff" + `"`:                         "INVALID occurredAt",
			`"workspaceId": "shop", "clientId": "ada\ud800"`:                   "INVALID clientId",
			`"workspaceId": "shop", "clientId": "` + "\xff" + `"`:              "INVALID clientId",
			`"workspaceId": "shop", "phone": "+39 333 111 2222\udc00"`:         "INVALID phone",
			`"workspaceId": "shop", "phone": "+39 333 111 2222` + "\xfe" + `"`: "INVALID phone",
			`"workspaceId": "shop\ud800", "clientId": "ada"`:                   "WORKSPACE_NOT_FOUND",
			`"workspaceId": "` + "\xff" + `", "clientId": "ada"`:               "WORKSPACE_NOT_FOUND",
		} {
			query, err := json.Marshal(trackBatch)
			if err != nil {
				t.Fatal(err)
			}
			got := many(t, h.post(t, admin, fmt.Sprintf(`{"query": %s, "variables": {"inputs": [{%s}, {%s}, {%s}]}}`, query, valid, fields, valid)))
			reason, field, _ := strings.Cut(want, " ")
			if len(got.Results) != 3 || got.Results[0].what() != "TRACKED" || got.Results[2].what() != "TRACKED" {
				t.Errorf("%q: the neighbours are harmed: %+v", fields, got)
			} else if r := got.Results[1]; r.what() != reason || field != "" && !strings.Contains(*r.Message, field) {
				t.Errorf("%q: %s %v, want %s", fields, r.what(), r.Message, want)
			}
		}
	})
}

// The same in the text of a document.
func TestOddTextsInDocuments(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for text, want := range map[string]string{
			`\u00e9\ud83d\ude00\u{1f600}`: "TRACKED",
			`\u0000`:                      "INVALID",
			`\ud800`:                      "INVALID",
			`\udc00x`:                     "INVALID",
			`\\ud800`:                     "TRACKED",
			`\u{d800}`:                    "",
			"\xff":                        "",
			"\x00":                        "",
		} {
			query := `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", model: "` + text + `"}) ` + payload + ` }`
			quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\x00", `\u0000`).Replace(query) + `"`
			got := h.post(t, admin, `{"query": `+quoted+`}`)
			if want == "" { // the document is none
				if got.code() != "GRAPHQL_PARSE_FAILED" {
					t.Errorf("%q: %s", text, got.text)
				}
			} else if r := one(t, got); r.what() != want {
				t.Errorf("%q: %s", text, got.text)
			}
		}
	})
}

func TestTrackingIsNotForbiddenToBeRepeated(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		event := func(price string) string {
			return `{"workspaceId": "shop", "clientId": "ada", "idempotencyKey": "k", "price": ` + price + `}`
		}
		first := one(t, h.ask(t, admin, trackOne, json.RawMessage(`{"input": `+event("1")+`}`)))
		again := one(t, h.ask(t, admin, trackOne, json.RawMessage(`{"input": `+event("2")+`}`)))
		if first.what() != "TRACKED" || again.what() != "DUPLICATE" || !again.Tracked || again.Usage.ID != first.Usage.ID || !strings.Contains(*again.Message, "price") {
			t.Errorf("%+v, %+v", first, again)
		}
		b := many(t, h.ask(t, admin, trackBatch, json.RawMessage(`{"inputs": [`+event("1")+`,`+strings.Replace(event("3"), `"k"`, `"l"`, 1)+`,`+strings.Replace(event("3"), `"k"`, `"l"`, 1)+`]}`)))
		if b.Tracked != 1 || b.Duplicates != 2 || b.Rejected != 0 || b.Results[1].what() != "TRACKED" || b.Results[2].what() != "DUPLICATE" {
			t.Errorf("%+v", b)
		}
		if b := many(t, h.ask(t, admin, trackBatch, json.RawMessage(`{"inputs": []}`))); len(b.Results) != 0 || b.Tracked+b.Duplicates+b.Rejected != 0 {
			t.Errorf("%+v", b)
		}
		id := first.Usage.ID
		const void = `mutation($id: ID!, $reason: String) { voidUsage(workspaceId: "shop", id: $id, reason: $reason) { voided usage { id voidedAt } } }`
		want := `{"voidUsage":{"voided":true,"usage":{"id":"` + id + `","voidedAt":"2024-02-15T12:00:00Z"}}}`
		for range 2 {
			if got := h.data(t, admin, void, map[string]any{"id": id, "reason": "a mistake"}); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		for _, id := range []string{"018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07", "", "x", "\x00", "00000000-0000-0000-0000-000000000000"} {
			if got := h.data(t, admin, void, map[string]any{"id": id}); got != `{"voidUsage":{"voided":false,"usage":null}}` {
				t.Errorf("%q: %s", id, got)
			}
		}
		if r := one(t, h.ask(t, admin, trackOne, json.RawMessage(`{"input": `+event("1")+`}`))); r.what() != "DUPLICATE" {
			t.Errorf("the key of a void usage is free again: %+v", r)
		}
		if got := h.data(t, admin, `{ stats(workspaceId: "shop") { totalCost totalMessages } usages(orderBy: {field: PRICE}) { totalCount edges { node { price voidedAt voidReason } } } }`, nil); got !=
			`{"stats":{"totalCost":3,"totalMessages":1},"usages":{"totalCount":2,"edges":[{"node":{"price":1,"voidedAt":"2024-02-15T12:00:00Z","voidReason":"a mistake"}},{"node":{"price":3,"voidedAt":null,"voidReason":null}}]}}` {
			t.Errorf("%s", got)
		}
	})
}
