package meter

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
)

// Commit tells of one transaction, for metrics.
type Commit struct {
	Calls, Events int
	Took          time.Duration
	Err           error
}

// call is what one caller waits for.
type call struct {
	ctx    context.Context
	drafts []draft
	// results and err are the committer's until done is closed.
	results []*Result
	err     error
	done    chan struct{}
}

// line is where calls wait for a committer: all that come while the commits
// before are at the disk share the next one, and a lone caller waits for
// nobody.
type line struct {
	mu     sync.Mutex
	calls  []*call
	events int
	closed bool
	// more wakes the committers; it is closed with the line.
	more chan struct{}
}

// join puts a call at the line's end.
func (l *line) join(c *call, most int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return shuttingDown()
	case l.events > 0 && l.events+len(c.drafts) > most:
		return fault.New(fault.Overloaded, "Too many answers wait to be counted; try again, with the same idempotencyKey.")
	}
	l.calls = append(l.calls, c)
	l.events += len(c.drafts)
	select {
	case l.more <- struct{}{}:
	default: // every committer has been woken already
	}
	return nil
}

func shuttingDown() error {
	return fault.New(fault.Unavailable, "The server is shutting down; try again in a moment.")
}

// take removes the calls of the next commit: as many as make most events, and
// at least one where any waits.
func (l *line) take(most int) []*call {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, events := 0, 0
	for n < len(l.calls) && (n == 0 || events+len(l.calls[n].drafts) <= most) {
		events += len(l.calls[n].drafts)
		n++
	}
	taken := slices.Clone(l.calls[:n])
	l.calls = slices.Delete(l.calls, 0, n)
	l.events -= events
	return taken
}

// shut lets nobody in any more; who waits is still served.
func (l *line) shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.more)
	}
}

// serve commits until the line is shut and empty.
func (m *Meter) serve() {
	defer m.committers.Done()
	for range m.line.more {
		m.drain()
	}
	m.drain()
}

func (m *Meter) drain() {
	for {
		calls := m.line.take(m.opt.MaxBatch)
		if len(calls) == 0 {
			return
		}
		// Who went away before the work began does not get counted behind
		// their back.
		waiting := slices.DeleteFunc(slices.Clone(calls), func(c *call) bool { return c.ctx.Err() != nil })
		m.commit(waiting)
		for _, c := range calls {
			close(c.done)
		}
	}
}

// commitTimeout bounds a commit, waiting for locks included.
const commitTimeout = 30 * time.Second

// commit counts the calls together. Where that fails for a reason that is not
// the database's being away, each is tried alone, so that one call's fault is
// not its neighbours'.
func (m *Meter) commit(calls []*call) {
	if len(calls) == 0 {
		return
	}
	began := m.opt.Now()
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	err := m.count(ctx, calls)
	events := 0
	for _, c := range calls {
		events += len(c.drafts)
	}
	if m.opt.OnCommit != nil {
		m.opt.OnCommit(Commit{Calls: len(calls), Events: events, Took: m.opt.Now().Sub(began), Err: err})
	}
	if err != nil && len(calls) > 1 && fault.CodeOf(err) == fault.Internal {
		for i := range calls {
			m.commit(calls[i : i+1])
		}
		return
	}
	if err != nil {
		for _, c := range calls {
			c.results, c.err = nil, err
		}
	}
}

// count runs one append for all the calls and fills their results.
func (m *Meter) count(ctx context.Context, calls []*call) error {
	var refs []ledger.Ref
	for _, c := range calls {
		for _, d := range c.drafts {
			if !d.hidden {
				refs = append(refs, d.ref)
			}
		}
	}
	// entries[i] belongs to the draft at owners[i].
	type owner struct {
		call  *call
		index int
	}
	var owners []owner
	var entries []*ledger.Usage
	outcomes, err := m.book.Append(ctx, refs, func(dir *ledger.Directory) []*ledger.Usage {
		owners, entries = owners[:0], nil
		for _, c := range calls {
			c.results = make([]*Result, len(c.drafts))
			for i := range c.drafts {
				u, reason, message := c.drafts[i].decide(dir)
				if u == nil {
					c.results[i] = rejected(reason, message)
					continue
				}
				owners = append(owners, owner{c, i})
				entries = append(entries, u)
			}
		}
		return entries
	})
	if err != nil {
		return err
	}
	counted := map[string]struct{}{}
	for i, o := range owners {
		o.call.results[o.index] = o.call.drafts[o.index].result(entries[i], outcomes[i])
		if o.call.results[o.index].Tracked && !outcomes[i].Duplicate {
			counted[entries[i].WorkspaceID] = struct{}{}
		}
	}
	m.changed(counted)
	return nil
}
