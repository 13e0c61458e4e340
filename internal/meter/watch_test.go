package meter_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

// told is for meters that look only when they are told of a change.
var told = meter.Options{LookEvery: time.Hour}

// watch looks at the workspace "shop" until the test ends.
func (s *shop) watch(t *testing.T) <-chan *meter.Change {
	t.Helper()
	changes, err := s.Watch(s.ctx, "shop")
	if err != nil {
		t.Fatalf("watch: %v", err)
	}
	return changes
}

// totals are a change in a line: cost/messages of today and of the month, and
// the last usage's price.
func totals(c *meter.Change) string {
	last := "none"
	if c.LastUsage != nil {
		last = c.LastUsage.Price.String()
	}
	return fmt.Sprintf("%s/%d %s/%d %s", c.TodayCost, c.TodayMessages, c.MonthCost, c.MonthMessages, last)
}

// sends wants the next change to be this one.
func sends(t *testing.T, changes <-chan *meter.Change, want string) {
	t.Helper()
	select {
	case c, open := <-changes:
		if !open {
			t.Fatalf("the channel is closed, want %s", want)
		}
		if got := totals(c); got != want || c.WorkspaceID != "shop" {
			t.Fatalf("%s of %s, want %s", got, c.WorkspaceID, want)
		}
	case <-time.After(patience):
		t.Fatalf("nothing comes, want %s", want)
	}
}

// comes waits for a change, whatever lies before it.
func comes(t *testing.T, changes <-chan *meter.Change, want string) {
	t.Helper()
	late := time.After(patience)
	for got := "nothing"; ; {
		select {
		case c, open := <-changes:
			if !open {
				t.Fatalf("the channel is closed after %s, want %s", got, want)
			}
			if got = totals(c); got == want {
				return
			}
		case <-late:
			t.Fatalf("%s came last, want %s", got, want)
		}
	}
}

// ended wants the channel to be closed.
func ended(t *testing.T, changes <-chan *meter.Change) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case _, open := <-changes:
			if !open {
				return
			}
		case <-late:
			t.Fatal("the channel stays open")
		}
	}
}

// The totals come at once and after each change; what changes nothing sends
// nothing.
func TestWatch(t *testing.T) {
	t.Parallel()
	each(t, told, func(t *testing.T, s *shop) {
		changes := s.watch(t)
		sends(t, changes, "0/0 0/0 none")
		first := s.track(t, keyed("first"))
		sends(t, changes, "0.005/1 0.005/1 0.005")

		for range 2 { // a repeat, a rejection, another workspace, and a month that is none of these
			s.track(t, keyed("first"))
			s.track(t, answer(func(in *meter.Input) { in.ClientID = new("idle") }))
			s.track(t, answer(func(in *meter.Input) { in.WorkspaceID = "other" }))
			s.track(t, answer(occurred("2024-01-31T23:59:59Z")))
		}
		s.track(t, answer(occurred("2024-02-14T12:00:00Z"), price("2")))
		sends(t, changes, "0.005/1 2.005/2 0.005")
		s.track(t, answer(occurred("2024-02-15T12:04:00Z"), price("0.1")))
		sends(t, changes, "0.105/2 2.105/3 0.1")

		again := s.watch(t) // shares what the first one was sent last
		sends(t, again, "0.105/2 2.105/3 0.1")
		for range 2 { // the second changes nothing
			if v, err := s.Void(s.ctx, "shop", first.Usage.ID, nil); err != nil || !v.Voided {
				t.Fatalf("%+v, %v", v, err)
			}
		}
		for _, c := range []<-chan *meter.Change{changes, again} {
			sends(t, c, "0.1/1 2.1/2 0.1")
		}
		if n := s.Watchers(); n != 2 {
			t.Errorf("%d watch, want 2", n)
		}
	})
}

// The end of the newest usage leaves the one before.
func TestWatchVoidOfTheLast(t *testing.T) {
	t.Parallel()
	each(t, told, func(t *testing.T, s *shop) {
		s.track(t, answer(occurred("2024-02-15T11:00:00Z"), price("1")))
		last := s.track(t, answer(price("2")))
		changes := s.watch(t)
		sends(t, changes, "3/2 3/2 2")
		if _, err := s.Void(s.ctx, "shop", last.Usage.ID, nil); err != nil {
			t.Fatal(err)
		}
		sends(t, changes, "1/1 1/1 1")
	})
}

func TestWhoMayWatch(t *testing.T) {
	t.Parallel()
	each(t, told, func(t *testing.T, s *shop) {
		for _, c := range []struct {
			ctx       context.Context
			workspace string
			code      fault.Code
		}{
			{as(t, auth.Reader), "shop", ""},
			{as(t, auth.Manager), "shop", ""},
			{as(t, auth.Reader), "other", fault.WorkspaceNotFound},
			{as(t, auth.Reader), "nobody", fault.WorkspaceNotFound},
			{as(t, auth.Tracker), "shop", fault.Forbidden},
			{t.Context(), "shop", fault.Unauthenticated},
			{s.ctx, "nobody", fault.WorkspaceNotFound},
			{s.ctx, "", fault.WorkspaceNotFound},
			{s.ctx, "a\x00b", fault.WorkspaceNotFound},
		} {
			_, err := s.Watch(c.ctx, c.workspace)
			wantFault(t, err, c.code)
		}
		if n := s.Watchers(); n != 2 {
			t.Errorf("%d watch, want the two who may", n)
		}
	})
}

// However much is counted, changes are sent meanwhile, no more than 4 a second,
// and the newest is.
func TestWatchPace(t *testing.T) {
	t.Parallel()
	each(t, told, func(t *testing.T, s *shop) {
		changes := s.watch(t)
		sends(t, changes, "0/0 0/0 none")
		began := time.Now()
		const enough = 5
		var tracked atomic.Int64
		var callers sync.WaitGroup
		counting, stop := context.WithCancel(t.Context())
		defer stop()
		for range 4 {
			callers.Go(func() {
				for counting.Err() == nil {
					if _, err := s.Track(s.ctx, answer(price("1"))); err != nil {
						t.Error(err)
						return
					}
					tracked.Add(1)
				}
			})
		}
		over := make(chan struct{})
		go func() {
			defer close(over)
			callers.Wait()
		}()
		sent, last := 0, int64(0)
		for open := true; open || last < tracked.Load(); {
			select {
			case c := <-changes:
				if sent, last = sent+1, c.TodayMessages; sent == enough {
					stop()
				}
			case <-over:
				open, over = false, nil
			case <-time.After(patience):
				t.Fatalf("%d changes came, %d messages were sent last, %d were tracked", sent, last, tracked.Load())
			}
		}
		// The first comes at once.
		if most := 1 + int(time.Since(began)/(250*time.Millisecond)); sent > most {
			t.Errorf("%d changes in %s, want at most %d", sent, time.Since(began), most)
		}
	})
}

// Who does not read holds nobody up, and finds the newest.
func TestWatchSlowly(t *testing.T) {
	t.Parallel()
	each(t, told, func(t *testing.T, s *shop) {
		slow, quick := s.watch(t), s.watch(t)
		sends(t, quick, "0/0 0/0 none")
		for i := range 3 {
			s.track(t, answer(price("1")))
			sends(t, quick, fmt.Sprintf("%[1]d/%[1]d %[1]d/%[1]d 1", i+1))
		}
		s.Watchers() // the third has been sent to both when this can count
		sends(t, slow, "3/3 3/3 1")
	})
}

// A day or month that ends, and another zone, show without a change.
func TestWatchTheClock(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		at := testkit.NewClock(now)
		s := open(t, url, meter.Options{Now: at.Now, LookEvery: 10 * time.Millisecond})
		s.track(t, answer(price("1")))
		changes := s.watch(t)
		sends(t, changes, "1/1 1/1 1")
		at.Set(time.Date(2024, 2, 16, 0, 0, 0, 0, time.UTC))
		sends(t, changes, "0/0 1/1 1")
		if _, _, err := workspace.Open(s.db, at.Now).Update(s.ctx, "shop", workspace.UpdateInput{TimeZone: new("America/New_York")}); err != nil {
			t.Fatal(err)
		}
		sends(t, changes, "1/1 1/1 1")
		at.Set(time.Date(2024, 3, 1, 5, 0, 0, 0, time.UTC))
		sends(t, changes, "0/0 0/0 1")
	})
}

// A look that finds nothing new sends nothing.
func TestWatchWithoutNews(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{LookEvery: 10 * time.Millisecond}, func(t *testing.T, s *shop) {
		s.track(t, answer(price("1")))
		changes := s.watch(t)
		sends(t, changes, "1/1 1/1 1")
		for range 9 {
			held, release := s.line.hold()
			t.Cleanup(release)
			<-held // a statement of a look, which has three
			release()
		}
		if n := len(changes); n != 0 {
			t.Errorf("what was sent before is sent again: %s", totals(<-changes))
		}
	})
}

// What one node counts shows on another: PostgreSQL's nodes tell each other,
// SQLite's processes look.
func TestWatchFromAnotherNode(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		here := open(t, url, told)
		opt := told
		if here.db.Dialect() == database.SQLite {
			opt.LookEvery = 10 * time.Millisecond
		}
		there := reopen(t, url, opt)
		changes := there.watch(t)
		sends(t, changes, "0/0 0/0 none")
		first := here.track(t, answer(price("1"), occurred("2024-02-15T09:00:00Z")))
		sends(t, changes, "1/1 1/1 1")
		here.track(t, answer(price("2"), occurred("2024-02-15T10:00:00Z")))
		sends(t, changes, "3/2 3/2 2")
		if _, err := here.Void(here.ctx, "shop", first.Usage.ID, nil); err != nil {
			t.Fatal(err)
		}
		sends(t, changes, "2/1 2/1 2")
		// What a process counts last, it tells before it ends.
		<-time.After(300 * time.Millisecond) // or the rest between two reads would see both that follow
		here.track(t, answer(price("4"), occurred("2024-02-15T11:00:00Z")))
		sends(t, changes, "6/2 6/2 4")
		here.track(t, answer(price("8"), occurred("2024-02-15T11:30:00Z")))
		if err := here.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		sends(t, changes, "14/3 14/3 8")
	})
}

// listener waits until a connection of the database listens, and returns its
// process.
func (s *shop) listener(t *testing.T, but int) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		pid := 0
		rows, err := s.db.Reader().Query(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> $1", but)
		if err != nil {
			t.Fatalf("nobody listens: %v", err)
		}
		for rows.Next() {
			if err := rows.Scan(&pid); err != nil {
				t.Error(err)
			}
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
		rows.Close()
		if pid != 0 {
			return pid
		}
		runtime.Gosched()
	}
}

// A node whose listening connection is lost makes another, and misses nothing.
func TestWatchListensAgain(t *testing.T) {
	t.Parallel()
	url := testkit.PostgresURL(t)
	here, there := open(t, url, told), reopen(t, url, told)
	changes := there.watch(t)
	sends(t, changes, "0/0 0/0 none")
	pid := 0
	for i := range 2 {
		pid = here.listener(t, pid)
		run(t, here, "SELECT pg_terminate_backend($1)", pid)
		here.track(t, answer(price("1"))) // nobody may hear this
		sends(t, changes, fmt.Sprintf("%[1]d/%[1]d %[1]d/%[1]d 1", 2*i+1))
		here.listener(t, pid)
		here.track(t, answer(price("1")))
		sends(t, changes, fmt.Sprintf("%[1]d/%[1]d %[1]d/%[1]d 1", 2*i+2))
	}
}

// A watch outlives its database's being away. One that can't begin says so.
func TestWatchWhileAway(t *testing.T) {
	t.Parallel()
	direct := testkit.PostgresURL(t)
	network, url := newRelay(t, direct)
	here := open(t, direct, told)
	there := reopen(t, url, meter.Options{LookEvery: 10 * time.Millisecond})
	changes := there.watch(t)
	sends(t, changes, "0/0 0/0 none")
	network.cut()
	here.track(t, answer(price("1")))
	_, err := there.Watch(there.ctx, "other")
	wantFault(t, err, fault.Unavailable)
	network.mend()
	sends(t, changes, "1/1 1/1 1")
}

// A watch ends with its context, and all of them with the meter.
func TestWatchEnds(t *testing.T) {
	t.Parallel()
	each(t, told, func(t *testing.T, s *shop) {
		ctx, cancel := context.WithCancel(s.ctx)
		left, err := s.Watch(ctx, "shop")
		if err != nil {
			t.Fatal(err)
		}
		stays := s.watch(t)
		cancel()
		ended(t, left)
		comes(t, stays, "0/0 0/0 none")
		s.track(t, answer(price("1")))
		comes(t, stays, "1/1 1/1 1")

		gone, cancel := context.WithCancel(s.ctx)
		cancel()
		if _, err := s.Watch(gone, "other"); err != nil { // or it was quicker
			wantFault(t, err, fault.Unavailable)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		ended(t, stays)
		_, err = s.Watch(s.ctx, "shop")
		wantFault(t, err, fault.Unavailable)
		if n := s.Watchers(); n != 0 {
			t.Errorf("%d still watch", n)
		}
	})
}

// However many workspaces are watched, two are read at a time, and counting
// goes on.
func TestWatchManyWorkspaces(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		const many = 30
		ctx := auth.With(t.Context(), auth.Viewer{Role: auth.Admin})
		reading, let := make(chan struct{}, many), make(chan struct{})
		free := sync.OnceFunc(func() { close(let) })
		db := testkit.Open(t, url, database.Options{OnStatement: func(_ context.Context, query string) {
			if strings.Contains(query, "FROM workspaces WHERE id = $1") && strings.Contains(query, "days_ready") { // a total's first
				select {
				case reading <- struct{}{}:
				case <-let: // nobody counts any more
				}
				<-let
			}
		}})
		d := workspace.Open(db, clock)
		for i := range many {
			id := fmt.Sprint("w", i)
			if _, err := d.Create(ctx, workspace.CreateInput{ID: &id, Name: "Shop"}); err != nil {
				t.Fatal(err)
			}
			if _, err := d.UpsertCustomer(ctx, id, workspace.CustomerInput{ClientID: new("ada")}); err != nil {
				t.Fatal(err)
			}
		}
		m := meter.Start(ledger.Open(db), meter.Options{Now: clock, Random: rand.Reader, LookEvery: time.Hour})
		t.Cleanup(func() {
			free()
			if err := m.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		var watching sync.WaitGroup
		for i := range many {
			watching.Go(func() {
				changes, err := m.Watch(ctx, fmt.Sprint("w", i))
				if err != nil {
					t.Error(err)
					return
				}
				for c := range changes {
					if c.TodayMessages == 1 {
						return
					}
				}
				t.Error("it never showed")
			})
		}
		<-reading
		<-reading
		for m.Watchers() != many && !t.Failed() {
			runtime.Gosched()
		}
		for i := range many {
			if r, err := m.Track(ctx, meter.Input{WorkspaceID: fmt.Sprint("w", i), ClientID: new("ada")}); err != nil || !r.Tracked {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		if n := len(reading); n != 0 {
			t.Errorf("%d more are read at once", n)
		}
		free()
		watching.Wait()
	})
}
