package server_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

// TestMain finds what a stop leaves behind. It doesn't wait for a leader of jobs
// whom a held database keeps from resigning; that one looks again for seconds.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		var left error
		for range 20 { // of half a second each
			if left = goleak.Find(); left == nil {
				break
			}
		}
		if left != nil {
			fmt.Fprintln(os.Stderr, left)
			code = 1
		}
	}
	os.Exit(code)
}

const operatorKey = "the operator's own key, long and secret"

// noon is where the nodes' clocks stand at first: on a Thursday, in UTC.
var noon = time.Date(2024, 2, 15, 12, 0, 0, 0, time.UTC)

// A sheet is what a server writes, to be waited for.
type sheet struct {
	mu     sync.Mutex
	text   strings.Builder
	grown  chan struct{} // closed when there is more
	closed bool
}

func newSheet() *sheet { return &sheet{grown: make(chan struct{})} }

func (s *sheet) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.grown)
	s.grown = make(chan struct{})
	return s.text.Write(p)
}

// end says that nothing more will come.
func (s *sheet) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	close(s.grown)
	s.grown = make(chan struct{})
}

func (s *sheet) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// has waits for a text; it is false where the sheet ends without it.
func (s *sheet) has(text string) bool {
	for {
		s.mu.Lock()
		found, closed, grown := strings.Contains(s.text.String(), text), s.closed, s.grown
		s.mu.Unlock()
		if found || closed {
			return found
		}
		<-grown
	}
}

// node is a running server.
type node struct {
	base     string
	config   server.Config
	out, log *sheet
	clock    *testkit.Clock
	client   *http.Client
	cancel   context.CancelFunc
	ended    chan struct{}
	err      error
}

// begin starts a server on a free port and does not wait for it. The test's end
// stops it, and fails the test where that does not go well.
func begin(t *testing.T, config server.Config, adapt ...func(*server.Host)) *node {
	t.Helper()
	if config.Addr == "" {
		config.Addr = "127.0.0.1:0"
	}
	n := &node{
		config: config, out: newSheet(), log: newSheet(), clock: testkit.NewClock(noon), ended: make(chan struct{}),
		client: &http.Client{
			Transport:     &http.Transport{DisableCompression: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	host := server.Host{Log: slog.New(server.LogHandler(slog.NewJSONHandler(n.log, nil))), Out: n.out, Now: n.clock.Now, Random: rand.Reader}
	for _, a := range adapt {
		a(&host)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	n.cancel = cancel
	go func() {
		defer close(n.ended)
		n.err = server.Run(ctx, config, host)
		n.out.end()
		n.log.end()
	}()
	t.Cleanup(func() {
		if err := n.stop(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return n
}

// start starts a server and waits until it listens.
func start(t *testing.T, config server.Config, adapt ...func(*server.Host)) *node {
	t.Helper()
	n := begin(t, config, adapt...)
	n.listens(t)
	return n
}

func (n *node) listens(t *testing.T) {
	t.Helper()
	if !n.out.has("Listening on ") {
		err := n.stop()
		n.err = nil // told here
		t.Fatalf("the server did not start: %v\n%s", err, n.log)
	}
	n.base = find(t, n.out.String(), `Listening on (http://\S+)\n`)[1]
}

// stop ends the server and returns what Run did.
func (n *node) stop() error {
	n.client.CloseIdleConnections()
	n.cancel()
	<-n.ended
	return n.err
}

// ends wants Run to come back by itself, with a fault.
func (n *node) ends(t *testing.T, code fault.Code, words ...string) {
	t.Helper()
	if n.out.has("Listening on ") {
		t.Error("it started")
		return
	}
	<-n.ended
	err := n.err
	n.err = nil // told here
	if fault.CodeOf(err) != code {
		t.Errorf("Run returned %v, want the fault %s", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(fault.Of(err).Message, w) {
			t.Errorf("the fault lacks %q: %s", w, fault.Of(err).Message)
		}
	}
}

// find wants a text to match and returns the match and its groups.
func find(t *testing.T, text, expression string) []string {
	t.Helper()
	match := regexp.MustCompile(expression).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("nothing matches %s in:\n%s", expression, text)
	}
	return match
}

type answer struct {
	*http.Response
	body string
}

// try sends a request; headers are names and values by turns, an empty key is
// none.
func (n *node) try(t *testing.T, method, path, key string, body io.Reader, headers ...string) (answer, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, n.base+path, body)
	if err != nil {
		return answer{}, err
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := n.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return answer{resp, string(content)}, err
}

func (n *node) do(t *testing.T, method, path, key string, body io.Reader, headers ...string) answer {
	t.Helper()
	a, err := n.try(t, method, path, key, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", method, path, err, n.log)
	}
	return a
}

func (n *node) get(t *testing.T, path, key string, headers ...string) answer {
	t.Helper()
	return n.do(t, http.MethodGet, path, key, nil, headers...)
}

// tryGraph posts a GraphQL operation.
func (n *node) tryGraph(t *testing.T, key, operation string, headers ...string) (answer, error) {
	t.Helper()
	return n.try(t, http.MethodPost, "/graphql", key, strings.NewReader(operationJSON(operation)), append([]string{"Content-Type", "application/json"}, headers...)...)
}

func (n *node) graph(t *testing.T, key, operation string, headers ...string) answer {
	t.Helper()
	a, err := n.tryGraph(t, key, operation, headers...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", operation, err, n.log)
	}
	return a
}

func operationJSON(operation string) string {
	body, _ := json.Marshal(map[string]string{"query": operation}) // texts always marshal
	return string(body)
}

// tell runs an operation as the operator and wants exactly this data.
func (n *node) tell(t *testing.T, operation, data string) {
	t.Helper()
	if a := n.graph(t, operatorKey, operation); a.StatusCode != http.StatusOK || a.body != `{"data":`+data+"}\n" {
		t.Errorf("%s answers %d %s", operation, a.StatusCode, a.body)
	}
}

// shop makes the workspace shop, in Rome, with the customer ada.
func (n *node) shop(t *testing.T) {
	t.Helper()
	n.tell(t, `mutation { createWorkspace(input: {id: "shop", name: "Shop", timeZone: "Europe/Rome"}) { id } upsertCustomer(workspaceId: "shop", input: {clientId: "ada"}) { clientId } }`,
		`{"createWorkspace":{"id":"shop"},"upsertCustomer":{"clientId":"ada"}}`)
}

// tracking is the operation that counts an answer to ada, once a key.
func tracking(key string) string {
	return fmt.Sprintf(`mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", idempotencyKey: %q}) { tracked duplicate } }`, key)
}

const (
	counted       = `{"trackUsage":{"tracked":true,"duplicate":false}}`
	countedBefore = `{"trackUsage":{"tracked":true,"duplicate":true}}`
)

// messages wants a workspace to have so many answers on the last 30 days.
func (n *node) messages(t *testing.T, workspaceID string, want int) {
	t.Helper()
	n.tell(t, fmt.Sprintf(`{ stats(workspaceId: %q) { totalMessages } }`, workspaceID), fmt.Sprintf(`{"stats":{"totalMessages":%d}}`, want))
}

// key makes a key; an empty workspace means every one.
func (n *node) key(t *testing.T, role, workspaceID string) (id, secret string) {
	t.Helper()
	a := n.graph(t, operatorKey, fmt.Sprintf(`mutation { createApiKey(input: {name: "test", role: %s, workspaceId: %q}) { id secret } }`, role, workspaceID))
	match := find(t, a.body, `"id":"([^"]+)","secret":"([^"]+)"`)
	return match[1], match[2]
}

// code is the code of an answer's error, in GraphQL's form or REST's.
func (a answer) code(t *testing.T) string {
	t.Helper()
	var envelope struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
		Success *bool
		Error   struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(a.body), &envelope); err != nil {
		t.Errorf("%d is no JSON (%v): %s", a.StatusCode, err, a.body)
	}
	switch {
	case len(envelope.Errors) == 1 && envelope.Errors[0].Message != "":
		return envelope.Errors[0].Extensions.Code
	case envelope.Success != nil && !*envelope.Success && envelope.Error.Message != "":
		return envelope.Error.Code
	}
	return ""
}

// wants checks an answer's status and the code of its error, "" for none.
func (a answer) wants(t *testing.T, status int, code fault.Code) {
	t.Helper()
	if a.StatusCode != status || a.code(t) != string(code) {
		t.Errorf("%s %s answers %d %s, want %d %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status, code)
	}
}

// header wants an answer's header to have this value, "" for none.
func (a answer) header(t *testing.T, name, want string) {
	t.Helper()
	if got := strings.Join(a.Header.Values(name), ", "); got != want {
		t.Errorf("%s %s (%d) has %s %q, want %q", a.Request.Method, a.Request.URL.Path, a.StatusCode, name, got, want)
	}
}

// broken is a writer on which nothing can be written.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no paper") }
