package meter_test

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/testkit"
)

// relay stands between a meter and PostgreSQL, as a network that can fail.
type relay struct {
	listener net.Listener
	server   string
	running  sync.WaitGroup

	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
	// swallow loses the answer to the next COMMIT, and the connection with it.
	swallow bool
}

// newRelay returns the relay and the database's URL through it.
func newRelay(t *testing.T, rawURL string) (r *relay, through string) {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	r = &relay{server: u.Host, conns: map[net.Conn]bool{}}
	if r.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u.Host = r.listener.Addr().String()
	r.running.Go(r.accept)
	t.Cleanup(func() {
		r.cut()
		_ = r.listener.Close()
		r.running.Wait()
	})
	return r, u.String()
}

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", r.server)
		if err != nil || !r.keep(client, server) {
			_ = client.Close()
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		lost := make(chan bool, 1)
		r.running.Go(func() {
			carry(server, client, func(sent []byte) bool {
				if r.swallows(sent) {
					lost <- true
				}
				return true
			})
		})
		r.running.Go(func() { carry(client, server, func([]byte) bool { return len(lost) == 0 }) })
	}
}

// keep is false while the network is down.
func (r *relay) keep(conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		if !r.down {
			r.conns[c] = true
		}
	}
	return !r.down
}

// swallows reports the COMMIT whose answer shall get lost.
func (r *relay) swallows(sent []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	lose := r.swallow && bytes.Contains(sent, []byte("COMMIT"))
	r.swallow = r.swallow && !lose
	return lose
}

// carry hands on what one side says, as long as pass lets it.
func carry(to, from net.Conn, pass func([]byte) bool) {
	defer to.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil || !pass(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut ends every connection and lets none through.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = true
	for c := range r.conns {
		_ = c.Close()
	}
	clear(r.conns)
}

func (r *relay) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = false
}

func (r *relay) loseCommit() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.swallow = true
}

// While the database is away everybody who waits is told so; nothing was
// counted, and a retry with the same key counts once.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	network, url := newRelay(t, testkit.PostgresURL(t))
	s := open(t, url, meter.Options{})
	held, release := s.line.hold()
	t.Cleanup(release)
	all := []<-chan outcome{s.send(s.ctx, keyed("k0"))}
	<-held
	for i := 1; i < 5; i++ {
		all = append(all, s.send(s.ctx, keyed(fmt.Sprint("k", i))))
	}
	s.waiting(t, 4)
	network.cut()
	release()
	for _, o := range all {
		wantFault(t, (<-o).err, fault.Unavailable)
	}
	network.mend()
	for round, want := range []string{"TRACKED", "DUPLICATE"} {
		for i := range all {
			if got := s.track(t, keyed(fmt.Sprint("k", i))); fate(got) != want {
				t.Errorf("retry %d of key %d: %s (%s), want %s", round, i, fate(got), message(got), want)
			}
		}
	}
	if n := s.counted(t); n != len(all) {
		t.Errorf("%d counted, want %d", n, len(all))
	}
}

// A full disk is SQLite's way of being away.
func TestSQLiteAway(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.SQLiteURL(t), meter.Options{})
	run(t, s, "PRAGMA max_page_count = 1") // as many as there are
	var batch []meter.Input
	for i := range 500 {
		batch = append(batch, keyed(fmt.Sprint("k", i)))
	}
	var callers sync.WaitGroup
	for range 3 {
		callers.Go(func() {
			_, err := s.TrackBatch(s.ctx, batch)
			wantFault(t, err, fault.Unavailable)
		})
	}
	callers.Wait()
	if n := s.counted(t); n != 0 {
		t.Errorf("%d counted while the disk was full", n)
	}
	run(t, s, "PRAGMA max_page_count = 1000000")
	for range 2 {
		b, err := s.TrackBatch(s.ctx, batch)
		if err != nil || b.Tracked+b.Duplicates != len(batch) {
			t.Fatalf("%+v, %v", b, err)
		}
	}
	if n := s.counted(t); n != len(batch) {
		t.Errorf("%d counted, want %d", n, len(batch))
	}
}

// A connection that breaks before the commit costs the callers nothing.
func TestALostConnectionIsTriedAgain(t *testing.T) {
	t.Parallel()
	network, url := newRelay(t, testkit.PostgresURL(t))
	s := open(t, url, meter.Options{})
	first, release := s.busy(t)
	network.cut()
	network.mend()
	release()
	want(t, first, "TRACKED")
	if n := s.counted(t); n != 1 {
		t.Errorf("%d counted, want 1", n)
	}
}

// Where the answer to the commit is lost nobody can say whether it happened:
// it is not tried again behind the caller's back, and the key tells.
func TestACommitWithoutAnswerCountsOnce(t *testing.T) {
	t.Parallel()
	network, url := newRelay(t, testkit.PostgresURL(t))
	s := open(t, url, meter.Options{})
	network.loseCommit()
	_, err := s.Track(s.ctx, keyed("k"))
	wantFault(t, err, fault.Unavailable)
	if got := s.track(t, keyed("k")); fate(got) != "DUPLICATE" {
		t.Errorf("%s (%s), want the lost answer's usage", fate(got), message(got))
	}
	if n := s.counted(t); n != 1 {
		t.Errorf("%d counted, want 1", n)
	}
}
