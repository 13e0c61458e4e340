package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	budgets "github.com/contatore/contatore/internal/budget"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
)

// What usage has to tell is committed with it: a process that is killed before
// it told, or while it does, tells when it is back, once more under the same id
// where somebody may have heard it before.
func TestAlertsOutliveAKill(t *testing.T) {
	t.Parallel()
	for name, underWay := range map[string]bool{"as soon as it is counted": false, "while it is delivered": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachEmptyURL(t, func(t *testing.T, url string) { outlive(t, url, underWay) })
		})
	}
}

// What an import takes a running month to is recorded for a server to tell; a
// month that is over tells nothing.
func TestImportsAreTold(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		db := testkit.Open(t, url, database.Options{})
		ctx := auth.With(t.Context(), auth.Viewer{Role: auth.Admin})
		in := budgets.Input{MonthlyLimit: money.DecimalOf("10"), Thresholds: []int{50, 100}}
		if err := budgets.Set(ctx, ledger.Open(db), budgets.Subject{WorkspaceID: shop}, in, time.Now()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			rows string
			want int
		}{{"ada,100,2024-02-15T12:00:00Z", 0}, {"ada,4.999,", 0}, {"ada,0.001,\nada,1,", 1}, {"ada,4,", 2}, {"ada,0.1,", 3}} {
			invokeWith(t, "clientId,price,occurredAt\n"+c.rows+"\n", at(url), "import", "--workspace", shop, "--create-customers", "-").must(t)
			if told, jobs := count(t, db, "SELECT COUNT(*) FROM alerts"), count(t, db, "SELECT COUNT(*) FROM river_job"); told != c.want || jobs != c.want {
				t.Errorf("%s: %d alerts and %d jobs, want %d", c.rows, told, jobs, c.want)
			}
		}
	})
}

// outlive kills the server once usage was counted, and also once a receiver
// hears of it where that is underWay.
func outlive(t *testing.T, url string, underWay bool) {
	t.Helper()
	came := make(chan string, 10)
	dead := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		came <- r.Header.Get("Webhook-Id")
		<-dead // until then nobody hears an answer
	}))
	defer receiver.Close()
	variables := []string{"CONTATORE_WEBHOOK_ALLOW=127.0.0.1", "CONTATORE_ALERT_PATIENCE=1s"}
	p := serve(t, url, variables...)
	p.tell(t, opening, opened)
	p.tell(t, fmt.Sprintf(`mutation { createAlertChannel(workspaceId: "shop", input: {kind: WEBHOOK, target: %q}) { channel { kind } } setBudget(workspaceId: "shop", input: {monthlyLimit: 0.01, thresholds: [50]}) { version } }`, receiver.URL),
		`{"createAlertChannel":{"channel":{"kind":"WEBHOOK"}},"setBudget":{"version":1}}`)
	const track = `mutation { trackUsage(input: {workspaceId: "shop", clientId: "ada", idempotencyKey: "once"}) { tracked duplicate } }`
	p.tell(t, track, `{"trackUsage":{"tracked":true,"duplicate":false}}`)
	first := ""
	if underWay {
		first = <-came
	}
	if state := p.end(t, os.Kill); state.Exited() {
		t.Errorf("it ended by itself: %s\n%s", state, &p.log)
	}
	close(dead)

	p = serve(t, url, variables...)
	p.tell(t, track, `{"trackUsage":{"tracked":true,"duplicate":true}}`)
	select {
	case again := <-came:
		if again == "" || underWay && again != first {
			t.Errorf("it comes as %q, was %q", again, first)
		}
	case <-time.After(3 * time.Minute):
		t.Errorf("nothing comes")
	}
	p.tell(t, `{ alerts { totalCount } stats(workspaceId: "shop") { totalMessages } workspace(id: "shop") { budget { spent } } }`,
		`{"alerts":{"totalCount":1},"stats":{"totalMessages":1},"workspace":{"budget":{"spent":0.005}}}`)
	if state := p.end(t, syscall.SIGTERM); state.ExitCode() != done {
		t.Errorf("%s\n%s", state, &p.log)
	}
	invoke(t, at(url), "rollup", "verify").must(t)
}
