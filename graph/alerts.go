package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/workspace"
)

// words are an alert's title and text in a language, by default that of its
// workspace.
func (r *Resolver) words(ctx context.Context, a *ent.Alert, language *string) (title, text string, err error) {
	w, err := shopsOf(ctx).find(a.WorkspaceID, func() (*workspace.Workspace, error) { return r.Workspaces.Find(ctx, a.WorkspaceID) })
	if err != nil {
		return "", "", err
	}
	in := w.Language
	if language != nil && *language != "" {
		in = *language
		if err := workspace.CheckLanguage("language", in); err != nil {
			return "", "", err
		}
	}
	var facts alert.Facts
	if err := json.Unmarshal([]byte(a.Facts), &facts); err != nil {
		return "", "", fmt.Errorf("facts of alert %s: %w", a.ID, err)
	}
	var clientID string
	if a.ClientID != nil {
		clientID = *a.ClientID
	}
	title, text = alert.Words(a.Event, &facts, w.Name, clientID, in)
	return title, text, nil
}

// remembering has an operation read each workspace once, however many alerts
// of it speak.
type remembering struct{ extension }

// InterceptOperation gives an operation its memory.
func (remembering) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(context.WithValue(ctx, shopsKey{}, &shops{found: map[string]func() (*workspace.Workspace, error){}}))
}

type shopsKey struct{}

// shops are the workspaces that an operation has found. Safe for concurrent
// use.
type shops struct {
	mu    sync.Mutex
	found map[string]func() (*workspace.Workspace, error)
}

func shopsOf(ctx context.Context) *shops {
	s, _ := ctx.Value(shopsKey{}).(*shops)
	return s
}

func (s *shops) find(id string, find func() (*workspace.Workspace, error)) (*workspace.Workspace, error) {
	s.mu.Lock()
	once, ok := s.found[id]
	if !ok {
		once = sync.OnceValues(find)
		s.found[id] = once
	}
	s.mu.Unlock()
	return once()
}

// values is a list without its pointers, as gqlgen is told to take lists.
func values[T any](list []*T) []T {
	v := make([]T, len(list))
	for i, p := range list {
		v[i] = *p
	}
	return v
}
