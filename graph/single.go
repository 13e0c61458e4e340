package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/internal/fault"
)

// single refuses a subscription to none or several streams, which gqlgen takes
// for a fault of its own.
type single struct{ extension }

// MutateOperationContext counts what is left of the selection when @skip and
// @include were looked at.
func (single) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation.Operation != ast.Subscription || len(graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})) == 1 {
		return nil
	}
	return refusal(fault.New(fault.Invalid, "A subscription asks for exactly one stream; send an operation for each."))
}
