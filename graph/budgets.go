package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/budget"
)

// budget reads a budget as far as it is selected, for who may read the
// workspace.
func (r *Resolver) budget(ctx context.Context, of budget.Subject) (*budget.Budget, error) {
	if err := auth.Gate(ctx, auth.Read, of.WorkspaceID); err != nil {
		return nil, err
	}
	b, err := budget.Of(ctx, r.Book, of, r.Now())
	if b == nil || err != nil || !selectsOutlook(ctx) {
		return b, err
	}
	var filter *analytics.Filter
	if of.ClientID != nil {
		filter = &analytics.Filter{ClientIds: []string{*of.ClientID}}
	}
	stats, err := r.open(ctx, of.WorkspaceID, nil, filter, analytics.Need{Forecast: true})
	if err != nil {
		return nil, err
	}
	b.Projected, b.ExhaustedOn, err = stats.MonthEnd(b.MonthlyLimit.Total())
	return b, err
}

// selectsOutlook reports that what is expected of the month is asked for.
func selectsOutlook(ctx context.Context) bool {
	return slices.ContainsFunc(graphql.CollectFieldsCtx(ctx, []string{"Budget"}), func(field graphql.CollectedField) bool {
		return field.Name == "projected" || field.Name == "exhaustedOn"
	})
}

// setBudget keeps a budget and reads it again.
func (r *Resolver) setBudget(ctx context.Context, of budget.Subject, in budget.Input) (*budget.Budget, error) {
	if err := auth.Gate(ctx, auth.Manage, of.WorkspaceID); err != nil {
		return nil, err
	}
	if err := budget.Set(ctx, r.Book, of, in, r.Now()); err != nil {
		return nil, err
	}
	return r.budget(ctx, of)
}
