package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
)

// maxKeyless is the longest document that is read for who has no key, in
// bytes: it can only ask for the schema.
const maxKeyless = 16 << 10

// door lets operations in that need no key, and those whose caller has one.
type door struct{ extension }

// MutateOperationParameters refuses what is too long for a caller without a
// valid key, before anybody reads it.
func (door) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if _, ok := auth.From(ctx); ok || len(params.Query) <= maxKeyless {
		return nil
	}
	return keyless(ctx)
}

// MutateOperationContext refuses an operation whose caller has no valid key.
func (door) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	return admit(ctx, op.Operation)
}

// admit is nil for an operation that may be answered to the context's viewer.
func admit(ctx context.Context, op *ast.OperationDefinition) *gqlerror.Error {
	if _, ok := auth.From(ctx); ok || introspects(op.SelectionSet, map[string]bool{}) {
		return nil
	}
	return keyless(ctx)
}

// introspects reports that the schema is all that is asked for. seen are the
// fragments that were looked into, so that each is once.
func introspects(set ast.SelectionSet, seen map[string]bool) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !strings.HasPrefix(s.Name, "__") {
				return false
			}
		case *ast.InlineFragment:
			if !introspects(s.SelectionSet, seen) {
				return false
			}
		case *ast.FragmentSpread:
			if seen[s.Name] {
				continue
			}
			seen[s.Name] = true
			if !introspects(s.Definition.SelectionSet, seen) {
				return false
			}
		}
	}
	return true
}

// keyless is the refusal of a caller without a valid key.
func keyless(ctx context.Context) *gqlerror.Error {
	_, err := auth.Require(ctx, auth.Read)
	return refusal(fault.Of(err))
}

// refusal is an error of the whole request.
func refusal(f *fault.Error) *gqlerror.Error {
	return &gqlerror.Error{Message: f.Message, Extensions: extensions(f)}
}
