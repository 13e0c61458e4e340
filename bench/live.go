//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// live measures row 6: counting while many watch, and how soon they see it.
func (b *bench) live(ctx context.Context, name string, mine *contender) error {
	alone, watched := name+", nobody watches", fmt.Sprintf("%s, %d subscribers", name, b.Subscribers)
	closed := pressure{connections: b.Busy, warm: b.Warm, window: b.Window}
	for rep := range b.Reps {
		b.say("%s, repetition %d", watched, rep+1)
		if err := b.track(ctx, mine, 6, alone, closed); err != nil {
			return err
		}
		crowd, err := b.subscribe(ctx, mine.addrs[0])
		if err != nil {
			return err
		}
		err = b.track(ctx, mine, 6, watched, closed)
		if err == nil {
			err = crowd.follow(ctx, b, mine, fmt.Sprintf("%s, %d events/s", watched, b.Events))
		}
		if err := errors.Join(err, crowd.leave()); err != nil {
			return err
		}
	}
	return nil
}

// A crowd watches the bench's workspace.
type crowd struct {
	cancel context.CancelFunc
	all    sync.WaitGroup
	err    atomic.Pointer[error]
	// seen is what each knows today's messages to be.
	seen []atomic.Int64
	// base is the count before answers were noted; answered[k] is when, in
	// nanoseconds since 1970, the k-th answer after it came. Nil: nobody notes.
	noted atomic.Pointer[notes]
}

type notes struct {
	base     int64
	n        atomic.Int64
	answered []atomic.Int64
	mutex    sync.Mutex
	delays   []time.Duration
}

// every is which answers the delays are taken of: there are very many, times
// the subscribers.
const every = 20

// subscribe returns when each has got the first totals.
func (b *bench) subscribe(ctx context.Context, addr string) (*crowd, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &crowd{cancel: cancel, seen: make([]atomic.Int64, b.Subscribers)}
	body := document("subscription($w: ID!) { usageChanged(workspaceId: $w) { todayMessages } }", map[string]any{"w": shop})
	var ready sync.WaitGroup
	for i := range c.seen {
		ready.Add(1)
		first := sync.OnceFunc(ready.Done)
		c.all.Go(func() {
			defer first()
			if err := c.watch(ctx, i, addr, b.key, body, first); err != nil && ctx.Err() == nil {
				c.err.Store(&err)
			}
		})
	}
	ready.Wait()
	if err := c.err.Load(); err != nil {
		return nil, errors.Join(*err, c.leave())
	}
	return c, nil
}

// leave ends all subscriptions.
func (c *crowd) leave() error {
	c.cancel()
	c.all.Wait()
	if err := c.err.Load(); err != nil {
		return *err
	}
	return nil
}

func (c *crowd) watch(ctx context.Context, i int, addr, key string, body []byte, first func()) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := (&http.Transport{}).RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		_, rest, found := bytes.Cut(lines.Bytes(), []byte(`"todayMessages":`))
		if !found {
			continue
		}
		at := now()
		total, err := strconv.ParseInt(string(rest[:bytes.IndexAny(rest, "},")]), 10, 64)
		if err != nil {
			return err
		}
		before := c.seen[i].Swap(total)
		first()
		if n := c.noted.Load(); n != nil {
			n.see(before, total, at)
		}
	}
	return cmpErr(lines.Err(), errors.New("a subscription ended: "+response.Status))
}

// see takes the delays of the answers that a change from before to total has
// shown.
func (n *notes) see(before, total int64, at time.Time) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for k := max(0, before-n.base); k < min(total-n.base, int64(len(n.answered))); k++ {
		if k%every != 0 {
			continue
		}
		// What is seen before its caller has the answer took no time.
		answered := n.answered[k].Load()
		if answered == 0 {
			answered = at.UnixNano()
		}
		n.delays = append(n.delays, max(0, time.Duration(at.UnixNano()-answered)))
	}
}

// follow tracks at a steady rate and notes how long changes take to be seen.
func (c *crowd) follow(ctx context.Context, b *bench, mine *contender, what string) error {
	if err := c.settled(ctx, int64(mine.answered)); err != nil {
		return err
	}
	p := pressure{connections: b.Busy, rate: b.Events, window: b.Window}
	n := &notes{base: int64(mine.answered), answered: make([]atomic.Int64, 2*b.Events*int(1+p.window/time.Second))}
	p.tell = func(at time.Time) {
		if k := n.n.Add(1) - 1; k < int64(len(n.answered)) {
			n.answered[k].Store(at.UnixNano())
		}
	}
	c.noted.Store(n)
	if err := b.track(ctx, mine, 6, what, p); err != nil {
		return err
	}
	if err := c.settled(ctx, int64(mine.answered)); err != nil {
		return err
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	delays := sorted(n.delays)
	b.figures.add(6, what, ours, "seen after, p50 ms", ms(quantile(delays, 0.5)))
	b.figures.add(6, what, ours, "seen after, p99 ms", ms(quantile(delays, 0.99)))
	return nil
}

// settled waits until everybody has seen a total.
func (c *crowd) settled(ctx context.Context, total int64) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for i := range c.seen {
		for c.seen[i].Load() < total {
			select {
			case <-pace.C:
			case <-ctx.Done():
				return fmt.Errorf("a subscriber saw %d of %d messages: %w", c.seen[i].Load(), total, ctx.Err())
			}
		}
	}
	return nil
}
