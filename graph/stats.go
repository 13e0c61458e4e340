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
	return r.readers.Open(ctx, workspaceID, days, filter, need)
}
