package analytics

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
)

// Readers answer who asks the same at the same time with one Stats. Whoever
// comes while their question is being read for others gets the next answer,
// with all who came meanwhile: never one that was begun before they asked, so
// everybody finds what they counted. Many dashboards of a busy shop then cost
// what one does. Safe for concurrent use.
type Readers struct {
	Book      *ledger.Book
	Forecasts *Forecasts
	Now       func() time.Time

	mu sync.Mutex
	// next are, for each question that somebody is reading for, those who came
	// since that reading began; nil: nobody.
	next map[string]*reading
}

// reading is one way to the book, for all who wait for it.
type reading struct {
	ctx    context.Context
	cancel context.CancelFunc
	// waiting is how many do; the last one to leave gives the reading up.
	waiting int
	// The result is the reader's until done is closed. failure is what it
	// panicked with, for each who waits to do the same.
	stats   *Stats
	err     error
	failure any
	done    chan struct{}
}

// pauses is how many times as long as it took, up to longest, a question rests
// where others wait for it: what comes in has the machine meanwhile.
const (
	pauses  = 4
	longest = time.Second / 2
)

// Open is the package's Open, shared. The time is that of the reading.
func (m *Readers) Open(ctx context.Context, workspaceID string, days *calendar.RangeInput, f *Filter, need Need) (*Stats, error) {
	text, err := json.Marshal([]any{workspaceID, days, f, need})
	if err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	r := m.join(ctx, string(text), func(ctx context.Context) (*Stats, error) {
		return open(ctx, m.Book, m.Forecasts, workspaceID, days, f, need, m.Now())
	})
	select {
	case <-r.done:
		if r.failure != nil {
			panic(r.failure)
		}
		return r.stats, r.err
	case <-ctx.Done():
		m.leave(r)
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "The question was given up before it was answered.")
	}
}

// join takes part in the next reading of a question. Where nobody reads for it
// that begins at once.
func (m *Readers) join(ctx context.Context, text string, read func(context.Context) (*Stats, error)) *reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, busy := m.next[text]
	if r == nil {
		// The first one's values, and the patience of all.
		r = &reading{done: make(chan struct{})}
		r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
		if m.next == nil {
			m.next = map[string]*reading{}
		}
		m.next[text] = r
	}
	r.waiting++
	if !busy {
		go m.serve(text, read)
	}
	return r
}

func (m *Readers) leave(r *reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.waiting--; r.waiting == 0 {
		r.cancel()
	}
}

// serve reads as long as somebody waits for the question.
func (m *Readers) serve(text string, read func(context.Context) (*Stats, error)) {
	for r := m.take(text); r != nil; r = m.take(text) {
		began := m.Now()
		r.run(read)
		if m.crowded(text) {
			<-time.After(min(pauses*m.Now().Sub(began), longest))
		}
	}
}

// take removes those who wait; nil where nobody does, and the question is over.
func (m *Readers) take(text string) *reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.next[text]
	if r == nil {
		delete(m.next, text)
	} else {
		m.next[text] = nil
	}
	return r
}

// crowded reports that others wait already.
func (m *Readers) crowded(text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.next[text] != nil
}

func (r *reading) run(read func(context.Context) (*Stats, error)) {
	defer func() {
		if what := recover(); what != nil {
			r.failure = fmt.Sprintf("%v\n%s", what, debug.Stack())
		}
		close(r.done)
		r.cancel()
	}()
	r.stats, r.err = read(r.ctx)
}
