package main

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
)

func TestKeysFromMakingToRevoking(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		newShop(t, url)
		made := invoke(t, at(url), "keys", "create", "--role", "READ", "--workspace", shop, "--name", "the till", "--expires", "90d").must(t)
		secret := strings.TrimSuffix(made.out, "\n")
		if strings.ContainsAny(secret, " \n") || secret == "" || strings.Contains(made.err, secret) {
			t.Errorf("a script can't catch the secret of %+v", made)
		}
		wide := strings.TrimSpace(invoke(t, at(url), "keys", "create", "--role", "ADMIN").must(t).out)

		// They open what they are for.
		db := testkit.Open(t, url, database.Options{})
		keys := auth.Open(db, "", time.Now, rand.Reader)
		viewer, err := keys.Authenticate(t.Context(), secret)
		if err != nil || viewer.Role != auth.Reader || viewer.WorkspaceID != shop {
			t.Errorf("the key is %+v, %v", viewer, err)
		}
		if viewer, err := keys.Authenticate(t.Context(), wide); err != nil || viewer.Role != auth.Admin || viewer.WorkspaceID != "" {
			t.Errorf("the wide key is %+v, %v", viewer, err)
		}

		list := invoke(t, at(url), "keys", "list").must(t)
		if strings.Contains(list.out, secret) || strings.Count(list.out, "\n") != 3 || !strings.HasPrefix(list.out, "ID ") {
			t.Errorf("the list is\n%s", list.out)
		}
		one := invoke(t, at(url), "keys", "list", "--workspace", shop).must(t)
		lines := strings.Split(strings.TrimSuffix(one.out, "\n"), "\n")
		if len(lines) != 2 {
			t.Fatalf("the list of one workspace is\n%s", one.out)
		}
		for _, cell := range []string{viewer.KeyID, " READ ", " shop ", ` "the till" `} {
			if !strings.Contains(lines[1], cell) {
				t.Errorf("the list lacks %q: %s", cell, lines[1])
			}
		}
		if !strings.Contains(made.err, viewer.KeyID) {
			t.Errorf("the key's id is not told: %q", made.err)
		}
		if cells := strings.Fields(lines[1]); cells[len(cells)-1] != "-" {
			t.Errorf("the key is listed as revoked: %s", lines[1])
		}

		for range 2 { // again changes nothing
			invoke(t, at(url), "keys", "revoke", viewer.KeyID).must(t)
		}
		if _, err := auth.Open(db, "", time.Now, rand.Reader).Authenticate(t.Context(), secret); fault.CodeOf(err) != fault.Unauthenticated {
			t.Errorf("the revoked key answers %v", err)
		}
		one = invoke(t, at(url), "keys", "list", "--workspace", shop).must(t)
		if cells := strings.Fields(one.out); cells[len(cells)-1] == "-" {
			t.Errorf("the key is not listed as revoked:\n%s", one.out)
		}
		if _, err := keys.Authenticate(t.Context(), wide); err != nil {
			t.Errorf("the other key: %v", err)
		}
	})
}

func TestKeyExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 1, 31, 12, 0, 0, 0, time.FixedZone("", 3600))
	for text, want := range map[string]string{
		"90d":                       "2024-04-30T11:00:00Z",
		"2030-01-31":                "2030-01-31T00:00:00Z",
		"2030-01-31T12:00:00+01:00": "2030-01-31T12:00:00+01:00",
		"soon":                      "soon",
		"d":                         "d",
		"9999999999d":               "9999999999d",
	} {
		if got := expiry(text, now); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestKeyRefusals(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		invoke(t, at(url), "keys", "create", "--role", "READ", "--workspace", "nowhere").mustFail(t, failed, "nowhere")
		invoke(t, at(url), "keys", "create", "--role", "READ", "--expires", "soon").mustFail(t, failed, "expires")
		invoke(t, at(url), "keys", "create", "--role", "READ", "--expires", "2001-01-01").mustFail(t, failed, "expires")
		invoke(t, at(url), "keys", "create", "--role", "READ", "--name", " ").mustFail(t, failed, "name")
		invoke(t, at(url), "keys", "revoke", "0190163d-8694-739b-aea5-966c26f8ad91").mustFail(t, failed, "contatore keys list")
		invoke(t, at(url), "keys", "revoke", "no id").mustFail(t, failed, "contatore keys list")
	})
}
