package alert_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

// A threshold that usage crosses reaches the channels that want it, signed,
// with exact amounts.
func TestAThresholdArrives(t *testing.T) {
	t.Parallel()
	each(t, alert.Hurried(alert.Options{Allowed: loopback()}, 0), func(t *testing.T, h *house) {
		r, other := receive(t, status(http.StatusNoContent)), receive(t, status(http.StatusOK))
		slack := receive(t, status(http.StatusOK))
		c, secret := h.channel(t, "shop", alert.Webhook, r.URL)
		h.channel(t, "shop", alert.Webhook, other.URL, alert.Anomaly)
		h.channel(t, "shop", alert.Slack, slack.URL)
		h.channel(t, "rival", alert.Webhook, other.URL)
		h.start(t)
		h.limit(t, "shop", 1_000_000_001)
		h.spend(t, "shop", 500_000_001)
		m := r.next(t)
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := signer.Verify(m.body, m.header); err != nil {
			t.Errorf("the signature: %v", err)
		}
		data, _ := m.json["data"].(map[string]any)
		if m.json["type"] != alert.ThresholdReached || data["workspaceId"] != "shop" || data["alertId"] != m.header.Get("webhook-id") || data["clientId"] != nil ||
			!strings.Contains(string(m.body), `"limit":1.000000001`) || !strings.Contains(string(m.body), `"spent":0.500000001`) || !strings.Contains(string(m.body), `"threshold":50`) {
			t.Errorf("it is %s", m.body)
		}
		if text, _ := slack.next(t).json["text"].(string); !strings.HasPrefix(text, "*") {
			t.Errorf("Slack is told %q", text)
		}
		h.settled(t, "shop", 2)
		other.none(t)
		log, err := h.DeliveriesOfChannel(h.ctx, "shop", c.ID, nil)
		if err != nil || len(log) != 1 || log[0].State != alert.Delivered || len(log[0].Attempts) != 1 || *log[0].Attempts[0].Status != http.StatusNoContent || log[0].Attempts[0].Failure != nil {
			t.Errorf("the log: %+v %v", log, err)
		}
	})
}

// A receiver that fails is asked again and again, with the same id, until it
// takes the alert; a test is sent once.
func TestAttempts(t *testing.T) {
	t.Parallel()
	each(t, alert.Hurried(alert.Options{Allowed: loopback()}, 0, time.Millisecond, time.Millisecond, time.Millisecond), func(t *testing.T, h *house) {
		var calls atomic.Int32
		r := receive(t, func(w http.ResponseWriter, _ *http.Request) {
			if calls.Add(1) < 4 {
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(w, "<script>no\x00</script>")
			}
		})
		c, _ := h.channel(t, "shop", alert.Webhook, r.URL)
		test, err := h.SendTest(h.ctx, "shop", c.ID)
		if err != nil || test.State != alert.Failed || len(test.Attempts) != 1 || *test.Attempts[0].Failure != "It answered with status 500." || test.Attempts[0].Answer != "<script>no�</script>" {
			t.Fatalf("the test: %+v %v", test, err)
		}
		r.next(t)
		id := h.tell(t, "shop")
		h.start(t)
		for range 3 {
			if got := r.next(t).header.Get("webhook-id"); got != id {
				t.Errorf("webhook-id %s, want %s", got, id)
			}
		}
		h.settled(t, "shop", 2)
		log, err := h.DeliveriesOfAlert(h.ctx, "shop", id)
		if err != nil || len(log) != 1 || log[0].State != alert.Delivered || log[0].NextAttemptAt != nil {
			t.Fatalf("the log: %+v %v", log, err)
		}
		var statuses []int
		for i, a := range log[0].Attempts {
			statuses = append(statuses, *a.Status)
			if a.Number != i+1 {
				t.Errorf("attempt %d is number %d", i+1, a.Number)
			}
		}
		if !slices.Equal(statuses, []int{500, 500, 200}) {
			t.Errorf("attempts: %v", statuses)
		}
		channels, err := h.Channels(h.ctx, "shop")
		if err != nil || channels[0].FailingSince != nil || channels[0].DisabledAt != nil {
			t.Errorf("the channel: %+v %v", channels[0], err)
		}

		// Again, by hand.
		if v, err := h.Replay(h.ctx, "shop", log[0].ID); err != nil || v.State != alert.Pending {
			t.Fatalf("%+v %v", v, err)
		}
		if got := r.next(t).header.Get("webhook-id"); got != id {
			t.Errorf("webhook-id %s, want %s", got, id)
		}
	})
}

// Whatever a receiver does, it harms its own deliveries alone: another one of
// the same workspace gets the alert meanwhile. In the end nothing is sent to
// what never works, and the others are told.
func TestBadReceivers(t *testing.T) {
	t.Parallel()
	each(t, alert.Hurried(alert.Options{Allowed: loopback(), Patience: 2 * time.Second}, 0, time.Millisecond), func(t *testing.T, h *house) {
		target := receive(t, status(http.StatusOK))
		good := receive(t, status(http.StatusOK))
		var sent atomic.Int64
		endless := func(w http.ResponseWriter, _ *http.Request) {
			piece := make([]byte, 64<<10)
			for sent.Load() < 10<<30 {
				n, err := w.Write(piece)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		}
		broken := httptest.NewTLSServer(status(http.StatusOK))
		broken.Config.ErrorLog = log.New(io.Discard, "", 0)
		t.Cleanup(broken.Close)
		// Speaks no HTTP.
		raw, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { raw.Close() })
		go func() {
			for {
				conn, err := raw.Accept()
				if err != nil {
					return
				}
				fmt.Fprint(conn, "220 welcome\r\n")
				conn.Close()
			}
		}()
		bad := map[string]string{
			receive(t, hang).URL: "It did not answer in time.",
			receive(t, http.RedirectHandler(target.URL, http.StatusTemporaryRedirect).ServeHTTP).URL: "It answered with status 307, a redirect, which is not followed.",
			receive(t, status(http.StatusInternalServerError)).URL:                                   "It answered with status 500.",
			receive(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(http.StatusInternalServerError)
				endless(w, r)
			}).URL: "It answered with status 500.",
			receive(t, status(http.StatusGone)).URL: "It answered with status 410: nobody wants to be told there any more.",
			broken.URL:                              "Its TLS certificate is not valid.",
			"http://" + closed(t):                   "It refuses connections.",
			"http://no-such-host.invalid":           "There is no host of that name.",
			"http://" + raw.Addr().String():         "The connection failed.",
			"https://" + raw.Addr().String():        "It does not speak TLS as it should.",
		}
		reasons := map[string]string{}
		for url, reason := range bad {
			c, _ := h.channel(t, "shop", alert.Webhook, url, alert.Silent)
			reasons[c.ID] = reason
		}
		h.channel(t, "shop", alert.Webhook, good.URL)
		h.start(t)
		h.tell(t, "shop")
		// One alert, and a notice of each channel that was disabled.
		types, seen := map[any]int{}, map[string]bool{}
		for len(seen) < 1+len(bad) {
			m := good.next(t)
			if id := m.header.Get("webhook-id"); !seen[id] { // or it answered too late, and is told again
				seen[id] = true
				types[m.json["type"]]++
			}
		}
		if types[alert.Silent] != 1 || types[alert.ChannelDisabled] != len(bad) {
			t.Errorf("the good one is told %v", types)
		}
		target.none(t)
		channels, err := h.Channels(h.ctx, "shop")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range channels {
			reason, isBad := reasons[c.ID]
			if !isBad {
				if c.DisabledAt != nil || c.FailingSince != nil {
					t.Errorf("the good one: %+v", c)
				}
				continue
			}
			if c.DisabledAt == nil || !strings.HasSuffix(*c.DisabledReason, reason) {
				t.Errorf("%s: disabled for %v, want %s", c.Target, c.DisabledReason, reason)
			}
			log, err := h.DeliveriesOfChannel(h.ctx, "shop", c.ID, nil)
			if err != nil || len(log) != 1 || log[0].State != alert.Failed || *log[0].Attempts[0].Failure != reason {
				t.Errorf("%s: the log %+v %v", c.Target, log, err)
			}
			for _, a := range log[0].Attempts {
				if len(a.Answer) > 1<<10 {
					t.Errorf("%s: %d bytes of answer", c.Target, len(a.Answer))
				}
			}
		}
		if n := sent.Load(); n > 1<<28 {
			t.Errorf("it took %d bytes of an endless answer", n)
		}

		// Enabled again, it is told again.
		i := slices.IndexFunc(channels, func(c *alert.Channel) bool { return c.DisabledAt != nil })
		if c, err := h.UpdateChannel(h.ctx, "shop", channels[i].ID, alert.UpdateInput{Enabled: new(true)}); err != nil || c.DisabledAt != nil || c.FailingSince != nil {
			t.Errorf("%+v %v", c, err)
		}
	})
}

// What leads into a private network is refused, by its name and when it is
// dialled.
func TestPrivateNetworks(t *testing.T) {
	t.Parallel()
	each(t, alert.Options{}, func(t *testing.T, h *house) {
		for _, host := range []string{
			"127.0.0.1", "localhost", "LOCALHOST.", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
			"[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "100.64.0.1", "[64:ff9b::a00:1]",
		} {
			_, err := h.CreateChannel(h.ctx, "shop", alert.CreateInput{Kind: alert.Webhook, Target: "http://" + host + ":8080/hook"})
			wantFault(t, err, fault.Invalid, "input.target", "private network")
		}
	})
	each(t, alert.Options{Allowed: loopback()[1:]}, func(t *testing.T, h *house) {
		// Its own name is no address, and leads to one that is closed.
		r := receive(t, status(http.StatusOK))
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(r.URL, "http://"))
		c, _ := h.channel(t, "shop", alert.Webhook, "http://localhost.localdomain:"+port)
		v, err := h.SendTest(h.ctx, "shop", c.ID)
		if err != nil || v.State != alert.Failed {
			t.Fatalf("%+v %v", v, err)
		}
		if failure := *v.Attempts[0].Failure; !strings.Contains(failure, "private network") && failure != "There is no host of that name." {
			t.Errorf("failure %q", failure)
		}
		r.none(t)
	})
}

// On two nodes each alert is delivered once.
func TestTwoNodesDeliverOnce(t *testing.T) {
	t.Parallel()
	url := testkit.PostgresURL(t)
	opt := alert.Hurried(alert.Options{Allowed: loopback()}, 0)
	one := open(t, url, opt)
	shopOf(t, one)
	two := open(t, url, opt)
	r := receive(t, status(http.StatusOK))
	one.channel(t, "shop", alert.Webhook, r.URL)
	one.start(t)
	two.start(t)
	const alerts = 40
	for i := range alerts {
		[]*house{one, two}[i%2].tell(t, "shop")
	}
	seen := map[string]int{}
	for range alerts {
		seen[r.next(t).header.Get("webhook-id")]++
	}
	one.settled(t, "shop", alerts)
	r.none(t)
	if len(seen) != alerts {
		t.Errorf("%d alerts came, want %d", len(seen), alerts)
	}
}

// What a stop cuts off is no attempt, and is made again by whoever comes next.
func TestAStopCutsOff(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		opt := alert.Hurried(alert.Options{Allowed: loopback()}, 0, time.Millisecond)
		h := open(t, url, opt)
		shopOf(t, h)
		var calls atomic.Int32
		r := receive(t, func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				hang(w, r)
			}
		})
		h.channel(t, "shop", alert.Webhook, r.URL)
		if err := h.Start(h.ctx); err != nil {
			t.Fatal(err)
		}
		id := h.tell(t, "shop")
		first := r.next(t)
		stopped, cancel := context.WithCancel(t.Context())
		cancel()
		if err := h.Stop(stopped); err != nil {
			t.Error(err)
		}
		again := open(t, url, opt)
		again.start(t)
		second := r.next(t)
		if first.header.Get("webhook-id") != id || second.header.Get("webhook-id") != id {
			t.Errorf("%s, then %s, want %s", first.header, second.header, id)
		}
		again.settled(t, "shop", 1)
		if log, err := again.DeliveriesOfAlert(again.ctx, "shop", id); err != nil || len(log[0].Attempts) != 1 || log[0].State != alert.Delivered {
			t.Errorf("%+v %v", log, err)
		}
	})
}

// A delivery whose job is gone, as in a copied database, gets another when a day
// is over; what is old is forgotten.
func TestTheSweep(t *testing.T) {
	t.Parallel()
	now := time.Now()
	each(t, alert.Hurried(alert.Options{Allowed: loopback(), Now: func() time.Time { return now }}, 0), func(t *testing.T, h *house) {
		r := receive(t, status(http.StatusOK))
		c, _ := h.channel(t, "shop", alert.Webhook, r.URL)
		for id, at := range map[string]time.Time{"lost": now.Add(-2 * time.Hour), "old": now.AddDate(0, 0, -91)} {
			alertID := h.tell(t, "shop")
			h.run(t, "INSERT INTO alert_deliveries (workspace_id, id, alert_id, channel_id, state, attempts, attempts_before, next_attempt_at, created_at) VALUES ('shop', $1, $2, $3, 'PENDING', 0, 0, $4, $4)",
				map[string]string{"lost": "018d5a1e-0000-7000-8000-000000000001", "old": "018d5a1e-0000-7000-8000-000000000002"}[id], alertID, c.ID, at.UnixMicro())
		}
		h.run(t, "DELETE FROM river_job")
		h.spend(t, "shop", 1)
		h.start(t) // which looks
		r.next(t)
		h.settled(t, "shop", 1)
		r.none(t)
		if log, err := h.DeliveriesOfChannel(h.ctx, "shop", c.ID, nil); err != nil || len(log) != 1 || log[0].State != alert.Delivered {
			t.Errorf("%+v %v", log, err)
		}
	})
}

// A message names customers as they are called by now; nothing of it stays for
// one who is erased.
func TestAnErasedCustomerIsNotNamed(t *testing.T) {
	t.Parallel()
	each(t, alert.Hurried(alert.Options{Allowed: loopback()}, 0), func(t *testing.T, h *house) {
		shops := workspace.Open(h.db, clock)
		if _, err := shops.UpsertCustomer(h.ctx, "shop", workspace.CustomerInput{ClientID: new("ada"), Name: new("Ada Lovelace")}); err != nil {
			t.Fatal(err)
		}
		r := receive(t, status(http.StatusOK))
		c, _ := h.channel(t, "shop", alert.Slack, r.URL)
		if err := h.db.Write(h.ctx, func(tx *database.Tx) error {
			_, err := h.Record(h.ctx, tx, []alert.News{{WorkspaceID: "shop", Event: alert.Anomaly, At: calendar.At(clock()), Facts: alert.Facts{
				Currency: "EUR", Day: "2024-02-14", Direction: "ABOVE", Actual: "9", Expected: "2", Low: "1", High: "3",
				Clients: []alert.Departure{{Label: "ada", Name: "Ada Lovelace", Actual: "8", Expected: "1"}},
			}}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.start(t)
		if text, _ := r.next(t).json["text"].(string); !strings.Contains(text, "Ada Lovelace") {
			t.Errorf("told %q", text)
		}
		h.settled(t, "shop", 1)
		if _, err := shops.Erase(h.ctx, "shop", "ada"); err != nil {
			t.Fatal(err)
		}
		if n := h.count(t, "SELECT COUNT(*) FROM alerts WHERE facts LIKE '%Lovelace%'"); n != 0 {
			t.Error("the name is still kept")
		}
		log, err := h.DeliveriesOfChannel(h.ctx, "shop", c.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Replay(h.ctx, "shop", log[0].ID); err != nil {
			t.Fatal(err)
		}
		if text, _ := r.next(t).json["text"].(string); strings.Contains(text, "Lovelace") || !strings.Contains(text, "ada") {
			t.Errorf("told %q", text)
		}
	})
}
