package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/contatore/contatore/internal/ledger"
)

// days makes the client days of workspaces anew after their time zone changed.
// Until it has, answers come from the raw usages: right, but slower.
type days struct {
	book *ledger.Book
	log  *slog.Logger
	now  func() time.Time
	wake chan struct{}
	done chan struct{}
	stop context.CancelFunc
}

// sweep is how often days looks for work that nobody told it of: another
// node's that ended half-way, or its own that failed.
const sweep = time.Minute

func startDays(book *ledger.Book, log *slog.Logger, now func() time.Time) *days {
	ctx, stop := context.WithCancel(context.Background())
	d := &days{book: book, log: log, now: now, wake: make(chan struct{}, 1), done: make(chan struct{}), stop: stop}
	go d.run(ctx)
	return d
}

// Wake says that a workspace's zone changed.
func (d *days) Wake(string) {
	select {
	case d.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// Stop returns when no rebuild runs any more; what it was at is rolled back
// and goes on at the next start, on this node or another.
func (d *days) Stop() {
	d.stop()
	<-d.done
}

func (d *days) run(ctx context.Context) {
	defer close(d.done)
	tick := time.NewTicker(sweep)
	defer tick.Stop()
	for {
		if err := d.rebuild(ctx); err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "rebuild of client days failed, will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-tick.C:
		}
	}
}

func (d *days) rebuild(ctx context.Context) error {
	ids, err := d.book.Unready(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		began := d.now()
		if err := d.book.RebuildDays(ctx, id, nil); err != nil {
			return err
		}
		d.log.InfoContext(ctx, "client days rebuilt", "workspace", id, "took_ms", d.now().Sub(began).Milliseconds())
	}
	return nil
}
