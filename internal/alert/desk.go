package alert

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/ledger"
)

// Desk keeps channels, delivers what is recorded and looks for what nobody
// records. Any number of nodes may have one on the same database: each job is
// one's. It is safe for concurrent use.
type Desk struct {
	*Outbox
	book      *ledger.Book
	log       *slog.Logger
	forecasts *analytics.Forecasts
	mail      Mail
	baseURL   string
	patience  time.Duration
	onAttempt func(ChannelKind, bool)
	poll      time.Duration
	schedule  []time.Duration
	door      door
	busy      busy
	work      *workers
	rounds    rounds
}

// Open makes a desk that delivers nothing until Start.
func Open(opt Options) (*Desk, error) {
	if err := opt.Mail.Check(); err != nil {
		return nil, err
	}
	outbox, err := NewOutbox(opt.DB, opt.Now, opt.Random)
	if err != nil {
		return nil, err
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Forecasts == nil {
		opt.Forecasts = &analytics.Forecasts{}
	}
	if opt.Patience == 0 {
		opt.Patience = 15 * time.Second
	}
	if opt.poll == 0 {
		opt.poll = time.Second
	}
	if opt.schedule == nil {
		opt.schedule = schedule()
	}
	return &Desk{
		Outbox: outbox, book: opt.Book, log: opt.Log, forecasts: opt.Forecasts, mail: opt.Mail, baseURL: opt.BaseURL,
		patience: opt.Patience, onAttempt: opt.OnAttempt, poll: opt.poll, schedule: opt.schedule,
		door: newDoor(opt.Allowed), busy: busy{of: map[string]int{}},
	}, nil
}

// Start delivers, and looks each quarter of an hour, until Stop.
func (d *Desk) Start(ctx context.Context) error {
	if d.work != nil {
		return errors.New("alert: the desk was started before")
	}
	work, err := d.start(ctx)
	if err != nil {
		return fmt.Errorf("start alerts: %w", err)
	}
	d.work = work
	return nil
}

// Stop takes no new job, lets those that run end for as long as the context
// does, and then cuts them off: they are done again at the next start. A desk
// that was not started stops at once.
func (d *Desk) Stop(ctx context.Context) error {
	if d.work == nil {
		return nil
	}
	err := d.work.Stop(ctx)
	if err != nil && ctx.Err() != nil {
		cut, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = d.work.StopAndCancel(cut)
	}
	d.door.close()
	if err != nil {
		return fmt.Errorf("stop alerts: %w", err)
	}
	return nil
}

// busy counts the attempts that run, by workspace, so that one whose receivers
// hang leaves room for the others.
type busy struct {
	mu sync.Mutex
	of map[string]int
}

// mostBusy is how many attempts of a workspace run at once on a node.
const mostBusy = 2

// enter reports that there is room, and then takes it until leave.
func (b *busy) enter(workspaceID string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[workspaceID] >= mostBusy {
		return false
	}
	b.of[workspaceID]++
	return true
}

func (b *busy) leave(workspaceID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[workspaceID]--; b.of[workspaceID] == 0 {
		delete(b.of, workspaceID)
	}
}

// quarters is the schedule of the patrol: each quarter of an hour.
type quarters struct{}

// Next is River's way to ask.
func (quarters) Next(now time.Time) time.Time {
	return now.Truncate(15 * time.Minute).Add(15 * time.Minute)
}

var _ river.PeriodicSchedule = quarters{}
