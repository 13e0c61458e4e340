package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

// socket connects a WebSocket, and says hello with the key.
func (n *node) socket(t *testing.T, key string, headers http.Header) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	conn, response, err := websocket.Dial(t.Context(), n.base+"/graphql", &websocket.DialOptions{
		HTTPClient: n.client, HTTPHeader: headers, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return nil, response, err
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	says(t, conn, `{"type": "connection_init", "payload": {"Authorization": "Bearer `+key+`"}}`)
	hears(t, conn, `{"type":"connection_ack"}`)
	return conn, response, nil
}

func says(t *testing.T, conn *websocket.Conn, text string) {
	t.Helper()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func hears(t *testing.T, conn *websocket.Conn, want string) {
	t.Helper()
	if _, text, err := conn.Read(t.Context()); err != nil || string(text) != want {
		t.Fatalf("%s %v, want %s", text, err, want)
	}
}

// leaves wants the server to close the connection because it stops.
func leaves(t *testing.T, conn *websocket.Conn) {
	t.Helper()
	_, text, err := conn.Read(t.Context())
	var closed websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != websocket.StatusGoingAway {
		t.Errorf("%s %v, want it to go away", text, err)
	}
}

func subscribing(id, query string) string {
	text, _ := json.Marshal(map[string]any{"id": id, "type": "subscribe", "payload": map[string]string{"query": query}}) // texts always marshal
	return string(text)
}

const live = `subscription { usageChanged(workspaceId: "shop") { todayMessages } }`

// stream opens a stream of events and returns its data, line by line; the
// channel is closed at its end.
func (n *node) stream(t *testing.T, key string) (data <-chan string, header http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.base+"/graphql", strings.NewReader(operationJSON(live)))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + key, "Content-Type": "application/json", "Accept": "text/event-stream", "Accept-Encoding": "gzip",
	} {
		r.Header.Set(name, value)
	}
	response, err := n.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 10)
	go func() {
		defer close(lines)
		defer response.Body.Close()
		for text := bufio.NewScanner(response.Body); text.Scan(); {
			if line, ok := strings.CutPrefix(text.Text(), "data: "); ok {
				lines <- line
			}
		}
	}()
	return lines, response.Header
}

// Live totals come through all that the server puts around GraphQL, at once;
// a stop ends them.
func TestLive(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey, CORSOrigins: []string{"https://shop.example"}})
		n.shop(t)
		_, key := n.key(t, "READ", "shop")
		conn, response, err := n.socket(t, key, http.Header{"Origin": {"https://shop.example"}})
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusSwitchingProtocols || response.Header.Get("X-Request-Id") == "" {
			t.Errorf("%d %v", response.StatusCode, response.Header)
		}
		if _, response, err := n.socket(t, key, http.Header{"Origin": {"https://other.example"}}); err == nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("a page of another origin: %v", err)
		}
		says(t, conn, subscribing("s", live))
		hears(t, conn, `{"id":"s","type":"next","payload":{"data":{"usageChanged":{"todayMessages":0}}}}`)
		data, header := n.stream(t, key)
		if header.Get("Content-Type") != "text/event-stream; charset=utf-8" || header.Get("Content-Encoding") != "" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("the stream's header: %v", header)
		}
		if got := <-data; got != `{"data":{"usageChanged":{"todayMessages":0}}}` {
			t.Errorf("the stream begins with %s", got)
		}
		n.tell(t, tracking("k"), counted)
		hears(t, conn, `{"id":"s","type":"next","payload":{"data":{"usageChanged":{"todayMessages":1}}}}`)
		if got := <-data; got != `{"data":{"usageChanged":{"todayMessages":1}}}` {
			t.Errorf("the stream goes on with %s", got)
		}
		if got := n.get(t, "/metrics", "").body; !strings.Contains(got, "\ncontatore_live_subscribers 2\n") {
			t.Errorf("two who watch are not in %s", got)
		}

		began := time.Now()
		n.cancel()
		leaves(t, conn)
		if got, more := <-data; more {
			t.Errorf("the stream ends with %s", got)
		}
		if err := n.stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the stop took %s", took)
		}
		if log := n.log.String(); !strings.Contains(log, `"status":101`) || strings.Contains(log, key) {
			t.Errorf("the log: %s", log)
		}
	})
}

// What a socket's client was promised before the stop is finished.
func TestStopFinishesWhatASocketIsAt(t *testing.T) {
	t.Parallel()
	url := testkit.SQLiteURL(t)
	random := watched{make(chan struct{}, 1)}
	n := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey}, func(h *server.Host) { h.Random = random })
	n.shop(t)
	conn, _, err := n.socket(t, operatorKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	release := hold(t, url)
	select {
	case <-random.drawn: // from before
	default:
	}
	says(t, conn, subscribing("m", tracking("last")))
	<-random.drawn
	n.cancel()
	if !n.log.has(`"msg":"stopping"`) {
		t.Error("the log does not tell of the stop")
	}
	release()
	hears(t, conn, `{"id":"m","type":"next","payload":{"data":`+counted+`}}`)
	hears(t, conn, `{"id":"m","type":"complete"}`)
	leaves(t, conn)
	if err := n.stop(); err != nil {
		t.Error(err)
	}
}

// A client that is gone without a word does not hold the stop up.
func TestStopWithoutGoodbye(t *testing.T) {
	t.Parallel()
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey})
	n.shop(t)
	conn, _, err := n.socket(t, operatorKey, nil) // reads nothing any more, so agrees to no end
	if err != nil {
		t.Fatal(err)
	}
	says(t, conn, subscribing("s", live))
	began := time.Now()
	if err := n.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the stop took %s", took)
	}
}

// Two nodes on one PostgreSQL: what one counts, the other one's page shows
// within a second.
func TestLiveOnAnotherNode(t *testing.T) {
	t.Parallel()
	url := testkit.PostgresURL(t)
	here := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
	there := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
	here.shop(t)
	data, _ := there.stream(t, operatorKey)
	if got := <-data; got != `{"data":{"usageChanged":{"todayMessages":0}}}` {
		t.Errorf("the stream begins with %s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // less than when it would look by itself
	defer cancel()
	here.tell(t, tracking("k"), counted)
	select {
	case got := <-data:
		if got != `{"data":{"usageChanged":{"todayMessages":1}}}` {
			t.Errorf("the stream goes on with %s", got)
		}
	case <-ctx.Done():
		t.Error("the other node's page was not told")
	}
}
