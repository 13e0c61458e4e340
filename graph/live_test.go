package graph_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/contatore/contatore/graph"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

// patience is far longer than anything here takes.
const patience = 20 * time.Second

// live is a house on the network, where callers bring keys of their own.
type live struct {
	*house
	url string
	// stop has the server take no new work.
	stop context.CancelFunc
}

// network puts a fresh house on the network.
func network(t *testing.T, url string, change ...func(*graph.Deps)) *live {
	t.Helper()
	l := &live{house: open(t, url)}
	m := meter.Start(l.book, meter.Options{Now: clock, Random: rand.Reader})
	stopping, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	l.stop = stop
	deps := graph.Deps{
		DB: l.db, Book: l.book, Meter: m, Workspaces: workspace.Open(l.db, clock), Keys: l.keys, Now: clock,
		Log: slog.New(slog.NewTextHandler(&l.log, nil)), Stopping: stopping, AnswerTimeout: time.Minute,
	}
	for _, c := range change {
		c(&deps)
	}
	handler := graph.New(deps)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if header := r.Header.Get("Authorization"); header != "" {
			if v, err := l.keys.Bearer(ctx, header); err != nil {
				ctx = auth.Refused(ctx, err)
			} else {
				ctx = auth.With(ctx, v)
			}
		}
		handler.ServeHTTP(w, r.WithContext(ctx))
	}))
	l.url = server.URL
	t.Cleanup(func() {
		stop()
		server.Close()
		if err := m.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return l
}

// key makes a key, of the workspace "shop" but for an ADMIN.
func (l *live) key(t *testing.T, role auth.Role) *auth.Created {
	t.Helper()
	in := auth.CreateInput{Name: "test", Role: role}
	if role != auth.Admin {
		in.WorkspaceID = new("shop")
	}
	created, err := l.keys.Create(auth.With(t.Context(), auth.Viewer{Role: auth.Admin}), in)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// track counts an answer of ada's from outside.
func (l *live) track(t *testing.T, secret, price string) {
	t.Helper()
	response := l.request(t, http.MethodPost, "/graphql", `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", price: `+price+`}) { tracked } }`, secret, plainJSON)
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || !strings.Contains(string(body), `"tracked":true`) {
		t.Fatalf("not tracked: %s, %v", body, err)
	}
}

func (l *live) request(t *testing.T, method, path, query, secret, accept string) *http.Response {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		text, _ := json.Marshal(map[string]string{"query": query}) // texts always marshal
		body = strings.NewReader(string(text))
	} else {
		path += "?query=" + url.QueryEscape(query)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, method, l.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", plainJSON)
	r.Header.Set("Accept", accept)
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// socket is a WebSocket's client.
type socket struct{ *websocket.Conn }

// dial connects; headers are names and values by turns.
func (l *live) dial(t *testing.T, headers ...string) (*socket, *http.Response, error) {
	t.Helper()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	conn, response, err := websocket.Dial(t.Context(), l.url+"/graphql", &websocket.DialOptions{
		HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	if err != nil {
		return nil, response, err
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return &socket{conn}, response, nil
}

// connect dials and says hello with a key.
func (l *live) connect(t *testing.T, secret string) *socket {
	t.Helper()
	s, _, err := l.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	s.say(t, `{"type": "connection_init", "payload": {"Authorization": "Bearer `+secret+`"}}`)
	s.hears(t, `{"type":"connection_ack"}`)
	return s
}

func (s *socket) say(t *testing.T, text string) {
	t.Helper()
	if err := s.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Errorf("%.100s: %v", text, err)
	}
}

// subscribe begins an operation.
func (s *socket) subscribe(t *testing.T, id, query string) {
	t.Helper()
	text, _ := json.Marshal(map[string]any{"id": id, "type": "subscribe", "payload": map[string]string{"query": query}}) // texts always marshal
	s.say(t, string(text))
}

// hears wants the next message to be this one.
func (s *socket) hears(t *testing.T, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, text, err := s.Read(ctx)
	if err != nil {
		t.Fatalf("%v, want %s", err, want)
	}
	if string(text) != want {
		t.Fatalf("%s, want %s", text, want)
	}
}

// ends wants the connection to be closed with this code, and nothing before it.
func (s *socket) ends(t *testing.T, code websocket.StatusCode, words string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, text, err := s.Read(ctx)
	var closed websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != code || !strings.Contains(closed.Reason, words) {
		t.Errorf("%s %v, want the code %d and %q", text, err, code, words)
	}
}

const (
	short = `subscription { usageChanged(workspaceId: "shop") { todayCost } }`
	full  = `subscription { usageChanged(workspaceId: "shop") { workspaceId todayCost todayMessages monthCost monthMessages lastUsage { price clientId } } }`
	none  = `{"data":{"usageChanged":{"workspaceId":"shop","todayCost":0,"todayMessages":0,"monthCost":0,"monthMessages":0,"lastUsage":null}}}`
	first = `{"data":{"usageChanged":{"workspaceId":"shop","todayCost":0.000000001,"todayMessages":1,"monthCost":0.000000001,"monthMessages":1,"lastUsage":{"price":0.000000001,"clientId":"ada"}}}}`
	next  = `{"data":{"usageChanged":{"workspaceId":"shop","todayCost":1.000000001,"todayMessages":2,"monthCost":1.000000001,"monthMessages":2,"lastUsage":{"price":1,"clientId":"ada"}}}}`
)

// Everything goes over one socket: subscriptions, queries, mutations, each
// under the id that its client gave.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		l := network(t, url)
		s := l.connect(t, l.key(t, auth.Admin).Secret)
		s.subscribe(t, "s", full)
		s.hears(t, `{"id":"s","type":"next","payload":`+none+`}`)
		s.say(t, `{"type": "ping", "payload": {"a": 1}}`)
		s.hears(t, `{"type":"pong","payload":{"a":1}}`)
		s.say(t, `{"type": "pong"}`)
		s.subscribe(t, "q", `{ viewer { role } }`)
		s.hears(t, `{"id":"q","type":"next","payload":{"data":{"viewer":{"role":"ADMIN"}}}}`)
		s.hears(t, `{"id":"q","type":"complete"}`)

		l.track(t, l.key(t, auth.Tracker).Secret, "0.000000001")
		s.hears(t, `{"id":"s","type":"next","payload":`+first+`}`)
		s.say(t, `{"id": "s", "type": "complete"}`)
		s.say(t, `{"id": "s", "type": "complete"}`) // once more is no breach
		s.say(t, `{"id": "q", "type": "subscribe", "payload": {"query": "mutation($p: Decimal) { trackUsage(input: {workspaceId: \"shop\", clientId: \"ada\", price: $p, occurredAt: \"2024-02-15T12:00:01Z\"}) { tracked usage { price } } }", "variables": {"p": 1.000000000}}}`)
		s.hears(t, `{"id":"q","type":"next","payload":{"data":{"trackUsage":{"tracked":true,"usage":{"price":1}}}}}`)
		s.hears(t, `{"id":"q","type":"complete"}`)
		s.subscribe(t, "s", full) // an id that ended is free
		s.hears(t, `{"id":"s","type":"next","payload":`+next+`}`)
		if err := s.Close(websocket.StatusNormalClosure, ""); err != nil {
			t.Error(err)
		}
	})
}

// What is refused is one message to that operation; the socket goes on.
func TestWebSocketRefusals(t *testing.T) {
	t.Parallel()
	l := network(t, testkit.SQLiteURL(t))
	s := l.connect(t, l.key(t, auth.Reader).Secret)
	for _, c := range []struct{ payload, kind, want string }{
		{`{"query": "{"}`, "error", "GRAPHQL_PARSE_FAILED"},
		{`{"query": "{ nothing }"}`, "error", "GRAPHQL_VALIDATION_FAILED"},
		{`{"query": "subscription { __typename }"}`, "error", "GRAPHQL_VALIDATION_FAILED"},
		{`{"query": "subscription { a: usageChanged(workspaceId: \"shop\") { todayCost } b: usageChanged(workspaceId: \"shop\") { todayCost } }"}`, "error", "exactly one stream"},
		{`{"query": "subscription { usageChanged(workspaceId: \"shop\") @skip(if: true) { todayCost } }"}`, "error", "exactly one stream"},
		{`{"query": "{ customers(first: 501) { totalCount } }"}`, "error", "TOO_COMPLEX"},
		{`{"query": "subscription($w: ID!) { usageChanged(workspaceId: $w) { todayCost } }"}`, "error", `"field":"workspaceId"`},
		{`{"query": "subscription { usageChanged(workspaceId: \"rival\") { todayCost } }"}`, "next", "WORKSPACE_NOT_FOUND"},
		{`{"query": "subscription { usageChanged(workspaceId: \"nobody\") { todayCost } }"}`, "next", "WORKSPACE_NOT_FOUND"},
		{`{"query": "mutation { trackUsage(input: {workspaceId: \"shop\", clientId: \"ada\"}) { tracked } }"}`, "next", "FORBIDDEN"},
		{`{"query": "query($n: String!) { customers(where: {name: $n}) { totalCount } }", "variables": {"n": "\ud800"}}`, "next", `"field":"where.name"`},
		{`{"query": 5}`, "error", `"field":"query"`},
		{`{}`, "error", `"field":"query"`},
		{`"x"`, "error", "not a JSON object"},
		{`null`, "error", "not a JSON object"},
	} {
		s.say(t, `{"id": "x", "type": "subscribe", "payload": `+c.payload+`}`)
		_, text, err := s.Read(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", c.payload, err)
		}
		if m := decode[struct{ ID, Type string }](t, string(text)); m.ID != "x" || m.Type != c.kind || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %s, want %s with %s", c.payload, text, c.kind, c.want)
		}
		if c.kind == "next" {
			s.hears(t, `{"id":"x","type":"complete"}`)
		}
	}
	for i := range 100 {
		s.subscribe(t, fmt.Sprint(i), short)
		s.hears(t, fmt.Sprintf(`{"id":"%d","type":"next","payload":{"data":{"usageChanged":{"todayCost":0}}}}`, i))
	}
	s.subscribe(t, "more", short)
	if _, text, err := s.Read(t.Context()); err != nil || !strings.Contains(string(text), `"more","type":"error"`) || !strings.Contains(string(text), "TOO_COMPLEX") {
		t.Errorf("the 101st: %s, %v", text, err)
	}
	tracker := l.connect(t, l.key(t, auth.Tracker).Secret)
	tracker.subscribe(t, "x", short)
	if _, text, err := tracker.Read(t.Context()); err != nil || !strings.Contains(string(text), "FORBIDDEN") {
		t.Errorf("a key with role TRACK: %s, %v", text, err)
	}
}

// The key comes with connection_init, in any spelling of the name, or as an
// HTTP header.
func TestWebSocketKeys(t *testing.T) {
	t.Parallel()
	l := network(t, testkit.SQLiteURL(t))
	good, other := l.key(t, auth.Reader).Secret, l.key(t, auth.Admin).Secret
	const unknown = "This API key is unknown, expired or revoked."
	for _, c := range []struct{ header, payload, refused, role string }{
		{payload: `{"Authorization": "Bearer ` + good + `"}`, role: "READ"},
		{payload: `{"authorization": "bearer  ` + good + ` ", "more": {"a": [1]}}`, role: "READ"},
		{payload: `{"AUTHORIZATION": "BEARER ` + good + `"}`, role: "READ"},
		{header: "Bearer " + good, role: "READ"},
		{header: "Bearer " + good, payload: `{}`, role: "READ"},
		{header: "Bearer " + good, payload: `{"Authorization": "Bearer ` + other + `"}`, role: "ADMIN"},
		{header: "Bearer wrong", payload: `{"Authorization": "Bearer ` + good + `"}`, role: "READ"},
		{header: "Bearer wrong", refused: unknown},
		{header: "Bearer " + good, payload: `{"Authorization": "Bearer wrong"}`, refused: unknown},
		{payload: `{"Authorization": "Bearer wrong"}`, refused: unknown},
		{payload: `{"Authorization": "` + good + `"}`, refused: "must read: Bearer KEY"},
		{payload: `{"Authorization": ""}`, refused: "needs an API key"},
		{payload: `{}`, refused: "needs an API key"},
		{payload: `null`, refused: "needs an API key"},
		{refused: "needs an API key"},
	} {
		var headers []string
		if c.header != "" {
			headers = []string{"Authorization", c.header}
		}
		s, _, err := l.dial(t, headers...)
		if err != nil {
			t.Fatal(err)
		}
		if c.payload == "" {
			s.say(t, `{"type": "connection_init"}`)
		} else {
			s.say(t, `{"type": "connection_init", "payload": `+c.payload+`}`)
		}
		if c.refused != "" {
			s.ends(t, 4403, c.refused)
			continue
		}
		s.hears(t, `{"type":"connection_ack"}`)
		s.subscribe(t, "x", `{ viewer { role } }`)
		s.hears(t, `{"id":"x","type":"next","payload":{"data":{"viewer":{"role":"`+c.role+`"}}}}`)
	}
}

// Who breaks the protocol is told how, in its own codes.
func TestWebSocketBreaches(t *testing.T) {
	t.Parallel()
	l := network(t, testkit.SQLiteURL(t))
	key := l.key(t, auth.Reader).Secret
	hello := `{"type": "connection_init", "payload": {"Authorization": "Bearer ` + key + `"}}`
	subscribe := `{"id": "x", "type": "subscribe", "payload": {"query": "subscription { usageChanged(workspaceId: \"shop\") { todayCost } }"}}`
	for _, c := range []struct {
		said []string
		code websocket.StatusCode
	}{
		{[]string{`{"id": "x", "type": "subscribe", "payload": {"query": "{ __typename }"}}`}, 4401},
		{[]string{`{"type": "start"}`}, 4400},
		{[]string{`hello`}, 4400},
		{[]string{`[]`}, 4400},
		{[]string{`{"type": "connection_init", "payload": 5}`}, 4400},
		{[]string{`{"type": "connection_init", "payload": {"Authorization": 5}}`}, 4400},
		{[]string{`{"type": "connection_init", "payload": {"a": "` + strings.Repeat("x", 20<<10) + `"}}`}, websocket.StatusMessageTooBig},
		{[]string{hello, hello}, 4429},
		{[]string{hello, subscribe, subscribe}, 4409},
		{[]string{hello, `{"type": "next"}`}, 4400},
		{[]string{hello, `{}`}, 4400},
		{[]string{hello, `{"type": "subscribe", "payload": {"query": "{ __typename }"}}`}, 4400},
		{[]string{hello, `{"id": "` + strings.Repeat("x", 257) + `", "type": "subscribe", "payload": {"query": "{ __typename }"}}`}, 4400},
		{nil, 4408},
	} {
		t.Run(fmt.Sprintf("%d %.60s", c.code, strings.Join(c.said, " ")), func(t *testing.T) {
			t.Parallel()
			s, _, err := l.dial(t)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range c.said {
				s.say(t, text)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			for err == nil {
				_, _, err = s.Read(ctx)
			}
			if got := websocket.CloseStatus(err); got != c.code {
				t.Errorf("closed with %v, want %d", err, c.code)
			}
		})
	}
	binary, _, err := l.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	if err := binary.Write(t.Context(), websocket.MessageBinary, []byte(hello)); err != nil {
		t.Error(err)
	}
	binary.ends(t, 4400, "Invalid message")
	older, _, err := websocket.Dial(t.Context(), l.url+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-ws"}, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	(&socket{older}).ends(t, 4406, "Subprotocol")
	if err := older.CloseNow(); err == nil {
		t.Error("it was still open")
	}
}

// Programs connect from anywhere, pages from the server's own origin and those
// that the operator lists.
func TestWebSocketOrigins(t *testing.T) {
	t.Parallel()
	l := network(t, testkit.SQLiteURL(t), func(d *graph.Deps) { d.Origins = []string{"https://shop.example"} })
	for origin, welcome := range map[string]bool{
		"":                        true,
		l.url:                     true,
		"https://shop.example":    true,
		"http://shop.example":     false,
		"https://shop.example:1":  false,
		"https://a.shop.example":  false,
		"https://example":         false,
		"http://127.0.0.1":        false,
		"http://127.0.0.1:1":      false,
		"null":                    false,
		"://":                     false,
		l.url + ".example":        false,
		"http://x@shop.example/":  false,
		"https://shop.example/..": false,
	} {
		var headers []string
		if origin != "" {
			headers = []string{"Origin", origin}
		}
		_, response, err := l.dial(t, headers...)
		if (err == nil) != welcome {
			t.Errorf("%q: %v, want %v", origin, err, welcome)
		}
		if !welcome && (response == nil || response.StatusCode != http.StatusForbidden) {
			t.Errorf("%q: %+v", origin, response)
		}
	}
}

// A key that is revoked ends what it opened.
func TestRevokedKeyEndsStreams(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		l := network(t, url)
		key := l.key(t, auth.Reader)
		s := l.connect(t, key.Secret)
		s.subscribe(t, "s", full)
		s.hears(t, `{"id":"s","type":"next","payload":`+none+`}`)
		e := l.events(t, http.MethodPost, key.Secret, full)
		e.next(t, "next", none)
		idle := l.connect(t, key.Secret)
		stays := l.connect(t, l.key(t, auth.Reader).Secret)
		if ok, err := l.keys.Revoke(auth.With(t.Context(), auth.Viewer{Role: auth.Admin}), key.ID); !ok || err != nil {
			t.Fatal(ok, err)
		}
		const refusal = `{"message":"This API key is unknown, expired or revoked.","extensions":{"code":"UNAUTHENTICATED"}}`
		s.hears(t, `{"id":"s","type":"error","payload":[`+refusal+`]}`)
		s.ends(t, 4403, "revoked")
		idle.ends(t, 4403, "revoked")
		e.next(t, "next", `{"errors":[`+refusal+`]}`)
		e.next(t, "complete", "")
		e.over(t)
		stays.subscribe(t, "q", `{ viewer { role } }`)
		stays.hears(t, `{"id":"q","type":"next","payload":{"data":{"viewer":{"role":"READ"}}}}`)
	})
}

// A stop ends streams at once, and does not call them complete: their clients
// shall come again.
func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	l := network(t, testkit.SQLiteURL(t))
	key := l.key(t, auth.Reader).Secret
	s, idle := l.connect(t, key), l.connect(t, key)
	s.subscribe(t, "s", full)
	s.hears(t, `{"id":"s","type":"next","payload":`+none+`}`)
	e := l.events(t, http.MethodPost, key, full)
	e.next(t, "next", none)
	began := time.Now()
	l.stop()
	s.ends(t, websocket.StatusGoingAway, "shutting down")
	idle.ends(t, websocket.StatusGoingAway, "shutting down")
	e.over(t)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A client that takes nothing is cut off.
func TestWebSocketCutsOffWhoDoesNotRead(t *testing.T) {
	t.Parallel()
	l := network(t, testkit.SQLiteURL(t))
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	deaf := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}}
	s, _, err := websocket.Dial(t.Context(), l.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: deaf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.CloseNow()
	if err := s.Write(t.Context(), websocket.MessageText, []byte(`{"type": "connection_init", "payload": {"Authorization": "Bearer `+l.key(t, auth.Reader).Secret+`"}}`)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	ping := []byte(`{"type": "ping", "payload": {"a": "` + strings.Repeat("x", 1<<20) + `"}}`)
	for err == nil {
		err = s.Write(ctx, websocket.MessageText, ping)
	}
	if ctx.Err() != nil {
		t.Errorf("it may go on: %v", err)
	}
}

// events is a reader of a stream.
type events struct {
	*http.Response
	lines *bufio.Scanner
}

func (l *live) events(t *testing.T, method, secret, query string) *events {
	t.Helper()
	response := l.request(t, method, "/graphql", query, secret, "text/event-stream")
	t.Cleanup(func() { response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream; charset=utf-8" || response.Header.Get("X-Accel-Buffering") != "no" {
		t.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	return &events{response, bufio.NewScanner(response.Body)}
}

// event reads up to an event's end; a comment is one without a name.
func (e *events) event(t *testing.T) (name, data string, ok bool) {
	t.Helper()
	for e.lines.Scan() {
		line := e.lines.Text()
		field, value, _ := strings.Cut(line, ":")
		switch {
		case line == "":
			return name, data, true
		case field == "event":
			name = strings.TrimSpace(value)
		case field == "data":
			data = strings.TrimSpace(value)
		case field != "":
			t.Errorf("the line %q", line)
		}
	}
	return "", "", false
}

// next wants the next event to be this one, comments aside.
func (e *events) next(t *testing.T, name, data string) {
	t.Helper()
	for {
		gotName, gotData, ok := e.event(t)
		if !ok {
			t.Fatalf("the stream ends (%v), want %s %s", e.lines.Err(), name, data)
		}
		if gotName == "" {
			continue
		}
		if gotName != name || gotData != data {
			t.Fatalf("%s %s, want %s %s", gotName, gotData, name, data)
		}
		return
	}
}

// over wants the stream to end.
func (e *events) over(t *testing.T) {
	t.Helper()
	for {
		name, data, ok := e.event(t)
		if !ok {
			return
		}
		if name != "" {
			t.Fatalf("%s %s, want the end", name, data)
		}
	}
}

// A stream of events, by POST and by GET.
func TestEventStream(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		l := network(t, url, func(d *graph.Deps) { d.Heartbeat = 20 * time.Millisecond })
		key := l.key(t, auth.Reader).Secret
		posted, got := l.events(t, http.MethodPost, key, full), l.events(t, http.MethodGet, key, full)
		for _, e := range []*events{posted, got} {
			e.next(t, "next", none)
			if name, data, ok := e.event(t); name != "" || data != "" || !ok {
				t.Errorf("%s %s, want a sign of life", name, data)
			}
		}
		l.track(t, l.key(t, auth.Tracker).Secret, "0.000000001")
		for _, e := range []*events{posted, got} {
			e.next(t, "next", first)
		}
		refused := l.events(t, http.MethodPost, key, `subscription { usageChanged(workspaceId: "rival") { todayCost } }`)
		refused.next(t, "next", `{"errors":[{"message":"There is no workspace \"rival\".","path":["usageChanged"],"locations":[{"line":1,"column":16}],"extensions":{"code":"WORKSPACE_NOT_FOUND"}}]}`)
		refused.next(t, "complete", "")
		refused.over(t)
		// Who reads nothing else gets a single answer in the same way.
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			e := l.events(t, method, key, `{ viewer { role } }`)
			e.next(t, "next", `{"data":{"viewer":{"role":"READ"}}}`)
			e.next(t, "complete", "")
			e.over(t)
		}
	})
}

// What is refused is an answer as any other, before a stream begins.
func TestEventStreamRefusals(t *testing.T) {
	t.Parallel()
	l := network(t, testkit.SQLiteURL(t))
	key := l.key(t, auth.Admin).Secret
	const events, both = "text/event-stream", "application/json, text/event-stream"
	for _, c := range []struct {
		method, secret, accept, query string
		status                        int
		words                         string
	}{
		{http.MethodPost, "", events, short, 401, "UNAUTHENTICATED"},
		{http.MethodPost, "wrong", events, short, 401, "UNAUTHENTICATED"},
		{http.MethodGet, "", events, short, 401, "UNAUTHENTICATED"},
		{http.MethodPost, key, events, `{`, 400, "GRAPHQL_PARSE_FAILED"},
		{http.MethodPost, key, events, `subscription { nothing }`, 400, "GRAPHQL_VALIDATION_FAILED"},
		{http.MethodPost, "", events, `subscription { __typename }`, 400, "GRAPHQL_VALIDATION_FAILED"},
		{http.MethodPost, key, events, `subscription { a: usageChanged(workspaceId: "shop") { todayCost } b: usageChanged(workspaceId: "shop") { todayCost } }`, 400, "exactly one stream"},
		{http.MethodPost, key, events, ``, 400, "query is missing"},
		{http.MethodGet, key, events, `mutation { revokeApiKey(id: "x") }`, 405, "by POST"},
		{http.MethodPut, key, events, short, 405, "GET and POST"},
		{http.MethodPost, key, plainJSON, short, 406, "text/event-stream"},
		{http.MethodPost, key, graphqlJSON, short, 406, "text/event-stream"},
		{http.MethodPost, key, "*/*", short, 406, "text/event-stream"},
		{http.MethodPost, key, plainJSON + ", text/event-stream;q=0", short, 406, "text/event-stream"},
		{http.MethodGet, key, "*/*", short, 406, "text/event-stream"},
		// As browsers' libraries ask for everything.
		{http.MethodPost, key, both, `{ viewer { role } }`, 200, `{"data":{"viewer":{"role":"ADMIN"}}}`},
		{http.MethodPost, key, "text/event-stream, */*;q=0.1", `{ viewer { role } }`, 200, `{"data":{"viewer":{"role":"ADMIN"}}}`},
		{http.MethodPost, key, both, `{ nothing }`, 200, "GRAPHQL_VALIDATION_FAILED"},
	} {
		response := l.request(t, c.method, "/graphql", c.query, c.secret, c.accept)
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != c.status || !strings.Contains(string(body), c.words) || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/") {
			t.Errorf("%s %s, %s: %d %s %v, want %d %s", c.method, c.query, c.accept, response.StatusCode, body, err, c.status, c.words)
		}
	}
	e := l.request(t, http.MethodPost, "/graphql", short, key, both)
	defer e.Body.Close()
	if e.StatusCode != http.StatusOK || !strings.HasPrefix(e.Header.Get("Content-Type"), "text/event-stream") {
		t.Errorf("a subscription of who reads both: %d %v", e.StatusCode, e.Header)
	}
}
