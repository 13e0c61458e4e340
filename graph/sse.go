package graph

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/internal/fault"
)

// stream answers as the protocol graphql-sse does in its mode of a connection
// each: an event "next" for each response, "complete" where there are no more.
// A stream that the server's stop ends lacks that: its client should come
// again.
func (t overHTTP) stream(ctx context.Context, w http.ResponseWriter, exec graphql.GraphExecutor, op *graphql.OperationContext) {
	w.Header().Set("Content-Type", eventStream+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // or nginx keeps events until it has many
	w.WriteHeader(http.StatusOK)
	e := events{w, http.NewResponseController(w)}
	if !e.comment() { // sends the header, too
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	responses, whole := make(chan []byte), false
	running.Go(func() {
		defer close(responses)
		send := func(r *graphql.Response) bool {
			select {
			case responses <- encode(r):
				return true
			case <-ctx.Done():
				return false
			}
		}
		defer func() {
			if what := recover(); what != nil {
				whole = send(&graphql.Response{Errors: gqlerror.List{t.recovered(ctx, what)}})
			}
		}()
		whole = t.run(ctx, exec, op, send)
	})
	beat, confirm := time.NewTicker(t.Heartbeat), time.NewTicker(confirmEvery)
	defer beat.Stop()
	defer confirm.Stop()
	for alive := true; alive; {
		select {
		case response, more := <-responses:
			switch {
			case more:
				alive = e.event("next", response)
			case whole:
				e.event("complete", nil)
				return
			default:
				return
			}
		case <-beat.C:
			alive = e.comment()
		case <-confirm.C:
			if err := t.confirm(ctx); err != nil {
				e.event("next", encode(&graphql.Response{Errors: gqlerror.List{refusal(fault.Of(err))}}))
				e.event("complete", nil)
				return
			}
		}
	}
}

// events writes a stream of events, each sent at once. Its methods are false
// once nobody reads it any more.
type events struct {
	to      http.ResponseWriter
	control *http.ResponseController
}

func (e events) event(name string, data []byte) bool {
	return e.write("event: " + name + "\ndata: " + string(data) + "\n\n")
}

// comment is what no client takes for an event.
func (e events) comment() bool { return e.write(":\n\n") }

func (e events) write(text string) bool {
	_, err := e.to.Write([]byte(text))
	return err == nil && e.control.Flush() == nil
}
