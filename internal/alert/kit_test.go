package alert_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon is how long a test waits for what must come.
const soon = 30 * time.Second

// house is a desk over the workspaces "shop", in Rome, and "rival".
type house struct {
	*alert.Desk
	db   *database.DB
	book *ledger.Book
	ctx  context.Context
}

func clock() time.Time { return time.Now() }

// loopback is allowed, for the receivers of the tests are there.
func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// each runs fn in a house on either kind of database; the desk is not started.
func each(t *testing.T, opt alert.Options, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachURL(t, func(t *testing.T, url string) {
		h := open(t, url, opt)
		shops := workspace.Open(h.db, clock)
		for id, name := range map[string]string{"shop": "Bottega", "rival": "Rival Secret"} {
			if _, err := shops.Create(h.ctx, workspace.CreateInput{ID: &id, Name: name, TimeZone: new("Europe/Rome")}); err != nil {
				t.Fatal(err)
			}
			if _, err := shops.UpsertCustomer(h.ctx, id, workspace.CustomerInput{ClientID: new("ada")}); err != nil {
				t.Fatal(err)
			}
		}
		fn(t, h)
	})
}

func open(t *testing.T, url string, opt alert.Options) *house {
	t.Helper()
	h := &house{db: testkit.Open(t, url, database.Options{}), ctx: auth.With(t.Context(), auth.Viewer{Role: auth.Admin})}
	h.book = ledger.Open(h.db)
	opt.DB, opt.Book, opt.Random = h.db, h.book, rand.Reader
	if opt.Now == nil {
		opt.Now = clock
	}
	desk, err := alert.Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	h.Desk = desk
	h.book.Into(desk)
	return h
}

// start starts the desk, until the test's end.
func (h *house) start(t *testing.T) {
	t.Helper()
	if err := h.Start(h.ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// channel makes one.
func (h *house) channel(t *testing.T, workspaceID string, kind alert.ChannelKind, target string, events ...string) (*alert.Channel, string) {
	t.Helper()
	made, err := h.CreateChannel(h.ctx, workspaceID, alert.CreateInput{Kind: kind, Target: target, Events: events})
	if err != nil {
		t.Fatal(err)
	}
	if made.Secret == nil {
		return made.Channel, ""
	}
	return made.Channel, *made.Secret
}

// spend has ada of the workspace answered for so many nanos.
func (h *house) spend(t *testing.T, workspaceID string, nanos money.Nanos) {
	t.Helper()
	m := meter.Start(h.book, meter.Options{Now: clock, Random: rand.Reader})
	price := money.DecimalOf(nanos.String())
	result, err := m.Track(h.ctx, meter.Input{WorkspaceID: workspaceID, ClientID: new("ada"), Price: &price})
	if err != nil || !result.Tracked {
		t.Fatalf("%+v %v", result, err)
	}
	if err := m.Stop(h.ctx); err != nil {
		t.Error(err)
	}
}

// limit sets a budget with one threshold, of half of it.
func (h *house) limit(t *testing.T, workspaceID string, nanos money.Nanos) {
	t.Helper()
	if err := h.book.SetBudget(h.ctx, ledger.Limit{
		Budget: ledger.Budget{WorkspaceID: workspaceID, Limit: nanos, Thresholds: []int{50}}, At: 1,
	}); err != nil {
		t.Fatal(err)
	}
}

// tell records an alert of its own.
func (h *house) tell(t *testing.T, workspaceID string) string {
	t.Helper()
	var ids []string
	if err := h.db.Write(h.ctx, func(tx *database.Tx) (err error) {
		ids, err = h.Record(h.ctx, tx, []alert.News{{WorkspaceID: workspaceID, Event: alert.Silent, Facts: alert.Facts{Currency: "EUR", Since: "2024-02-15T12:00:00Z", ExpectedMessages: 12}, At: calendar.At(clock())}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return ids[0]
}

// run writes past the desk.
func (h *house) run(t *testing.T, statement string, args ...any) {
	t.Helper()
	if err := h.db.Write(h.ctx, func(tx *database.Tx) error {
		_, err := tx.Exec(h.ctx, statement, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// count is what a query counts.
func (h *house) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	rows, err := h.db.Reader().Query(h.ctx, query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// message is what a receiver got.
type message struct {
	header http.Header
	body   []byte
	json   map[string]any
}

// receiver is a server that people would have their alerts sent to.
type receiver struct {
	*httptest.Server
	got chan message
}

// receive answers as answer does, after it noted what came.
func receive(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{got: make(chan message, 100)}
	r.Server = httptest.NewServer(r.handler(answer))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) handler(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		m := message{header: request.Header, body: body}
		_ = json.Unmarshal(body, &m.json)
		r.got <- m
		answer(w, request)
	}
}

// hang answers nothing for as long as somebody waits.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// next waits for what comes to the receiver.
func (r *receiver) next(t *testing.T) message {
	t.Helper()
	select {
	case m := <-r.got:
		return m
	case <-time.After(soon):
		t.Fatal("nothing came")
		return message{}
	}
}

// none wants nothing to have come.
func (r *receiver) none(t *testing.T) {
	t.Helper()
	select {
	case m := <-r.got:
		t.Errorf("%s came", m.body)
	default:
	}
}

// settled waits until no delivery of the workspace is on its way.
func (h *house) settled(t *testing.T, workspaceID string, deliveries int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(soon)
	for h.count(t, "SELECT COUNT(*) FROM alert_deliveries WHERE workspace_id = $1 AND state <> 'PENDING'", workspaceID) < deliveries {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("deliveries are still on their way")
		}
	}
}

// closed is an address at which nobody listens.
func closed(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
