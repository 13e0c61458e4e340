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

// door lets operations in that need no key, and those whose caller has one.
type door struct{}

// ExtensionName is for gqlgen.
func (door) ExtensionName() string { return "door" }

// Validate is for gqlgen.
func (door) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses an operation whose caller has no valid key.
func (door) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	if _, ok := auth.From(ctx); ok || introspects(op.Operation.SelectionSet) {
		return nil
	}
	_, err := auth.Require(ctx, auth.Read)
	return refusal(fault.Of(err))
}

// introspects reports that the schema is all that is asked for.
func introspects(set ast.SelectionSet) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !strings.HasPrefix(s.Name, "__") {
				return false
			}
		case *ast.InlineFragment:
			if !introspects(s.SelectionSet) {
				return false
			}
		case *ast.FragmentSpread:
			if !introspects(s.Definition.SelectionSet) {
				return false
			}
		}
	}
	return true
}

// refusal is an error of the whole request.
func refusal(f *fault.Error) *gqlerror.Error {
	return &gqlerror.Error{Message: f.Message, Extensions: extensions(f)}
}
