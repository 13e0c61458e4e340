package graph_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/testkit"
)

// Whatever is sent, the answer is JSON in UTF-8, and the fault nobody's but the
// caller's.
func FuzzRequest(f *testing.F) {
	for _, document := range []string{
		introspection,
		`{ stats(workspaceId: "shop", range: {lastDays: 7}, filter: {hours: [0, 23], weekdays: MONDAY}) { totalCost topClients(first: 2, by: COST) { share } monthlyUsage(months: 3) { growth } } }`,
		`query A($n: Int = 5, $o: [UsageOrder!]) { usages(first: $n, after: "gqFp2SQ", orderBy: $o, where: {or: [{priceGT: 0.1}, {not: {modelIsNil: true}}]}) { totalCount edges { cursor node { ...u } } } } fragment u on Usage { id price }`,
		`mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", price: 1e-3, inputTokens: 99999999999999999999, occurredAt: "2024-02-15T12:00:00Z"}) { tracked reason usage { price } } }`,
		`mutation { createWorkspace(input: {name: "\u00e9\ud800", prices: [{kind: "a", price: "abc"}]}) { id } updateWorkspace(id: "shop", input: {timeZone: "UTC"}) { timeZone } }`,
		`query($yes: Boolean = true) { viewer @include(if: $yes) { ... @defer { role } } } # comment`,
		`{ ...a ...b } fragment a on Query { ...b } fragment b on Query { viewer { role } }`,
		"{ a(b: \"\"\"block \\\"\"\" string\"\"\") }",
	} {
		body, err := json.Marshal(map[string]any{"query": document, "variables": map[string]any{"n": 2.5, "yes": nil, "o": []any{map[string]any{"field": "PRICE"}}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, "application/json")
		f.Add([]byte(document), "application/graphql")
	}
	f.Add([]byte(`{"query": "{ viewer { role } }", "operationName": 5}`), "application/json; charset=utf-8")
	f.Add([]byte("{\"query\": \"\xff\\ud800\\\\ud800\\ud83d\\ude00\", \"variables\": {}}"), "application/json")
	f.Add([]byte(`[[[[{}]]]]`), "text/plain; charset=\xff")
	h := open(f, testkit.SQLiteURL(f))
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		for _, v := range []viewer{admin, {role: auth.Reader, workspace: "rival"}, nobody} {
			post := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
			post.Header["Content-Type"] = []string{contentType}
			post.Header["Accept"] = []string{contentType}
			get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?query="+url.QueryEscape(string(body))+"&variables="+url.QueryEscape(contentType), nil)
			for _, r := range []*http.Request{post, get} {
				got := h.send(t, v, r)
				if got.StatusCode >= http.StatusInternalServerError || !utf8.ValidString(got.text) || (got.body.Data == nil) == (got.body.Errors == nil) && got.StatusCode != http.StatusOK {
					t.Errorf("%s %s: %d %q", v, r.Method, got.StatusCode, got.text)
				}
				for _, e := range got.body.Errors {
					if e.Extensions.Code == "" || e.Extensions.Code == "INTERNAL" {
						t.Errorf("%s %s: %q", v, r.Method, got.text)
					}
				}
				if lines := h.log.take(); lines != nil {
					t.Errorf("%s %s: the log: %q", v, r.Method, lines)
				}
			}
		}
	})
}
