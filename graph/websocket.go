package graph

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
)

// overWebSocket is the protocol graphql-transport-ws. gqlgen's own transport
// waits without end for a client that doesn't read, knows one close code for
// every end, takes an operation's id twice, and starts as many as it is sent.
type overWebSocket struct{ pace }

const (
	subprotocol = "graphql-transport-ws"
	// initTimeout is how long a client may take to bring its key, maxInit how
	// many bytes it may take for it; maxMessage is for all that comes later, as
	// much as a request over HTTP.
	initTimeout = 5 * time.Second
	maxInit     = 16 << 10
	maxMessage  = 8 << 20
	// sendTimeout is how long a client may take to read a message, pongTimeout
	// to answer a ping, closeTimeout to agree to the end.
	sendTimeout  = 5 * time.Second
	pongTimeout  = 10 * time.Second
	closeTimeout = time.Second
	// settleTimeout is how long a stop waits for answers under way.
	settleTimeout = 5 * time.Second
	// maxOperations is how many operations one connection may run at once,
	// maxOperationID how long their ids are, in bytes.
	maxOperations, maxOperationID = 100, 256
)

// The protocol's close codes, and what they are for.
const (
	badMessage    websocket.StatusCode = 4400
	tooEarly      websocket.StatusCode = 4401
	forbidden     websocket.StatusCode = 4403
	badProtocol   websocket.StatusCode = 4406
	initLate      websocket.StatusCode = 4408
	idTaken       websocket.StatusCode = 4409
	initAgain     websocket.StatusCode = 4429
	internalError                      = websocket.StatusInternalError
)

// Supports is for gqlgen: a wish for another protocol, such as curl's for
// HTTP/2, is none for this one.
func (overWebSocket) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-WebSocket-Key") != "" &&
		names(r.Header["Connection"], "upgrade") && names(r.Header["Upgrade"], "websocket")
}

func names(header []string, token string) bool {
	return slices.ContainsFunc(strings.Split(strings.Join(header, ","), ","), func(t string) bool {
		return strings.EqualFold(strings.TrimSpace(t), token)
	})
}

// Do serves one connection.
func (t overWebSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if !t.welcome(r) {
		w.Header().Set("Content-Type", plainJSON+"; charset=utf-8")
		answer{ResponseWriter: w}.refuse(http.StatusForbidden, refusal(fault.New(fault.Forbidden,
			"Pages of this origin may not connect; the server's --cors-origin lists those that may.")))
		return
	}
	line := &hijacked{ResponseWriter: w}
	conn, err := websocket.Accept(line, r, &websocket.AcceptOptions{
		Subprotocols: []string{subprotocol}, InsecureSkipVerify: true, // welcome has looked
	})
	if err != nil {
		return // Accept has answered
	}
	s := &socket{overWebSocket: t, conn: conn, line: line.conn, exec: exec, header: r.Header, running: map[string]*operation{}}
	ctx, cancel := context.WithCancel(r.Context())
	defer s.work.Wait()
	defer cancel()
	defer conn.CloseNow() //nolint:errcheck // it may be closed
	s.serve(ctx)
}

// welcome reports that a page of the request's origin may connect: a browser
// lets any page try, and sends no key of its own, but the page may have one
// that it should not. Programs have no origin.
func (t overWebSocket) welcome(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(t.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// hijacked keeps the connection that is taken over, to end it where its client
// does not agree to an end.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffer, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = conn
	return conn, buffer, err //nolint:wrapcheck // a ResponseWriter hands its error on
}

// socket is one connection.
type socket struct {
	overWebSocket
	conn   *websocket.Conn
	line   net.Conn
	exec   graphql.GraphExecutor
	header http.Header
	// work is every goroutine of the connection.
	work sync.WaitGroup

	mu sync.Mutex
	// running are the operations by their ids. Of those that are at work, which
	// one that its client gave up may be for a while, all counts all, answers
	// those that are no streams.
	running      map[string]*operation
	all, answers int
	// settled is closed, where it is not nil, when there are no answers left:
	// then no new ones begin.
	settled chan struct{}
}

// operation is one that is running.
type operation struct{ cancel context.CancelFunc }

// message is what either side sends.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func (s *socket) serve(ctx context.Context) {
	if s.conn.Subprotocol() != subprotocol {
		s.close(badProtocol, "Subprotocol not acceptable")
		return
	}
	ctx, ok := s.enter(ctx)
	if !ok {
		return
	}
	s.work.Go(func() { s.ping(ctx) })
	s.work.Go(func() { s.watch(ctx) })
	for {
		m, ok := s.receive(ctx)
		if !ok {
			return
		}
		switch m.Type {
		case "subscribe":
			ok = s.begin(ctx, m)
		case "complete":
			s.cancel(m.ID)
		case "ping":
			ok = s.send(message{Type: "pong", Payload: m.Payload})
		case "pong":
		case "connection_init":
			ok = s.close(initAgain, "Too many initialisation requests")
		default:
			ok = s.close(badMessage, "Invalid message received")
		}
		if !ok {
			return
		}
	}
}

// enter waits for the client's key and returns a context with its viewer.
func (s *socket) enter(ctx context.Context) (context.Context, bool) {
	s.conn.SetReadLimit(maxInit)
	late := time.AfterFunc(initTimeout, func() { s.close(initLate, "Connection initialisation timeout") })
	defer late.Stop()
	for {
		m, ok := s.receive(ctx)
		if !ok {
			return ctx, false
		}
		switch m.Type {
		case "connection_init":
			s.conn.SetReadLimit(maxMessage)
			return s.admit(ctx, m.Payload)
		case "ping":
			ok = s.send(message{Type: "pong", Payload: m.Payload})
		case "pong":
		case "subscribe":
			ok = s.close(tooEarly, "Unauthorized")
		default:
			ok = s.close(badMessage, "Invalid message received")
		}
		if !ok {
			return ctx, false
		}
	}
}

// admit looks at the key of connection_init, or else at the one with which the
// connection was asked for.
func (s *socket) admit(ctx context.Context, payload json.RawMessage) (context.Context, bool) {
	var members map[string]json.RawMessage
	if len(payload) > 0 && json.Unmarshal(payload, &members) != nil {
		return ctx, s.close(badMessage, "Invalid message received")
	}
	_, err := auth.Require(ctx, auth.Track)
	if _, known := auth.From(ctx); known {
		err = nil // whatever its role is
	}
	var header string
	for name, value := range members {
		if strings.EqualFold(name, "Authorization") && json.Unmarshal(value, &header) != nil {
			return ctx, s.close(badMessage, "Invalid message received")
		}
	}
	if strings.TrimSpace(header) != "" {
		var viewer auth.Viewer
		if viewer, err = s.Keys.Bearer(ctx, header); err == nil {
			ctx = auth.With(ctx, viewer)
		}
	}
	switch fault.CodeOf(err) {
	case "":
		return ctx, s.send(message{Type: "connection_ack"})
	case fault.Unauthenticated:
		return ctx, s.close(forbidden, fault.Of(err).Message)
	case fault.Unavailable:
		return ctx, s.close(websocket.StatusTryAgainLater, fault.Of(err).Message)
	default:
		s.Log.ErrorContext(ctx, "key not looked up", "error", err)
		return ctx, s.close(internalError, fault.Of(err).Message)
	}
}

// receive reads the next message; false where the connection ended.
func (s *socket) receive(ctx context.Context) (m message, ok bool) {
	kind, text, err := s.conn.Read(ctx)
	if err != nil {
		return m, false
	}
	if kind != websocket.MessageText || json.Unmarshal(legible(text), &m) != nil {
		return m, s.close(badMessage, "Invalid message received")
	}
	return m, true
}

// send writes a message; false where the connection ended, as it does for a
// client that does not read.
func (s *socket) send(m message) bool {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // a payload is JSON already
	}
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, text) == nil
}

// fail ends an operation that is not executed, or not any more.
func (s *socket) fail(id string, errs ...*gqlerror.Error) bool {
	payload, err := json.Marshal(errs)
	if err != nil {
		panic(err) // no type in an error can fail
	}
	return s.send(message{ID: id, Type: "error", Payload: payload})
}

// close ends the connection, and always returns false.
func (s *socket) close(code websocket.StatusCode, reason string) bool {
	const most = 123 // bytes
	late := time.AfterFunc(closeTimeout, func() { _ = s.line.Close() })
	defer late.Stop()
	_ = s.conn.Close(code, strings.ToValidUTF8(reason[:min(len(reason), most)], "")) // a client that is gone needs no reason
	return false
}

// ping looks whether the client is still there.
func (s *socket) ping(ctx context.Context) {
	beat := time.NewTicker(s.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		within, cancel := context.WithTimeout(ctx, pongTimeout)
		err := s.conn.Ping(within)
		cancel()
		if err != nil {
			_ = s.line.Close()
			return
		}
	}
}

// watch ends the connection when the server stops, or its key opens nothing any
// more.
func (s *socket) watch(ctx context.Context) {
	confirm := time.NewTicker(confirmEvery)
	defer confirm.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.Stopping.Done():
			s.settle()
			s.close(websocket.StatusGoingAway, "The server is shutting down.")
			return
		case <-confirm.C:
			if err := s.confirm(ctx); err != nil {
				for _, id := range s.abandon() {
					s.fail(id, refusal(fault.Of(err)))
				}
				s.close(forbidden, fault.Of(err).Message)
				return
			}
		}
	}
}

// begin starts an operation; false where the client breaks the protocol.
func (s *socket) begin(ctx context.Context, m message) bool {
	if m.ID == "" || len(m.ID) > maxOperationID {
		return s.close(badMessage, "Invalid message received")
	}
	ctx, cancel := context.WithCancel(ctx)
	o := &operation{cancel}
	s.mu.Lock()
	_, taken := s.running[m.ID]
	full, stopping := s.all >= maxOperations, s.settled != nil
	if !taken && !full && !stopping {
		s.running[m.ID] = o
		s.all++
		s.answers++
		s.work.Go(func() {
			defer s.ended()
			defer cancel()
			s.answer(ctx, o, m)
		})
	}
	s.mu.Unlock()
	switch {
	case taken:
		cancel()
		return s.close(idTaken, "Subscriber for this id already exists")
	case stopping:
		cancel()
		return s.fail(m.ID, refusal(fault.New(fault.Unavailable, "The server is shutting down; try again in a moment.")))
	case full:
		cancel()
		return s.fail(m.ID, refusal(fault.New(fault.TooComplex, "A connection runs at most %d operations at once.", maxOperations)))
	}
	return true
}

// answer runs an operation to its end.
func (s *socket) answer(ctx context.Context, o *operation, m message) {
	counted := sync.OnceFunc(s.answered)
	defer counted()
	defer func() {
		if what := recover(); what != nil {
			shown := s.recovered(ctx, what)
			if s.finish(m.ID, o) {
				s.fail(m.ID, shown)
			}
		}
	}()
	op, refused := s.read(ctx, m.Payload)
	if len(refused) > 0 {
		if s.finish(m.ID, o) {
			s.fail(m.ID, refused...)
		}
		return
	}
	if op.Operation.Operation == ast.Subscription {
		counted() // a stop does not wait for it
	}
	ctx, cancel := s.open(ctx, op)
	defer cancel()
	whole := s.run(ctx, s.exec, op, func(r *graphql.Response) bool {
		return s.send(message{ID: m.ID, Type: "next", Payload: encode(r)})
	})
	// What ends because the server stops is not complete: its client should
	// come again.
	if s.finish(m.ID, o) && whole {
		s.send(message{ID: m.ID, Type: "complete"})
	}
}

// read takes the operation of a payload.
func (s *socket) read(ctx context.Context, payload json.RawMessage) (*graphql.OperationContext, gqlerror.List) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil || fields == nil {
		return nil, gqlerror.List{refusal(fault.New(fault.Invalid, "The payload is not a JSON object; send {\"query\": \"…\", \"variables\": {…}}."))}
	}
	params, err := parameters(fields)
	if err != nil {
		return nil, gqlerror.List{refusal(fault.Of(err))}
	}
	ctx = graphql.StartOperationTrace(ctx)
	params.Headers = s.header
	params.ReadTime = graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}
	op, refused := s.exec.CreateOperationContext(ctx, params)
	if len(refused) > 0 {
		return nil, refusals(ctx, op, refused)
	}
	return op, nil
}

// finish takes an operation off the list; false where it is off already, and
// its client wants to hear nothing more of it.
func (s *socket) finish(id string, o *operation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] != o {
		return false
	}
	delete(s.running, id)
	return true
}

// cancel ends an operation as its client wishes.
func (s *socket) cancel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.running[id]; ok {
		o.cancel()
		delete(s.running, id)
	}
}

// abandon ends all operations and returns their ids.
func (s *socket) abandon() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, 0, len(s.running))
	for id, o := range s.running {
		o.cancel()
		ids = append(ids, id)
	}
	clear(s.running)
	return ids
}

// ended counts an operation off.
func (s *socket) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
}

// answered counts an answer off.
func (s *socket) answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers--; s.answers == 0 && s.settled != nil {
		close(s.settled)
	}
}

// settle lets no operation begin and waits for the answers under way.
func (s *socket) settle() {
	s.mu.Lock()
	s.settled = make(chan struct{})
	if s.answers == 0 {
		close(s.settled)
	}
	s.mu.Unlock()
	select {
	case <-s.settled:
	case <-time.After(settleTimeout):
	}
}
