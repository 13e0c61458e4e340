package auth_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
)

func TestRolesAndActs(t *testing.T) {
	t.Parallel()
	acts := []auth.Act{auth.Track, auth.Read, auth.Manage, auth.Administer}
	for role, may := range map[auth.Role][]bool{
		auth.Admin:   {true, true, true, true},
		auth.Manager: {true, true, true, false},
		auth.Reader:  {false, true, false, false},
		auth.Tracker: {true, false, false, false},
		"":           {false, false, false, false},
		"admin":      {false, false, false, false},
	} {
		for i, act := range acts {
			v := auth.Viewer{Role: role}
			err := v.May(act)
			want := fault.Forbidden
			if may[i] {
				want = ""
			}
			if code := fault.CodeOf(err); code != want {
				t.Errorf("%s, act %d: %q, want %q", role, act, code, want)
			}
			ctx := auth.With(t.Context(), v)
			if code := fault.CodeOf(auth.Gate(ctx, act, "shop")); code != want {
				t.Errorf("gate, %s, act %d: %q, want %q", role, act, code, want)
			}
			if _, err := auth.Require(ctx, act); fault.CodeOf(err) != want {
				t.Errorf("require, %s, act %d: %v, want %q", role, act, err, want)
			}
		}
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	own := auth.Viewer{Role: auth.Manager, WorkspaceID: "shop"}
	for name, c := range map[string]struct {
		ctx       context.Context
		workspace string
		want      fault.Code
	}{
		"its own":                  {auth.With(t.Context(), own), "shop", ""},
		"another":                  {auth.With(t.Context(), own), "other", fault.WorkspaceNotFound},
		"none":                     {auth.With(t.Context(), own), "", fault.WorkspaceNotFound},
		"other letters":            {auth.With(t.Context(), own), "Shop", fault.WorkspaceNotFound},
		"every one":                {auth.With(t.Context(), auth.Viewer{Role: auth.Manager}), "other", ""},
		"nobody":                   {t.Context(), "shop", fault.Unauthenticated},
		"a role too small, hidden": {auth.With(t.Context(), auth.Viewer{Role: auth.Tracker, WorkspaceID: "shop"}), "other", fault.Forbidden},
	} {
		if code := fault.CodeOf(auth.Gate(c.ctx, auth.Read, c.workspace)); code != c.want {
			t.Errorf("%s: %q, want %q", name, code, c.want)
		}
	}
}

func TestWithCarriesTheViewerAndEntsScope(t *testing.T) {
	t.Parallel()
	if _, ok := auth.From(t.Context()); ok {
		t.Error("a viewer out of nowhere")
	}
	for _, v := range []auth.Viewer{{Role: auth.Reader, WorkspaceID: "shop", KeyID: "1"}, {Role: auth.Admin}} {
		ctx := auth.With(t.Context(), v)
		if got, ok := auth.From(ctx); !ok || got != v {
			t.Errorf("%+v, %v", got, ok)
		}
		if w, ok := scope.From(ctx); !ok || w.ID != v.WorkspaceID {
			t.Errorf("scope %+v, %v", w, ok)
		}
	}
}

func TestRoleInGraphQL(t *testing.T) {
	t.Parallel()
	for _, role := range []auth.Role{auth.Admin, auth.Manager, auth.Reader, auth.Tracker} {
		var text bytes.Buffer
		role.MarshalGQL(&text)
		if text.String() != `"`+string(role)+`"` {
			t.Error(text.String())
		}
		var back auth.Role
		if err := back.UnmarshalGQL(string(role)); err != nil || back != role {
			t.Errorf("%s, %v", back, err)
		}
	}
	for _, odd := range []any{"", "admin", "ROOT", 7, nil} {
		if err := new(auth.Role).UnmarshalGQL(odd); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%v: %v", odd, err)
		}
	}
}
