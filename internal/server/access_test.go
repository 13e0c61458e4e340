package server_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

const summary = "/api/usage/summary/shop"

func TestWhoMayComeIn(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		n.shop(t)
		_, good := n.key(t, "READ", "")
		revoked, revokedSecret := n.key(t, "MANAGE", "shop")
		a := n.graph(t, operatorKey, `mutation { createApiKey(input: {name: "brief", role: READ, expiresAt: "2024-02-15T12:00:10Z"}) { secret } }`)
		expired := find(t, a.body, `"secret":"([^"]+)"`)[1]

		for _, header := range []string{
			"Bearer " + good, "bearer " + good, "BEARER  " + good, " Bearer " + good + " ", "Bearer " + operatorKey, "Bearer " + revokedSecret, "Bearer " + expired,
		} {
			n.get(t, summary, "", "Authorization", header).wants(t, http.StatusOK, "")
			if a := n.graph(t, "", `{ viewer { role } }`, "Authorization", header); a.StatusCode != http.StatusOK || a.code(t) != "" {
				t.Errorf("%q is answered %d %s", header, a.StatusCode, a.body)
			}
		}
		n.tell(t, `mutation { revokeApiKey(id: "`+revoked+`") }`, `{"revokeApiKey":true}`)
		n.get(t, summary, revokedSecret).wants(t, http.StatusUnauthorized, fault.Unauthenticated)
		n.clock.Set(noon.Add(10 * time.Second))

		for _, header := range []string{
			"", "Bearer", "Bearer ", good, "Basic " + good, "Bearer:" + good, "Bearer\t" + good, "Bearer" + good,
			"Bearer " + good + "x", "Bearer " + strings.ToUpper(good), "Bearer " + good + " " + good, "Bearer \"" + good + `"`,
			"Bearer unknown", "Bearer " + revokedSecret, "Bearer " + expired, "Bearer " + strings.Repeat("k", 10_000),
			"Bearer ' OR 1=1 --", "Bearer \xff\xfe",
		} {
			var headers []string
			if header != "" {
				headers = []string{"Authorization", header}
			}
			for _, a := range []answer{
				n.graph(t, "", `{ viewer { role } }`, headers...),
				n.graph(t, "", tracking("stranger"), headers...),
				n.graph(t, "", `{ __typename viewer { role } }`, headers...),
				n.get(t, "/graphql?query="+`{viewer{role}}`, "", headers...),
				n.get(t, summary, "", headers...),
				n.get(t, "/api/usage/export/shop", "", headers...),
				n.get(t, "/api/usage/dashboard/nowhere?days=0", "", headers...),
			} {
				a.wants(t, http.StatusUnauthorized, fault.Unauthenticated)
				a.header(t, "WWW-Authenticate", "Bearer")
				a.header(t, "Cache-Control", "no-store")
			}
			// What the schema is, everybody may know.
			for _, a := range []answer{
				n.graph(t, "", `{ __typename __schema { queryType { name } } }`, headers...),
				n.get(t, "/graphql?query="+`{__typename}`, "", headers...),
			} {
				a.wants(t, http.StatusOK, "")
				a.header(t, "WWW-Authenticate", "")
			}
		}
		n.messages(t, "shop", 0)
	})
}

func TestRolesAndWorkspacesOverREST(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		n.shop(t)
		n.tell(t, `mutation { createWorkspace(input: {id: "rival", name: "Rival"}) { id } }`, `{"createWorkspace":{"id":"rival"}}`)
		_, tracker := n.key(t, "TRACK", "shop")
		_, reader := n.key(t, "READ", "shop")
		_, reachAll := n.key(t, "READ", "")
		for _, endpoint := range []string{"stats", "dashboard", "summary", "export"} {
			path := "/api/usage/" + endpoint + "/"
			n.get(t, path+"shop", tracker).wants(t, http.StatusForbidden, fault.Forbidden)
			if a := n.get(t, path+"shop", reader); a.StatusCode != http.StatusOK {
				t.Errorf("%s answers its reader %d", path, a.StatusCode)
			}
			if a := n.get(t, path+"rival", reachAll); a.StatusCode != http.StatusOK {
				t.Errorf("%s answers who reads all %d", path, a.StatusCode)
			}
			// Whether others exist is not for them to know.
			others, missing := n.get(t, path+"rival", reader), n.get(t, path+"nobody", reader)
			others.wants(t, http.StatusNotFound, fault.WorkspaceNotFound)
			if got := strings.ReplaceAll(others.body, "rival", "nobody"); got != missing.body || missing.StatusCode != others.StatusCode {
				t.Errorf("another's workspace: %s, none: %s", others.body, missing.body)
			}
			n.get(t, path+"nobody", reachAll).wants(t, http.StatusNotFound, fault.WorkspaceNotFound)
		}
		if a := n.graph(t, tracker, tracking("t")); a.body != `{"data":`+counted+"}\n" {
			t.Errorf("a tracker: %s", a.body)
		}
		if a := n.graph(t, reader, tracking("r")); a.code(t) != string(fault.Forbidden) || a.StatusCode != http.StatusOK {
			t.Errorf("a reader who tracks: %d %s", a.StatusCode, a.body)
		}
	})
}

// A log goes to more people than the keys and the customers' data may.
func TestTheLogKeepsSecrets(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url})
		first := find(t, n.out.String(), firstKey)[1]
		const answered = "Gentile Signora, il suo ordine"
		post := func(body string) {
			n.do(t, http.MethodPost, "/graphql", first, strings.NewReader(body), "Content-Type", "application/json", "X-Request-Id", "mine.1")
		}
		post(operationJSON(`mutation { createWorkspace(input: {id: "shop", name: "Bottega"}) { id } upsertCustomer(workspaceId: "shop", input: {clientId: "c-4711", name: "Rossella", phone: "+393339998877", email: "rossella@example.com"}) { id } }`))
		post(operationJSON(`mutation { trackUsage(input: {workspaceId: "shop", clientId: "c-4711", response: "` + answered + `", idempotencyKey: "ik-4711"}) { tracked } }`))
		post(operationJSON(`mutation { trackUsage(input: {workspaceId: "shop", phone: "+393339998877", price: "much", kind: "Rossella"}) { tracked message } }`))
		post(`{"query": "mutation { trackUsage(` + answered + `", "variables": {"a": "rossella@example.com"}`)
		post(operationJSON(`{ customers(where: {id: "Rossella"}) { totalCount } }`))
		post(operationJSON(`{ customers(where: {phoneContains: "\u0000Rossella"}) { totalCount } usages(where: {priceGT: "Rossella"}) { totalCount } }`))
		created := n.graph(t, first, `mutation { createApiKey(input: {name: "rossella", role: READ}) { secret } }`)
		second := find(t, created.body, `"secret":"([^"]+)"`)[1]
		n.get(t, "/graphql?query=%7Bcustomers(where:%7Bname:%22Rossella%22%7D)%7BtotalCount%7D%7D", second)
		n.get(t, summary+"?clients=c-4711&models=Rossella&nonsense=Rossella", second)
		n.get(t, "/api/usage/export/shop?rows=usage&clients=c-4711", second, "Cookie", "session=rossella", "X-Api-Key", second, "Referer", "http://x/?q=Rossella")
		n.get(t, "/no/such/page?key="+second, "ctt_wrong"+second)
		n.get(t, "//graphql?query=Rossella", second)
		n.do(t, http.MethodPost, "/graphql", first, strings.NewReader(strings.Repeat(answered, 8<<20/len(answered)+1)), "Content-Type", "application/json")
		if err := n.stop(); err != nil {
			t.Error(err)
		}
		log := n.log.String()
		for _, secret := range []string{first, second, "ctt_", answered, "Gentile", "-4711", "39998877", "ossella", "customers", "?", "example.com"} {
			if at := strings.Index(log, secret); at >= 0 {
				t.Errorf("the log holds %q: …%s…", secret, log[max(at-300, 0):min(at+100, len(log))])
			}
		}
		if n := strings.Count(log, `"msg":"request","method":`); n != 13 {
			t.Errorf("%d requests are logged, want 13:\n%s", n, log)
		}
		if n := strings.Count(log, `"request":"mine.1"`); n != 6 {
			t.Errorf("%d lines have the id of six requests:\n%s", n, log)
		}
	})
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	for _, given := range []string{"a", "Abc_1.2-3", strings.Repeat("x", 64)} {
		n.get(t, "/healthz", "", "X-Request-Id", given).header(t, "X-Request-Id", given)
		if !strings.Contains(n.log.String(), `"request":"`+given+`"`) {
			t.Errorf("the log lacks %q", given)
		}
	}
	seen := map[string]bool{}
	for _, given := range []string{"", strings.Repeat("x", 65), "a b", "a\tb", `a"b`, "a=b", "perché", "a/b", "{}", "\xff"} {
		id := n.get(t, "/healthz", "", "X-Request-Id", given).Header.Get("X-Request-Id")
		if len(id) != 24 || strings.Trim(id, "0123456789abcdef") != "" || seen[id] {
			t.Errorf("%q becomes %q", given, id)
		}
		seen[id] = true
		if !strings.Contains(n.log.String(), `"request":"`+id+`"`) {
			t.Errorf("the log lacks %q", id)
		}
	}
}

func TestLogHandlers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		handler  func(io.Writer) slog.Handler
		want, id string
	}{
		{func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) }, "method=GET path=/healthz status=200 bytes=3 took_ms=0 from=127.0.0.1:", "request=mine"},
		{func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) }, `"method":"GET","path":"/healthz","status":200,"bytes":3,"took_ms":0,"from":"127.0.0.1:`, `"request":"mine"`},
	} {
		log := newSheet()
		n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey}, func(h *server.Host) {
			h.Log = slog.New(server.LogHandler(c.handler(log))).With("node", "one")
		})
		n.get(t, "/healthz", "", "X-Request-Id", "mine")
		if err := n.stop(); err != nil {
			t.Error(err)
		}
		for _, want := range []string{c.want, c.id, "one"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, log)
			}
		}
	}
}

// preflight is what a browser asks before a page of an origin calls.
func (n *node) preflight(t *testing.T, path, origin string) answer {
	t.Helper()
	return n.do(t, http.MethodOptions, path, "", nil, "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
}

// closed wants an answer that no page of another origin may read.
func (a answer) closed(t *testing.T) {
	t.Helper()
	for name := range a.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s %s has %s: %q", a.Request.Method, a.Request.URL.Path, name, a.Header.Values(name))
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	const listed, port, other = "https://app.example.com", "http://localhost:5173", "https://evil.example"
	url := testkit.SQLiteURL(t)
	none := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
	none.shop(t)
	paths := []string{"/graphql", summary, "/api/usage/export/shop", "/api/usage/nothing"}
	for _, path := range paths {
		none.get(t, path, operatorKey, "Origin", listed).closed(t)
		none.preflight(t, path, listed).closed(t)
	}
	n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey, CORSOrigins: []string{listed, port}})
	for _, path := range paths {
		for _, origin := range []string{listed, port} {
			a := n.preflight(t, path, origin)
			if a.StatusCode != http.StatusNoContent {
				t.Errorf("the preflight of %s is answered %d", path, a.StatusCode)
			}
			a.header(t, "Access-Control-Allow-Origin", origin)
			a.header(t, "Access-Control-Allow-Methods", "POST")
			a.header(t, "Access-Control-Allow-Headers", "authorization,content-type")
			a.header(t, "Access-Control-Allow-Credentials", "")
			// Also of an answer that says no, so that the page can say why.
			for _, key := range []string{operatorKey, ""} {
				a = n.get(t, path, key, "Origin", origin)
				a.header(t, "Access-Control-Allow-Origin", origin)
				if exposed := a.Header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "X-Request-Id") || !strings.Contains(exposed, "Content-Disposition") {
					t.Errorf("%s exposes %q", path, exposed)
				}
				if !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Origin") {
					t.Errorf("%s varies by %q", path, a.Header.Values("Vary"))
				}
			}
		}
		for _, origin := range []string{other, "null", "https://app.example.com.evil.example", "https://app.example.com:8443", "http://app.example.com", "*"} {
			n.preflight(t, path, origin).closed(t)
			n.get(t, path, operatorKey, "Origin", origin).closed(t)
		}
	}
	for _, path := range []string{"/", "/healthz", "/metrics", "/readyz"} {
		n.get(t, path, "", "Origin", listed).closed(t)
	}
}

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config server.Config
		says   string // empty: it is well
	}{
		{server.Config{}, ""},
		{server.Config{AdminKey: "sixteen letters!"}, ""},
		{server.Config{AdminKey: "sedici è càràttì"}, ""},
		{server.Config{AdminKey: "fifteen letters"}, "16 characters"},
		{server.Config{AdminKey: "sèdìcì è càràt"}, "16 characters"},
		{server.Config{CORSOrigins: []string{"https://a.example", "http://localhost:3000", "https://[::1]:8443", "http://10.0.0.1"}}, ""},
		{server.Config{CORSOrigins: []string{"https://a.example", "b.example"}}, `"b.example"`},
		{server.Config{CORSOrigins: []string{"*"}}, `"*"`},
		{server.Config{CORSOrigins: []string{""}}, `""`},
		{server.Config{CORSOrigins: []string{"null"}}, `"null"`},
		{server.Config{CORSOrigins: []string{"https://*"}}, `"https://*"`},
		{server.Config{CORSOrigins: []string{"https://*.example.com"}}, `"https://*.example.com"`},
		{server.Config{CORSOrigins: []string{"http*://a.example"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://a.example/"}}, "https://a.example/"},
		{server.Config{CORSOrigins: []string{"https://a.example/app"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://a.example?x"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://a.example#x"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://me@a.example"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://a.example:"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://:443"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://a.example:port"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"ftp://a.example"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"//a.example"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{"https://a.example,https://b.example"}}, "CORS origin"},
		{server.Config{CORSOrigins: []string{" https://a.example"}}, "CORS origin"},
	} {
		err := c.config.Validate()
		if c.says == "" && err == nil {
			continue
		}
		var f *fault.Error
		if c.says == "" || !errors.As(err, &f) || f.Code != fault.Invalid || !strings.Contains(f.Message, c.says) {
			t.Errorf("%+v: %v, want a fault that says %q", c.config, err, c.says)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	const limit = 8 << 20
	// body is a whole operation of so many bytes.
	body := func(size int) io.Reader {
		operation := operationJSON(`{ viewer { role } }`)
		return strings.NewReader(operation + strings.Repeat(" ", size-len(operation)))
	}
	for size, status := range map[int]int{limit - 1: 200, limit: 200, limit + 1: 413, limit + 1<<20: 413} {
		code := fault.Code("")
		if status == 413 {
			code = fault.TooComplex
		}
		for form, reader := range map[string]io.Reader{"with its length": body(size), "in chunks": struct{ io.Reader }{body(size)}} {
			t.Log(size, form)
			a := n.do(t, http.MethodPost, "/graphql", operatorKey, reader, "Content-Type", "application/json")
			a.wants(t, status, code)
			a.header(t, "Content-Type", "application/json; charset=utf-8")
			if status == 413 && !strings.Contains(a.body, "8 MiB") {
				t.Errorf("%s does not tell the limit", a.body)
			}
			a = n.do(t, http.MethodPost, "/graphql", operatorKey, body(limit+1), "Content-Type", "application/json", "Accept", "application/graphql-response+json")
			a.wants(t, http.StatusRequestEntityTooLarge, fault.TooComplex)
			a.header(t, "Content-Type", "application/graphql-response+json; charset=utf-8")
		}
	}
}

// raw sends bytes as they are, ends its side of the connection and reads the
// answer.
func (n *node) raw(t *testing.T, text string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(n.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	return receive(t, conn)
}

func receive(t *testing.T, conn net.Conn) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(content)}
}

func TestBodiesThatBreakOffOrTakeTime(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	n.shop(t)
	operation := operationJSON(tracking("whole"))
	head := "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + operatorKey + "\r\nContent-Type: application/json\r\n"
	for _, broken := range []string{
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(operation)+1, operation),
		fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(operation), operation), // no last chunk
		fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\nx\r\n%s\r\n0\r\n\r\n", operation),
	} {
		n.raw(t, head+broken).wants(t, http.StatusBadRequest, fault.Invalid)
	}
	n.messages(t, "shop", 0)

	// One that comes byte by byte is as good as any.
	slow, slowly := io.Pipe()
	go func() {
		for i := range operation {
			if _, err := slowly.Write([]byte(operation[i : i+1])); err != nil {
				t.Error(err)
			}
		}
		slowly.Close()
	}()
	if a := n.do(t, http.MethodPost, "/graphql", operatorKey, slow, "Content-Type", "application/json"); a.body != `{"data":`+counted+"}\n" {
		t.Error(a.body)
	}
	n.messages(t, "shop", 1)
}

// unzipped is a body that must be gzip.
func (a answer) unzipped(t *testing.T) string {
	t.Helper()
	a.header(t, "Content-Encoding", "gzip")
	r, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("%s: %v", a.Request.URL.Path, err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("%s: %v", a.Request.URL.Path, err)
	}
	return string(content)
}

func TestCompression(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	n.shop(t)
	var events strings.Builder
	for day := range 60 {
		fmt.Fprintf(&events, `{workspaceId: "shop", clientId: "ada", occurredAt: %q}`, noon.AddDate(0, 0, -day).Format(time.RFC3339))
	}
	n.tell(t, `mutation { trackUsageBatch(inputs: [`+events.String()+`]) { tracked } }`, `{"trackUsageBatch":{"tracked":60}}`)
	for _, path := range []string{
		"/api/usage/stats/shop", "/api/usage/export/shop", "/api/usage/export/shop?format=json", "/api/usage/export/shop?rows=usage",
		"/graphql?query={stats(workspaceId:%22shop%22){heatmap{weekday,hour,messages}}}", "/graphql?query={__schema{types{name}}}",
	} {
		plain := n.get(t, path, operatorKey)
		plain.header(t, "Content-Encoding", "")
		if len(plain.body) < 1024 || plain.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d with %d bytes", path, plain.StatusCode, len(plain.body))
		}
		n.get(t, path, operatorKey, "Accept-Encoding", "br, gzip;q=0").header(t, "Content-Encoding", "")
		packed := n.get(t, path, operatorKey, "Accept-Encoding", "gzip, deflate, br, zstd")
		if packed.unzipped(t) != plain.body || len(packed.body) >= len(plain.body) {
			t.Errorf("%s: %d bytes, packed %d", path, len(plain.body), len(packed.body))
		}
		for _, a := range []answer{plain, packed} {
			if !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("%s varies by %q", path, a.Header.Values("Vary"))
			}
		}
		packed.header(t, "Content-Type", plain.Header.Get("Content-Type"))
	}
	n.get(t, "/metrics", "", "Accept-Encoding", "gzip").unzipped(t)
	// Not worth it.
	n.get(t, summary, operatorKey, "Accept-Encoding", "gzip").header(t, "Content-Encoding", "")
}

// pages are the program's pages and one of the files they load, where Vite has
// built them.
func (n *node) pages(t *testing.T) (asset string, built bool) {
	t.Helper()
	a := n.get(t, "/", "")
	if a.StatusCode == http.StatusServiceUnavailable && strings.Contains(a.body, "make build") && os.Getenv("CI") == "" {
		return "", false
	}
	return find(t, a.body, `src="(/assets/[^"]+\.js)"`)[1], true
}

func TestPages(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	asset, built := n.pages(t)
	if !built {
		t.Log("the web pages are not built")
		return
	}
	for path, cache := range map[string]string{"/": "no-cache", "/graphiql": "no-cache", asset: "public, max-age=31536000, immutable"} {
		plain := n.get(t, path, "")
		if plain.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", path, plain.StatusCode)
		}
		plain.header(t, "Content-Encoding", "")
		plain.header(t, "Cache-Control", cache)
		if packed := n.get(t, path, "", "Accept-Encoding", "gzip"); len(plain.body) > 1024 && packed.unzipped(t) != plain.body {
			t.Errorf("%s is another page when packed", path)
		}
		policy := plain.Header.Get("Content-Security-Policy")
		if path != asset && (!strings.HasPrefix(policy, "default-src 'none';") || !strings.Contains(policy, "; script-src 'self';") || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "http")) {
			t.Errorf("%s has the policy %q", path, policy)
		}
		head := n.do(t, http.MethodHead, path, "", nil)
		head.header(t, "Content-Length", fmt.Sprint(len(plain.body)))
		head.header(t, "Content-Type", plain.Header.Get("Content-Type"))
		if head.StatusCode != http.StatusOK || head.body != "" {
			t.Errorf("HEAD %s answers %d %q", path, head.StatusCode, head.body)
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	n.shop(t)
	for _, path := range []string{summary, "/api/usage/export/shop", "/api/usage/export/shop?format=json", "/healthz", "/readyz"} {
		for _, encoding := range []string{"identity", "gzip"} {
			got, head := n.get(t, path, operatorKey, "Accept-Encoding", encoding), n.do(t, http.MethodHead, path, operatorKey, nil, "Accept-Encoding", encoding)
			if head.StatusCode != got.StatusCode || head.body != "" {
				t.Errorf("HEAD %s answers %d %q", path, head.StatusCode, head.body)
			}
			for _, name := range []string{"Content-Type", "Content-Disposition", "Cache-Control", "Vary"} {
				head.header(t, name, got.Header.Get(name))
			}
		}
	}
	n.do(t, http.MethodHead, "/api/usage/summary/nobody", operatorKey, nil).header(t, "Content-Type", "application/json; charset=utf-8")
}

func TestSecurityHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey, CORSOrigins: []string{"https://app.example.com"}})
	n.shop(t)
	_, tracker := n.key(t, "TRACK", "shop")
	keyed := []answer{
		n.graph(t, operatorKey, `{ viewer { role } }`), n.graph(t, "", `{ viewer { role } }`), n.graph(t, operatorKey, `{`),
		n.do(t, http.MethodPut, "/graphql", operatorKey, nil),
		n.get(t, summary, operatorKey), n.get(t, summary, ""), n.get(t, summary, tracker), n.get(t, summary+"?days=0", operatorKey),
		n.get(t, "/api/usage/export/shop", operatorKey), n.get(t, "/api/usage/stats/nobody", operatorKey), n.get(t, "/api/nothing", ""),
		n.do(t, http.MethodDelete, summary, operatorKey, nil),
		n.do(t, http.MethodPost, "/graphql", operatorKey, strings.NewReader(strings.Repeat(" ", 8<<20+1))),
	}
	for _, a := range keyed {
		a.header(t, "Cache-Control", "no-store")
	}
	const apis = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	bare := slices.Concat(keyed, []answer{
		n.get(t, "/healthz", ""), n.get(t, "/readyz", ""), n.get(t, "/metrics", ""),
		n.preflight(t, "/graphql", "https://app.example.com"),
		// Redirects that net/http makes.
		n.get(t, "//graphql", ""), n.get(t, "/api", ""), n.get(t, "/api/../healthz", ""),
	})
	for _, a := range bare {
		a.header(t, "Content-Security-Policy", apis)
	}
	for _, a := range append(bare, n.get(t, "/", ""), n.get(t, "/graphiql", ""), n.get(t, "/nothing", ""), n.get(t, "/assets/", ""), n.do(t, http.MethodPost, "/", "", nil)) {
		a.header(t, "X-Content-Type-Options", "nosniff")
		a.header(t, "X-Frame-Options", "DENY")
		a.header(t, "Referrer-Policy", "no-referrer")
		a.header(t, "Cross-Origin-Opener-Policy", "same-origin")
		a.header(t, "Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if !strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "default-src 'none'; ") {
			t.Errorf("%s has the policy %q", a.Request.URL.Path, a.Header.Get("Content-Security-Policy"))
		}
		if id := a.Header.Get("X-Request-Id"); id == "" || !strings.Contains(n.log.String(), `"request":"`+id+`"`) {
			t.Errorf("%s %s has the id %q, or the log lacks it", a.Request.Method, a.Request.URL.Path, id)
		}
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	n.shop(t)
	for _, path := range []string{
		"/api/", "/api/usage", "/api/usage/", "/api/usage/stats", "/api/usage/stats/", "/api/usage/nothing/shop", "/api/usage/stats/shop/more", "/api/usage/export", "/api/v2",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := n.do(t, method, path, operatorKey, nil)
			a.wants(t, http.StatusNotFound, "NOT_FOUND")
			a.header(t, "Content-Type", "application/json; charset=utf-8")
		}
	}
	for _, path := range []string{"/nothing", "/graphql/", "/healthz/x", "/assets/", "/assets/nothing.js", "/index.html", "/favicon.ico", "/apiary"} {
		a := n.get(t, path, operatorKey)
		if a.StatusCode != http.StatusNotFound || a.body != "There is nothing at this address.\n" {
			t.Errorf("%s answers %d %q", path, a.StatusCode, a.body)
		}
		a.header(t, "Content-Type", "text/plain; charset=utf-8")
	}
	for _, endpoint := range []string{"stats", "dashboard", "summary", "export"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "BREW"} {
			a := n.do(t, method, "/api/usage/"+endpoint+"/shop", operatorKey, nil)
			a.wants(t, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED")
			a.header(t, "Allow", "GET, HEAD")
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch} {
		a := n.do(t, method, "/graphql", operatorKey, nil)
		a.wants(t, http.StatusMethodNotAllowed, fault.Invalid)
		a.header(t, "Allow", "GET, POST")
	}
	mutation := n.get(t, "/graphql?query=mutation{trackUsage(input:{workspaceId:%22shop%22,clientId:%22ada%22}){tracked}}", operatorKey)
	mutation.wants(t, http.StatusMethodNotAllowed, fault.Invalid)
	mutation.header(t, "Allow", "POST")
	n.messages(t, "shop", 0)
	if _, built := n.pages(t); built {
		a := n.do(t, http.MethodPost, "/", "", nil)
		a.header(t, "Allow", "GET, HEAD")
		if a.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST / answers %d", a.StatusCode)
		}
	}
}

// A defect in the program must be one request's trouble only, and known.
func TestPanic(t *testing.T) {
	t.Parallel()
	var calls, bad atomic.Int64
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey}, func(h *server.Host) {
		h.Now = func() time.Time {
			if calls.Add(1) == bad.Load() {
				panic("the clock fell off the wall")
			}
			return noon
		}
	})
	n.shop(t)
	bad.Store(calls.Load() + 2) // the first is for the log, the second for the answer
	a := n.get(t, summary, operatorKey, "X-Request-Id", "unlucky")
	if a.StatusCode != http.StatusInternalServerError || strings.Contains(a.body, "clock") || a.body == "" {
		t.Errorf("it answers %d %q", a.StatusCode, a.body)
	}
	a.header(t, "X-Content-Type-Options", "nosniff")
	line := find(t, n.log.String(), `\{[^\n]*"msg":"panic"[^\n]*\}`)[0]
	for _, want := range []string{"the clock fell off the wall", `"request":"unlucky"`, "rest.go", `"level":"ERROR"`} {
		if !strings.Contains(line, want) {
			t.Errorf("the log lacks %s: %s", want, line)
		}
	}
	n.get(t, summary, operatorKey).wants(t, http.StatusOK, "")
	if metrics := n.get(t, "/metrics", ""); !strings.Contains(metrics.body, `contatore_http_requests_total{code="500",route="/api/usage/summary/{workspaceId}"} 1`) {
		t.Error("the metrics lack it")
	}
}
