package workspace_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

// show is all of a customer but its ids and time.
func show(c *workspace.Customer) string {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	return fmt.Sprintf("%s %s %s %s %v", c.ClientID, text(c.Name), text(c.Phone), text(c.Email), c.ActiveChatbot)
}

func TestUpsertCustomer(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		var first *workspace.Customer
		for _, step := range []struct {
			what string
			in   workspace.CustomerInput
			want string
		}{
			{"made", workspace.CustomerInput{ClientID: new("Ada@1+2:3"), Name: new("Ada"), Phone: new("0039 333-111.2222")}, "Ada@1+2:3 Ada +393331112222 - true"},
			{"left out", workspace.CustomerInput{ClientID: new("Ada@1+2:3")}, "Ada@1+2:3 Ada +393331112222 - true"},
			{"empty", workspace.CustomerInput{ClientID: new("Ada@1+2:3"), Name: new(""), Phone: new(""), Email: new("")}, "Ada@1+2:3 Ada +393331112222 - true"},
			{"changed", workspace.CustomerInput{ClientID: new("Ada@1+2:3"), Email: new("ada@example.org"), ActiveChatbot: new(false)}, "Ada@1+2:3 Ada +393331112222 ada@example.org false"},
			{"by phone", workspace.CustomerInput{Phone: new("393331112222@c.us"), Name: new("Ada B.")}, "Ada@1+2:3 Ada B. +393331112222 ada@example.org false"},
			{"by phone, empty id", workspace.CustomerInput{ClientID: new(""), Phone: new("+39 333 111 2222")}, "Ada@1+2:3 Ada B. +393331112222 ada@example.org false"},
			{"another phone", workspace.CustomerInput{ClientID: new("Ada@1+2:3"), Phone: new("+39 333 999")}, "Ada@1+2:3 Ada B. +39333999 ada@example.org false"},
		} {
			c, err := d.UpsertCustomer(ctx, "shop", step.in)
			if err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
			if first == nil {
				first = c
			}
			if show(c) != step.want || c.ID != first.ID || c.WorkspaceID != "shop" || c.CreatedAt != calendar.At(clock()) {
				t.Errorf("%s: %s, want %s", step.what, show(c), step.want)
			}
		}
		if _, err := uuid.Parse(first.ID); err != nil {
			t.Error(err)
		}
		if n := count(t, db, "SELECT count(*) FROM customers WHERE workspace_id = 'shop'"); n != 1 {
			t.Errorf("%d customers", n)
		}
	})
}

func TestUpsertCustomerWithoutClientID(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		ids := map[string]bool{}
		for _, in := range []workspace.CustomerInput{
			{Phone: new("+393331112222")}, {Name: new("Bruno")}, {Name: new("Bruno")}, {},
		} {
			c, err := d.UpsertCustomer(ctx, "shop", in)
			if err != nil {
				t.Fatal(err)
			}
			id, err := uuid.Parse(c.ClientID)
			if err != nil || id.Version() != 7 || c.ClientID == c.ID || !c.ActiveChatbot {
				t.Errorf("%+v", c)
			}
			ids[c.ClientID] = true
		}
		if len(ids) != 4 {
			t.Errorf("%d customers, want 4", len(ids))
		}
	})
}

func TestUpsertCustomerRefuses(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		for field, values := range map[string][]workspace.CustomerInput{
			"input.clientId": {{ClientID: new("a b")}, {ClientID: new("é")}, {ClientID: new(strings.Repeat("a", 65))}, {ClientID: new("a\x00")}},
			"input.name":     {{Name: new(strings.Repeat("n", 201))}, {Name: new("\x00")}, {Name: new("\xff")}, {Name: new("  ")}},
			"input.phone":    {{Phone: new("nobody")}, {Phone: new("123456")}, {Phone: new("1234567890123456")}, {Phone: new("+39333\x001112222")}},
			"input.email": {
				{Email: new("ada")},
				{Email: new("@example.org")},
				{Email: new("ada@")},
				{Email: new("ada@example")},
				{Email: new("a@b@example.org")},
				{Email: new("ada b@example.org")},
				{Email: new("ada@example..org")},
				{Email: new("Ada <ada@example.org>")},
				{Email: new("ada@example.org\n")},
				{Email: new("ada@-example.org")},
				{Email: new("ada@example.org\x00")},
				{Email: new(strings.Repeat("a", 190) + "@example.org")},
			},
		} {
			for _, in := range values {
				_, err := d.UpsertCustomer(ctx, "shop", in)
				wantFault(t, err, fault.Invalid, field)
			}
		}
		if n := count(t, db, "SELECT count(*) FROM customers"); n != 0 {
			t.Errorf("%d customers kept", n)
		}
		_, err := d.UpsertCustomer(ctx, "nobody", workspace.CustomerInput{ClientID: new("ada")})
		wantFault(t, err, fault.WorkspaceNotFound, "")
		for _, email := range []string{"a@b.c", "ada.bianchi+shop@mail.example.org", "użytkownik@przykład.pl", strings.Repeat("é", 188) + "@example.org"} {
			if _, err := d.UpsertCustomer(ctx, "shop", workspace.CustomerInput{ClientID: new("ada"), Email: &email}); err != nil {
				t.Errorf("%s: %v", email, err)
			}
		}
	})
}

func TestPhoneIsOneCustomersInItsWorkspace(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		if _, err := d.Create(ctx, workspace.CreateInput{ID: new("other"), Name: "Other"}); err != nil {
			t.Fatal(err)
		}
		upsert := func(workspaceID, clientID, phone string) error {
			in := workspace.CustomerInput{ClientID: &clientID, Phone: &phone}
			c, err := d.UpsertCustomer(scope.With(t.Context(), workspaceID), workspaceID, in)
			if err == nil && c.WorkspaceID != workspaceID {
				t.Errorf("%+v", c)
			}
			return err
		}
		for _, workspaceID := range []string{"shop", "other"} {
			for clientID, phone := range map[string]string{"ada": "+393331112222", "bruno": ""} {
				if err := upsert(workspaceID, clientID, phone); err != nil {
					t.Fatal(err)
				}
			}
		}
		wantFault(t, upsert("shop", "bruno", "00393331112222"), fault.Conflict, "input.phone")
		wantFault(t, upsert("shop", "carla", "393331112222"), fault.Conflict, "input.phone")
		if err := upsert("shop", "ada", "+393339998888"); err != nil {
			t.Fatal(err)
		}
		if err := upsert("shop", "bruno", "+393331112222"); err != nil {
			t.Errorf("a phone given up is not free: %v", err)
		}
		if n := count(t, db, "SELECT count(*) FROM customers WHERE workspace_id = 'other' AND client_id = 'ada' AND phone = '+393331112222'"); n != 1 {
			t.Error("the other workspace's customer changed")
		}
	})
}

// at once runs fn n times together and returns what each came to.
func atOnce(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

func TestUpsertsAtOnceMakeOneCustomer(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		for round := range 8 {
			id, phone := fmt.Sprintf("client-%d", round), fmt.Sprintf("+3933300%04d", round)
			for _, err := range atOnce(8, func(i int) error {
				in := []workspace.CustomerInput{
					{ClientID: &id, Name: new("Ada")}, {ClientID: &id, Email: new("ada@example.org")},
				}[i%2]
				_, err := d.UpsertCustomer(ctx, "shop", in)
				return err
			}) {
				if err != nil {
					t.Error(err)
				}
			}
			for _, err := range atOnce(8, func(int) error {
				_, err := d.UpsertCustomer(ctx, "shop", workspace.CustomerInput{Phone: &phone})
				return err
			}) {
				if err != nil {
					t.Error(err)
				}
			}
		}
		if n := count(t, db, "SELECT count(*) FROM customers WHERE name = 'Ada' AND email = 'ada@example.org'"); n != 8 {
			t.Errorf("%d customers by client id with both changes, want 8", n)
		}
		if n := count(t, db, "SELECT count(*) FROM customers WHERE phone IS NOT NULL"); n != 8 {
			t.Errorf("%d customers by phone, want 8", n)
		}
	})
}

func TestOneOfManyGetsThePhone(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		for round := range 8 {
			phone, got := fmt.Sprintf("+3933300%04d", round), 0
			for _, err := range atOnce(6, func(i int) error {
				_, err := d.UpsertCustomer(ctx, "shop", workspace.CustomerInput{ClientID: new(fmt.Sprintf("%d-%d", round, i)), Phone: &phone})
				return err
			}) {
				if err == nil {
					got++
				} else {
					wantFault(t, err, fault.Conflict, "input.phone")
				}
			}
			if got != 1 {
				t.Errorf("%d customers got the phone", got)
			}
		}
	})
}

func TestWorkspacesMadeAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx, made := workspace.Open(db, clock), everywhere(t), 0
		for _, err := range atOnce(8, func(int) error {
			_, err := d.Create(ctx, workspace.CreateInput{ID: new("shop"), Name: "Shop"})
			return err
		}) {
			if err == nil {
				made++
			} else {
				wantFault(t, err, fault.Conflict, "input.id")
			}
		}
		if made != 1 {
			t.Errorf("made %d times", made)
		}
	})
}

func TestErase(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		for _, id := range []string{"ada", "bruno"} {
			in := workspace.CustomerInput{ClientID: &id, Name: new("Name"), Email: new("x@example.org"), ActiveChatbot: new(false)}
			if id == "ada" {
				in.Phone = new("+393331112222")
			}
			if _, err := d.UpsertCustomer(ctx, "shop", in); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // to erase again changes nothing
			c, err := d.Erase(ctx, "shop", "ada")
			if err != nil {
				t.Fatal(err)
			}
			if got := show(c); got != "ada - - - false" {
				t.Error(got)
			}
		}
		if n := count(t, db, "SELECT count(*) FROM customers WHERE client_id = 'bruno' AND name = 'Name'"); n != 1 {
			t.Error("another customer is erased")
		}
		for _, id := range []string{"nobody", "", "a\x00b", "\xff"} {
			_, err := d.Erase(ctx, "shop", id)
			wantFault(t, err, fault.CustomerNotFound, "")
		}
		_, err := d.Erase(ctx, "nobody", "ada")
		wantFault(t, err, fault.WorkspaceNotFound, "")
		c, err := d.UpsertCustomer(ctx, "shop", workspace.CustomerInput{ClientID: new("ada"), Phone: new("+393331112222")})
		if err != nil || show(c) != "ada - +393331112222 - false" {
			t.Errorf("upserted again: %+v, %v", c, err)
		}
	})
}

func TestErasedIsGoneFromTheFiles(t *testing.T) {
	t.Parallel()
	url := testkit.SQLiteURL(t)
	folder := filepath.Dir(strings.TrimPrefix(url, "sqlite://"))
	db := testkit.Open(t, url, database.Options{})
	d, ctx := shop(t, db), everywhere(t)
	secrets := func(i int) (name, phone, email string) {
		return fmt.Sprintf("Secret Name %03d", i), fmt.Sprintf("+399990001%03d", i), fmt.Sprintf("secret%03d@example.org", i)
	}
	for i := range 300 { // enough that pages split and merge
		name, phone, email := secrets(i)
		in := workspace.CustomerInput{ClientID: new(fmt.Sprint(i)), Name: &name, Phone: &phone, Email: &email}
		if _, err := d.UpsertCustomer(ctx, "shop", in); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(text string) bool {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte(text)) {
				return true
			}
		}
		return false
	}
	name, _, _ := secrets(7)
	if !kept(name) {
		t.Fatal("the test looks in the wrong files")
	}
	for i := range 20 {
		if _, err := d.Erase(ctx, "shop", fmt.Sprint(i*7)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		name, phone, email := secrets(i * 7)
		for _, text := range []string{name, phone, email} {
			if kept(text) {
				t.Errorf("%q is still in a file", text)
			}
		}
	}
	if name, _, _ := secrets(8); !kept(name) {
		t.Error("who was not erased is gone as well")
	}
}

// Every statement on a workspace's table names the workspace, as Citus needs.
func TestStatementsNameTheWorkspace(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var said []string
	db := testkit.SQLite(t, database.Options{OnStatement: func(_ context.Context, query string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, query)
	}})
	d, ctx := shop(t, db), everywhere(t)
	for _, in := range []workspace.CustomerInput{
		{ClientID: new("ada"), Phone: new("+393331112222")}, {ClientID: new("ada"), Name: new("Ada")}, {Phone: new("+393331112222"), Name: new("Ada")},
	} {
		if _, err := d.UpsertCustomer(ctx, "shop", in); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := d.Update(ctx, "shop", workspace.UpdateInput{Currency: new("USD"), TimeZone: new("Europe/Rome")}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Erase(ctx, "shop", "ada"); err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, query := range said {
		_, where, found := strings.Cut(query, "WHERE")
		if found && (strings.Contains(query, "customers") || strings.Contains(query, "usages") || strings.Contains(query, "client_days")) {
			looked++
			if !strings.Contains(where, "workspace_id") {
				t.Errorf("no workspace in %s", query)
			}
		}
	}
	if looked < 8 {
		t.Errorf("only %d statements seen", looked)
	}
}
