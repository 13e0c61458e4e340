package workspace_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/contatore/contatore/ent/scope"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

func price(kind, amount string) workspace.PriceInput {
	return workspace.PriceInput{Kind: kind, Price: money.DecimalOf(amount)}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := workspace.Open(db, clock), everywhere(t)
		made, err := d.Create(ctx, workspace.CreateInput{
			ID: new("Az09._:-"), Name: "Bottega 🛍", Currency: new("CHF"), TimeZone: new("Europe/Rome"), Language: new("it"), ReportHour: new(0),
			Prices: []workspace.PriceInput{price("message", "0"), price("image", "2e-2")},
		})
		if err != nil {
			t.Fatal(err)
		}
		found, err := d.Find(ctx, "Az09._:-")
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []*workspace.Workspace{made, found} {
			if w.ID != "Az09._:-" || w.Name != "Bottega 🛍" || w.Currency != "CHF" || w.TimeZone != "Europe/Rome" ||
				w.Language != "it" || w.ReportHour != 0 || w.CreatedAt != calendar.At(clock()) || w.DaysReady != calendar.MaxDate {
				t.Errorf("%+v", w)
			}
			if len(w.Prices) != 2 || w.Prices[0] != (money.Price{Kind: "image", Price: 20_000_000}) || w.Prices[1] != (money.Price{Kind: "message"}) {
				t.Errorf("prices %v", w.Prices)
			}
		}
		_, err = d.Create(ctx, workspace.CreateInput{ID: new("Az09._:-"), Name: "Another"})
		wantFault(t, err, fault.Conflict, "input.id")
	})
}

func TestCreateDefaults(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := workspace.Open(db, clock)
		for _, in := range []workspace.CreateInput{
			{Name: "Shop"},
			{ID: new(""), Name: "Shop", Currency: new(""), TimeZone: new(""), Language: new(""), Prices: []workspace.PriceInput{}},
		} {
			w, err := d.Create(everywhere(t), in)
			if err != nil {
				t.Fatal(err)
			}
			id, err := uuid.Parse(w.ID)
			if err != nil || id.Version() != 7 {
				t.Errorf("id %q", w.ID)
			}
			if w.Currency != "EUR" || w.TimeZone != "UTC" || w.Language != "en" || w.ReportHour != 8 || len(w.Prices) != 0 {
				t.Errorf("%+v", w)
			}
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	d := workspace.Open(testkit.SQLite(t, database.Options{}), clock)
	for name, c := range map[string]struct {
		field  string
		change func(*workspace.CreateInput)
	}{
		"id with a space":       {"input.id", func(in *workspace.CreateInput) { in.ID = new("a b") }},
		"id with a letter é":    {"input.id", func(in *workspace.CreateInput) { in.ID = new("caffé") }},
		"id with @":             {"input.id", func(in *workspace.CreateInput) { in.ID = new("a@b") }},
		"id of 65":              {"input.id", func(in *workspace.CreateInput) { in.ID = new(strings.Repeat("a", 65)) }},
		"id with NUL":           {"input.id", func(in *workspace.CreateInput) { in.ID = new("a\x00") }},
		"no name":               {"input.name", func(in *workspace.CreateInput) { in.Name = "" }},
		"blank name":            {"input.name", func(in *workspace.CreateInput) { in.Name = " \u00a0" }},
		"name of 201":           {"input.name", func(in *workspace.CreateInput) { in.Name = strings.Repeat("é", 201) }},
		"name with NUL":         {"input.name", func(in *workspace.CreateInput) { in.Name = "a\x00b" }},
		"name in broken UTF-8":  {"input.name", func(in *workspace.CreateInput) { in.Name = "a\xff" }},
		"currency in lower":     {"input.currency", func(in *workspace.CreateInput) { in.Currency = new("eur") }},
		"currency of the past":  {"input.currency", func(in *workspace.CreateInput) { in.Currency = new("DEM") }},
		"currency of two codes": {"input.currency", func(in *workspace.CreateInput) { in.Currency = new("EUR USD") }},
		"currency over a seam":  {"input.currency", func(in *workspace.CreateInput) { in.Currency = new("R U") }},
		"unknown zone":          {"input.timeZone", func(in *workspace.CreateInput) { in.TimeZone = new("Europe/Nowhere") }},
		"the server's zone":     {"input.timeZone", func(in *workspace.CreateInput) { in.TimeZone = new("Local") }},
		"a file's path":         {"input.timeZone", func(in *workspace.CreateInput) { in.TimeZone = new("../../etc/passwd") }},
		"another language":      {"input.language", func(in *workspace.CreateInput) { in.Language = new("de") }},
		"language in capitals":  {"input.language", func(in *workspace.CreateInput) { in.Language = new("IT") }},
		"hour below 0":          {"input.reportHour", func(in *workspace.CreateInput) { in.ReportHour = new(-1) }},
		"hour 24":               {"input.reportHour", func(in *workspace.CreateInput) { in.ReportHour = new(24) }},
		"no kind":               {"input.prices.0.kind", func(in *workspace.CreateInput) { in.Prices = []workspace.PriceInput{price("", "1")} }},
		"kind in capitals":      {"input.prices.0.kind", func(in *workspace.CreateInput) { in.Prices = []workspace.PriceInput{price("Image", "1")} }},
		"kind of 65": {"input.prices.0.kind", func(in *workspace.CreateInput) {
			in.Prices = []workspace.PriceInput{price(strings.Repeat("k", 65), "1")}
		}},
		"kind twice": {"input.prices.1.kind", func(in *workspace.CreateInput) {
			in.Prices = []workspace.PriceInput{price("image", "1"), price("image", "1")}
		}},
		"negative price": {"input.prices.1.price", func(in *workspace.CreateInput) {
			in.Prices = []workspace.PriceInput{price("image", "1000000"), price("audio", "-0.1")}
		}},
		"price too high": {"input.prices.0.price", func(in *workspace.CreateInput) {
			in.Prices = []workspace.PriceInput{price("image", "1000000.000000001")}
		}},
		"price too fine":  {"input.prices.0.price", func(in *workspace.CreateInput) { in.Prices = []workspace.PriceInput{price("image", "1e-10")} }},
		"price no number": {"input.prices.0.price", func(in *workspace.CreateInput) { in.Prices = []workspace.PriceInput{price("image", "NaN")} }},
		"empty price":     {"input.prices.0.price", func(in *workspace.CreateInput) { in.Prices = []workspace.PriceInput{price("image", "")} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := workspace.CreateInput{Name: "Shop"}
			c.change(&in)
			_, err := d.Create(everywhere(t), in)
			wantFault(t, err, fault.Invalid, c.field)
		})
	}
	t.Run("the longest are taken", func(t *testing.T) {
		t.Parallel()
		in := workspace.CreateInput{
			ID: new(strings.Repeat("z", 64)), Name: strings.Repeat("é", 200),
			Prices: []workspace.PriceInput{price(strings.Repeat("k", 64), "1000000")},
		}
		if _, err := d.Create(everywhere(t), in); err != nil {
			t.Error(err)
		}
	})
}

func TestCurrencies(t *testing.T) {
	t.Parallel()
	d := shop(t, testkit.SQLite(t, database.Options{}))
	for _, code := range []string{"AED", "EUR", "USD", "JPY", "CHW", "VND", "XAD", "XCG", "SLE", "ZWG", "ZMW"} {
		if _, _, err := d.Update(everywhere(t), "shop", workspace.UpdateInput{Currency: &code}); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
	for _, code := range []string{"BGN", "ANG", "HRK", "CUC", "SLL", "ZWL", "EU", "EURO", "ED ", " ED", "€", "ZZZ"} {
		_, _, err := d.Update(everywhere(t), "shop", workspace.UpdateInput{Currency: &code})
		wantFault(t, err, fault.Invalid, "input.currency")
	}
}

func TestFindKeepsToTheScope(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := shop(t, db)
		if _, err := d.Find(scope.With(t.Context(), "shop"), "shop"); err != nil {
			t.Error(err)
		}
		for _, id := range []string{"", "nobody", "Shop", "a\x00b", "\xff", strings.Repeat("x", 1000)} {
			_, err := d.Find(everywhere(t), id)
			wantFault(t, err, fault.WorkspaceNotFound, "")
		}
		other := scope.With(t.Context(), "other")
		_, hidden := d.Find(other, "shop")
		wantFault(t, hidden, fault.WorkspaceNotFound, "")
		_, _, err := d.Update(other, "shop", workspace.UpdateInput{Name: new("Mine")})
		wantFault(t, err, fault.WorkspaceNotFound, "")
		_, err = d.UpsertCustomer(other, "shop", workspace.CustomerInput{ClientID: new("ada")})
		wantFault(t, err, fault.WorkspaceNotFound, "")
		_, err = d.Erase(other, "shop", "ada")
		wantFault(t, err, fault.WorkspaceNotFound, "")
		if _, err := d.Find(t.Context(), "shop"); err == nil {
			t.Error("a context without a scope finds a workspace")
		}
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		update := func(in workspace.UpdateInput) *workspace.Workspace {
			t.Helper()
			w, zone, err := d.Update(ctx, "shop", in)
			if err != nil {
				t.Fatal(err)
			}
			if zone {
				t.Error("the zone changed")
			}
			found, err := d.Find(ctx, "shop")
			if err != nil {
				t.Fatal(err)
			}
			if w.Name != found.Name || w.Currency != found.Currency || len(w.Prices) != len(found.Prices) {
				t.Errorf("answered %+v, kept %+v", w, found)
			}
			return found
		}
		w := update(workspace.UpdateInput{Name: new("New"), Prices: []workspace.PriceInput{price("image", "0.02"), price("audio", "1")}})
		if w.Name != "New" || len(w.Prices) != 2 || w.Currency != "EUR" {
			t.Errorf("%+v", w)
		}
		if w = update(workspace.UpdateInput{Language: new("it"), ReportHour: new(23)}); w.Language != "it" || w.ReportHour != 23 || w.Name != "New" {
			t.Errorf("%+v", w)
		}
		w = update(workspace.UpdateInput{Name: new(""), Currency: new(""), TimeZone: new(""), Language: new("")})
		if w.Name != "New" || len(w.Prices) != 2 || w.Currency != "EUR" || w.TimeZone != "UTC" || w.Language != "it" || w.ReportHour != 23 {
			t.Errorf("left out, but %+v", w)
		}
		w = update(workspace.UpdateInput{Currency: new("USD"), Prices: []workspace.PriceInput{price("video", "3")}})
		if w.Currency != "USD" || len(w.Prices) != 1 || w.Prices[0].Kind != "video" {
			t.Errorf("the list is not replaced: %+v", w)
		}
		if w = update(workspace.UpdateInput{Prices: []workspace.PriceInput{}}); len(w.Prices) != 0 {
			t.Errorf("the list is not emptied: %+v", w)
		}
		_, _, err := d.Update(ctx, "shop", workspace.UpdateInput{Prices: []workspace.PriceInput{price("image", "x")}})
		wantFault(t, err, fault.Invalid, "input.prices.0.price")
		_, _, err = d.Update(ctx, "shop", workspace.UpdateInput{Name: new("No"), Language: new("en"), ReportHour: new(99)})
		wantFault(t, err, fault.Invalid, "input.reportHour")
		_, _, err = d.Update(ctx, "nobody", workspace.UpdateInput{Name: new("x"), TimeZone: new("Europe/Rome")})
		wantFault(t, err, fault.WorkspaceNotFound, "")
	})
}

const insertUsage = "INSERT INTO usages (workspace_id, id, client_id, price, kind, created_at, recorded_at, voided_at)" +
	" VALUES ($1, $2, 'ada', 5000000, 'message', 0, 0, 0)"

func TestCurrencyIsFixedOnceUsageIsCounted(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		if _, err := d.Create(ctx, workspace.CreateInput{ID: new("other"), Name: "Other"}); err != nil {
			t.Fatal(err)
		}
		run(t, db, insertUsage, "shop", uuid.NewString()) // voided, but counted once
		_, _, err := d.Update(ctx, "shop", workspace.UpdateInput{Name: new("New"), Currency: new("USD")})
		wantFault(t, err, fault.Conflict, "input.currency")
		w, _, err := d.Update(ctx, "shop", workspace.UpdateInput{Currency: new("EUR")})
		if err != nil || w.Currency != "EUR" || w.Name != "Shop" {
			t.Errorf("the same currency again: %+v, %v", w, err)
		}
		if w, _, err := d.Update(ctx, "other", workspace.UpdateInput{Currency: new("USD")}); err != nil || w.Currency != "USD" {
			t.Errorf("another workspace's usage holds the currency: %+v, %v", w, err)
		}
	})
}

func TestZoneChangeAsksForARebuild(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		for _, id := range []string{"shop", "other"} {
			run(t, db, "INSERT INTO client_days (workspace_id, day, client_id, messages, cost) VALUES ($1, 19752, 'ada', 1, 5000000)", id)
		}
		days := func(id string) int {
			return count(t, db, "SELECT count(*) FROM client_days WHERE workspace_id = $1", id)
		}
		w, changed, err := d.Update(ctx, "shop", workspace.UpdateInput{Name: new("New"), TimeZone: new("UTC")})
		if err != nil || changed || w.DaysReady != calendar.MaxDate || days("shop") != 1 {
			t.Errorf("the same zone: changed %v, %+v, %d days, %v", changed, w, days("shop"), err)
		}
		w, changed, err = d.Update(ctx, "shop", workspace.UpdateInput{TimeZone: new("Asia/Kathmandu")})
		if err != nil || !changed || w.TimeZone != "Asia/Kathmandu" || w.DaysReady != calendar.MinDate {
			t.Errorf("another zone: changed %v, %+v, %v", changed, w, err)
		}
		if days("shop") != 0 || days("other") != 1 {
			t.Errorf("%d and %d days left, want 0 and 1", days("shop"), days("other"))
		}
	})
}

// A refused update changes nothing of what it would have changed.
func TestUpdateIsWhole(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d, ctx := shop(t, db), everywhere(t)
		run(t, db, insertUsage, "shop", uuid.NewString())
		_, changed, err := d.Update(ctx, "shop", workspace.UpdateInput{Name: new("New"), TimeZone: new("Europe/Rome"), Currency: new("USD")})
		wantFault(t, err, fault.Conflict, "input.currency")
		w, err := d.Find(ctx, "shop")
		if err != nil || changed || w.Name != "Shop" || w.TimeZone != "UTC" || w.DaysReady != calendar.MaxDate {
			t.Errorf("changed %v, %+v, %v", changed, w, err)
		}
	})
}

// An update waits for whoever counts usage in the workspace, and then sees it.
func TestCurrencyWaitsForUsageBeingCounted(t *testing.T) {
	t.Parallel()
	waits := make(chan struct{})
	waiting := sync.OnceFunc(func() { close(waits) })
	db := testkit.Postgres(t, database.Options{OnStatement: func(_ context.Context, query string) {
		if strings.Contains(query, "pg_advisory_xact_lock(") {
			waiting()
		}
	}})
	d, ctx := shop(t, db), everywhere(t)
	result := make(chan error, 1)
	if err := db.Write(ctx, func(tx *database.Tx) error {
		if err := tx.LockShared(ctx, []string{"shop"}); err != nil {
			return err
		}
		go func() {
			_, _, err := d.Update(ctx, "shop", workspace.UpdateInput{Currency: new("USD")})
			result <- err
		}()
		select {
		case <-waits:
		case err := <-result:
			t.Fatalf("did not wait: %v", err)
		}
		_, err := tx.Exec(ctx, insertUsage, "shop", uuid.NewString())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	wantFault(t, <-result, fault.Conflict, "input.currency")
}
