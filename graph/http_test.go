package graph_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/testkit"
)

const (
	plainJSON   = "application/json"
	graphqlJSON = "application/graphql-response+json"
)

// request is one with a body, or without one where it is empty.
func request(t *testing.T, method, target, body string, header http.Header) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if header != nil {
		r.Header = header
	}
	return r
}

func posted(contentType string) http.Header { return http.Header{"Content-Type": {contentType}} }

// Whether an operation was executed is in the status for who knows the media
// type of GraphQL; for who doesn't, 200 is every well-formed request.
func TestStatus(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		v              viewer
		body           string
		ctx            context.Context
		code           string
		plain, graphql int
	}{
		"data":              {v: admin, body: `{"query": "{ viewer { role } }"}`, plain: 200, graphql: 200},
		"introspection":     {v: nobody, body: `{"query": "{ __typename }"}`, plain: 200, graphql: 200},
		"no JSON":           {v: admin, body: `{"query"`, code: "INVALID", plain: 400, graphql: 400},
		"no document":       {v: admin, body: `{}`, code: "INVALID query", plain: 400, graphql: 400},
		"parse":             {v: admin, body: `{"query": "{"}`, code: "GRAPHQL_PARSE_FAILED", plain: 200, graphql: 400},
		"validation":        {v: admin, body: `{"query": "{ nothing }"}`, code: "GRAPHQL_VALIDATION_FAILED", plain: 200, graphql: 400},
		"no such operation": {v: admin, body: `{"query": "query A { viewer { role } }", "operationName": "B"}`, code: "GRAPHQL_VALIDATION_FAILED", plain: 200, graphql: 400},
		"which operation":   {v: admin, body: `{"query": "query A { viewer { role } } query B { viewer { role } }"}`, code: "GRAPHQL_VALIDATION_FAILED", plain: 200, graphql: 400},
		"coercion":          {v: admin, body: `{"query": "query($id: ID!) { workspace(id: $id) { id } }"}`, code: "INVALID id", plain: 200, graphql: 400},
		"limit":             {v: admin, body: `{"query": "{ customers(first: 501) { totalCount } }"}`, code: "TOO_COMPLEX", plain: 200, graphql: 400},
		"no key":            {v: nobody, body: `{"query": "{ viewer { role } }"}`, code: "UNAUTHENTICATED", plain: 401, graphql: 401},
		"refused key":       {v: refused(), body: `{"query": "{ viewer { role } }"}`, code: "UNAUTHENTICATED", plain: 401, graphql: 401},
		"role":              {v: viewer{role: auth.Tracker}, body: `{"query": "{ workspaces { totalCount } }"}`, code: "FORBIDDEN", plain: 200, graphql: 200},
		"argument":          {v: admin, body: `{"query": "{ stats(workspaceId: \"shop\", range: {lastDays: 0}) { days } }"}`, code: "INVALID_RANGE", plain: 200, graphql: 200},
		"partial":           {v: viewer{role: auth.Tracker}, body: `{"query": "{ viewer { role } workspace(id: \"shop\") { id } }"}`, code: "FORBIDDEN", plain: 200, graphql: 200},
		"gave up":           {v: admin, ctx: gone, body: `{"query": "{ viewer { role } }"}`, code: "UNAVAILABLE", plain: 200, graphql: 503},
	} {
		for accept, status := range map[string]int{plainJSON: c.plain, graphqlJSON: c.graphql} {
			r := request(t, http.MethodPost, "/graphql", c.body, http.Header{"Content-Type": {plainJSON}, "Accept": {accept}})
			if c.ctx != nil {
				r = r.WithContext(c.ctx)
			}
			got := h.send(t, c.v, r)
			got.check(t)
			if got.StatusCode != status || got.code() != c.code || got.Header.Get("Content-Type") != accept+"; charset=utf-8" {
				t.Errorf("%s, %s: %d %q %s, want %d", name, accept, got.StatusCode, got.Header.Get("Content-Type"), got.text, status)
			}
			if (got.Header.Get("WWW-Authenticate") == "Bearer") != (status == http.StatusUnauthorized) {
				t.Errorf("%s: WWW-Authenticate is %q", name, got.Header.Get("WWW-Authenticate"))
			}
			if got.body.Data == nil && got.body.Errors == nil || got.StatusCode >= 400 && got.body.Data != nil {
				t.Errorf("%s: not well-formed: %s", name, got.text)
			}
		}
	}
	if got := h.ask(t, viewer{role: auth.Tracker}, `{ viewer { role } workspace(id: "shop") { id } }`, nil); string(got.body.Data) != `{"viewer":{"role":"TRACK"},"workspace":null}` {
		t.Errorf("the part that may be known is not told: %s", got.text)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	for accept, want := range map[string]string{
		"":                                  plainJSON,
		"*/*":                               plainJSON,
		"application/*":                     plainJSON,
		"application/json":                  plainJSON,
		"application/json; charset=utf-8":   plainJSON,
		"text/html":                         plainJSON,
		"nonsense, ;;;":                     plainJSON,
		"application/graphql-response+json": graphqlJSON,
		"Application/GraphQL-Response+JSON": graphqlJSON,
		"application/graphql-response+json;charset=x":    graphqlJSON,
		"application/json, " + graphqlJSON:               graphqlJSON,
		graphqlJSON + ", application/json":               graphqlJSON,
		graphqlJSON + ", application/json;q=0.9":         graphqlJSON,
		graphqlJSON + ";q=0.9, application/json":         plainJSON,
		graphqlJSON + ";q=0.5, */*;q=0.9":                plainJSON,
		graphqlJSON + ";q=0.5, */*;q=0.1":                graphqlJSON,
		graphqlJSON + ";q=0":                             plainJSON,
		graphqlJSON + ";q=nought":                        plainJSON,
		"application/json;q=0, */*":                      graphqlJSON,
		"text/event-stream, " + graphqlJSON + ", */*":    graphqlJSON,
		"multipart/mixed;boundary=\"-\", " + graphqlJSON: graphqlJSON,
		"text/html," + plainJSON + ";q=0.2,*/*;q=0.1":    plainJSON,
	} {
		for _, header := range []http.Header{{"Accept": {accept}}, {"Accept": strings.Split(accept, ", ")}} {
			if accept == "" {
				header = http.Header{}
			}
			got := h.send(t, nobody, request(t, http.MethodGet, "/graphql?query={__typename}", "", header))
			if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != want+"; charset=utf-8" {
				t.Errorf("%q: %d %q, want %q", accept, got.StatusCode, got.Header.Get("Content-Type"), want)
			}
		}
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	const query = `{"query": "{ viewer { role } }"}`
	const data = `{"data":{"viewer":{"role":"ADMIN"}}}` + "\n"
	for _, c := range []struct {
		contentType, body string
		status            int
		want              string // the answer, or the code and field
	}{
		{"application/json", query, 200, data},
		{"application/json; charset=utf-8", query, 200, data},
		{"application/json;charset=UTF-8", query, 200, data},
		{"Application/JSON; Charset=\"utf8\"", query, 200, data},
		{"application/json; profile=x", query, 200, data},
		{"application/graphql", `{ viewer { role } }`, 200, data},
		{"application/graphql; charset=utf-8", "query A {\n viewer { role } # é\n}", 200, data},
		{"application/graphql", query, 200, "GRAPHQL_PARSE_FAILED"},
		{"application/graphql", "", 400, "INVALID query"},
		{"application/graphql", "{ workspace(id: \"\xff\") { id } }", 200, "GRAPHQL_PARSE_FAILED"},
		{"", query, 415, "INVALID"},
		{"text/plain", query, 415, "INVALID"},
		{"application/x-www-form-urlencoded", "query={viewer{role}}", 415, "INVALID"},
		{"multipart/form-data; boundary=x", query, 415, "INVALID"},
		{"application/graphql-response+json", query, 415, "INVALID"},
		{"application/json; charset=utf-16", query, 415, "INVALID"},
		{"application/json; charset=iso-8859-1", query, 415, "INVALID"},
		{"application/json; charset", query, 415, "INVALID"},
		{"nonsense", query, 415, "INVALID"},

		{"application/json", `{"query": "{ viewer { role } }", "variables": null, "operationName": null, "extensions": null, "other": 1}`, 200, data},
		{"application/json", `{"query": "{ viewer { role } }", "variables": {"unknown": {"a": [1]}}, "operationName": "", "extensions": {"a": 1}}`, 200, data},
		{"application/json", `{"query": "query A { __typename } query B { viewer { role } }", "operationName": "B"}`, 200, data},
		{"application/json", " \n" + query + "\r\n\t", 200, data},
		{"application/json", `{"\u0071uery": "{ viewer { role } }"}`, 200, data},
		{"application/json", `{"query": "\ufeff{ viewer { role } }"}`, 200, data},
		{"application/json", ``, 400, "INVALID"},
		{"application/json", `null`, 400, "INVALID"},
		{"application/json", `"{ viewer { role } }"`, 400, "INVALID"},
		{"application/json", `[` + query + `]`, 400, "INVALID"},
		{"application/json", query + query, 400, "INVALID"},
		{"application/json", query + "\x00", 400, "INVALID"},
		{"application/json", query[:len(query)-1], 400, "INVALID"},
		{"application/json", "\xef\xbb\xbf" + query, 400, "INVALID"},
		{"application/json", "\xff" + query, 400, "INVALID"},
		{"application/json", `{"query": ` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, 400, "INVALID"},
		{"application/json", `{}`, 400, "INVALID query"},
		{"application/json", `{"Query": "{ viewer { role } }"}`, 400, "INVALID query"},
		{"application/json", `{"query": null}`, 400, "INVALID query"},
		{"application/json", `{"query": " \n"}`, 400, "INVALID query"},
		{"application/json", `{"query": 5}`, 400, "INVALID query"},
		{"application/json", `{"query": {"a": 1}}`, 400, "INVALID query"},
		{"application/json", `{"query": "{ viewer { role } }", "operationName": 5}`, 400, "INVALID operationName"},
		{"application/json", `{"query": "{ viewer { role } }", "operationName": []}`, 400, "INVALID operationName"},
		{"application/json", `{"query": "{ viewer { role } }", "variables": []}`, 400, "INVALID variables"},
		{"application/json", `{"query": "{ viewer { role } }", "variables": "{}"}`, 400, "INVALID variables"},
		{"application/json", `{"query": "{ viewer { role } }", "variables": 5}`, 400, "INVALID variables"},
		{"application/json", `{"query": "{ viewer { role } }", "extensions": []}`, 400, "INVALID extensions"},
	} {
		got := h.send(t, admin, request(t, http.MethodPost, "/graphql", c.body, posted(c.contentType)))
		got.check(t)
		if got.StatusCode != c.status || got.text != c.want && got.code() != c.want {
			t.Errorf("%q %.100q: %d %s, want %d %s", c.contentType, c.body, got.StatusCode, got.text, c.status, c.want)
		}
	}
	r := request(t, http.MethodPost, "/graphql", "", posted("application/json"))
	r.Body = http.NoBody
	if got := h.send(t, admin, r); got.StatusCode != http.StatusBadRequest {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
	broken := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", iotest.ErrReader(errors.New("a pipe broke")))
	broken.Header = posted("application/json")
	if got := h.send(t, admin, broken); got.StatusCode != http.StatusBadRequest || strings.Contains(got.text, "pipe") {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	const data = `{"data":{"workspace":{"id":"shop"}}}` + "\n"
	const byID = `query A($id: ID!) { workspace(id: $id) { id } } query B { workspace(id: "shop") { id } }`
	const create = `mutation Create { createWorkspace(input: {name: "x"}) { id } }`
	for _, c := range []struct {
		query  string
		status int
		want   string
	}{
		{"query=" + url.QueryEscape(`{ workspace(id: "shop") { id } }`), 200, data},
		{"query=" + url.QueryEscape(byID) + "&operationName=B", 200, data},
		{"query=" + url.QueryEscape(byID) + "&operationName=A&variables=" + url.QueryEscape(`{"id": "shop"}`), 200, data},
		{"query=" + url.QueryEscape(byID) + "&operationName=A&variables=" + url.QueryEscape(" {\"id\": \"shop\"}\n "), 200, data},
		{"query=" + url.QueryEscape(byID) + "&operationName=B&variables=&extensions=&other=1", 200, data},
		{"query=" + url.QueryEscape(byID) + "&operationName=B&variables=null&extensions=" + url.QueryEscape(`{"a": 1}`), 200, data},
		{"query=" + url.QueryEscape(byID) + "&operationName=A", 200, "INVALID id"},
		{"query=" + url.QueryEscape(byID) + "&operationName=C", 200, "GRAPHQL_VALIDATION_FAILED"},
		{"query=" + url.QueryEscape(byID), 200, "GRAPHQL_VALIDATION_FAILED"},
		{"", 400, "INVALID query"},
		{"query=", 400, "INVALID query"},
		{"operationName=B", 400, "INVALID query"},
		{"query={__typename}&variables={", 400, "INVALID variables"},
		{"query={__typename}&variables={}{}", 400, "INVALID variables"},
		{"query={__typename}&variables=[]", 400, "INVALID variables"},
		{"query={__typename}&variables=5", 400, "INVALID variables"},
		{"query={__typename}&extensions=x", 400, "INVALID extensions"},
		{"query={__typename", 200, "GRAPHQL_PARSE_FAILED"},
		{"query=%ff", 200, "GRAPHQL_PARSE_FAILED"},
		{"query=%zz", 400, "INVALID query"},
		{"query=" + url.QueryEscape(create), 405, "INVALID"},
		{"query=" + url.QueryEscape(create+"query Ask { workspace(id: \"shop\") { id } }") + "&operationName=Create", 405, "INVALID"},
		{"query=" + url.QueryEscape(create+"query Ask { workspace(id: \"shop\") { id } }") + "&operationName=Ask", 200, data},
	} {
		got := h.send(t, admin, request(t, http.MethodGet, "/graphql?"+c.query, "", nil))
		got.check(t)
		if got.StatusCode != c.status || got.text != c.want && got.code() != c.want {
			t.Errorf("%s: %d %s, want %d %s", c.query, got.StatusCode, got.text, c.status, c.want)
		}
		if (got.Header.Get("Allow") == "POST") != (c.status == http.StatusMethodNotAllowed) {
			t.Errorf("%s: Allow is %q", c.query, got.Header.Get("Allow"))
		}
	}
	if got := h.send(t, nobody, request(t, http.MethodGet, "/graphql?query="+url.QueryEscape(create), "", nil)); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a key: %d %s", got.StatusCode, got.text)
	}
	if got := h.data(t, admin, `{ workspaces { totalCount } }`, nil); got != `{"workspaces":{"totalCount":2}}` {
		t.Errorf("GET changed something: %s", got)
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "BREW"} {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/graphql?query={__typename}", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != http.StatusMethodNotAllowed || got.Header.Get("Allow") != "GET, POST" || got.Header.Get("Content-Type") != plainJSON+"; charset=utf-8" {
			t.Errorf("%s: %d %v", method, got.StatusCode, got.Header)
		}
	}
	// What curl --http2 sends, politely.
	polite := request(t, http.MethodPost, "/graphql", `{"query": "{ __typename }"}`, http.Header{"Content-Type": {plainJSON}, "Connection": {"Upgrade, HTTP2-Settings"}, "Upgrade": {"h2c"}})
	if got := h.send(t, nobody, polite); got.StatusCode != http.StatusOK || got.text != `{"data":{"__typename":"Query"}}`+"\n" {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
	socket := request(t, http.MethodGet, "/graphql", "", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}})
	if got := h.send(t, nobody, socket); got.StatusCode != http.StatusBadRequest || got.code() != "INVALID query" {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
}

func TestAnswersAreUnicode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const name = "Pèr🙂 \"\\\u2028<&>\u007f\u0085\u200f\t"
		h.data(t, admin, `mutation($name: String!) { updateWorkspace(id: "shop", input: {name: $name}) { id } }`, map[string]string{"name": name})
		got := h.data(t, admin, `{ workspace(id: "shop") { name } }`, nil)
		if back := decode[struct{ Workspace struct{ Name string } }](t, got); back.Workspace.Name != name || !utf8.ValidString(got) {
			t.Errorf("%q", got)
		}
		for _, bad := range []string{`{ workspace(id: \"` + "\xff" + `\") { id } }`, "{ nothing\xff }", "\xff", `\ud800`} {
			if got := h.post(t, admin, `{"query": "`+bad+`"}`); got.code() != "GRAPHQL_PARSE_FAILED" || !utf8.ValidString(got.text) {
				t.Errorf("%q: %q", bad, got.text)
			}
		}
	})
}

// A deferred part comes with the rest: the answer is whole.
func TestDeferIsLeftToTheServer(t *testing.T) {
	t.Parallel()
	h := open(t, testkit.SQLiteURL(t))
	for query, want := range map[string]string{
		`{ workspace(id: "shop") { id ... @defer(label: "late") { stats { days } } } }`:           `{"workspace":{"id":"shop","stats":{"days":30}}}`,
		`{ workspace(id: "shop") { id ...w @defer } } fragment w on Workspace { stats { days } }`: `{"workspace":{"id":"shop","stats":{"days":30}}}`,
		`{ ...v @defer(label: "late") } fragment v on Query { viewer { role } }`:                  `{"viewer":{"role":"ADMIN"}}`,
		`query($d: Boolean!) { ... @defer(if: $d) @include(if: false) { viewer { role } } }`:      `{}`,
		`query($d: Boolean!) { ... @include(if: $d) @defer(if: $d) { viewer { role } } }`:         `{"viewer":{"role":"ADMIN"}}`,
	} {
		for range 2 { // the second from the documents that are kept
			if got := h.data(t, admin, query, map[string]bool{"d": true}); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
	}
}

func TestFaultsOfTheServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		const query = `{"query": "{ stats(workspaceId: \"shop\") { totalCost } }"}`
		if got := h.send(t, admin, request(t, http.MethodPost, "/graphql", query, posted(plainJSON)).WithContext(late)); got.code() != "UNAVAILABLE" || got.body.Data != nil {
			t.Errorf("out of time: %d %s", got.StatusCode, got.text)
		}
		h.log.take() // how far it got is not the same on both
		if err := h.db.Close(); err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{
			`{ stats(workspaceId: "shop") { totalCost } }`, `{ workspace(id: "shop") { id } }`, `{ customers { totalCount } }`,
			`mutation { createApiKey(input: {name: "x", role: READ}) { id } }`, `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada"}) { tracked } }`,
		} {
			r := request(t, http.MethodPost, "/graphql", query, posted("application/graphql"))
			got := h.send(t, admin, r)
			log := strings.Join(h.log.take(), "")
			if got.StatusCode != http.StatusOK || got.code() != "INTERNAL" || strings.Contains(got.text, "closed") || !strings.Contains(log, "closed") {
				t.Errorf("%s: %d %s, log %s", query, got.StatusCode, got.text, log)
			}
		}
	})
}
