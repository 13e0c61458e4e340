// Package crowd answers many who ask the same at the same time together.
//
// In come a question, as a text, and a way to answer it; out comes the answer,
// which nobody may change, for others hold it too. The package must never hand
// out an answer that was begun before somebody asked for it, nor keep one.
package crowd

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/contatore/contatore/internal/fault"
)

// Crowd is those who ask. Whoever comes while their question is being answered
// for others gets the next answer, with all who came meanwhile. So everybody
// finds what they did before, and many cost what one does. Safe for concurrent
// use.
type Crowd[T any] struct {
	Now func() time.Time

	mu sync.Mutex
	// next are, for each question that somebody is being answered, those who
	// came since that began; nil: nobody.
	next map[string]*round[T]
}

// round is one answer, for all who wait for it.
type round[T any] struct {
	ctx    context.Context
	cancel context.CancelFunc
	find   func(context.Context) (T, error)
	// waiting is how many do; the last one to leave gives the round up.
	waiting int
	// The result is the round's own until done is closed. failure is what it
	// panicked with, for each who waits to do the same.
	answer  T
	err     error
	failure any
	done    chan struct{}
}

// pauses is how many times as long as it took, up to longest, a question rests
// where others wait for it: whoever asks something else has the machine
// meanwhile.
const (
	pauses  = 4
	longest = time.Second / 2
)

// Ask returns what find answers, this one or that of another who asks the
// same. find has the values of the context that came with it, and ends with
// the last one who waits. The fault UNAVAILABLE: ctx ended before.
func (c *Crowd[T]) Ask(ctx context.Context, question string, find func(context.Context) (T, error)) (T, error) {
	r := c.join(ctx, question, find)
	select {
	case <-r.done:
		if r.failure != nil {
			panic(r.failure)
		}
		return r.answer, r.err
	case <-ctx.Done():
		c.leave(question, r)
		var none T
		return none, fault.Wrap(ctx.Err(), fault.Unavailable, "The question was given up before it was answered.")
	}
}

// join takes part in the next round of a question. Where none is under way
// that begins at once.
func (c *Crowd[T]) join(ctx context.Context, question string, find func(context.Context) (T, error)) *round[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, busy := c.next[question]
	if r == nil {
		r = &round[T]{find: find, done: make(chan struct{})}
		r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx)) // one's values, the patience of all
		if c.next == nil {
			c.next = map[string]*round[T]{}
		}
		c.next[question] = r
	}
	r.waiting++
	if !busy {
		go c.serve(question)
	}
	return r
}

func (c *Crowd[T]) leave(question string, r *round[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.waiting--; r.waiting > 0 {
		return
	}
	r.cancel()
	if c.next[question] == r { // who comes now finds no dead one
		c.next[question] = nil
	}
}

// serve answers as long as somebody waits for the question.
func (c *Crowd[T]) serve(question string) {
	for r := c.take(question); r != nil; r = c.take(question) {
		began := c.Now()
		r.run()
		if c.crowded(question) {
			<-time.After(min(pauses*c.Now().Sub(began), longest))
		}
	}
}

// take removes those who wait; nil where nobody does, and the question is over.
func (c *Crowd[T]) take(question string) *round[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.next[question]
	if r == nil {
		delete(c.next, question)
	} else {
		c.next[question] = nil
	}
	return r
}

// crowded reports that others wait already.
func (c *Crowd[T]) crowded(question string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.next[question] != nil
}

func (r *round[T]) run() {
	defer func() {
		if what := recover(); what != nil {
			r.failure = fmt.Sprintf("%v\n%s", what, debug.Stack())
		}
		close(r.done)
		r.cancel()
	}()
	r.answer, r.err = r.find(r.ctx)
}
