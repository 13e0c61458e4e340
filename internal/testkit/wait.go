package testkit

import (
	"context"
	"sync"
)

// Waiting is a context like ctx, and a channel that is closed when somebody
// first begins to wait for the context's end: a test then knows how far they
// came.
func Waiting(ctx context.Context) (context.Context, <-chan struct{}) {
	begun := make(chan struct{})
	return waiting{ctx, sync.OnceFunc(func() { close(begun) })}, begun
}

type waiting struct {
	context.Context
	begin func()
}

func (w waiting) Done() <-chan struct{} {
	w.begin()
	return w.Context.Done()
}
