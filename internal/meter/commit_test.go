package meter_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/testkit"
)

// commits notes the transactions of a meter.
type commits struct {
	mu   sync.Mutex
	list []meter.Commit
}

func (c *commits) note(one meter.Commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, one)
}

// texts are the transactions so far, as calls/events.
func (c *commits) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var texts []string
	for _, one := range c.list {
		texts = append(texts, fmt.Sprintf("%d/%d", one.Calls, one.Events))
	}
	return texts
}

// eachNoted is each with the transactions noted; the meter's options may set
// anything else.
func eachNoted(t *testing.T, opt meter.Options, fn func(t *testing.T, s *shop, c *commits)) {
	t.Helper()
	testkit.EachURL(t, func(t *testing.T, url string) {
		c := &commits{}
		opt := opt
		opt.OnCommit = c.note
		fn(t, open(t, url, opt), c)
	})
}

func TestALoneCallerWaitsForNobody(t *testing.T) {
	t.Parallel()
	eachNoted(t, meter.Options{}, func(t *testing.T, s *shop, c *commits) {
		for range 3 {
			s.track(t, answer())
		}
		if got, want := c.texts(), []string{"1/1", "1/1", "1/1"}; !slices.Equal(got, want) {
			t.Errorf("transactions %v, want %v", got, want)
		}
	})
}

// All that come while a commit is at the disk share the next one, as far as
// one transaction takes.
func TestCallersShareACommit(t *testing.T) {
	t.Parallel()
	eachNoted(t, meter.Options{MaxBatch: 40}, func(t *testing.T, s *shop, c *commits) {
		first, release := s.busy(t)
		var others []<-chan outcome
		for range 100 {
			others = append(others, s.send(s.ctx, answer()))
		}
		s.waiting(t, 100)
		release()
		want(t, first, "TRACKED")
		for _, o := range others {
			want(t, o, "TRACKED")
		}
		if got, want := c.texts(), []string{"1/1", "40/40", "40/40", "20/20"}; !slices.Equal(got, want) {
			t.Errorf("transactions %v, want %v", got, want)
		}
		if n := s.counted(t); n != 101 {
			t.Errorf("%d counted, want 101", n)
		}
	})
}

// A call is never split: a large one has a transaction of its own.
func TestACallIsOneTransaction(t *testing.T) {
	t.Parallel()
	eachNoted(t, meter.Options{MaxBatch: 10}, func(t *testing.T, s *shop, c *commits) {
		first, release := s.busy(t)
		var others sync.WaitGroup
		for i, n := range []int{6, 6, 25, 3, 7} {
			others.Go(func() {
				b, err := s.TrackBatch(s.ctx, slices.Repeat([]meter.Input{answer()}, n))
				if err != nil || b.Tracked != n {
					t.Errorf("%+v, %v", b, err)
				}
			})
			s.waiting(t, []int{6, 12, 37, 40, 47}[i])
		}
		release()
		want(t, first, "TRACKED")
		others.Wait()
		if got, want := c.texts(), []string{"1/1", "1/6", "1/6", "1/25", "2/10"}; !slices.Equal(got, want) {
			t.Errorf("transactions %v, want %v", got, want)
		}
	})
}

func TestAFullQueueRefusesAtOnce(t *testing.T) {
	t.Parallel()
	eachNoted(t, meter.Options{Queue: 5}, func(t *testing.T, s *shop, c *commits) {
		first, release := s.busy(t)
		// While nothing waits, whatever comes is taken.
		large := make(chan *meter.Batch, 1)
		go func() {
			b, err := s.TrackBatch(s.ctx, slices.Repeat([]meter.Input{answer()}, 8))
			if err != nil {
				t.Errorf("a call that finds none waiting: %v", err)
			}
			large <- b
		}()
		s.waiting(t, 8)
		s.refused(t, fault.Overloaded)
		release()
		want(t, first, "TRACKED")
		if b := <-large; b == nil || b.Tracked != 8 {
			t.Errorf("%+v", b)
		}

		first, release = s.busy(t)
		var others []<-chan outcome
		for range 5 {
			others = append(others, s.send(s.ctx, answer()))
		}
		s.waiting(t, 5)
		s.refused(t, fault.Overloaded)
		release()
		want(t, first, "TRACKED")
		for _, o := range others {
			want(t, o, "TRACKED")
		}
		if got, want := c.texts(), []string{"1/1", "1/8", "1/1", "5/5"}; !slices.Equal(got, want) {
			t.Errorf("transactions %v, want %v", got, want)
		}
		if n := s.counted(t); n != 15 {
			t.Errorf("%d counted, want 15: the refused ones must not be", n)
		}
	})
}

func TestStopCommitsWhatWasAccepted(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		first, release := s.busy(t)
		var others []<-chan outcome
		for range 3 {
			others = append(others, s.send(s.ctx, answer()))
		}
		s.waiting(t, 3)
		impatient, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Stop(impatient); err == nil {
			t.Error("stopped before the commits")
		}
		s.refused(t, fault.Unavailable)
		_, err := s.TrackBatch(s.ctx, []meter.Input{answer()})
		wantFault(t, err, fault.Unavailable)
		release()
		for range 2 {
			if err := s.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		want(t, first, "TRACKED")
		for _, o := range others {
			want(t, o, "TRACKED")
		}
		s.refused(t, fault.Unavailable)
		if n := s.counted(t); n != 4 {
			t.Errorf("%d counted, want 4", n)
		}
	})
}

// Who gives up while waiting is not counted behind their back; who gives up
// during the commit gets no promise either way, and a retry with the same key
// tells.
func TestWhoGivesUpWaiting(t *testing.T) {
	t.Parallel()
	eachNoted(t, meter.Options{}, func(t *testing.T, s *shop, c *commits) {
		held, release := s.line.hold()
		t.Cleanup(release)
		ctx, cancel := context.WithCancel(s.ctx)
		first := s.send(ctx, keyed("first"))
		<-held
		waits := s.send(ctx, keyed("waits"))
		stays := s.send(s.ctx, keyed("stays"))
		s.waiting(t, 2)
		cancel()
		for _, got := range []<-chan outcome{first, waits} {
			wantFault(t, (<-got).err, fault.Unavailable)
		}
		release()
		want(t, stays, "TRACKED")
		if got, want := c.texts(), []string{"1/1", "1/1"}; !slices.Equal(got, want) {
			t.Errorf("transactions %v, want %v", got, want)
		}
		if got := s.track(t, keyed("first")); fate(got) != "DUPLICATE" {
			t.Errorf("%s, want the one whose commit had begun to be counted", fate(got))
		}
		if got := s.track(t, keyed("waits")); fate(got) != "TRACKED" {
			t.Errorf("%s, want the one that waited not to be counted", fate(got))
		}
	})
}

// One caller's fault is not its neighbours': where a shared transaction fails
// for another reason than the database's being away, each call is tried alone.
func TestAPoisonedCallHarmsNobody(t *testing.T) {
	t.Parallel()
	eachNoted(t, meter.Options{}, func(t *testing.T, s *shop, c *commits) {
		// No input that passes the judge makes a statement fail, so another
		// constraint stands in for a bug.
		if s.db.Dialect() == "postgres" {
			run(t, s, "ALTER TABLE usages ADD CHECK (kind <> 'poison')")
		} else {
			run(t, s, "CREATE TRIGGER poison BEFORE INSERT ON usages WHEN NEW.kind = 'poison' BEGIN SELECT RAISE(ABORT, 'poison'); END")
		}
		first, release := s.busy(t)
		good := []<-chan outcome{s.send(s.ctx, answer())}
		s.waiting(t, 1)
		bad := s.send(s.ctx, answer(price("1"), func(in *meter.Input) { in.Kind = new("poison") }))
		s.waiting(t, 2)
		good = append(good, s.send(s.ctx, answer()))
		s.waiting(t, 3)
		release()
		want(t, first, "TRACKED")
		for _, o := range good {
			want(t, o, "TRACKED")
		}
		wantFault(t, (<-bad).err, fault.Internal)
		if got, want := c.texts(), []string{"1/1", "3/3", "1/1", "1/1", "1/1"}; !slices.Equal(got, want) {
			t.Errorf("transactions %v, want %v", got, want)
		}
		if n := s.counted(t); n != 3 {
			t.Errorf("%d counted, want 3", n)
		}
	})
}

// With several committers, on several nodes, what shares quarter-hours, days
// and keys is still counted once.
func TestTwoMetersOnOneDatabase(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		opt := meter.Options{Committers: 4, MaxBatch: 3}
		nodes := []*shop{open(t, url, opt), reopen(t, url, opt)}
		const callers, keys = 6, 12
		var fates [keys]struct {
			sync.Mutex
			tracked int
			ids     []string
		}
		var all sync.WaitGroup
		for caller := range callers {
			all.Go(func() {
				for i := range keys {
					// Half of them the other way round.
					if caller%2 == 1 {
						i = keys - 1 - i
					}
					r, err := nodes[caller%2].Track(nodes[0].ctx, keyed(fmt.Sprint("k", i)))
					if err != nil {
						t.Errorf("track: %v", err)
						return
					}
					f := &fates[i]
					f.Lock()
					f.ids = append(f.ids, r.Usage.ID)
					if fate(r) == "TRACKED" {
						f.tracked++
					}
					f.Unlock()
				}
			})
		}
		all.Wait()
		for i := range fates {
			if f := &fates[i]; f.tracked != 1 || len(slices.Compact(f.ids)) != 1 {
				t.Errorf("key %d was tracked %d times, as %v", i, f.tracked, slices.Compact(f.ids))
			}
		}
		if n := nodes[1].counted(t); n != keys {
			t.Errorf("%d counted, want %d", n, keys)
		}
	})
}

// An id is never made without randomness.
func TestBrokenRandomness(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{Random: iotest.ErrReader(io.ErrUnexpectedEOF)}, func(t *testing.T, s *shop) {
		s.refused(t, fault.Internal)
		if n := s.counted(t); n != 0 {
			t.Errorf("%d counted", n)
		}
	})
}
