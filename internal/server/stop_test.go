package server_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/server"
	"github.com/contatore/contatore/internal/testkit"
)

// hold keeps every commit of the workspace shop waiting until release is
// called.
func hold(t *testing.T, url string) (release func()) {
	t.Helper()
	db := testkit.Open(t, url, database.Options{})
	held, let, released := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		released <- db.Write(context.WithoutCancel(t.Context()), func(tx *database.Tx) error {
			// On SQLite there is one writer at a time anyway.
			if err := tx.LockExclusive(t.Context(), "shop"); err != nil {
				return err
			}
			close(held)
			<-let
			return nil
		})
	}()
	select {
	case <-held:
	case err := <-released:
		t.Fatalf("the lock can't be had: %v", err)
	}
	free := func() {
		t.Helper()
		close(let)
		if err := <-released; err != nil {
			t.Errorf("hold the lock: %v", err)
		}
	}
	return free
}

// watched tells when an answer is taken on: then its id is drawn.
type watched struct{ drawn chan struct{} }

func (w watched) Read(p []byte) (int, error) {
	select {
	case w.drawn <- struct{}{}:
	default: // nobody has looked since
	}
	return rand.Read(p)
}

// outcome is what became of a request that was sent in the background.
type outcome struct {
	answer
	err error
}

// begun sends a request and returns when taken says that the server is at it.
func begun(taken <-chan struct{}, send func() (answer, error)) <-chan outcome {
	select {
	case <-taken: // from before
	default:
	}
	done := make(chan outcome, 1)
	go func() {
		a, err := send()
		done <- outcome{a, err}
	}()
	<-taken
	return done
}

// underWay starts a server with the workspace shop, holds its commits up and
// has it count an answer.
func underWay(t *testing.T, url, key string) (n *node, call <-chan outcome, release func()) {
	t.Helper()
	random := watched{make(chan struct{}, 1)}
	n = start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey}, func(h *server.Host) { h.Random = random })
	n.shop(t)
	release = hold(t, url)
	// With an id of its own, the request draws none.
	return n, begun(random.drawn, func() (answer, error) { return n.tryGraph(t, operatorKey, tracking(key), "X-Request-Id", "call") }), release
}

// refuses waits until no new connection is taken.
func (n *node) refuses(t *testing.T) {
	t.Helper()
	for {
		conn, err := net.Dial("tcp", strings.TrimPrefix(n.base, "http://"))
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil { // one of the last
			conn.Close()
		}
		select {
		case <-n.ended:
			t.Fatal("it ended before")
		default:
		}
	}
}

// What was under way when the stop came is committed and answered, and nothing
// new is taken.
func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		n, call, release := underWay(t, url, "last")
		began := time.Now()
		n.cancel()
		n.cancel() // who asks twice gets the same
		if !n.log.has(`"msg":"stopping"`) {
			t.Error("the log does not tell of the stop")
		}
		n.refuses(t)
		select {
		case got := <-call:
			t.Fatalf("it is answered before its commit: %v %s", got.err, got.body)
		case <-n.ended:
			t.Fatal("it ended before it answered")
		default:
		}
		release()
		if got := <-call; got.err != nil || got.body != `{"data":`+counted+"}\n" {
			t.Errorf("it is answered %v %s", got.err, got.body)
		}
		if err := n.stop(); err != nil {
			t.Errorf("Run returns %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the stop took %s", took)
		}

		again := start(t, server.Config{DatabaseURL: url, AdminKey: operatorKey})
		again.messages(t, "shop", 1)
		again.tell(t, tracking("last"), countedBefore)
		if err := errors.Join(again.stop(), again.stop()); err != nil {
			t.Error(err)
		}
		agrees(t, url)
	})
}

// agrees wants the rollups of shop to be what its usages come to.
func agrees(t *testing.T, url string) {
	t.Helper()
	book := ledger.Open(testkit.Open(t, url, database.Options{}))
	ctx := auth.With(t.Context(), auth.Viewer{Role: auth.Admin})
	if err := book.Verify(ctx, "shop", func(d ledger.Difference) { t.Errorf("%+v", d) }); err != nil {
		t.Error(err)
	}
}

// A commit that can't be had does not hold the end up for longer than 10 s; its
// caller is told nothing that is not so.
func TestStopGivesUpInTime(t *testing.T) {
	t.Parallel()
	n, call, release := underWay(t, testkit.SQLiteURL(t), "never")
	began := time.Now()
	n.cancel()
	<-n.ended
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
	if got := <-call; got.err == nil {
		t.Errorf("it is answered %s", got.body)
	}
	if err := n.err; fault.CodeOf(err) != fault.Internal || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run returns %v", err)
	}
	n.err = nil // told here
	release()
}

// A prober whose request came in before the stop learns of it.
func TestReadyWhileStopping(t *testing.T) {
	t.Parallel()
	looked, look := make(chan struct{}), make(chan struct{})
	var probing atomic.Bool
	n := start(t, server.Config{DatabaseURL: testkit.SQLiteURL(t), AdminKey: operatorKey}, func(h *server.Host) {
		h.Now = func() time.Time { // each request looks at the clock first
			if probing.CompareAndSwap(true, false) {
				close(looked)
				<-look
			}
			return noon
		}
	})
	probing.Store(true)
	probe := begun(looked, func() (answer, error) { return n.try(t, http.MethodGet, "/readyz", "", nil) })
	n.cancel()
	if !n.log.has(`"msg":"stopping"`) {
		t.Error("the log does not tell of the stop")
	}
	close(look)
	if got := <-probe; got.err != nil || got.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got.body, "shutting down") {
		t.Errorf("/readyz answers %v %q", got.err, got.body)
	}
	if err := n.stop(); err != nil {
		t.Error(err)
	}
}
