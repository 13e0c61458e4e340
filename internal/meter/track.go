// Package meter counts answers: the single way in.
//
// In come answers as callers describe them; out come results that say counted,
// counted before, or why not, and live totals for those who watch. It judges
// each event by rules, gathers the calls that wait into one transaction and
// answers after its commit. It must never turn a business reason into an error,
// answer before the commit, let one caller's event harm another's, or have who
// counts wait for who watches.
package meter

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// MaxEvents is the most that one TrackBatch takes.
const MaxEvents = 10_000

// Options of Start. A zero number takes the default.
type Options struct {
	// Now is the clock, Random the source of ids. Both are needed.
	Now    func() time.Time
	Random io.Reader
	// Queue is how many events may wait for a commit (default 20,000); a call
	// that finds none waiting is taken whatever its size.
	Queue int
	// MaxBatch is how many events one transaction takes (default 1,024); a
	// larger call has one of its own.
	MaxBatch int
	// Committers is how many transactions run at once (default 1, right for
	// SQLite).
	Committers int
	// OnCommit and OnResult are told of each transaction and of each answer's
	// fate (TRACKED, DUPLICATE or a Reason); nil: nobody is. They must return
	// at once.
	OnCommit func(Commit)
	OnResult func(result string)
	// LookEvery is how often a watched workspace is looked at although nobody
	// told of a change (default 5 s): midnight comes by itself, and on SQLite
	// other processes tell nobody.
	LookEvery time.Duration
}

// Meter counts answers. It is safe for concurrent use.
type Meter struct {
	book       *ledger.Book
	opt        Options
	line       line
	committers sync.WaitGroup
	random     sync.Mutex
	watches    watches
	news       news
	// node is what this meter is called among those on the same database.
	node string
}

// Start makes a meter that counts into the book until Stop.
func Start(book *ledger.Book, opt Options) *Meter {
	if opt.Queue == 0 {
		opt.Queue = 20_000
	}
	if opt.MaxBatch == 0 {
		opt.MaxBatch = 1_024
	}
	if opt.Committers == 0 {
		opt.Committers = 1
	}
	if opt.LookEvery == 0 {
		opt.LookEvery = 5 * time.Second
	}
	life, end := context.WithCancel(context.Background())
	m := &Meter{
		book: book, opt: opt, line: line{more: make(chan struct{}, opt.Committers)}, node: uuid.NewString(),
		watches: watches{of: map[string]*watch{}, life: life, end: end, readers: make(chan struct{}, watchReaders)},
		news:    news{ids: map[string]struct{}{}, more: make(chan struct{}, 1), over: make(chan struct{})},
	}
	m.committers.Add(opt.Committers)
	for range opt.Committers {
		go m.serve()
	}
	m.news.told.Add(1)
	go m.announce()
	return m
}

// Stop lets no new event in, ends every watch, commits what was accepted and
// returns when that is done, or with the context's error when it ends before.
// It may be called again.
func (m *Meter) Stop(ctx context.Context) error {
	m.line.shut()
	m.watches.shut()
	done := make(chan struct{})
	go func() {
		m.committers.Wait()
		m.news.shut()
		m.news.told.Wait()
		m.watches.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop meter: %w", ctx.Err())
	}
}

// Depth is how many events wait for a commit.
func (m *Meter) Depth() int {
	m.line.mu.Lock()
	defer m.line.mu.Unlock()
	return m.line.events
}

// Result tells what became of one answer: GraphQL's TrackUsagePayload.
type Result struct {
	Tracked   bool
	Reason    *Reason
	Message   *string
	Usage     *ledger.Usage
	Duplicate bool
}

func rejected(reason Reason, message string) *Result {
	return &Result{Reason: &reason, Message: &message}
}

// result turns the ledger's outcome into the caller's answer.
func (d *draft) result(entry *ledger.Usage, o ledger.Outcome) *Result {
	switch {
	case o.Overflow:
		return rejected(Invalid, "price or tokens are too large: the sum of this quarter-hour or client's day would overflow.")
	case o.Over != nil:
		return rejected(BudgetExceeded, spent(entry.Price, o.Over))
	}
	r := &Result{Tracked: true, Usage: o.Usage, Duplicate: o.Duplicate}
	if o.Duplicate {
		message := "This idempotencyKey was counted before; nothing was added."
		if fields := d.differences(entry, o.Usage); len(fields) > 0 {
			message += " The first call stands; this one differs in " + strings.Join(fields, ", ") + "."
		}
		r.Message = &message
	}
	return r
}

// spent is the sentence on a budget that has no room for a price.
func spent(price money.Nanos, s *ledger.Spend) string {
	of := "the workspace"
	if s.ClientID != "" {
		of = fmt.Sprintf("the customer %q", s.ClientID)
	}
	if s.Limit == 0 {
		return fmt.Sprintf("The budget of %s is 0 %s: it blocks every answer.", of, s.Currency)
	}
	return fmt.Sprintf("The budget of %s for %s has no room for %s %s: %s of %s are spent.", of, s.Month, price, s.Currency, s.Cost, s.Limit)
}

// Batch is what became of many answers, in the order they came: GraphQL's
// TrackUsageBatchPayload. Tracked counts the ones added, without duplicates.
type Batch struct {
	Tracked, Duplicates, Rejected int
	Results                       []*Result
}

// Track counts one answer. The viewer in the context may be of another
// workspace: to them theirs is the only one there is. The errors are faults:
// UNAUTHENTICATED, FORBIDDEN, OVERLOADED, UNAVAILABLE.
func (m *Meter) Track(ctx context.Context, in Input) (*Result, error) {
	results, err := m.submit(ctx, []Input{in})
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// TrackBatch counts up to MaxEvents answers, each judged on its own; all that
// are counted are so in one transaction. The errors are those of Track and
// TOO_COMPLEX for more.
func (m *Meter) TrackBatch(ctx context.Context, inputs []Input) (*Batch, error) {
	if len(inputs) > MaxEvents {
		return nil, fault.New(fault.TooComplex, "A batch takes at most %d answers, this one has %d; nothing was counted.", MaxEvents, len(inputs))
	}
	results, err := m.submit(ctx, inputs)
	if err != nil {
		return nil, err
	}
	b := &Batch{Results: results}
	for _, r := range results {
		switch {
		case !r.Tracked:
			b.Rejected++
		case r.Duplicate:
			b.Duplicates++
		default:
			b.Tracked++
		}
	}
	return b, nil
}

// submit queues a call and waits for its commit.
func (m *Meter) submit(ctx context.Context, inputs []Input) ([]*Result, error) {
	viewer, err := auth.Require(ctx, auth.Track)
	if err != nil || len(inputs) == 0 {
		return nil, err
	}
	now := m.opt.Now()
	c := &call{ctx: ctx, drafts: make([]draft, len(inputs)), done: make(chan struct{})}
	for i, in := range inputs {
		id, err := m.id(now)
		if err != nil {
			return nil, err
		}
		c.drafts[i] = draw(in, now, id, !viewer.Sees(in.WorkspaceID))
	}
	if err := m.line.join(c, m.opt.Queue); err != nil {
		return nil, err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "The call was given up before it was answered; it may have been counted. Try again with the same idempotencyKey.")
	}
	switch {
	case c.err != nil:
		return nil, c.err
	case c.results == nil: // given up at the moment of the commit
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "The call was given up before it was counted.")
	}
	m.observe(c.results)
	return c.results, nil
}

func (m *Meter) observe(results []*Result) {
	if m.opt.OnResult == nil {
		return
	}
	for _, r := range results {
		switch {
		case r.Duplicate:
			m.opt.OnResult("DUPLICATE")
		case r.Tracked:
			m.opt.OnResult("TRACKED")
		default:
			m.opt.OnResult(string(*r.Reason))
		}
	}
}

// id makes a UUIDv7 (RFC 9562, section 5.7): milliseconds, then random bits.
func (m *Meter) id(now time.Time) (uuid.UUID, error) {
	var id uuid.UUID
	m.random.Lock()
	_, err := io.ReadFull(m.opt.Random, id[6:])
	m.random.Unlock()
	if err != nil {
		return id, fmt.Errorf("random id: %w", err)
	}
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(max(now.UnixMilli(), 0))) //nolint:gosec // not negative
	copy(id[:6], stamp[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id, nil
}

// VoidResult is GraphQL's VoidUsagePayload.
type VoidResult struct {
	Voided bool
	Usage  *ledger.Usage
}

// maxReason is in characters.
const maxReason = 500

// Void takes a counted answer back. Voided is true whenever the usage is void
// after the call. The errors are faults: those of the gate, INVALID and
// UNAVAILABLE.
func (m *Meter) Void(ctx context.Context, workspaceID, id string, reason *string) (*VoidResult, error) {
	if err := auth.Gate(ctx, auth.Track, workspaceID); err != nil {
		return nil, err
	}
	if reason = given(reason); reason != nil {
		switch {
		case !database.Storable(*reason):
			return nil, fault.Field("reason", "reason holds a NUL character or is not valid UTF-8.")
		case len([]rune(*reason)) > maxReason:
			return nil, fault.Field("reason", "reason has over %d characters.", maxReason)
		}
	}
	usage, err := m.book.Void(ctx, workspaceID, id, calendar.At(m.opt.Now()), reason)
	if err != nil {
		return nil, err
	}
	if usage != nil { // where it was void before, the totals stay and nothing is sent
		m.changed(map[string]struct{}{workspaceID: {}})
	}
	return &VoidResult{Voided: usage != nil, Usage: usage}, nil
}
