package meter

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

const (
	// watchPace is how much time lies at least between two totals of a
	// workspace: at most 4 a second.
	watchPace = 250 * time.Millisecond
	// watchRetry is when totals that could not be read are tried again.
	watchRetry = time.Second
	// watchTimeout bounds one read of them.
	watchTimeout = 10 * time.Second
	// watchReaders is how many workspaces' totals are read at once.
	watchReaders = 2
)

// Change is a workspace's live totals: GraphQL's UsageChange. Today and the
// month are those of its time zone.
type Change struct {
	WorkspaceID   string
	TodayCost     money.Total
	TodayMessages int64
	MonthCost     money.Total
	MonthMessages int64
	// LastUsage is the newest that stands, nil for none.
	LastUsage *ledger.Usage
}

// same reports that there is nothing new in d.
func (c *Change) same(d *Change) bool {
	if c == nil || (c.LastUsage == nil) != (d.LastUsage == nil) {
		return false
	}
	return c.TodayCost == d.TodayCost && c.TodayMessages == d.TodayMessages &&
		c.MonthCost == d.MonthCost && c.MonthMessages == d.MonthMessages &&
		(c.LastUsage == nil || c.LastUsage.ID == d.LastUsage.ID) // what is counted stays as it is
}

// watches are the workspaces that somebody looks at. One goroutine a workspace
// reads its totals, for all who look; nobody who counts waits for it.
type watches struct {
	mu     sync.Mutex
	of     map[string]*watch
	closed bool
	// life ends with the meter. running are the goroutines on it.
	life    context.Context
	end     context.CancelFunc
	running sync.WaitGroup
	// listening: the other nodes are listened to, from the first watch on.
	listening bool
	// readers has a place for each that may read.
	readers chan struct{}
}

// watch is one workspace. What can change in it is guarded by watches.mu.
type watch struct {
	workspaceID string
	// changed holds a mark when there may be something new.
	changed chan struct{}
	end     context.CancelFunc
	// boxes are the mailboxes of who looks: one slot each, where a newer
	// change takes the place of one that nobody has fetched.
	boxes map[chan *Change]struct{}
	// last is what was sent last. begun is closed when there is one, or err
	// says why there is none.
	last  *Change
	begun chan struct{}
	err   error
}

// Watch sends a workspace's totals at once and after every change, at most 4
// times a second, whichever node or process made it. Who does not keep up
// misses what came between, never the newest. The channel is closed when ctx
// or the meter ends. The errors are faults: those of the gate,
// WORKSPACE_NOT_FOUND and UNAVAILABLE.
func (m *Meter) Watch(ctx context.Context, workspaceID string) (<-chan *Change, error) {
	if err := auth.Gate(ctx, auth.Read, workspaceID); err != nil {
		return nil, err
	}
	w, box, err := m.join(workspaceID)
	if err != nil {
		return nil, err
	}
	select {
	case <-w.begun:
		err = w.err
	case <-ctx.Done():
		err = fault.Wrap(ctx.Err(), fault.Unavailable, "The call was given up before it was answered.")
	}
	if err != nil {
		m.leave(w, box)
		return nil, err
	}
	context.AfterFunc(ctx, func() { m.leave(w, box) })
	return box, nil
}

// Watchers is how many look at workspaces now.
func (m *Meter) Watchers() int {
	m.watches.mu.Lock()
	defer m.watches.mu.Unlock()
	n := 0
	for _, w := range m.watches.of {
		n += len(w.boxes)
	}
	return n
}

// join opens a mailbox, and the watch where nobody else looks.
func (m *Meter) join(workspaceID string) (*watch, chan *Change, error) {
	ws := &m.watches
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.closed {
		return nil, nil, shuttingDown()
	}
	w, ok := ws.of[workspaceID]
	if !ok {
		ctx, end := context.WithCancel(ws.life)
		w = &watch{
			workspaceID: workspaceID, changed: make(chan struct{}, 1), end: end,
			boxes: map[chan *Change]struct{}{}, begun: make(chan struct{}),
		}
		ws.of[workspaceID] = w
		ws.running.Go(func() {
			defer m.close(w)
			m.look(ctx, w)
		})
		if !ws.listening {
			ws.listening = true
			ws.running.Go(func() { m.book.Listen(ws.life, m.node, m.mark) })
		}
	}
	box := make(chan *Change, 1)
	w.boxes[box] = struct{}{}
	if w.last != nil {
		box <- w.last
	}
	return w, box, nil
}

// leave closes a mailbox, and ends the watch with the last one.
func (m *Meter) leave(w *watch, box chan *Change) {
	m.watches.mu.Lock()
	defer m.watches.mu.Unlock()
	if _, open := w.boxes[box]; !open {
		return
	}
	delete(w.boxes, box)
	close(box)
	if len(w.boxes) == 0 {
		w.end()
		m.forget(w)
	}
}

// close closes the mailboxes of a watch that ended.
func (m *Meter) close(w *watch) {
	m.watches.mu.Lock()
	defer m.watches.mu.Unlock()
	w.end()
	for box := range w.boxes {
		close(box)
	}
	clear(w.boxes)
	m.forget(w)
}

// forget lets the next who looks open a watch of their own.
func (m *Meter) forget(w *watch) {
	if m.watches.of[w.workspaceID] == w {
		delete(m.watches.of, w.workspaceID)
	}
}

// mark says that a workspace changed; "" stands for all.
func (m *Meter) mark(workspaceID string) {
	m.watches.mu.Lock()
	defer m.watches.mu.Unlock()
	if w, ok := m.watches.of[workspaceID]; ok {
		w.mark()
	}
	if workspaceID == "" {
		for _, w := range m.watches.of {
			w.mark()
		}
	}
}

func (w *watch) mark() {
	select {
	case w.changed <- struct{}{}:
	default: // it is marked
	}
}

// look reads the totals of a workspace whenever they may have changed. Where
// the first can't be read it ends, for who looks is told; later ones are tried
// again.
func (m *Meter) look(ctx context.Context, w *watch) {
	for first := true; ; first = false {
		err := m.refresh(ctx, w)
		if first {
			if w.err = err; ctx.Err() != nil {
				w.err = shuttingDown()
			}
			close(w.begun)
			if w.err != nil {
				return
			}
		}
		again := m.opt.LookEvery
		if err != nil {
			again = min(again, watchRetry)
		}
		if !wait(ctx, watchPace, nil) || !wait(ctx, again, w.changed) {
			return
		}
	}
}

// wait waits for a time or for a mark; false where ctx ends before.
func wait(ctx context.Context, d time.Duration, mark <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-mark:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// refresh reads the totals and sends them if they are new. A reader keeps its
// place idle for as long as it read: however many workspaces are looked at,
// half of the readers' time is left to those who count and ask.
func (m *Meter) refresh(ctx context.Context, w *watch) error {
	select {
	case m.watches.readers <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("watch: %w", ctx.Err())
	}
	began := time.Now() //nolint:forbidigo // a length of time, not a date
	change, err := m.totals(ctx, w.workspaceID)
	took := time.Since(began) //nolint:forbidigo // the same
	time.AfterFunc(took, func() { <-m.watches.readers })
	if err == nil {
		m.send(w, change)
	}
	return err
}

// totals reads what is so now.
func (m *Meter) totals(ctx context.Context, workspaceID string) (*Change, error) {
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	need := analytics.Need{Totals: true, Months: 1}
	stats, err := analytics.Open(ctx, m.book, workspaceID, &calendar.RangeInput{LastDays: new(1)}, nil, need, m.opt.Now())
	if err != nil {
		return nil, err
	}
	c := &Change{WorkspaceID: workspaceID}
	if c.TodayCost, err = stats.TotalCost(); err != nil {
		return nil, err
	}
	if c.TodayMessages, err = stats.TotalMessages(); err != nil {
		return nil, err
	}
	months, err := stats.MonthlyUsage(new(1))
	if err != nil {
		return nil, err
	}
	c.MonthCost, c.MonthMessages = months[0].Cost, months[0].Messages
	err = m.book.Snapshot(ctx, func(s *ledger.Snapshot) (err error) {
		c.LastUsage, err = s.Last(ctx, workspaceID)
		return err
	})
	return c, err
}

// send puts a change into every mailbox, unless it was the last one.
func (m *Meter) send(w *watch, c *Change) {
	m.watches.mu.Lock()
	defer m.watches.mu.Unlock()
	if w.last.same(c) {
		return
	}
	w.last = c
	for box := range w.boxes {
		select {
		case <-box: // nobody fetched it
		default:
		}
		box <- c // nobody else puts anything in
	}
}

// shut ends every watch and lets nobody look any more.
func (ws *watches) shut() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.closed = true
	ws.end()
}
