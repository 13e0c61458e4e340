//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// A target is a server and what it is asked. The requests are made beforehand,
// and answers are searched for one text only, so that the load takes as little
// as it can of the processors that it shares with the server.
type target struct {
	servers []*process
	// addrs are where it listens; connections take turns.
	addrs    []string
	requests [][]byte
	// want is what every answer must hold.
	want []byte
}

// post is a request as it goes over the wire.
func post(path, key string, body []byte) []byte {
	if key != "" {
		key = "Authorization: Bearer " + key + "\r\n"
	}
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\n%sAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, key, len(body), body)
}

// A conn is a keep-alive connection.
type conn struct {
	net.Conn
	in   *bufio.Reader
	body []byte
}

func dial(ctx context.Context, addr string) (*conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, in: bufio.NewReaderSize(c, 4<<10)}, nil
}

// ask sends a request and returns the answer's body, which the next one
// overwrites.
func (c *conn) ask(request []byte) ([]byte, error) {
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	length, chunked := 0, false
	for first := true; ; first = false {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case first && (len(line) < 12 || string(line[9:12]) != "200"):
			return nil, errors.New(string(line))
		case len(line) == 0:
			c.body = c.body[:0]
			if chunked {
				return c.chunks()
			}
			return c.read(length)
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return nil, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
}

func (c *conn) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

func (c *conn) read(n int) ([]byte, error) {
	from := len(c.body)
	c.body = slices.Grow(c.body, n)[:from+n]
	_, err := io.ReadFull(c.in, c.body[from:])
	return c.body, err
}

func (c *conn) chunks() ([]byte, error) {
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(string(line), 16, 32)
		if err != nil {
			return nil, err
		}
		if _, err := c.read(int(n)); err != nil {
			return nil, err
		}
		if _, err := c.line(); err != nil || n == 0 {
			return c.body, err
		}
	}
}

// A load is what came of asking.
type load struct {
	// answered counts every good answer, warming up included; latency has
	// those of the measured window, sorted.
	answered int
	latency  []time.Duration
	window   time.Duration
	// own, server and database are processor time while watched, about the
	// window.
	own, server, database, watched time.Duration
}

func (l load) rate() float64 { return float64(len(l.latency)) / l.window.Seconds() }

// share is a time's of one processor, in percent.
func (l load) share(used time.Duration) float64 { return 100 * used.Seconds() / l.watched.Seconds() }

// each is a time's for an event, in microseconds.
func (l load) each(used time.Duration) float64 {
	return used.Seconds() * 1e6 / max(1, l.rate()*l.watched.Seconds())
}

// pressure says how to load a target.
type pressure struct {
	connections int
	// rate is how many requests are due a second, whether or not the answers
	// keep up; 0: each connection asks when it has its answer.
	rate int
	// warm goes before the measured window.
	warm, window time.Duration
	// tell, where not nil, is told of every good answer, by several at once.
	tell func(at time.Time)
}

// press loads the target. A request's time begins when it is due, so that one
// slow answer does not hide those that wait behind it.
func (b *bench) press(ctx context.Context, t target, p pressure) (l load, err error) {
	conns := make([]*conn, 0, p.connections)
	defer func() {
		for _, c := range conns {
			_ = c.Close() // nothing is under way
		}
	}()
	for i := range p.connections {
		c, err := dial(ctx, t.addrs[i%len(t.addrs)])
		if err != nil {
			return l, err
		}
		conns = append(conns, c)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	begin := now()
	open, end := begin.Add(p.warm), begin.Add(p.warm+p.window)
	due := make(chan time.Time, p.rate*int(1+(p.warm+p.window)/time.Second))
	var all sync.WaitGroup
	if p.rate > 0 {
		all.Go(func() { pace(ctx, due, begin, end, time.Second/time.Duration(p.rate)) })
	}
	answered := make([]int, len(conns))
	latency := make([][]time.Duration, len(conns))
	for i, c := range conns {
		all.Go(func() {
			for n := i; ; n += len(conns) {
				started := now()
				if p.rate > 0 {
					var more bool
					if started, more = <-due; !more {
						return
					}
				}
				if ctx.Err() != nil || !started.Before(end) {
					return
				}
				body, err := c.ask(t.requests[n%len(t.requests)])
				if err == nil && !bytes.Contains(body, t.want) {
					err = fmt.Errorf("unexpected answer: %s", body[:min(len(body), 500)])
				}
				if err != nil {
					cancel(err)
					return
				}
				at := now()
				answered[i]++
				if p.tell != nil {
					p.tell(at)
				}
				// An open load counts what was due in the window, a closed one
				// what was answered in it.
				counted := at
				if p.rate > 0 {
					counted = started
				}
				if !counted.Before(open) && counted.Before(end) {
					latency[i] = append(latency[i], at.Sub(started))
				}
			}
		})
	}
	var cpu [2]load
	var at [2]time.Time
	for i, when := range []time.Time{open, end} {
		select {
		case <-time.After(when.Sub(now())):
		case <-ctx.Done():
		}
		at[i] = now()
		cpu[i].own = ownCPU()
		for _, s := range t.servers {
			cpu[i].server += s.cpu()
		}
		if b.pg != nil {
			cpu[i].database = b.pg.cpu()
		}
	}
	l.window, l.watched = p.window, at[1].Sub(at[0])
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return l, err
	}
	l.own, l.server, l.database = cpu[1].own-cpu[0].own, cpu[1].server-cpu[0].server, cpu[1].database-cpu[0].database
	l.latency = slices.Concat(latency...)
	slices.Sort(l.latency)
	for _, n := range answered {
		l.answered += n
	}
	return l, nil
}

// pace hands out moments, each when it has come. It sleeps in the kernel:
// the runtime's timers are as coarse as a millisecond.
func pace(ctx context.Context, due chan<- time.Time, at, end time.Time, step time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(due)
	for ; at.Before(end) && ctx.Err() == nil; at = at.Add(step) {
		if ahead := at.Sub(now()); ahead > 0 {
			pause := syscall.NsecToTimespec(ahead.Nanoseconds())
			_ = syscall.Nanosleep(&pause, nil) // woken early, it hands out early
		}
		due <- at
	}
}

// fetch posts once over net/http, for what is not measured by the million.
func fetch(ctx context.Context, url, key string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != http.StatusOK || bytes.HasPrefix(text, []byte(`{"errors"`))) {
		err = fmt.Errorf("%s: %s", response.Status, text[:min(len(text), 500)])
	}
	return text, err
}
