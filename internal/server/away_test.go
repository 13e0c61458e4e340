package server_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

// cable leads to a PostgreSQL and can be cut and mended.
type cable struct {
	url      string
	target   string
	listener net.Listener
	running  sync.WaitGroup

	mu    sync.Mutex
	cut   bool
	lines map[net.Conn]bool
	// carried is how many bytes came to the program; at cutAt of them, where
	// that is not 0, it is cut.
	carried, cutAt int
}

func newCable(t *testing.T, databaseURL string) *cable {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{target: u.Host, listener: taken(t), lines: map[net.Conn]bool{}}
	u.Host = c.listener.Addr().String()
	c.url = u.String()
	c.running.Go(func() {
		for {
			near, err := c.listener.Accept()
			if err != nil {
				return // the test is over
			}
			c.running.Go(func() { c.connect(near) })
		}
	})
	t.Cleanup(func() {
		c.listener.Close()
		c.set(true)
		c.running.Wait()
	})
	return c
}

// set cuts the cable, or mends it.
func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	for line := range c.lines {
		if cut {
			line.Close()
		}
	}
}

// join adds a line, which it closes at once where the cable is cut.
func (c *cable) join(line net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines[line] = true
	if c.cut {
		line.Close()
	}
}

// cutAfter cuts the cable when so many more bytes have come to the program, 0:
// never. It returns how many have come so far.
func (c *cable) cutAfter(bytes int) (carried int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cutAt = 0
	if bytes > 0 {
		c.cutAt = c.carried + bytes
	}
	return c.carried
}

func (c *cable) carry(bytes int) {
	c.mu.Lock()
	c.carried += bytes
	cut := c.cutAt > 0 && c.carried >= c.cutAt
	c.mu.Unlock()
	if cut {
		c.set(true)
	}
}

// counter is a line's side towards the program.
type counter struct {
	net.Conn
	c *cable
}

func (c counter) Write(p []byte) (int, error) {
	c.c.carry(len(p))
	return c.Conn.Write(p)
}

func (c *cable) connect(near net.Conn) {
	defer near.Close()
	c.join(near)
	far, err := net.Dial("tcp", c.target)
	if err != nil {
		return
	}
	defer far.Close()
	c.join(far)
	c.running.Go(func() {
		_, _ = io.Copy(far, near) // ends with either side
		far.Close()
	})
	_, _ = io.Copy(counter{near, c}, far) // ends with either side
}

// While the database is away callers are told so, in words that say what to do;
// when it is back, whoever repeats a call is counted once.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	c := newCable(t, testkit.PostgresURL(t))
	n := start(t, server.Config{DatabaseURL: c.url, AdminKey: operatorKey})
	n.shop(t)
	_, secret := n.key(t, "READ", "shop")
	n.get(t, summary, secret).wants(t, http.StatusOK, "")

	c.set(true)
	n.clock.Set(noon.Add(time.Minute)) // what is known of the key is too old by then
	for range 2 {
		a := n.graph(t, operatorKey, tracking("lost"))
		a.wants(t, http.StatusOK, fault.Unavailable)
		n.graph(t, operatorKey, `{ stats(workspaceId: "shop") { totalCost } }`).wants(t, http.StatusOK, fault.Unavailable)
		for _, a := range []answer{n.get(t, summary, operatorKey), n.get(t, summary, secret), n.graph(t, secret, `{ viewer { role } }`), n.get(t, "/api/usage/export/shop", operatorKey)} {
			a.wants(t, http.StatusServiceUnavailable, fault.Unavailable)
			a.header(t, "Retry-After", "1")
			a.header(t, "Content-Disposition", "")
		}
		if a := n.get(t, "/readyz", ""); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("/readyz answers %d", a.StatusCode)
		}
	}

	c.set(false)
	n.tell(t, tracking("lost"), counted)
	n.tell(t, tracking("lost"), countedBefore)
	n.messages(t, "shop", 1)
	n.get(t, summary, secret).wants(t, http.StatusOK, "")
	if a := n.get(t, "/readyz", ""); a.StatusCode != http.StatusOK {
		t.Errorf("/readyz answers %d", a.StatusCode)
	}
	series := n.scrape(t)
	for name, want := range map[string]float64{
		"contatore_commit_failures_total{}": 2, "contatore_commit_events{}.count": 2, "contatore_commit_events{}.sum": 2,
		"contatore_events_total{result=TRACKED}": 1, "contatore_events_total{result=DUPLICATE}": 1,
	} {
		if series[name] != want {
			t.Errorf("%s is %v, want %v", name, series[name], want)
		}
	}
	agrees(t, c.url)
}

// Half a file must not look like a whole one, packed or not.
func TestExportThatBreaksOff(t *testing.T) {
	t.Parallel()
	c := newCable(t, testkit.PostgresURL(t))
	n := start(t, server.Config{DatabaseURL: c.url, AdminKey: operatorKey})
	n.shop(t)
	const events = 7000 // more than one read
	n.tell(t, `mutation { trackUsageBatch(inputs: [`+strings.Repeat(`{workspaceId: "shop", clientId: "ada"}`, events)+`]) { tracked } }`, `{"trackUsageBatch":{"tracked":7000}}`)
	const path = "/api/usage/export/shop?rows=usage"
	before := c.cutAfter(0)
	if a := n.get(t, path, operatorKey); strings.Count(a.body, "\r\n") != events+1 {
		t.Errorf("the whole export is %d %d lines", a.StatusCode, strings.Count(a.body, "\r\n"))
	}
	whole := c.cutAfter(0) - before
	for _, encoding := range []string{"identity", "gzip"} {
		id := "broken-" + encoding
		c.cutAfter(whole * 9 / 10)
		a, err := n.try(t, http.MethodGet, path, operatorKey, nil, "Accept-Encoding", encoding, "X-Request-Id", id)
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(a.body) == 0 || a.StatusCode != http.StatusOK {
			t.Errorf("%s: it answers %d bytes and %v", encoding, len(a.body), err)
		}
		for _, line := range []string{`"msg":"export broken off"`, `"aborted":true`} {
			find(t, n.log.String(), line+`[^\n]*"request":"`+id+`"`)
		}
		c.cutAfter(0)
		c.set(false)
	}
}
