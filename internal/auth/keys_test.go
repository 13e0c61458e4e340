package auth_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

const operatorKey = "the-operators-own-key"

// desk is a fresh database with the workspaces "shop" and "other", and keys on
// it under a clock that the test moves.
type desk struct {
	*auth.Keys
	db  *database.DB
	now atomic.Int64 // microseconds since 1970
	// asked counts the statements that look for a key.
	asked atomic.Int64
}

func (d *desk) clock() time.Time { return calendar.Instant(d.now.Load()).Time() }

func (d *desk) pass(by time.Duration) { d.now.Add(by.Microseconds()) }

// each runs fn on a desk over either kind of database.
func each(t *testing.T, fn func(t *testing.T, d *desk)) {
	t.Helper()
	testkit.EachURL(t, func(t *testing.T, url string) { fn(t, open(t, url)) })
}

func open(t *testing.T, url string) *desk {
	t.Helper()
	d := &desk{}
	d.now.Store(time.Date(2024, 1, 30, 12, 0, 0, 0, time.UTC).UnixMicro())
	d.db = testkit.Open(t, url, database.Options{OnStatement: func(_ context.Context, query string) {
		if strings.Contains(query, "SELECT") && strings.Contains(query, "hash") {
			d.asked.Add(1)
		}
	}})
	for _, id := range []string{"shop", "other"} {
		if err := d.db.Write(t.Context(), func(tx *database.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO workspaces (id, name, currency, time_zone, prices, days_ready, created_at)"+
				" VALUES ($1, 'Shop', 'EUR', 'UTC', '{}', 2147483647, 0)", id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	d.Keys = auth.Open(d.db, operatorKey, d.clock, rand.Reader)
	return d
}

// as is a context of a caller; an empty workspace means every one.
func as(t *testing.T, role auth.Role, workspaceID string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Viewer{Role: role, WorkspaceID: workspaceID})
}

// make creates a key as an ADMIN.
func (d *desk) make(t *testing.T, role auth.Role, workspaceID string) *auth.Created {
	t.Helper()
	created, err := d.Create(as(t, auth.Admin, ""), auth.CreateInput{Name: "key", Role: role, WorkspaceID: &workspaceID})
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// opens tells whether the secret opens anything; any other fault than
// UNAUTHENTICATED fails the test.
func (d *desk) opens(t *testing.T, secret string) bool {
	t.Helper()
	v, err := d.Authenticate(t.Context(), secret)
	if err == nil {
		return true
	}
	if fault.CodeOf(err) != fault.Unauthenticated || v != (auth.Viewer{}) {
		t.Errorf("%+v, %v", v, err)
	}
	return false
}

func TestKeyOpensWhatItWasMadeFor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		for _, want := range []auth.Viewer{
			{Role: auth.Admin},
			{Role: auth.Manager, WorkspaceID: "shop"},
			{Role: auth.Reader, WorkspaceID: "other"},
			{Role: auth.Tracker},
		} {
			created := d.make(t, want.Role, want.WorkspaceID)
			want.KeyID, want.Name = created.ID, "key"
			if got, err := d.Authenticate(t.Context(), created.Secret); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		}
		if got, err := d.Authenticate(t.Context(), operatorKey); err != nil || got != (auth.Viewer{Role: auth.Admin}) {
			t.Errorf("operator: %+v, %v", got, err)
		}
	})
}

func TestSecretIsKeptNowhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		created := d.make(t, auth.Reader, "shop")
		random, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(created.Secret, "ctt_"))
		if err != nil || len(random) != 32 || !strings.HasPrefix(created.Secret, "ctt_") {
			t.Errorf("secret %q", created.Secret)
		}
		if _, err := uuid.Parse(created.ID); err != nil {
			t.Error(err)
		}
		keys, err := d.List(as(t, auth.Admin, ""), "")
		if err != nil || len(keys) != 1 {
			t.Fatal(keys, err)
		}
		hash := sha256.Sum256([]byte(created.Secret))
		k := keys[0]
		if k.ID != created.ID || k.Name != "key" || k.Hash != hex.EncodeToString(hash[:]) || k.Role != "READ" ||
			k.WorkspaceID == nil || *k.WorkspaceID != "shop" || k.CreatedAt != calendar.At(d.clock()) || k.ExpiresAt != nil || k.RevokedAt != nil {
			t.Errorf("%#v", k)
		}
		if d.opens(t, k.Hash) {
			t.Error("the hash opens the door")
		}
	})
}

func TestWrongSecrets(t *testing.T) {
	t.Parallel()
	d := open(t, testkit.SQLiteURL(t))
	right := d.make(t, auth.Admin, "").Secret
	for _, wrong := range []string{"", " ", right + "x", right[:len(right)-1], strings.ToUpper(right), operatorKey + " ", "ctt_", "\x00", "\xff", strings.Repeat("a", 1<<20)} {
		if d.opens(t, wrong) {
			t.Errorf("%.50q opens", wrong)
		}
	}
	none := auth.Open(d.db, "", d.clock, rand.Reader)
	if _, err := none.Authenticate(t.Context(), ""); fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("without an operator's key the empty secret gives %v", err)
	}
}

func TestWhoCreatesWhichKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		for _, c := range []struct {
			role, wanted           auth.Role
			ofViewer, ofKey, field string
			want                   fault.Code
		}{
			{role: auth.Admin, wanted: auth.Admin},
			{role: auth.Admin, wanted: auth.Manager},
			{role: auth.Admin, wanted: auth.Tracker, ofKey: "shop"},
			{role: auth.Admin, wanted: auth.Admin, ofKey: "shop", want: fault.Invalid, field: "input.workspaceId"},
			{role: auth.Admin, wanted: auth.Reader, ofKey: "nobody", want: fault.WorkspaceNotFound},
			{role: auth.Admin, wanted: auth.Reader, ofKey: "a\x00b", want: fault.WorkspaceNotFound},
			{role: auth.Admin, wanted: "ROOT", want: fault.Invalid, field: "input.role"},
			{role: auth.Admin, wanted: "", want: fault.Invalid, field: "input.role"},
			{role: auth.Manager, ofViewer: "shop", wanted: auth.Manager, ofKey: "shop"},
			{role: auth.Manager, ofViewer: "shop", wanted: auth.Reader, ofKey: "shop"},
			{role: auth.Manager, ofViewer: "shop", wanted: auth.Reader, ofKey: "other", want: fault.WorkspaceNotFound},
			{role: auth.Manager, ofViewer: "shop", wanted: auth.Reader, ofKey: "nobody", want: fault.WorkspaceNotFound},
			{role: auth.Manager, ofViewer: "shop", wanted: auth.Reader, want: fault.Forbidden},
			{role: auth.Manager, ofViewer: "shop", wanted: auth.Admin, want: fault.Forbidden},
			{role: auth.Manager, ofViewer: "shop", wanted: auth.Admin, ofKey: "shop", want: fault.Forbidden},
			{role: auth.Manager, wanted: auth.Tracker, ofKey: "other"},
			{role: auth.Manager, wanted: auth.Admin, want: fault.Forbidden},
			{role: auth.Reader, ofViewer: "shop", wanted: auth.Reader, ofKey: "shop", want: fault.Forbidden},
			{role: auth.Tracker, wanted: auth.Tracker, ofKey: "shop", want: fault.Forbidden},
		} {
			created, err := d.Create(as(t, c.role, c.ofViewer), auth.CreateInput{Name: "key", Role: c.wanted, WorkspaceID: &c.ofKey})
			field := ""
			if f := fault.Of(err); f != nil {
				field = f.Field
			}
			if fault.CodeOf(err) != c.want || field != c.field || (created == nil) != (c.want != "") {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if _, err := d.Create(t.Context(), auth.CreateInput{Name: "key", Role: auth.Reader}); fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("nobody creates a key: %v", err)
		}
	})
}

// One answer for another's workspace and for none.
func TestHiddenAndMissingWorkspacesAreOneAnswer(t *testing.T) {
	t.Parallel()
	d := open(t, testkit.SQLiteURL(t))
	refuse := func(id string) string {
		_, err := d.Create(as(t, auth.Manager, "shop"), auth.CreateInput{Name: "key", Role: auth.Reader, WorkspaceID: &id})
		return strings.ReplaceAll(fault.Of(err).Message, id, "ID")
	}
	if a, b := refuse("other"), refuse("nobody"); a != b {
		t.Errorf("%q and %q", a, b)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	d := open(t, testkit.SQLiteURL(t))
	stamp := func(text string) *calendar.Stamp { return new(calendar.StampOf(text)) }
	for _, c := range []struct {
		in    auth.CreateInput
		field string
	}{
		{auth.CreateInput{Name: ""}, "input.name"},
		{auth.CreateInput{Name: " \t"}, "input.name"},
		{auth.CreateInput{Name: "a\x00"}, "input.name"},
		{auth.CreateInput{Name: "\xff"}, "input.name"},
		{auth.CreateInput{Name: strings.Repeat("é", 201)}, "input.name"},
		{auth.CreateInput{Name: strings.Repeat("é", 200)}, ""},
		{auth.CreateInput{Name: "key", ExpiresAt: stamp("tomorrow")}, "input.expiresAt"},
		{auth.CreateInput{Name: "key", ExpiresAt: stamp("2024-01-30T12:00:00Z")}, "input.expiresAt"},
		{auth.CreateInput{Name: "key", ExpiresAt: stamp("2024-01-30T13:00:00+01:00")}, "input.expiresAt"},
		{auth.CreateInput{Name: "key", ExpiresAt: stamp("2024-01-30T12:00:00.000001Z")}, ""},
		{auth.CreateInput{Name: "key", ExpiresAt: stamp("")}, ""},
	} {
		c.in.Role = auth.Reader
		_, err := d.Create(as(t, auth.Admin, ""), c.in)
		if f := fault.Of(err); (f == nil) != (c.field == "") || f != nil && (f.Field != c.field || f.Code != fault.Invalid) {
			t.Errorf("%.40q %v: %v", c.in.Name, c.in.ExpiresAt, err)
		}
	}
}

func TestCreateWithoutRandomness(t *testing.T) {
	t.Parallel()
	d := open(t, testkit.SQLiteURL(t))
	broken := auth.Open(d.db, "", d.clock, strings.NewReader("far too short"))
	if created, err := broken.Create(as(t, auth.Admin, ""), auth.CreateInput{Name: "key", Role: auth.Admin}); err == nil {
		t.Errorf("%+v", created)
	}
}

func TestKeyExpires(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		created, err := d.Create(as(t, auth.Admin, ""), auth.CreateInput{
			Name: "key", Role: auth.Reader, ExpiresAt: new(calendar.StampOf("2024-01-30T12:00:00.5Z")),
		})
		if err != nil {
			t.Fatal(err)
		}
		d.pass(500*time.Millisecond - time.Microsecond)
		v, err := d.Authenticate(t.Context(), created.Secret)
		if err != nil || v.ExpiresAt.String() != "2024-01-30T12:00:00.5Z" {
			t.Errorf("expired too early, or at another time: %+v, %v", v, err)
		}
		d.pass(time.Microsecond) // the look-up is still remembered
		if d.opens(t, created.Secret) {
			t.Error("expired, and opens")
		}
	})
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		shop, other, every, admin := d.make(t, auth.Reader, "shop"), d.make(t, auth.Reader, "other"), d.make(t, auth.Reader, ""), d.make(t, auth.Admin, "")
		elsewhere := auth.Open(d.db, "", d.clock, rand.Reader) // another node
		for _, k := range []*auth.Created{shop, other, every, admin} {
			if !d.opens(t, k.Secret) {
				t.Fatal("does not open")
			}
			if _, err := elsewhere.Authenticate(t.Context(), k.Secret); err != nil {
				t.Fatal(err)
			}
		}
		revoke := func(ctx context.Context, id string, want bool) {
			t.Helper()
			if found, err := d.Revoke(ctx, id); err != nil || found != want {
				t.Errorf("%v, %v; want %v", found, err, want)
			}
		}
		manager := as(t, auth.Manager, "shop")
		for _, id := range []string{other.ID, every.ID, admin.ID, uuid.NewString(), "", "no id", "\x00"} {
			revoke(manager, id, false)
		}
		revoke(as(t, auth.Manager, ""), admin.ID, false)
		for _, k := range []*auth.Created{shop, other, every, admin} {
			if !d.opens(t, k.Secret) {
				t.Error("revoked by who may not")
			}
		}
		revoke(manager, shop.ID, true)
		if d.opens(t, shop.Secret) {
			t.Error("revoked, and opens on the same node")
		}
		d.pass(time.Second)
		if _, err := elsewhere.Authenticate(t.Context(), shop.Secret); fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("revoked, and a second later opens on another node: %v", err)
		}
		revoke(manager, shop.ID, true) // again
		revoke(as(t, auth.Manager, ""), other.ID, true)
		revoke(as(t, auth.Admin, ""), strings.ToUpper(admin.ID), true)
		for _, k := range []*auth.Created{other, admin} {
			if d.opens(t, k.Secret) {
				t.Error("revoked, and opens")
			}
		}
		keys, err := d.List(as(t, auth.Admin, ""), "shop")
		if err != nil || len(keys) != 1 || keys[0].RevokedAt == nil || *keys[0].RevokedAt != calendar.At(d.clock().Add(-time.Second)) {
			t.Errorf("the time of the first revocation is lost: %v, %v", keys, err)
		}
		for _, role := range []auth.Role{auth.Reader, auth.Tracker} {
			if _, err := d.Revoke(as(t, role, ""), every.ID); fault.CodeOf(err) != fault.Forbidden {
				t.Errorf("%s revokes: %v", role, err)
			}
		}
	})
}

// Callers that come while a key is revoked must not make it known again.
func TestRevokedWhileInUse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		for range 20 {
			created := d.make(t, auth.Reader, "shop")
			stop := make(chan struct{})
			var callers sync.WaitGroup
			for range 4 {
				callers.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
							d.pass(time.Second) // each has to ask anew
							d.opens(t, created.Secret)
						}
					}
				})
			}
			if found, err := d.Revoke(as(t, auth.Admin, ""), created.ID); err != nil || !found {
				t.Fatal(found, err)
			}
			if d.opens(t, created.Secret) {
				t.Error("opens after Revoke returned")
			}
			close(stop)
			callers.Wait()
			if d.opens(t, created.Secret) {
				t.Error("opens again")
			}
		}
	})
}

func TestLookUpsAreRememberedForASecond(t *testing.T) {
	t.Parallel()
	d := open(t, testkit.SQLiteURL(t))
	for secret, opens := range map[string]bool{d.make(t, auth.Reader, "shop").Secret: true, "wrong": false} {
		d.asked.Store(0)
		for range 3 {
			if d.opens(t, secret) != opens {
				t.Errorf("%q", secret)
			}
			d.pass(333 * time.Millisecond)
		}
		if n := d.asked.Load(); n != 1 {
			t.Errorf("opens %v: asked %d times within a second", opens, n)
		}
		d.pass(time.Millisecond)
		d.opens(t, secret)
		if n := d.asked.Load(); n != 2 {
			t.Errorf("opens %v: asked %d times within two seconds", opens, n)
		}
	}
}

func TestWrongKeysDriveNoRightOnesOut(t *testing.T) {
	t.Parallel()
	d := open(t, testkit.SQLiteURL(t))
	created := d.make(t, auth.Reader, "shop")
	d.opens(t, created.Secret)
	for i := range 10_500 {
		if d.opens(t, fmt.Sprint("wrong", i)) {
			t.Fatal("a wrong key opens")
		}
	}
	d.asked.Store(0)
	if !d.opens(t, created.Secret) || d.asked.Load() != 0 {
		t.Errorf("asked %d times", d.asked.Load())
	}
	d.opens(t, "wrong0")
	if d.asked.Load() != 1 {
		t.Error("every wrong key is remembered")
	}
}

func TestDatabaseAwayIsNoWrongKey(t *testing.T) {
	t.Parallel()
	d := open(t, testkit.SQLiteURL(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Authenticate(ctx, "any"); !errors.Is(err, context.Canceled) || fault.CodeOf(err) == fault.Unauthenticated {
		t.Errorf("%v", err)
	}
	d.asked.Store(0)
	if d.opens(t, "any") || d.asked.Load() != 1 {
		t.Error("the failure is remembered")
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		if found, err := d.Any(t.Context()); err != nil || found {
			t.Errorf("%v, %v", found, err)
		}
		var made []string
		for i, id := range []string{"shop", "other", "", ""} {
			role := auth.Reader
			if i == 3 {
				role = auth.Admin
			}
			made = append(made, d.make(t, role, id).ID)
			d.pass(time.Second)
		}
		if found, err := d.Any(t.Context()); err != nil || !found {
			t.Errorf("%v, %v", found, err)
		}
		for _, c := range []struct {
			ctx       context.Context
			workspace string
			want      []string
			code      fault.Code
		}{
			{as(t, auth.Admin, ""), "", made, ""},
			{as(t, auth.Admin, ""), "other", made[1:2], ""},
			{as(t, auth.Manager, "shop"), "shop", made[:1], ""},
			{as(t, auth.Manager, "shop"), "other", nil, fault.WorkspaceNotFound},
			{as(t, auth.Admin, ""), "nobody", nil, fault.WorkspaceNotFound},
			{as(t, auth.Admin, ""), "a\x00b", nil, fault.WorkspaceNotFound},
			{as(t, auth.Manager, ""), "", made[:3], ""}, // not the ADMIN's
			{as(t, auth.Manager, ""), "other", made[1:2], ""},
			{as(t, auth.Manager, "shop"), "", made[:1], ""},
			{as(t, auth.Reader, ""), "shop", nil, fault.Forbidden},
			{as(t, auth.Reader, "shop"), "other", nil, fault.Forbidden},
			{as(t, auth.Reader, "shop"), "", nil, fault.Forbidden},
			{as(t, auth.Tracker, ""), "", nil, fault.Forbidden},
			{t.Context(), "shop", nil, fault.Unauthenticated},
		} {
			keys, err := d.List(c.ctx, c.workspace)
			var ids []string
			for _, k := range keys {
				ids = append(ids, k.ID)
			}
			if fault.CodeOf(err) != c.code || strings.Join(ids, " ") != strings.Join(c.want, " ") {
				t.Errorf("%q: %v, %v; want %v", c.workspace, ids, err, c.want)
			}
		}
	})
}
