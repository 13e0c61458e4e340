package schema

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/entql"

	"github.com/contatore/contatore/ent/privacy"
	"github.com/contatore/contatore/ent/scope"
)

// scoped narrows every query and mutation to the workspaces in the context's
// scope and refuses a context that has none.
func scoped() privacy.QueryMutationRule {
	return privacy.FilterFunc(func(ctx context.Context, f privacy.Filter) error {
		w, ok := scope.From(ctx)
		if !ok {
			return privacy.Denyf("ent/schema: the context carries no workspace scope")
		}
		if w.ID == "" {
			return privacy.Allow
		}
		switch f := f.(type) {
		case interface{ WhereWorkspaceID(entql.StringP) }:
			f.WhereWorkspaceID(entql.StringEQ(w.ID))
		case interface{ WhereID(entql.StringP) }:
			f.WhereID(entql.StringEQ(w.ID))
		default:
			return privacy.Denyf("ent/schema: no rule narrows %T", f)
		}
		return privacy.Allow
	})
}

// mayCreate lets a new row in where its workspace is in scope.
func mayCreate() privacy.MutationRule {
	return privacy.MutationRuleFunc(func(ctx context.Context, m ent.Mutation) error {
		w, ok := scope.From(ctx)
		if !ok {
			return privacy.Denyf("ent/schema: the context carries no workspace scope")
		}
		if w.ID == "" {
			return privacy.Allow
		}
		if owned, ok := m.(interface{ WorkspaceID() (string, bool) }); ok {
			if id, set := owned.WorkspaceID(); set && id == w.ID {
				return privacy.Allow
			}
		}
		return privacy.Denyf("ent/schema: a new row outside the workspace in scope")
	})
}

// policy is every table's: what is in scope, both ways.
func policy() ent.Policy {
	return privacy.Policy{
		Query: privacy.QueryPolicy{scoped()},
		Mutation: privacy.MutationPolicy{
			privacy.OnMutationOperation(mayCreate(), ent.OpCreate),
			privacy.OnMutationOperation(scoped(), ent.OpUpdate|ent.OpUpdateOne|ent.OpDelete|ent.OpDeleteOne),
			privacy.AlwaysDenyRule(),
		},
	}
}
