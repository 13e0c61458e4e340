package server_test

import (
	"database/sql"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

func TestReadyUntilTheDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	databaseURL := testkit.PostgresURL(t)
	n := start(t, server.Config{DatabaseURL: databaseURL, AdminKey: operatorKey})
	if a := n.get(t, "/readyz", ""); a.StatusCode != http.StatusOK || a.body != "ready\n" {
		t.Errorf("/readyz answers %d %q", a.StatusCode, a.body)
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	db, err := sql.Open("postgres", u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		t.Fatal(err)
	}
	a := n.get(t, "/readyz", "")
	if a.StatusCode != http.StatusServiceUnavailable || strings.Contains(a.body, name) {
		t.Errorf("/readyz answers %d %q", a.StatusCode, a.body)
	}
	if !strings.Contains(n.log.String(), `"msg":"not ready"`) {
		t.Error("the log does not say why")
	}
	if a := n.get(t, "/healthz", ""); a.StatusCode != http.StatusOK {
		t.Errorf("/healthz answers %d: the process is well", a.StatusCode)
	}
}

// scrape reads /metrics as Prometheus does: each series' value, a histogram's
// sum and count.
func (n *node) scrape(t *testing.T) map[string]float64 {
	t.Helper()
	a := n.get(t, "/metrics", "")
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Errorf("/metrics answers %d %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, a.body)
	}
	series := map[string]float64{}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			id := name + "{" + strings.Join(labels, ",") + "}"
			switch {
			case m.GetCounter() != nil:
				series[id] = m.GetCounter().GetValue()
			case m.GetGauge() != nil:
				series[id] = m.GetGauge().GetValue()
			case m.GetHistogram() != nil:
				series[id+".sum"], series[id+".count"] = m.GetHistogram().GetSampleSum(), float64(m.GetHistogram().GetSampleCount())
				for _, b := range m.GetHistogram().GetBucket() {
					series[fmt.Sprintf("%s.%v", id, b.GetUpperBound())] = float64(b.GetCumulativeCount())
				}
			}
		}
	}
	return series
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		n.shop(t)
		n.tell(t, `mutation { upsertCustomer(workspaceId: "shop", input: {clientId: "idle", activeChatbot: false}) { clientId } }`, `{"upsertCustomer":{"clientId":"idle"}}`)
		n.tell(t, tracking("once"), counted)
		n.tell(t, tracking("once"), countedBefore)
		for input, reason := range map[string]string{
			`workspaceId: "shop", clientId: "nobody"`:              "CUSTOMER_NOT_FOUND",
			`workspaceId: "shop", clientId: "idle"`:                "CUSTOMER_INACTIVE",
			`workspaceId: "shop", clientId: "ada", response: "  "`: "EMPTY_RESPONSE",
			`workspaceId: "shop", clientId: "ada", price: "much"`:  "INVALID",
			`workspaceId: "nowhere", clientId: "ada"`:              "WORKSPACE_NOT_FOUND",
		} {
			n.tell(t, `mutation { trackUsage(input: {`+input+`}) { reason } }`, `{"trackUsage":{"reason":"`+reason+`"}}`)
		}
		n.tell(t, `mutation { trackUsageBatch(inputs: [{workspaceId: "shop", clientId: "ada"}, {workspaceId: "shop", clientId: "ada", idempotencyKey: "once"}, {workspaceId: "shop", clientId: "ada"}]) { tracked duplicates } }`,
			`{"trackUsageBatch":{"tracked":2,"duplicates":1}}`)
		n.get(t, summary, operatorKey)
		n.get(t, summary, operatorKey)
		n.get(t, summary, "")
		n.get(t, "/api/usage/stats/nobody", operatorKey)
		n.get(t, "/api/usage/export/shop", operatorKey)
		n.get(t, "/api/usage/shop", operatorKey)
		n.get(t, "/api/usage/../../healthz", "")
		n.get(t, "/healthz", "")
		n.get(t, "/shop", "")
		n.graph(t, "", `{ viewer { role } }`)

		series := n.scrape(t)
		want := map[string]float64{
			`contatore_http_requests_total{code=200,route=/graphql}`:                         10,
			`contatore_http_requests_total{code=401,route=/graphql}`:                         1,
			`contatore_http_requests_total{code=200,route=/api/usage/summary/{workspaceId}}`: 2,
			`contatore_http_requests_total{code=401,route=/api/usage/summary/{workspaceId}}`: 1,
			`contatore_http_requests_total{code=404,route=/api/usage/stats/{workspaceId}}`:   1,
			`contatore_http_requests_total{code=200,route=/api/usage/export/{workspaceId}}`:  1,
			`contatore_http_requests_total{code=404,route=/api/}`:                            1,
			`contatore_http_requests_total{code=200,route=/healthz}`:                         1,
			`contatore_http_requests_total{code=307,route=/healthz}`:                         1,
			`contatore_http_requests_total{code=404,route=/}`:                                1,
			`contatore_events_total{result=TRACKED}`:                                         3,
			`contatore_events_total{result=DUPLICATE}`:                                       2,
			`contatore_events_total{result=CUSTOMER_NOT_FOUND}`:                              1,
			`contatore_events_total{result=CUSTOMER_INACTIVE}`:                               1,
			`contatore_events_total{result=EMPTY_RESPONSE}`:                                  1,
			`contatore_events_total{result=INVALID}`:                                         1,
			`contatore_events_total{result=WORKSPACE_NOT_FOUND}`:                             1,
			`contatore_commit_failures_total{}`:                                              0,
			`contatore_queue_events{}`:                                                       0,
			`contatore_commit_events{}.sum`:                                                  10,
			`contatore_commit_events{}.count`:                                                8,
			`contatore_commit_events{}.1`:                                                    7,
			`contatore_commit_events{}.2`:                                                    7,
			`contatore_commit_events{}.4`:                                                    8,
			`contatore_commit_duration_seconds{}.count`:                                      8,
			`contatore_http_request_duration_seconds{route=/graphql}.count`:                  11,
		}
		for name, value := range want {
			if got, there := series[name]; !there || got != value {
				t.Errorf("%s is %v, want %v", name, got, value)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(series)) {
			if _, known := want[name]; !known && (strings.Contains(name, "_events_total{") || strings.Contains(name, "_requests_total{")) {
				t.Errorf("there is also %s", name)
			}
			if strings.Contains(name, "shop") || strings.Contains(name, "nobody") || strings.Contains(name, "ada") {
				t.Errorf("%s names somebody", name)
			}
		}
		if series["go_goroutines{}"] < 1 {
			t.Error("the metrics tell nothing of the process")
		}
		if again := n.scrape(t); again[`contatore_http_requests_total{code=200,route=/metrics}`] != 1 {
			t.Error("a scrape is not counted")
		}
	})
}

// On a clock that goes on by 30 ms at each look, a request and a commit take
// that long.
func TestDurations(t *testing.T) {
	t.Parallel()
	var looks atomic.Int64
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey}, func(h *server.Host) {
		h.Now = func() time.Time { return noon.Add(time.Duration(looks.Add(1)) * 30 * time.Millisecond) }
	})
	n.get(t, "/healthz", "")
	n.tell(t, `mutation { trackUsage(input: {workspaceId: "shop"}) { tracked } }`, `{"trackUsage":{"tracked":false}}`)
	series := n.scrape(t)
	for _, name := range []string{"contatore_http_request_duration_seconds{route=/healthz}", "contatore_commit_duration_seconds{}"} {
		if series[name+".0.025"] != 0 || series[name+".0.05"] != 1 || series[name+".count"] != 1 || series[name+".sum"] != 0.03 {
			t.Errorf("%s has the sum %v of %v", name, series[name+".sum"], series[name+".count"])
		}
	}
}
