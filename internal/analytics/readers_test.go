package analytics_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

// library is a bench whose readers stand still before the workspace is read,
// as often as the test wants.
type library struct {
	*bench
	*analytics.Readers
	// arrived gets a value when a reading stands there, and do what it does
	// then; nil goes on.
	arrived chan struct{}
	do      chan func(context.Context)
}

func eachLibrary(t *testing.T, fn func(t *testing.T, l *library)) {
	t.Helper()
	testkit.EachURL(t, func(t *testing.T, url string) {
		l := &library{arrived: make(chan struct{}, 100), do: make(chan func(context.Context), 100)}
		db := testkit.Open(t, url, database.Options{OnStatement: func(ctx context.Context, query string) {
			if !strings.Contains(query, "days_ready FROM workspaces WHERE id") {
				return
			}
			l.arrived <- struct{}{}
			if do := <-l.do; do != nil {
				do(ctx)
			}
		}})
		l.bench = newBench(t, db, "Europe/Rome", calendar.MaxDate)
		l.Readers = analytics.NewReaders(l.book, nil, func() time.Time { return time.Date(2024, 2, 15, 12, 0, 0, 0, time.UTC) })
		fn(t, l)
	})
}

func (l *library) ask(ctx context.Context) (int64, error) {
	stats, err := l.Open(ctx, l.workspace, nil, nil, analytics.Need{Totals: true})
	if err != nil {
		return 0, err
	}
	return stats.TotalMessages()
}

func (l *library) countOne(t *testing.T) {
	t.Helper()
	l.count(t, []answer{{at: time.Date(2024, 2, 15, 11, 0, 0, 0, time.UTC), client: "ada", nanos: 5_000_000, kind: "message"}})
}

// said is what an asker got.
type said struct {
	messages int64
	err      error
}

// send asks in the background and returns when the asker waits.
func (l *library) send(ctx context.Context) <-chan said {
	got := make(chan said, 1)
	ctx, waits := testkit.Waiting(ctx)
	go func() {
		var s said
		s.messages, s.err = l.ask(ctx)
		got <- s
	}()
	<-waits
	return got
}

func TestWhoAsksDuringAReadingGetsTheNextOne(t *testing.T) {
	t.Parallel()
	eachLibrary(t, func(t *testing.T, l *library) {
		first := l.send(t.Context())
		<-l.arrived
		// PostgreSQL's reading began before this is counted, SQLite's may not have.
		var late []<-chan said
		l.countOne(t)
		for range 20 {
			late = append(late, l.send(t.Context()))
		}
		l.do <- nil
		if s := <-first; s.err != nil {
			t.Error(s.err)
		}
		<-l.arrived
		l.do <- nil
		for _, got := range late {
			if s := <-got; s.err != nil || s.messages != 1 {
				t.Errorf("%d messages, error %v: 1 was counted before they asked", s.messages, s.err)
			}
		}
		if n := len(l.arrived); n != 0 {
			t.Errorf("%d more readings than two", n)
		}
	})
}

func TestAReadingEndsWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	eachLibrary(t, func(t *testing.T, l *library) {
		ctx, leave := context.WithCancel(t.Context())
		one, two := l.send(ctx), l.send(ctx)
		<-l.arrived
		ended := make(chan struct{})
		l.do <- func(ctx context.Context) {
			<-ctx.Done()
			close(ended)
		}
		l.do <- nil // for the second one's, should it still come so far
		leave()
		<-ended
		for _, got := range []<-chan said{one, two} {
			if s := <-got; fault.CodeOf(s.err) != fault.Unavailable {
				t.Errorf("who left got %v", s.err)
			}
		}
	})
}
