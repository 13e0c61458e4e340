package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/testkit"
)

// Who asks the same with the same key while it is being answered shares the
// next answer; who asks something else, or with another key, has their own.
func TestEqualQueriesShareAnAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const crowd = 60
		arrived, free := make(chan struct{}, 2*crowd), make(chan struct{})
		hold := func(statement string) {
			if strings.HasPrefix(statement, "SELECT") && strings.Contains(statement, "workspaces") {
				arrived <- struct{}{}
				<-free
			}
		}
		h.hold.Store(&hold)
		var running sync.WaitGroup
		send := func(v viewer, id string) {
			ctx, begun := testkit.Waiting(t.Context())
			running.Go(func() {
				r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(`{"query": "query($id: ID!) { workspace(id: $id) { id } }", "variables": {"id": "`+id+`"}}`))
				r.Header.Set("Content-Type", "application/json")
				want := `{"data":{"workspace":{"id":"` + id + `"}}}`
				if a := h.send(t, v, r); strings.TrimSpace(a.text) != want {
					t.Errorf("%s got %s, want %s", v, a.text, want)
				}
			})
			<-begun
		}
		send(admin, "shop")
		<-arrived
		for range crowd {
			send(admin, "shop")
		}
		for _, own := range []func(){
			func() { send(admin, "rival") },
			func() { send(viewer{role: auth.Reader, workspace: "shop"}, "shop") },
		} {
			own()
			<-arrived // though the crowd waits
		}
		close(free)
		running.Wait()
		// Of those who had begun some may have come too late for the second
		// answer, hardly half of them.
		if n := len(arrived); n < 1 || n > crowd/2 {
			t.Errorf("%d answers for a crowd of %d", n, crowd)
		}
	})
}
