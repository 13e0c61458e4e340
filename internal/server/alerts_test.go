package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

// delivery is what came to a receiver.
type delivery struct{ id, body string }

// receiver is a webhook's that answers when hold is closed, or the caller is
// gone.
type receiver struct {
	*httptest.Server
	came chan delivery
	hold chan struct{}
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{came: make(chan delivery, 10), hold: make(chan struct{})}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.came <- delivery{request.Header.Get("Webhook-Id"), string(body)}
		select {
		case <-r.hold:
		case <-request.Context().Done():
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// next waits for a delivery of an event.
func (r *receiver) next(t *testing.T, n *node, event string) delivery {
	t.Helper()
	select {
	case d := <-r.came:
		if d.id == "" || !strings.Contains(d.body, `"type":"`+event+`"`) {
			t.Errorf("%q brings %s, want %s", d.id, d.body, event)
		}
		return d
	case <-time.After(time.Minute):
		t.Fatalf("nothing comes\n%s", n.log)
		return delivery{}
	}
}

// tells has the workspace shop tell the receiver when it spends anything.
func (n *node) tells(t *testing.T, r *receiver) {
	t.Helper()
	n.tell(t, fmt.Sprintf(`mutation { createAlertChannel(workspaceId: "shop", input: {kind: WEBHOOK, target: %q}) { channel { kind } } setBudget(workspaceId: "shop", input: {monthlyLimit: 0.01, thresholds: [50]}) { version } }`, r.URL),
		`{"createAlertChannel":{"channel":{"kind":"WEBHOOK"}},"setBudget":{"version":1}}`)
}

const loopback = "127.0.0.0/8"

// A node that waits for its schema delivers as soon as somebody has made it.
func TestAlertsAreDelivered(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, url string) {
		r := newReceiver(t)
		close(r.hold)
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey, NoMigrate: true, WebhookAllow: []string{"10.0.0.0/8", "127.0.0.1"}})
		closed := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		closed.shop(t)
		if a := closed.graph(t, operatorKey, fmt.Sprintf(`mutation { createAlertChannel(workspaceId: "shop", input: {kind: WEBHOOK, target: %q}) { secret } }`, r.URL)); !strings.Contains(a.body, "--webhook-allow") {
			t.Errorf("a private address is %s", a.body)
		}
		if err := closed.stop(); err != nil {
			t.Fatal(err)
		}
		n.tells(t, r)
		n.tell(t, tracking("a"), counted)
		first := r.next(t, n, "budget.threshold_reached")
		n.tell(t, tracking("b"), counted)
		n.tell(t, tracking("c"), counted)
		if second := r.next(t, n, "budget.exceeded"); second.id == first.id {
			t.Errorf("two alerts have the id %s", first.id)
		}
		if err := n.stop(); err != nil {
			t.Error(err)
		}
	})
}

// A receiver that hangs holds no stop up, and is told again afterwards.
func TestStopCutsDeliveriesOff(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		r := newReceiver(t)
		config := server.Config{DatabaseURL: url, AdminKey: operatorKey, WebhookAllow: []string{loopback}}
		n := start(t, config)
		n.shop(t)
		n.tells(t, r)
		n.tell(t, tracking("a"), counted)
		first := r.next(t, n, "budget.threshold_reached")
		began := time.Now()
		if err := n.stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("the stop took %s", took)
		}
		close(r.hold)
		n = start(t, config)
		if again := r.next(t, n, "budget.threshold_reached"); again != first {
			t.Errorf("it is told again as %+v, was %+v", again, first)
		}
		n.tell(t, `{ alerts { totalCount } stats(workspaceId: "shop") { totalMessages } }`, `{"alerts":{"totalCount":1},"stats":{"totalMessages":1}}`)
	})
}

// Each attempt is counted by kind and result, and by nothing that names a
// workspace.
func TestAttemptsAreCounted(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	close(r.hold)
	free := taken(t)
	free.Close()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey, WebhookAllow: []string{loopback}})
	n.shop(t)
	for _, c := range []struct{ kind, target, state string }{{"WEBHOOK", r.URL, "DELIVERED"}, {"SLACK", "http://" + free.Addr().String(), "FAILED"}} {
		made := n.graph(t, operatorKey, fmt.Sprintf(`mutation { createAlertChannel(workspaceId: "shop", input: {kind: %s, target: %q}) { channel { id } } }`, c.kind, c.target))
		id := find(t, made.body, `"id":"([^"]+)"`)[1]
		n.tell(t, fmt.Sprintf(`mutation { testAlertChannel(workspaceId: "shop", id: %q) { state } }`, id), `{"testAlertChannel":{"state":"`+c.state+`"}}`)
	}
	series := n.scrape(t)
	for name, want := range map[string]float64{
		`contatore_alert_attempts_total{kind=WEBHOOK,result=ARRIVED}`: 1,
		`contatore_alert_attempts_total{kind=SLACK,result=FAILED}`:    1,
	} {
		if got := series[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}
