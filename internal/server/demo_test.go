package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

const demoShop = "workspace-123"

func TestDemo(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, databaseURL string) {
		var done, total int
		n := start(t, server.Config{DatabaseURL: databaseURL, AdminKey: operatorKey, Demo: true}, func(h *server.Host) {
			h.Progress = func(d, of int) {
				if d <= done || d > of || total != 0 && of != total {
					t.Errorf("progress: %d of %d after %d of %d", d, of, done, total)
				}
				done, total = d, of
			}
		})
		if !n.out.has("each start with --demo makes another.\n") {
			t.Fatalf("it prints %s", n.out)
		}
		if done == 0 || done != total {
			t.Errorf("progress ends at %d of %d", done, total)
		}
		key := find(t, n.out.String(), `\nDashboard  (\S+)#key=(ctt_\S+)\n`)
		if key[1] != n.base+"/" {
			t.Errorf("the dashboard is at %q", key[1])
		}
		explorer := find(t, n.out.String(), `\nGraphiQL   (\S+)\n`)[1]
		if want := n.base + "/graphiql#key=" + key[2] + "&workspace=" + demoShop; explorer != want {
			t.Errorf("GraphiQL is at %q, want %q", explorer, want)
		}
		before := n.demoFigures(t, key[2])
		n.runsTheCurlLine(t)

		// Days as a shop's, up to today in the workspace's zone.
		days := n.graph(t, key[2], `{ stats(workspaceId: "workspace-123") { endDate dailyUsage { messages } topClients(first: 40) { clientId } } }`)
		if !strings.Contains(days.body, `"endDate":"2024-02-15"`) || strings.Contains(days.body, `"messages":0`) || strings.Count(days.body, "clientId") < 20 {
			t.Errorf("the sample is poor: %s", days.body)
		}
		if err := n.stop(); err != nil {
			t.Error(err)
		}

		again := start(t, server.Config{DatabaseURL: databaseURL, AdminKey: operatorKey, Demo: true}, func(h *server.Host) {
			h.Progress = func(int, int) { t.Error("the second start fills again") }
		})
		if !again.out.has("each start with --demo makes another.\n") {
			t.Fatalf("it prints %s", again.out)
		}
		second := find(t, again.out.String(), `\nDashboard  \S+#key=(ctt_\S+)\n`)[1]
		if second == key[2] {
			t.Error("the key is the same")
		}
		for _, k := range []string{key[2], second} {
			// The curl line counted one.
			if after := again.demoFigures(t, k); after != before+1 {
				t.Errorf("%d answers, then %d", before, after)
			}
			for _, log := range []*sheet{n.log, again.log} {
				if strings.Contains(log.String(), k) {
					t.Error("a demo key is in the log")
				}
			}
		}
		again.clock.Set(noon.AddDate(0, 0, 1))
		if a := again.get(t, "/api/usage/summary/"+demoShop, second); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("after 24 hours the key opens: %d", a.StatusCode)
		}
	})
}

// demoFigures is how many answers a key's holder sees.
func (n *node) demoFigures(t *testing.T, key string) (messages int) {
	t.Helper()
	a := n.get(t, "/api/usage/summary/"+demoShop, key)
	var figures struct {
		Data struct{ TotalMessages int }
	}
	if err := json.Unmarshal([]byte(a.body), &figures); err != nil || a.StatusCode != http.StatusOK {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	return figures.Data.TotalMessages
}

// runsTheCurlLine sends what the printed line would.
func (n *node) runsTheCurlLine(t *testing.T) {
	t.Helper()
	line := find(t, n.out.String(), `\n  curl -s (\S+) -H 'Authorization: Bearer ([^']+)' -H 'Content-Type: ([^']+)' -d '([^']+)'\n`)
	target, err := url.Parse(line[1])
	if err != nil || target.RawQuery != "" || target.Scheme+"://"+target.Host != n.base {
		t.Fatalf("the line goes to %q (%v)", line[1], err)
	}
	a := n.do(t, http.MethodPost, target.Path, line[2], strings.NewReader(line[4]), "Content-Type", line[3])
	if !strings.HasPrefix(a.body, `{"data":{"trackUsage":{"tracked":true,"reason":null,"usage":{"id":"`) {
		t.Errorf("the line answers %d %s", a.StatusCode, a.body)
	}
}

func TestDemoLeavesOthersDataAlone(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, databaseURL string) {
		n := start(t, server.Config{DatabaseURL: databaseURL, AdminKey: operatorKey})
		n.shop(t)
		if err := n.stop(); err != nil {
			t.Error(err)
		}
		demo := start(t, server.Config{DatabaseURL: databaseURL, AdminKey: operatorKey, Demo: true}, func(h *server.Host) {
			h.Progress = func(int, int) { t.Error("it fills") }
		})
		demo.tell(t, `{ workspaces { totalCount edges { node { id } } } customers { totalCount } }`,
			`{"workspaces":{"totalCount":1,"edges":[{"node":{"id":"shop"}}]},"customers":{"totalCount":1}}`)
	})
}

// A stop that comes while the sample is filled in is a stop as any.
func TestStopWhileFilling(t *testing.T) {
	t.Parallel()
	testkit.EachEmptyURL(t, func(t *testing.T, databaseURL string) {
		started := make(chan *node, 1)
		n := begin(t, server.Config{DatabaseURL: databaseURL, Demo: true}, func(h *server.Host) {
			h.Progress = func(done, total int) {
				n := <-started
				n.cancel()
				started <- n
				if done == total {
					t.Error("it went on to the end")
				}
			}
		})
		started <- n
		<-n.ended // well, or the test's end says so
		if n.out.String() != "" {
			t.Errorf("it prints %q", n.out)
		}
	})
}
