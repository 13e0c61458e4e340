package alert_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/workspace"
)

func shopOf(t *testing.T, h *house) {
	t.Helper()
	if _, err := workspace.Open(h.db, clock).Create(h.ctx, workspace.CreateInput{ID: new("shop"), Name: "Bottega"}); err != nil {
		t.Fatal(err)
	}
}

func wantFault(t *testing.T, err error, code fault.Code, field, words string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code || f.Field != field || !strings.Contains(f.Message, words) {
		t.Errorf("error %v, want %s of %q with %q", err, code, field, words)
	}
}

func TestBadChannels(t *testing.T) {
	t.Parallel()
	each(t, alert.Options{Mail: alert.Mail{URL: "smtp://localhost", From: "meter@example.com"}}, func(t *testing.T, h *house) {
		long := strings.Repeat("x", 201)
		const good = "https://example.com/hook"
		for name, c := range map[string]struct {
			in           alert.CreateInput
			field, words string
		}{
			"no URL":             {alert.CreateInput{Kind: alert.Webhook, Target: "hook"}, "input.target", "https://example.com/hook"},
			"another scheme":     {alert.CreateInput{Kind: alert.Slack, Target: "ftp://example.com"}, "input.target", "URL"},
			"a user":             {alert.CreateInput{Kind: alert.Webhook, Target: "https://me:hush@example.com"}, "input.target", "without a user name"},
			"a long URL":         {alert.CreateInput{Kind: alert.Webhook, Target: good + strings.Repeat("x", 2000)}, "input.target", "2000"},
			"a NUL":              {alert.CreateInput{Kind: alert.Webhook, Target: good + "\x00"}, "input.target", "can't be kept"},
			"a long name":        {alert.CreateInput{Kind: alert.Webhook, Target: good, Name: &long}, "input.name", "200"},
			"an unknown event":   {alert.CreateInput{Kind: alert.Webhook, Target: good, Events: []string{alert.Silent, "usage.loud"}}, "input.events.1", "usage.silent"},
			"an event twice":     {alert.CreateInput{Kind: alert.Webhook, Target: good, Events: []string{alert.Silent, alert.Silent}}, "input.events.1", "twice"},
			"a test as an event": {alert.CreateInput{Kind: alert.Webhook, Target: good, Events: []string{alert.ChannelTest}}, "input.events.0", "no event"},
			"no address":         {alert.CreateInput{Kind: alert.Email, Target: "ada@example.com, bruno"}, "input.target", `"bruno"`},
			"a named address":    {alert.CreateInput{Kind: alert.Email, Target: "Ada <ada@example.com>"}, "input.target", "not an e-mail address"},
			"too many":           {alert.CreateInput{Kind: alert.Email, Target: strings.TrimSuffix(strings.Repeat("a@example.com,", 11), ",")}, "input.target", "11"},
		} {
			_, err := h.CreateChannel(h.ctx, "shop", c.in)
			t.Log(name)
			wantFault(t, err, fault.Invalid, c.field, c.words)
		}
		if n := h.count(t, "SELECT COUNT(*) FROM alert_channels"); n != 0 {
			t.Errorf("%d channels were made", n)
		}
		_, err := h.CreateChannel(h.ctx, "nobody", alert.CreateInput{Kind: alert.Webhook, Target: good})
		wantFault(t, err, fault.WorkspaceNotFound, "", "nobody")
		for range 20 {
			h.channel(t, "shop", alert.Webhook, good)
		}
		_, err = h.CreateChannel(h.ctx, "shop", alert.CreateInput{Kind: alert.Webhook, Target: good})
		wantFault(t, err, fault.Conflict, "", "20 channels")
	})
	each(t, alert.Options{}, func(t *testing.T, h *house) {
		_, err := h.CreateChannel(h.ctx, "shop", alert.CreateInput{Kind: alert.Email, Target: "ada@example.com"})
		wantFault(t, err, fault.Invalid, "input.kind", "--smtp-url")
	})
}

func TestChannels(t *testing.T) {
	t.Parallel()
	each(t, alert.Options{Mail: alert.Mail{URL: "smtp://localhost", From: "meter@example.com"}}, func(t *testing.T, h *house) {
		hook, secret := h.channel(t, "shop", alert.Webhook, " https://example.com:8443/hook ", alert.Silent)
		letters, none := h.channel(t, "shop", alert.Email, "ada@example.com,bruno@example.com")
		rival, _ := h.channel(t, "rival", alert.Slack, "https://hooks.example.com/secret")
		if hook.Name != "example.com" || letters.Name != "ada@example.com" || !strings.HasPrefix(secret, "whsec_") || none != "" {
			t.Errorf("%+v %q, %+v %q", hook, secret, letters, none)
		}
		list, err := h.Channels(h.ctx, "shop")
		if err != nil || len(list) != 2 || list[0].Target != "https://example.com:8443/hook" || list[1].Target != "ada@example.com, bruno@example.com" ||
			!slices.Equal(list[0].Events, []string{alert.Silent}) || list[1].Events == nil || list[0].Version != 1 {
			t.Fatalf("%+v %v", list, err)
		}
		changed, err := h.UpdateChannel(h.ctx, "shop", hook.ID, alert.UpdateInput{Name: new("The flow"), Events: []string{}, Version: new(1)})
		if err != nil || changed.Name != "The flow" || len(changed.Events) != 0 || changed.Version != 2 || changed.Target != list[0].Target {
			t.Errorf("%+v %v", changed, err)
		}
		_, err = h.UpdateChannel(h.ctx, "shop", hook.ID, alert.UpdateInput{Name: new("Mine"), Version: new(1)})
		wantFault(t, err, fault.Conflict, "input.version", "version is 2")
		_, err = h.UpdateChannel(h.ctx, "shop", hook.ID, alert.UpdateInput{Target: new("nowhere")})
		wantFault(t, err, fault.Invalid, "input.target", "URL")
		if off, err := h.UpdateChannel(h.ctx, "shop", hook.ID, alert.UpdateInput{Enabled: new(false)}); err != nil || off.DisabledAt == nil || off.DisabledReason == nil {
			t.Errorf("%+v %v", off, err)
		}

		// To the others it does not exist.
		for _, id := range []string{rival.ID, "nothing", ""} {
			_, err = h.UpdateChannel(h.ctx, "shop", id, alert.UpdateInput{Name: new("Mine")})
			wantFault(t, err, fault.ChannelNotFound, "", "no channel")
			_, err = h.RotateSecret(h.ctx, "shop", id, nil)
			wantFault(t, err, fault.ChannelNotFound, "", "no channel")
			_, err = h.SendTest(h.ctx, "shop", id)
			wantFault(t, err, fault.ChannelNotFound, "", "no channel")
			if removed, err := h.RemoveChannel(h.ctx, "shop", id); removed || err != nil {
				t.Errorf("removed %v %v", removed, err)
			}
			_, err = h.Replay(h.ctx, "shop", id)
			wantFault(t, err, fault.DeliveryNotFound, "", "no delivery")
		}
		_, err = h.Channels(h.ctx, "nobody")
		wantFault(t, err, fault.WorkspaceNotFound, "", "nobody")
		_, err = h.RotateSecret(h.ctx, "shop", letters.ID, nil)
		wantFault(t, err, fault.Invalid, "id", "webhooks")
		_, err = h.RotateSecret(h.ctx, "shop", hook.ID, new(169))
		wantFault(t, err, fault.Invalid, "overlapHours", "168")
		_, err = h.DeliveriesOfChannel(h.ctx, "shop", hook.ID, new(101))
		wantFault(t, err, fault.Invalid, "first", "100")

		for _, want := range []bool{true, false} {
			if removed, err := h.RemoveChannel(h.ctx, "shop", hook.ID); removed != want || err != nil {
				t.Errorf("removed %v %v", removed, err)
			}
		}
		if list, err := h.Channels(h.ctx, "rival"); err != nil || len(list) != 1 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// While two secrets overlap either opens what is signed; then only the new one.
func TestSecretsOverlap(t *testing.T) {
	t.Parallel()
	now := time.Now()
	each(t, alert.Options{Allowed: loopback(), Now: func() time.Time { return now }}, func(t *testing.T, h *house) {
		r := receive(t, status(http.StatusOK))
		c, old := h.channel(t, "shop", alert.Webhook, r.URL)
		opens := func(secret string) bool {
			t.Helper()
			if _, err := h.SendTest(h.ctx, "shop", c.ID); err != nil {
				t.Fatal(err)
			}
			m := r.next(t)
			signer, err := standardwebhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			return signer.VerifyIgnoringTimestamp(m.body, m.header) == nil
		}
		for overlap, still := range map[int]bool{1: true, 0: false} {
			rotated, err := h.RotateSecret(h.ctx, "shop", c.ID, &overlap)
			if err != nil || rotated.Secret == nil || *rotated.Secret == old {
				t.Fatalf("%+v %v", rotated, err)
			}
			if !opens(*rotated.Secret) || opens(old) != still {
				t.Errorf("overlap of %d h: the old one opens %v", overlap, !still)
			}
			old = *rotated.Secret
		}
	})
}
