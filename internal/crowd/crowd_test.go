package crowd_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/crowd"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

// square is a crowd whose answers stand still until the test says what to do.
type square struct {
	crowd.Crowd[int]
	// arrived gets each question that is being answered, do how.
	arrived chan string
	do      chan func(context.Context) (int, error)
}

func newSquare() *square {
	return &square{
		Crowd:   crowd.Crowd[int]{Now: func() time.Time { return time.Time{} }},
		arrived: make(chan string, 100), do: make(chan func(context.Context) (int, error), 100),
	}
}

// said is what an asker got.
type said struct {
	answer   int
	err      error
	panicked any
}

// send asks in the background and returns when the asker waits.
func (q *square) send(ctx context.Context, question string) <-chan said {
	got := make(chan said, 1)
	ctx, waits := testkit.Waiting(ctx)
	go func() {
		var s said
		defer func() {
			s.panicked = recover()
			got <- s
		}()
		s.answer, s.err = q.Ask(ctx, question, func(ctx context.Context) (int, error) {
			q.arrived <- question
			return (<-q.do)(ctx)
		})
	}()
	<-waits
	return got
}

// hold asks "?" in the background and returns when that is being answered.
func (q *square) hold(t *testing.T) <-chan said {
	t.Helper()
	got := q.send(t.Context(), "?")
	<-q.arrived
	return got
}

// gone wants an asker who left.
func gone(t *testing.T, got <-chan said) {
	t.Helper()
	if s := <-got; fault.CodeOf(s.err) != fault.Unavailable || !errors.Is(s.err, context.Canceled) {
		t.Errorf("who left got %+v", s)
	}
}

func answer(n int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return n, nil }
}

func want(t *testing.T, n int, all ...<-chan said) {
	t.Helper()
	for _, got := range all {
		if s := <-got; s.answer != n || s.err != nil || s.panicked != nil {
			t.Errorf("got %+v, want %d", s, n)
		}
	}
}

func TestWhoComesLateGetsTheNextAnswerTogether(t *testing.T) {
	t.Parallel()
	q := newSquare()
	first := q.hold(t)
	var late []<-chan said
	for range 20 {
		late = append(late, q.send(t.Context(), "?"))
	}
	q.do <- answer(1)
	want(t, 1, first)
	<-q.arrived
	last := q.send(t.Context(), "?")
	q.do <- answer(2)
	want(t, 2, late...)
	q.do <- answer(3)
	want(t, 3, last)
	if n := len(q.arrived); n != 1 {
		t.Errorf("%d more were answered, want the last one", n)
	}
}

func TestQuestionsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	q := newSquare()
	one, other := q.send(t.Context(), "one"), q.send(t.Context(), "other")
	if a, b := <-q.arrived, <-q.arrived; a == b {
		t.Errorf("%s was answered twice", a)
	}
	q.do <- answer(1)
	q.do <- answer(1)
	want(t, 1, one, other)
}

func TestAnErrorIsEverybodys(t *testing.T) {
	t.Parallel()
	q := newSquare()
	held := q.hold(t)
	one, two := q.send(t.Context(), "?"), q.send(t.Context(), "?")
	q.do <- answer(1)
	broken := errors.New("broken")
	q.do <- func(context.Context) (int, error) { return 0, broken }
	want(t, 1, held)
	for _, got := range []<-chan said{one, two} {
		if s := <-got; !errors.Is(s.err, broken) {
			t.Errorf("got %+v", s)
		}
	}
}

func TestAnAnswerOutlivesWhoBeganIt(t *testing.T) {
	t.Parallel()
	q := newSquare()
	held := q.hold(t)
	ctx, leave := context.WithCancel(t.Context())
	began, stays := q.send(ctx, "?"), q.send(t.Context(), "?")
	leave()
	gone(t, began)
	q.do <- answer(1)
	q.do <- func(ctx context.Context) (int, error) { return 2, ctx.Err() }
	want(t, 1, held)
	want(t, 2, stays)
}

func TestAnAnswerEndsWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	q := newSquare()
	ctx, leave := context.WithCancel(t.Context())
	one := q.send(ctx, "?")
	<-q.arrived
	ended := make(chan struct{})
	q.do <- func(ctx context.Context) (int, error) {
		<-ctx.Done()
		close(ended)
		return 0, ctx.Err()
	}
	leave()
	<-ended
	gone(t, one)
}

// Who comes after all have left does not join what they gave up.
func TestWhoComesAfterAllHaveLeft(t *testing.T) {
	t.Parallel()
	q := newSquare()
	held := q.hold(t)
	ctx, leave := context.WithCancel(t.Context())
	left := q.send(ctx, "?")
	leave()
	gone(t, left)
	after := q.send(t.Context(), "?")
	q.do <- answer(1)
	q.do <- func(ctx context.Context) (int, error) { return 2, ctx.Err() }
	want(t, 1, held)
	want(t, 2, after)
}

func TestAPanicIsEachAskersOwn(t *testing.T) {
	t.Parallel()
	q := newSquare()
	held := q.hold(t)
	one, two := q.send(t.Context(), "?"), q.send(t.Context(), "?")
	q.do <- answer(1)
	q.do <- func(context.Context) (int, error) { panic("boom") }
	want(t, 1, held)
	for _, got := range []<-chan said{one, two} {
		if text, _ := (<-got).panicked.(string); !strings.Contains(text, "boom") || !strings.Contains(text, "crowd_test.go") {
			t.Errorf("panicked with %q; it must say what and where", text)
		}
	}
	after := q.send(t.Context(), "?")
	q.do <- answer(2)
	want(t, 2, after)
}
