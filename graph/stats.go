package graph

import (
	"context"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
)

// open reads the figures that need declares, for who may read the workspace.
func (r *Resolver) open(ctx context.Context, workspaceID string, days *calendar.RangeInput, filter *analytics.Filter, need analytics.Need) (*analytics.Stats, error) {
	if err := auth.Gate(ctx, auth.Read, workspaceID); err != nil {
		return nil, err
	}
	return analytics.Open(ctx, r.Book, workspaceID, days, filter, need, r.Now())
}

// page is how many entries a connection gives from its start: defaultPage where
// the caller says neither that nor how many from its end.
func page(first, last *int) *int {
	if first == nil && last == nil {
		return new(defaultPage)
	}
	return first
}

// pointers is what entgql takes a list as.
func pointers[T any](list []T) []*T {
	p := make([]*T, len(list))
	for i := range list {
		p[i] = &list[i]
	}
	return p
}
