package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

const (
	// Either side of midnight in Rome; in Tokyo, one day; in Los Angeles, the
	// day before.
	aroundMidnight = `mutation { trackUsageBatch(inputs: [
		{workspaceId: "shop", clientId: "ada", occurredAt: "2024-02-12T23:59:59+01:00", price: 1}
		{workspaceId: "shop", clientId: "ada", occurredAt: "2024-02-13T00:00:00+01:00", price: 2}
	]) { tracked } }`
	byDay = `{ stats(workspaceId: "shop", range: {startDate: "2024-02-12", endDate: "2024-02-13"}) { dailyUsage { date cost } topClients { cost } } }`
)

func figures(first, second, total string) string {
	return `{"stats":{"dailyUsage":[{"date":"2024-02-12","cost":` + first + `},{"date":"2024-02-13","cost":` + second + `}],"topClients":[` + total + `]}}`
}

func TestTimeZoneChange(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		n.shop(t)
		n.tell(t, aroundMidnight, `{"trackUsageBatch":{"tracked":2}}`)
		n.tell(t, byDay, figures("1", "2", `{"cost":3}`))
		began := time.Now()
		for _, zone := range []struct{ name, figures string }{
			{"Asia/Tokyo", figures("0", "3", `{"cost":3}`)},
			{"America/Los_Angeles", figures("3", "0", `{"cost":3}`)},
		} {
			n.tell(t, `mutation { updateWorkspace(id: "shop", input: {timeZone: "`+zone.name+`"}) { timeZone } }`, `{"updateWorkspace":{"timeZone":"`+zone.name+`"}}`)
			n.tell(t, byDay, zone.figures)
		}
		// The rebuild may have been done for both at once.
		if !n.log.has(`"msg":"client days rebuilt","workspace":"shop"`) {
			t.Error("the log does not tell of the rebuild")
		}
		waitReady(t, url)
		if took := time.Since(began); took > 45*time.Second {
			t.Errorf("it took %s: nobody told it of the change, it looked by itself", took)
		}
		n.tell(t, byDay, figures("3", "0", `{"cost":3}`))
		agrees(t, url)
	})
}

// waitReady returns when no workspace waits for its client days.
func waitReady(t *testing.T, url string) {
	t.Helper()
	book := ledger.Open(testkit.Open(t, url, database.Options{}))
	for {
		ids, err := book.Unready(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) == 0 {
			return
		}
	}
}

// What another node left half-done is finished by the next one that starts;
// figures are right while it waits.
func TestStartFinishesARebuild(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		n.shop(t)
		n.tell(t, aroundMidnight, `{"trackUsageBatch":{"tracked":2}}`)
		if err := n.stop(); err != nil {
			t.Error(err)
		}
		db := testkit.Open(t, url, database.Options{})
		ctx := auth.With(t.Context(), auth.Viewer{Role: auth.Admin})
		if _, changed, err := workspace.Open(db, n.clock.Now).Update(ctx, "shop", workspace.UpdateInput{TimeZone: new("Asia/Tokyo")}); err != nil || !changed {
			t.Fatalf("%v, %v", changed, err)
		}
		release := hold(t, url)
		n = start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		n.tell(t, byDay, figures("0", "3", `{"cost":3}`))
		if ids, err := ledger.Open(db).Unready(ctx); err != nil || len(ids) != 1 || strings.Contains(n.log.String(), "rebuilt") {
			t.Errorf("unready are %q (%v)", ids, err)
		}
		release()
		if !n.log.has(`"msg":"client days rebuilt","workspace":"shop"`) {
			t.Error("the log does not tell of the rebuild")
		}
		waitReady(t, url)
		n.tell(t, byDay, figures("0", "3", `{"cost":3}`))
		agrees(t, url)
	})
}
