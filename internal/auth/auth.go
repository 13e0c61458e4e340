// Package auth keeps API keys and says what their holders may do.
//
// In comes a secret; out comes a viewer, whom the context carries, and one
// gate that every door asks. The package must never keep a secret, only its
// hash, and never tell another workspace's key that a workspace exists.
package auth

import (
	"context"
	"fmt"
	"io"

	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
)

// Role is what a key is for: GraphQL's Role.
type Role string

// The roles, from the widest on.
const (
	Admin   Role = "ADMIN"
	Manager Role = "MANAGE"
	Reader  Role = "READ"
	Tracker Role = "TRACK"
)

// MarshalGQL writes the enum Role.
func (r Role) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, "%q", string(r)) }

// UnmarshalGQL reads the enum Role.
func (r *Role) UnmarshalGQL(v any) error {
	text, _ := v.(string)
	if _, ok := Role(text).may(Track); !ok {
		return fault.New(fault.Invalid, "%q is not a role; write ADMIN, MANAGE, READ or TRACK.", text)
	}
	*r = Role(text)
	return nil
}

// Act is a kind of thing to do.
type Act int

// The acts, each of a role.
const (
	// Track is to count answers, to take them back and to keep customers.
	Track Act = iota
	// Read is to see a workspace's analytics and records.
	Read
	// Manage is to change a workspace's records, customers and keys.
	Manage
	// Administer is to make workspaces.
	Administer
)

// may reports that the role allows the act; ok is false for a role that does
// not exist.
func (r Role) may(act Act) (may, ok bool) {
	switch r {
	case Admin:
		return true, true
	case Manager:
		return act == Track || act == Read || act == Manage, true
	case Reader:
		return act == Read, true
	case Tracker:
		return act == Track, true
	default:
		return false, false
	}
}

// Viewer is who calls: GraphQL's Viewer. An empty WorkspaceID means every
// workspace; an empty KeyID and Name, the operator's own key.
type Viewer struct {
	Role        Role
	WorkspaceID string
	KeyID       string
	// Name is the key's, for people.
	Name string
	// ExpiresAt is from when on the key opens nothing; 0: never.
	ExpiresAt calendar.Instant
}

// Sees reports that the workspace is among the viewer's, if it exists.
func (v Viewer) Sees(workspaceID string) bool {
	return v.WorkspaceID == "" || v.WorkspaceID == workspaceID
}

// May is nil where the viewer's role allows the act, else the fault FORBIDDEN.
func (v Viewer) May(act Act) error {
	if may, _ := v.Role.may(act); !may {
		return fault.New(fault.Forbidden, "This key's role %s may not do this.", v.Role)
	}
	return nil
}

type viewerKey struct{}

// With returns a context that carries the viewer, and ent's scope with it.
func With(ctx context.Context, v Viewer) context.Context {
	return scope.With(context.WithValue(ctx, viewerKey{}, v), v.WorkspaceID)
}

type refusalKey struct{}

// Refused returns a context without a viewer, whose key was refused for the
// reason that Require then gives.
func Refused(ctx context.Context, reason error) context.Context {
	return context.WithValue(ctx, refusalKey{}, reason)
}

// From returns the viewer of the context; ok is false without one.
func From(ctx context.Context) (v Viewer, ok bool) {
	v, ok = ctx.Value(viewerKey{}).(Viewer)
	return v, ok
}

// Require returns the context's viewer where it may act: the fault
// UNAUTHENTICATED without a viewer, FORBIDDEN where its role may not.
func Require(ctx context.Context, act Act) (Viewer, error) {
	v, ok := From(ctx)
	if reason, refused := ctx.Value(refusalKey{}).(error); refused && !ok {
		return v, reason
	}
	if !ok {
		return v, fault.New(fault.Unauthenticated, "This needs an API key: send it as \"Authorization: Bearer KEY\".")
	}
	return v, v.May(act)
}

// Gate lets the context's viewer act on one workspace. Beside the faults of
// Require it is WORKSPACE_NOT_FOUND for a workspace of others, in the words
// for one that does not exist.
func Gate(ctx context.Context, act Act, workspaceID string) error {
	v, err := Require(ctx, act)
	if err != nil {
		return err
	}
	if !v.Sees(workspaceID) {
		return fault.New(fault.WorkspaceNotFound, "There is no workspace %q.", workspaceID)
	}
	return nil
}
