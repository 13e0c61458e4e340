package meter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/testkit"
)

func (s *shop) void(t *testing.T, id string, reason *string) *meter.VoidResult {
	t.Helper()
	v, err := s.Void(s.ctx, "shop", id, reason)
	if err != nil {
		t.Fatalf("void: %v", err)
	}
	return v
}

// A usage that was taken back counts no more, once, whoever repeats it; its
// key stays used.
func TestVoid(t *testing.T) {
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		clock := testkit.NewClock(now)
		s := open(t, url, meter.Options{Now: clock.Now})
		u := s.track(t, keyed("k")).Usage
		s.track(t, answer())
		clock.Set(now.Add(time.Minute))
		v := s.void(t, strings.ToUpper(u.ID), new("asked twice"))
		if !v.Voided || v.Usage.ID != u.ID || v.Usage.VoidedAt.String() != "2024-02-15T12:01:00.123456Z" || *v.Usage.VoidReason != "asked twice" {
			t.Errorf("%+v", v.Usage)
		}
		if n := s.counted(t); n != 1 {
			t.Errorf("%d counted, want the other one", n)
		}
		clock.Set(now.Add(time.Hour))
		v = s.void(t, u.ID, new("again"))
		if !v.Voided || v.Usage.VoidedAt.String() != "2024-02-15T12:01:00.123456Z" || *v.Usage.VoidReason != "asked twice" {
			t.Errorf("a repeat changed the usage: %+v", v.Usage)
		}
		if got := s.track(t, keyed("k")); fate(got) != "DUPLICATE" || got.Usage.VoidedAt == nil {
			t.Errorf("%s of a void usage's key", fate(got))
		}
		if n := s.counted(t); n != 1 {
			t.Errorf("%d counted after the repeats, want 1", n)
		}
	})
}

func TestVoidOfNone(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		theirs := s.track(t, answer(func(in *meter.Input) { in.WorkspaceID = "other" })).Usage
		for _, id := range []string{uuid.NewString(), uuid.Nil.String(), theirs.ID, "", "k", "1", theirs.ID + "0", "a\x00", "\xff"} {
			if v := s.void(t, id, nil); v.Voided || v.Usage != nil {
				t.Errorf("%q: %+v", id, v.Usage)
			}
		}
		if got, err := s.Void(s.ctx, "other", theirs.ID, nil); err != nil || !got.Voided {
			t.Errorf("%+v, %v in its own workspace", got, err)
		}
	})
}

// What is hidden answers as what does not exist, and neither is touched.
func TestVoidInOthersWorkspaces(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		theirs := s.track(t, answer(func(in *meter.Input) { in.WorkspaceID = "other" })).Usage
		_, hidden := s.Void(as(t, auth.Tracker), "other", theirs.ID, nil)
		_, missing := s.Void(as(t, auth.Tracker), "nowhere", theirs.ID, nil)
		_, none := s.Void(s.ctx, "nowhere", theirs.ID, nil)
		for _, err := range []error{hidden, missing, none} {
			wantFault(t, err, fault.WorkspaceNotFound)
			if err == nil || strings.ReplaceAll(fault.Of(err).Message, "other", "nowhere") != fault.Of(none).Message {
				t.Errorf("%v, want the words of %v", err, none)
			}
		}
		for _, id := range []string{"", "shop\x00", "shop\xff"} {
			_, err := s.Void(s.ctx, id, theirs.ID, nil)
			wantFault(t, err, fault.WorkspaceNotFound)
		}
		if v, err := s.Void(s.ctx, "other", theirs.ID, nil); err != nil || v.Usage.VoidReason != nil || v.Usage.VoidedAt.Time() != now.Truncate(time.Microsecond) {
			t.Errorf("%+v, %v: it was void before", v, err)
		}
	})
}

func TestVoidReasons(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		for _, reason := range []string{"r", strings.Repeat("r", 500), strings.Repeat("é", 500), "", " "} {
			v := s.void(t, s.track(t, answer()).Usage.ID, &reason)
			if got := v.Usage.VoidReason; !v.Voided || (got == nil) != (reason == "") || got != nil && *got != reason {
				t.Errorf("reason %.10q: %+v", reason, v.Usage)
			}
		}
		u := s.track(t, answer()).Usage
		for _, reason := range []string{strings.Repeat("r", 501), strings.Repeat("é", 501), "a\x00", "a\xff"} {
			_, err := s.Void(s.ctx, "shop", u.ID, &reason)
			wantFault(t, err, fault.Invalid)
			if f := fault.Of(err); err != nil && (f.Field != "reason" || !strings.HasPrefix(f.Message, "reason ")) {
				t.Errorf("field %q, message %q", f.Field, f.Message)
			}
		}
		if n := s.counted(t); n != 1 {
			t.Errorf("%d counted: a refused void must not void", n)
		}
	})
}
