package auth_test

import (
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
)

func TestBearer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		created := d.make(t, auth.Reader, "shop")
		for _, header := range []string{"Bearer ", "bearer  ", " BEARER "} {
			if v, err := d.Bearer(t.Context(), header+created.Secret+" "); err != nil || v.KeyID != created.ID {
				t.Errorf("%q: %+v, %v", header, v, err)
			}
		}
		for _, header := range []string{"", " ", "Bearer", "Bearer wrong", created.Secret, "Basic " + created.Secret, "Bearer" + created.Secret} {
			if _, err := d.Bearer(t.Context(), header); fault.CodeOf(err) != fault.Unauthenticated {
				t.Errorf("%q: %v", header, err)
			}
		}
	})
}

// What a key opened is confirmed until it is revoked or expires; look-ups are
// shared by all that it opened.
func TestConfirm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		if err := d.Confirm(t.Context(), auth.Viewer{Role: auth.Admin}); err != nil {
			t.Errorf("the operator's key: %v", err)
		}
		if err := d.Confirm(t.Context(), auth.Viewer{Role: auth.Admin, KeyID: "018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07"}); fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("a key that was never made: %v", err)
		}
		expires := calendar.StampOf(d.clock().Add(10 * time.Second).Format(time.RFC3339))
		short, err := d.Create(as(t, auth.Admin, ""), auth.CreateInput{Name: "short", Role: auth.Reader, ExpiresAt: &expires})
		if err != nil {
			t.Fatal(err)
		}
		open := func(secret string) auth.Viewer {
			v, err := d.Authenticate(t.Context(), secret)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		long, brief := open(d.make(t, auth.Reader, "shop").Secret), open(short.Secret)
		d.asked.Store(0)
		for range 10 {
			for _, v := range []auth.Viewer{long, brief} {
				if err := d.Confirm(t.Context(), v); err != nil {
					t.Error(err)
				}
			}
		}
		if n := d.asked.Load(); n != 2 {
			t.Errorf("%d look-ups, want one a key", n)
		}
		d.pass(10 * time.Second)
		if err := d.Confirm(t.Context(), brief); fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("an expired key: %v", err)
		}
		if err := d.Confirm(t.Context(), long); err != nil {
			t.Error(err)
		}
		if ok, err := d.Revoke(as(t, auth.Admin, ""), long.KeyID); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if err := d.Confirm(t.Context(), long); fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("a revoked key: %v", err)
		}
		if err := d.db.Close(); err != nil {
			t.Fatal(err)
		}
		d.pass(2 * time.Second)
		if err := d.Confirm(t.Context(), long); err == nil || fault.CodeOf(err) == fault.Unauthenticated {
			t.Errorf("without a database nobody can tell: %v", err)
		}
	})
}
