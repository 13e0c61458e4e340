package graph_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/contatore/contatore/graph"
	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is noon of a Thursday, in UTC.
func clock() time.Time { return time.Date(2024, 2, 15, 12, 0, 0, 0, time.UTC) }

// record keeps what many goroutines tell.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) Write(line []byte) (int, error) {
	r.add(string(line))
	return len(line), nil
}

func (r *record) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

// take is what was told since the last time.
func (r *record) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

// house is GraphQL over the workspaces "shop", in Rome, and "rival".
type house struct {
	http.Handler
	deps       graph.Deps
	db         *database.DB
	book       *ledger.Book
	keys       *auth.Keys
	forecasts  analytics.Forecasts
	log        record
	statements record
	hold       atomic.Pointer[func(statement string)] // nil: no statement waits
	zones      record                                 // whose zone changed
}

// each runs fn in a house on either kind of database. Whatever a caller sends
// there, the log has no cause of it.
func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachURL(t, func(t *testing.T, url string) { fn(t, open(t, url)) })
}

func open(tb testing.TB, url string) *house {
	tb.Helper()
	h := &house{}
	h.db = testkit.Open(tb, url, database.Options{OnStatement: func(_ context.Context, query string) {
		h.statements.add(query)
		if hold := h.hold.Load(); hold != nil {
			(*hold)(query)
		}
	}})
	h.book = ledger.Open(h.db)
	desk, err := alert.Open(alert.Options{
		DB: h.db, Book: h.book, Now: clock, Random: rand.Reader, Forecasts: &h.forecasts, Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	if err != nil {
		tb.Fatal(err)
	}
	h.book.Into(desk)
	h.keys = auth.Open(h.db, "", clock, rand.Reader)
	m := meter.Start(h.book, meter.Options{Now: clock, Random: rand.Reader})
	tb.Cleanup(func() {
		if err := m.Stop(context.WithoutCancel(tb.Context())); err != nil {
			tb.Error(err)
		}
		if lines := h.log.take(); lines != nil {
			tb.Errorf("the log: %q", lines)
		}
	})
	h.deps = graph.Deps{
		DB: h.db, Book: h.book, Meter: m, Workspaces: workspace.Open(h.db, clock), Keys: h.keys, Desk: desk, Now: clock, Forecasts: &h.forecasts,
		OnZoneChange: h.zones.add, Log: slog.New(slog.NewTextHandler(&h.log, nil)),
	}
	h.Handler = graph.New(h.deps)
	h.data(tb, admin, `mutation {
		shop: createWorkspace(input: {id: "shop", name: "Shop", timeZone: "Europe/Rome", prices: [{kind: "image", price: 0.25}]}) { id }
		rival: createWorkspace(input: {id: "rival", name: "Rival Secret"}) { id }
		ada: upsertCustomer(workspaceId: "shop", input: {clientId: "ada", name: "Ada", phone: "+39 333 111 2222"}) { id }
		bruno: upsertCustomer(workspaceId: "shop", input: {clientId: "bruno"}) { id }
		carla: upsertCustomer(workspaceId: "shop", input: {clientId: "carla", activeChatbot: false}) { id }
		zoe: upsertCustomer(workspaceId: "rival", input: {clientId: "zoe", name: "Zoe Secret", phone: "+39 333 999 8888"}) { id }
	}`, nil)
	return h
}

// viewer is how a caller stands before the door: as a role of a workspace, as
// nobody or with a key that was refused.
type viewer struct {
	role      auth.Role
	workspace string
	refused   error
}

func (v viewer) String() string {
	switch {
	case v.refused != nil:
		return "a refused key"
	case v.role == "":
		return "nobody"
	case v.workspace == "":
		return string(v.role)
	}
	return string(v.role) + " of " + v.workspace
}

func (v viewer) enter(ctx context.Context) context.Context {
	switch {
	case v.refused != nil:
		return auth.Refused(ctx, v.refused)
	case v.role == "":
		return ctx
	}
	return auth.With(ctx, auth.Viewer{Role: v.role, WorkspaceID: v.workspace})
}

var (
	admin  = viewer{role: auth.Admin}
	nobody = viewer{}
)

// answer is a response, read.
type answer struct {
	*http.Response
	text string
	body struct {
		Data   json.RawMessage
		Errors []problem
	}
}

type problem struct {
	Message    string
	Path       []any
	Extensions struct{ Code, Field string }
}

// send hands a request to the handler and reads the response, which must be
// JSON whatever was sent.
func (h *house) send(tb testing.TB, v viewer, r *http.Request) answer {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(v.enter(r.Context())))
	a := answer{Response: w.Result(), text: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
		tb.Fatalf("%d is no JSON: %v: %q", a.StatusCode, err, a.text)
	}
	return a
}

// ask runs an operation as a flow does: by POST, for application/json.
func (h *house) ask(tb testing.TB, v viewer, query string, variables any) answer {
	tb.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		tb.Fatal(err)
	}
	return h.post(tb, v, string(body))
}

// post sends a body as it is.
func (h *house) post(tb testing.TB, v viewer, body string) answer {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	a := h.send(tb, v, r)
	a.check(tb)
	return a
}

// check wants every error to have a code and a sentence for people, and the
// server not to be at fault.
func (a answer) check(tb testing.TB) {
	tb.Helper()
	for _, e := range a.body.Errors {
		if e.Extensions.Code == "" || e.Extensions.Code == "INTERNAL" || e.Message == "" || gibberish.MatchString(e.Message) {
			tb.Errorf("the error says too little or too much: %.1000s", a.text)
		}
	}
}

// gibberish is what only programmers would understand.
var gibberish = regexp.MustCompile(`interface \{\}|strconv|pq:|sql:|json:|SELECT|msgpack|base64|0x|%!|float64|: EOF|\bent:|nil`)

// data is the answer to an operation in which nothing may go wrong.
func (h *house) data(tb testing.TB, v viewer, query string, variables any) string {
	tb.Helper()
	a := h.ask(tb, v, query, variables)
	if a.StatusCode != http.StatusOK || a.body.Errors != nil {
		tb.Fatalf("%s: %d %.500s", v, a.StatusCode, a.text)
	}
	return string(a.body.Data)
}

// decode is data in a form of its own, numbers as they are written.
func decode[T any](tb testing.TB, data string) (to T) {
	tb.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(data)))
	d.UseNumber()
	if err := d.Decode(&to); err != nil {
		tb.Fatalf("%v: %s", err, data)
	}
	return to
}

// code is the answer's first error as "CODE field", or empty.
func (a answer) code() string {
	if len(a.body.Errors) == 0 {
		return ""
	}
	e := a.body.Errors[0].Extensions
	return strings.TrimSpace(fmt.Sprint(e.Code, " ", e.Field))
}
