package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
)

// pace is what the transports share: how long an operation may take, and what
// ends one that never would.
type pace struct{ Deps }

const (
	// confirmEvery is how often the key of a stream is looked at.
	confirmEvery = 2 * time.Second
	// confirmTimeout bounds that.
	confirmTimeout = 2 * time.Second
)

// open gives an operation its time: an answer as much as AnswerTimeout says, a
// stream until the server stops.
func (p pace) open(ctx context.Context, op *graphql.OperationContext) (context.Context, context.CancelFunc) {
	subscribes := op.Operation.Operation == ast.Subscription
	if !subscribes && p.AnswerTimeout > 0 {
		return context.WithTimeout(ctx, p.AnswerTimeout)
	}
	ctx, cancel := context.WithCancel(ctx)
	if !subscribes {
		return ctx, cancel
	}
	stay := context.AfterFunc(p.Stopping, cancel)
	return ctx, func() {
		stay()
		cancel()
	}
}

// run hands what an operation answers to send, one response or many, until it
// ends or send returns false. A response is good until send returns. whole
// reports that there was nothing more to come.
func (p pace) run(ctx context.Context, exec graphql.GraphExecutor, op *graphql.OperationContext, send func(*graphql.Response) bool) (whole bool) {
	subscribes := op.Operation.Operation == ast.Subscription
	respond, ctx := exec.DispatchOperation(ctx, op)
	for first := true; ; first = false {
		response := respond(ctx)
		switch {
		case response == nil && first && !subscribes:
			return send(tooLate())
		case response == nil:
			return ctx.Err() == nil
		case !send(response):
			return false
		case !subscribes:
			return true
		}
	}
}

// recovered is the error of an operation that panicked outside of its fields.
func (p pace) recovered(ctx context.Context, what any) *gqlerror.Error {
	return refusal(fault.Of(recoverer(p.Log)(ctx, what)))
}

// confirm is the fault UNAUTHENTICATED once the key that opened a stream opens
// nothing more. While nobody can tell, the stream goes on.
func (p pace) confirm(ctx context.Context) error {
	viewer, ok := auth.From(ctx)
	if !ok {
		return nil // the schema is everybody's
	}
	ctx, cancel := context.WithTimeout(ctx, confirmTimeout)
	defer cancel()
	if err := p.Keys.Confirm(ctx, viewer); fault.CodeOf(err) == fault.Unauthenticated {
		return err
	}
	return nil
}
