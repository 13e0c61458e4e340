package alert_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/testkit"
	"github.com/contatore/contatore/internal/workspace"
)

// beat is a desk that patrols by a clock of its own.
type beat struct {
	*house
	clock *testkit.Clock
	log   *strings.Builder
	// zone is that of the times which the test writes.
	zone *time.Location
	seen map[string]bool
}

// walk opens a beat on a database that others may use too. Statements are told
// to hear; nil: to nobody.
func walk(t *testing.T, url, zone string, hear func(query string)) *beat {
	t.Helper()
	opt := database.Options{}
	if hear != nil {
		opt.OnStatement = func(_ context.Context, query string) { hear(query) }
	}
	h := &house{db: testkit.Open(t, url, opt), ctx: auth.With(t.Context(), auth.Viewer{Role: auth.Admin})}
	h.book = ledger.Open(h.db)
	b := &beat{house: h, clock: testkit.NewClock(time.Unix(0, 0)), log: &strings.Builder{}, seen: map[string]bool{}}
	desk, err := alert.Open(alert.Options{DB: h.db, Book: h.book, Now: b.clock.Now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(b.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	h.Desk = desk
	h.book.Into(desk)
	loaded, err := calendar.LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	b.zone = loaded.Location()
	return b
}

// shop makes a workspace in the beat's zone; reports are sent from the hour on.
func (b *beat) shop(t *testing.T, id string, reportHour int) {
	t.Helper()
	if _, err := workspace.Open(b.db, b.clock.Now).Create(b.ctx, workspace.CreateInput{
		ID: &id, Name: "The " + id, TimeZone: new(b.zone.String()), ReportHour: &reportHour,
	}); err != nil {
		t.Fatal(err)
	}
}

// at reads the clock's face in the beat's zone, or a time with Z.
func (b *beat) at(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04Z07:00", text)
	if err != nil {
		at, err = time.ParseInLocation("2006-01-02T15:04", text, b.zone)
	}
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// customer makes one of the shop's.
func (b *beat) customer(t *testing.T, id string) {
	t.Helper()
	if _, err := workspace.Open(b.db, b.clock.Now).UpsertCustomer(b.ctx, "shop", workspace.CustomerInput{ClientID: &id, Name: new("Ada")}); err != nil {
		t.Fatal(err)
	}
}

// write goes past everything.
func (b *beat) write(t *testing.T, query string) {
	t.Helper()
	if err := b.db.Write(b.ctx, func(tx *database.Tx) error {
		_, err := tx.Exec(b.ctx, query)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// fill has ada answered for a cent each, as often as often says of each
// quarter-hour from one time up to another.
func (b *beat) fill(t *testing.T, shop, from, to string, often func(local time.Time) int) {
	t.Helper()
	var entries []*ledger.Usage
	for at, end := b.at(t, from), b.at(t, to); at.Before(end); at = at.Add(15 * time.Minute) {
		for range often(at.In(b.zone)) {
			entries = append(entries, &ledger.Usage{
				WorkspaceID: shop, ID: uuid.Must(uuid.NewV7()).String(), ClientID: "ada", Price: money.Unit / 100, Kind: "message",
				CreatedAt: calendar.At(at), RecordedAt: calendar.At(at),
			})
		}
	}
	for some := range slices.Chunk(entries, 2000) {
		if _, err := b.book.Append(b.ctx, []ledger.Ref{{WorkspaceID: shop}}, func(*ledger.Directory) []*ledger.Usage { return some }); err != nil {
			t.Fatal(err)
		}
	}
}

// business are four answers in each quarter-hour from 9 to 18.
func business(local time.Time) int {
	if local.Hour() >= 9 && local.Hour() < 18 {
		return 4
	}
	return 0
}

// told is an alert as it is recorded.
type told struct {
	shop, once, client, text string
	alert.Facts
}

// patrol moves the clock there and returns what is told that was not before.
func (b *beat) patrol(t *testing.T, at string) []told {
	t.Helper()
	b.clock.Set(b.at(t, at))
	if err := b.Patrol(b.ctx); err != nil {
		t.Fatal(err)
	}
	return b.news(t)
}

// news are the alerts that it was not asked for before, by workspace and once.
func (b *beat) news(t *testing.T) (list []told) {
	t.Helper()
	rows, err := b.db.Reader().Query(b.ctx, "SELECT workspace_id, once, COALESCE(client_id, ''), facts FROM alerts WHERE event NOT IN ('budget.threshold_reached', 'budget.exceeded') ORDER BY workspace_id, once")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var a told
		if err := rows.Scan(&a.shop, &a.once, &a.client, &a.text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(a.text), &a.Facts); err != nil {
			t.Fatal(err)
		}
		if key := a.shop + " " + a.once; !b.seen[key] {
			b.seen[key] = true
			list = append(list, a)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// step is a patrol and what it tells: of each alert its shop, its once and some
// facts, with semicolons between them.
type step struct {
	at   string
	want string
}

// follow takes the steps.
func (b *beat) follow(t *testing.T, steps []step) {
	t.Helper()
	for _, s := range steps {
		if text := briefs(b.patrol(t, s.at)); text != s.want {
			t.Errorf("%s: told %q, not %q", s.at, text, s.want)
		}
	}
}

// only is patrol for who asks about one event.
func (b *beat) only(t *testing.T, at, event string) []told {
	t.Helper()
	return slices.DeleteFunc(b.patrol(t, at), func(a told) bool { return !strings.HasPrefix(a.once, event) })
}

func briefs(list []told) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = a.brief()
	}
	return strings.Join(texts, "; ")
}

// brief is what a step writes.
func (a told) brief() string {
	text := a.shop + " " + a.once
	switch f := a.Facts; {
	case f.Since != "":
		text += fmt.Sprintf(" %v", f.ExpectedMessages)
	case f.Report != nil:
		r := f.Report
		text += fmt.Sprintf(": %s..%s %d %s after %d %s", r.Start, r.End, r.Messages, r.Cost, r.MessagesBefore, r.CostBefore)
	}
	return text
}

// stats are the dashboard's.
func (b *beat) stats(t *testing.T, shop string, filter *analytics.Filter, need analytics.Need) *analytics.Stats {
	t.Helper()
	stats, err := analytics.Open(b.ctx, b.book, shop, nil, filter, need, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return stats
}
