package meter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/testkit"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		for _, c := range []struct {
			role auth.Role
			want fault.Code
		}{
			{auth.Admin, ""}, {auth.Manager, ""}, {auth.Tracker, ""}, {auth.Reader, fault.Forbidden}, {"", fault.Unauthenticated}, {"OWNER", fault.Forbidden},
		} {
			for _, workspace := range []string{"shop", ""} {
				ctx := t.Context()
				if c.role != "" {
					ctx = auth.With(ctx, auth.Viewer{Role: c.role, WorkspaceID: workspace})
				}
				counted := s.counted(t)
				_, err := s.Track(ctx, answer())
				wantFault(t, err, c.want)
				_, err = s.TrackBatch(ctx, []meter.Input{answer()})
				wantFault(t, err, c.want)
				_, err = s.TrackBatch(ctx, nil)
				wantFault(t, err, c.want)
				_, err = s.Void(ctx, "shop", uuid.NewString(), nil)
				wantFault(t, err, c.want)
				if c.want == "" {
					counted += 2
				}
				if n := s.counted(t); n != counted {
					t.Errorf("%s: %d counted, want %d", c.role, n, counted)
				}
			}
		}
	})
}

// A batch is judged event by event and answers in the order of its events.
func TestBatch(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		var told []string
		s := open(t, url, meter.Options{OnResult: func(result string) { told = append(told, result) }})
		kind := func(k string) change { return func(in *meter.Input) { in.Kind = &k } }
		b, err := s.TrackBatch(s.ctx, []meter.Input{
			keyed("a"),
			answer(price("-1")),
			keyed("b"),
			answer(func(in *meter.Input) { in.WorkspaceID = "nowhere" }),
			keyed("a"),
			answer(func(in *meter.Input) { in.ClientID = new("idle") }),
			answer(kind("image")),
			answer(func(in *meter.Input) { in.ClientID = new("eve") }),
			answer(func(in *meter.Input) { in.Response = new("\n") }),
			answer(func(in *meter.Input) { in.WorkspaceID = "other" }),
			answer(kind("image")),
			keyed("a"),
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range b.Results {
			got = append(got, fate(r))
		}
		want := []string{
			"TRACKED", "INVALID", "TRACKED", "WORKSPACE_NOT_FOUND", "DUPLICATE", "CUSTOMER_INACTIVE",
			"TRACKED", "CUSTOMER_NOT_FOUND", "EMPTY_RESPONSE", "TRACKED", "TRACKED", "DUPLICATE",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v\nwant %v", got, want)
		}
		if !slices.Equal(told, want) {
			t.Errorf("told of %v", told)
		}
		if b.Tracked != 5 || b.Duplicates != 2 || b.Rejected != 5 {
			t.Errorf("%d tracked, %d duplicates, %d rejected", b.Tracked, b.Duplicates, b.Rejected)
		}
		if b.Results[4].Usage.ID != b.Results[0].Usage.ID || b.Results[11].Usage.ID != b.Results[0].Usage.ID {
			t.Error("a duplicate's usage is not the first one's")
		}
		if *b.Results[2].Usage.IdempotencyKey != "b" || b.Results[9].Usage.WorkspaceID != "other" || b.Results[6].Usage.ID == b.Results[10].Usage.ID {
			t.Error("the answers stand at other events")
		}
		if n := s.counted(t); n != 4 {
			t.Errorf("%d counted in the shop, want 4", n)
		}
	})
}

func TestBatchOfNone(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		b, err := s.TrackBatch(s.ctx, nil)
		if err != nil || b.Tracked+b.Duplicates+b.Rejected+len(b.Results) != 0 {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

func TestBatchLimit(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		_, err := s.TrackBatch(s.ctx, slices.Repeat([]meter.Input{answer()}, meter.MaxEvents+1))
		wantFault(t, err, fault.TooComplex)
		if err == nil || !strings.Contains(fault.Of(err).Message, "10000") {
			t.Errorf("%v does not tell the limit", err)
		}
		if n := s.counted(t); n != 0 {
			t.Errorf("%d counted of a batch that is too large", n)
		}
		b, err := s.TrackBatch(s.ctx, slices.Repeat([]meter.Input{keyed("k")}, meter.MaxEvents))
		if err != nil || b.Tracked != 1 || b.Duplicates != meter.MaxEvents-1 {
			t.Errorf("%v of a batch that just fits", err)
		}
	})
}

// What a rollup row has no room for is the reason of the events that come too
// late, and of nobody else.
func TestOverflowIsTheEventsReason(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		// 9,223 prices of a million fit 64 bits of nanos: one stands for the
		// first 9,221.
		dear := answer(price("1000000"))
		s.track(t, dear)
		for _, set := range []string{"usages SET price", "usage_buckets SET cost", "client_days SET cost"} {
			run(t, s, "UPDATE "+set+" = 9221000000000000000 WHERE workspace_id = 'shop'")
		}
		batch := append(slices.Repeat([]meter.Input{dear}, 4), answer(price("1000000"), occurred("2024-02-14T12:00:00Z")), answer(price("0")))
		b, err := s.TrackBatch(s.ctx, batch)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range b.Results {
			want := "TRACKED"
			if i == 2 || i == 3 {
				want = "INVALID"
			}
			if fate(r) != want || want == "INVALID" && !strings.HasPrefix(message(r), "price ") {
				t.Errorf("event %d: %s (%s), want %s", i, fate(r), message(r), want)
			}
		}
		if got := s.track(t, dear); fate(got) != "INVALID" {
			t.Errorf("%s of one more", fate(got))
		}
		if n := s.counted(t); n != 5 {
			t.Errorf("%d counted, want 5", n)
		}
	})
}

// The same key in the same workspace counts once, whatever comes with it; the
// message names what differs from the first, but not what was left to a
// default that may have changed since.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	first := func(in *meter.Input) {
		in.IdempotencyKey, in.Kind, in.Model = new("k"), new("image"), new("gpt")
		in.InputTokens, in.OutputTokens = new(int64(10)), new(int64(20))
		price("0.1")(in)
		occurred("2024-02-14T12:00:00Z")(in)
	}
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		run(t, s, "INSERT INTO customers (workspace_id, id, client_id, active_chatbot, created_at) VALUES ('shop', $1, 'bea', true, 0)", uuid.NewString())
		original := s.track(t, answer(first))
		if original.Duplicate {
			t.Fatal("the first is a duplicate")
		}
		for _, c := range []struct {
			differs string
			change  change
		}{
			{"", func(*meter.Input) {}},
			{"", func(in *meter.Input) { in.ClientID, in.Phone = nil, new("39 333 1234567") }},
			{"", price("0.10")},
			{"", func(in *meter.Input) { in.Price = nil }},
			{"", occurred("2024-02-14T13:00:00+01:00")},
			{"", func(in *meter.Input) { in.OccurredAt = nil }},
			{"", func(in *meter.Input) { in.Response = new("another text, which is not kept") }},
			{"price", price("0.2")},
			{"kind", func(in *meter.Input) { in.Kind = new("free") }},
			{"kind", func(in *meter.Input) { in.Kind = nil }},
			{"model", func(in *meter.Input) { in.Model = new("llama") }},
			{"model", func(in *meter.Input) { in.Model = nil }},
			{"inputTokens", func(in *meter.Input) { in.InputTokens = new(int64(11)) }},
			{"outputTokens", func(in *meter.Input) { in.OutputTokens = nil }},
			{"occurredAt", occurred("2024-02-14T12:00:00.000001Z")},
			{"clientId", func(in *meter.Input) { in.ClientID = new("bea") }},
			{"clientId, price, kind, model, inputTokens, outputTokens, occurredAt", func(in *meter.Input) {
				*in = keyed("k")
				in.ClientID = new("bea")
				price("0.2")(in)
				occurred("2024-02-13T12:00:00Z")(in)
			}},
		} {
			got := s.track(t, answer(first, c.change))
			if fate(got) != "DUPLICATE" || !got.Tracked || got.Usage.ID != original.Usage.ID || got.Usage.Price.String() != "0.1" || got.Usage.ClientID != "ada" {
				t.Errorf("%s: %s, %+v", c.differs, fate(got), got.Usage)
			}
			_, differs, _ := strings.Cut(strings.TrimSuffix(message(got), "."), "differs in ")
			if differs != c.differs || message(got) == "" {
				t.Errorf("message %q, want the fields %q", message(got), c.differs)
			}
		}
		if got := s.track(t, answer(first, func(in *meter.Input) { in.WorkspaceID = "other" })); fate(got) != "TRACKED" {
			t.Errorf("%s of the key in another workspace", fate(got))
		}
		if got := s.track(t, answer(first, func(in *meter.Input) { in.IdempotencyKey = new("K") })); fate(got) != "TRACKED" {
			t.Errorf("%s of the key in other case", fate(got))
		}
		// A repeat is judged as if it were the first.
		if got := s.track(t, answer(first, price("-1"))); fate(got) != "INVALID" {
			t.Errorf("%s of a repeat with a bad price", fate(got))
		}
		for range 3 {
			if got := s.track(t, answer()); fate(got) != "TRACKED" {
				t.Errorf("%s without a key", fate(got))
			}
		}
		if n := s.counted(t); n != 5 {
			t.Errorf("%d counted, want 5", n)
		}
	})
}

// Ids are UUIDs of version 7, which sort by the time at which they were made:
// the server's, not the one at which the answer was given.
func TestIDs(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		clock := testkit.NewClock(now)
		s := open(t, url, meter.Options{Now: clock.Now})
		seen := map[string]bool{}
		last := ""
		for i := range 20 {
			clock.Set(now.Add(time.Duration(i) * 1500 * time.Microsecond))
			u := s.track(t, answer(occurred(fmt.Sprintf("2024-01-%02dT00:00:00Z", 28-i)))).Usage
			id, err := uuid.Parse(u.ID)
			if err != nil || id.Version() != 7 || id.Variant() != uuid.RFC4122 || id.String() != u.ID {
				t.Fatalf("id %s: %v", u.ID, err)
			}
			ms := int64(0)
			for _, b := range id[:6] {
				ms = ms<<8 | int64(b)
			}
			if ms != clock.Now().UnixMilli() {
				t.Errorf("id %s says %d ms, the clock %d", id, ms, clock.Now().UnixMilli())
			}
			if u.ID <= last || seen[u.ID[14:]] {
				t.Errorf("id %s after %s", u.ID, last)
			}
			last, seen[u.ID[14:]] = u.ID, true
		}
	})
}
