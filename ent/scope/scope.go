// Package scope carries in a context which workspaces ent may read and write.
//
// In comes the workspace of an authenticated caller, or All; out goes the
// same to the privacy rules of ent/schema. A context without a scope sees
// nothing, so that a forgotten check fails closed. The package must never
// decide who gets which scope: that is the work of internal/auth.
package scope

import "context"

type key struct{}

// Workspaces says which workspaces a context may touch.
type Workspaces struct {
	// ID is the only workspace in scope; empty means every workspace.
	ID string
}

// With returns a context that may touch one workspace, or all of them where
// id is empty.
func With(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, key{}, Workspaces{ID: id})
}

// All returns a context that may touch every workspace.
func All(ctx context.Context) context.Context { return With(ctx, "") }

// From returns the scope of ctx; ok is false where nobody set one.
func From(ctx context.Context) (Workspaces, bool) {
	w, ok := ctx.Value(key{}).(Workspaces)
	return w, ok
}
