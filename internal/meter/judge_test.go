package meter_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
)

type change = func(*meter.Input)

// The rules, one by one, on an answer that is good but for what is named. The
// message of a reason holds the text beside it: the field, or what was looked
// for.
func TestRules(t *testing.T) {
	t.Parallel()
	type rule struct {
		name, fate, message string
		change              change
	}
	var rules []rule
	add := func(name, fate, message string, c change) { rules = append(rules, rule{name, fate, message, c}) }

	add("nothing but the customer", "TRACKED", "", func(*meter.Input) {})
	add("every optional text empty", "TRACKED", "", func(in *meter.Input) {
		in.Phone, in.Kind, in.Model, in.IdempotencyKey = new(""), new(""), new(""), new("")
		in.Price, in.OccurredAt = new(money.DecimalOf("")), new(calendar.StampOf(""))
	})
	add("the customer's phone, an empty clientId", "TRACKED", "", func(in *meter.Input) {
		in.ClientID, in.Phone = new(""), new("+393331234567")
	})

	add("no workspace", "WORKSPACE_NOT_FOUND", `"nowhere"`, func(in *meter.Input) { in.WorkspaceID = "nowhere" })
	add("an empty workspace", "WORKSPACE_NOT_FOUND", `""`, func(in *meter.Input) { in.WorkspaceID = "" })
	add("a workspace with NUL", "WORKSPACE_NOT_FOUND", "", func(in *meter.Input) { in.WorkspaceID = "shop\x00" })
	add("a workspace of broken UTF-8", "WORKSPACE_NOT_FOUND", "", func(in *meter.Input) { in.WorkspaceID = "shop\xff" })
	add("a workspace in other case", "WORKSPACE_NOT_FOUND", "", func(in *meter.Input) { in.WorkspaceID = "Shop" })

	for _, name := range []string{"neither", "both", "both empty"} {
		add(name+" of clientId and phone", "INVALID", "clientId and phone", func(in *meter.Input) {
			in.ClientID, in.Phone = nil, nil
			switch name {
			case "both":
				in.ClientID, in.Phone = new("ada"), new("+393331234567")
			case "both empty":
				in.ClientID, in.Phone = new(""), new("")
			}
		})
	}
	add("an unknown customer", "CUSTOMER_NOT_FOUND", `clientId "eve"`, func(in *meter.Input) { in.ClientID = new("eve") })
	add("a client id in other case", "CUSTOMER_NOT_FOUND", `clientId "Ada"`, func(in *meter.Input) { in.ClientID = new("Ada") })
	add("a client id with a space", "CUSTOMER_NOT_FOUND", `clientId "ada "`, func(in *meter.Input) { in.ClientID = new("ada ") })
	add("an unknown phone", "CUSTOMER_NOT_FOUND", "phone +393339999999", func(in *meter.Input) { in.ClientID, in.Phone = nil, new("0039 333 999 9999") })
	add("an inactive customer", "CUSTOMER_INACTIVE", `"idle"`, func(in *meter.Input) { in.ClientID = new("idle") })
	add("an inactive phone", "CUSTOMER_INACTIVE", `"idle"`, func(in *meter.Input) { in.ClientID, in.Phone = nil, new("+39 333 000 0000") })

	for _, phone := range []string{
		"+393331234567", "393331234567", "00393331234567", "+39 333 123 4567", "+39-333-123-4567", "+39.333.123.4567",
		"(+39) 333 1234567", " 00 39 (333) 123-45.67 ", "+39\u00a0333\u2011123\u20134567", "\u202a+393331234567\u202c",
		"393331234567@s.whatsapp.net", "393331234567@c.us", "+393331234567@S.WhatsApp.Net", "393331234567:12@s.whatsapp.net",
	} {
		add("phone "+phone, "TRACKED", "", func(in *meter.Input) { in.ClientID, in.Phone = nil, &phone })
	}
	for _, phone := range []string{
		" ", "ada", "+", "00", "123456", "1234567890123456", "+39333x1234567", "++393331234567", "3933312+34567", "0333 1234567",
		"393331234567@example.org", "393331234567-1600000000@g.us", "393331234567:a@s.whatsapp.net", "@c.us", "٣٩٣٣٣١٢٣٤٥٦٧",
	} {
		add("phone "+phone, "INVALID", "phone", func(in *meter.Input) { in.ClientID, in.Phone = nil, &phone })
	}

	for _, response := range []string{"Hello.", " . ", "0", "👍", "👍\ufe0f", "\u200b!", "é", "e\u0301", "\\n"} {
		add(fmt.Sprintf("response %+q", response), "TRACKED", "", func(in *meter.Input) { in.Response = &response })
	}
	for _, response := range []string{
		"", " ", "\t\r\n\v\f", "\u0085\u00a0", "\u1680", "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a",
		"\u2028\u2029", "\u202f\u205f\u3000", "\u200b", "\u200c\u200d", "\ufeff", "\u2060", "\u00ad", "\u180e", "\u200e\u200f", "\u061c",
		"\u2061\u2062\u2063\u2064", "\u034f", "\u115f\u1160", "\u3164", "\uffa0", "\ufe0f", "\U000e0020", "\U000e0100", " \u200b\n\ufeff\u00a0",
	} {
		add(fmt.Sprintf("response %+q", response), "EMPTY_RESPONSE", "response", func(in *meter.Input) { in.Response = &response })
	}

	for _, text := range []string{
		"0", "0.0", "-0", "0.000000001", "0.005", ".5", "5.", "5e-7", "0.5000000000", "1E6", "1000000", "1000000.000000000", " 1 ", "+1", "10000000e-10",
	} {
		add("price "+text, "TRACKED", "", price(text))
	}
	for _, text := range []string{
		"-1", "-0.000000001", "-1e-9", "1000000.000000001", "1000001", "9223372036.854775808", "1e400", "1e999999999999", "0.0000000001", "1e-10", "1.0000000001",
		"NaN", "nan", "Infinity", "-Inf", "abc", "1,5", "1 000", "0x10", "1e", "--1", "1.2.3", "true", "null", "€1", "１", "1\x00", "\xff", strings.Repeat("1", 100_000),
	} {
		name := text
		if len(name) > 40 {
			name = "of many digits"
		}
		add(fmt.Sprintf("price %q", name), "INVALID", "price ", price(text))
	}

	for _, kind := range []string{"message", "a", "voice-note_2.x", strings.Repeat("k", 64)} {
		add("kind "+kind, "TRACKED", "", func(in *meter.Input) { in.Kind = &kind; price("1")(in) })
	}
	for _, kind := range []string{" ", "Message", "voice note", "é", "a/b", "message\n", strings.Repeat("k", 65)} {
		add(fmt.Sprintf("kind %q", kind), "INVALID", "kind ", func(in *meter.Input) { in.Kind = &kind; price("1")(in) })
	}
	add("a kind without a price anywhere", "INVALID", `price is missing: the workspace's price list has none for the kind "voice"`, func(in *meter.Input) { in.Kind = new("voice") })
	add("the same, the price empty", "INVALID", "price is missing", func(in *meter.Input) { in.Kind = new("voice"); price("")(in) })

	for _, model := range []string{" ", "gpt-4o", "Große Sprachmodelle ✓", strings.Repeat("m", 128), strings.Repeat("é", 128)} {
		add(fmt.Sprintf("model %q", model), "TRACKED", "", func(in *meter.Input) { in.Model = &model })
	}
	for _, model := range []string{strings.Repeat("m", 129), strings.Repeat("é", 129)} {
		add("model of 129 "+model[:2], "INVALID", "model ", func(in *meter.Input) { in.Model = &model })
	}

	for _, n := range []int64{0, 1, 1<<31 - 1} {
		add(fmt.Sprintf("%d tokens", n), "TRACKED", "", func(in *meter.Input) { in.InputTokens, in.OutputTokens = &n, &n })
	}
	for _, n := range []int64{-1, 1 << 31, -1 << 31, 1 << 62} {
		add(fmt.Sprintf("%d tokens in", n), "INVALID", "inputTokens ", func(in *meter.Input) { in.InputTokens = &n })
		add(fmt.Sprintf("%d tokens out", n), "INVALID", "outputTokens ", func(in *meter.Input) { in.OutputTokens = &n })
	}

	for _, key := range []string{" ", "k", strings.Repeat("k", 255), strings.Repeat("é", 127)} {
		add(fmt.Sprintf("idempotencyKey %q", key), "TRACKED", "", func(in *meter.Input) { in.IdempotencyKey = &key })
	}
	for _, key := range []string{strings.Repeat("k", 256), strings.Repeat("é", 128)} {
		add("idempotencyKey of 256 bytes of "+key[:2], "INVALID", "idempotencyKey ", func(in *meter.Input) { in.IdempotencyKey = &key })
	}

	for name, text := range map[string]string{"NUL": "a\x00", "broken UTF-8": "a\xc3", "a surrogate": "\xed\xa0\x80"} {
		for field, set := range map[string]func(*meter.Input, string){
			"clientId":       func(in *meter.Input, v string) { in.ClientID = &v },
			"phone":          func(in *meter.Input, v string) { in.ClientID, in.Phone = nil, &v },
			"response":       func(in *meter.Input, v string) { in.Response = &v },
			"kind":           func(in *meter.Input, v string) { in.Kind = &v },
			"model":          func(in *meter.Input, v string) { in.Model = &v },
			"idempotencyKey": func(in *meter.Input, v string) { in.IdempotencyKey = &v },
		} {
			add(field+" with "+name, "INVALID", field+" ", func(in *meter.Input) { set(in, text) })
		}
	}

	for _, text := range []string{
		"2024-02-15T12:00:00Z", "2024-02-15t13:00:00.5+01:00", "2024-02-15 12:00:00z", "1970-01-01T00:00:00Z", "1970-01-01T05:45:00+05:45",
		"1999-12-31T23:59:59.9999999-03:30", "2020-02-29T00:00:00Z", "2024-02-15T12:05:00.123456Z",
	} {
		add("occurredAt "+text, "TRACKED", "", occurred(text))
	}
	for _, text := range []string{
		"2024-02-15T12:05:00.123457Z", "2024-02-15T12:06:00Z", "2024-02-16T00:00:00Z", "9999-12-31T23:59:59Z",
		"1969-12-31T23:59:59.9999999Z", "1970-01-01T05:44:59.999999+05:45", "1970-01-01T00:00:00+00:01", "0001-01-01T00:00:00Z",
		"2024-02-15T12:00:00", "2024-02-15T12:00:00,5Z", "2024-02-15", "2023-02-29T00:00:00Z", "2024-02-15T24:00:00Z", "1708000000", "yesterday", "\x00", "\xff",
	} {
		add(fmt.Sprintf("occurredAt %q", text), "INVALID", "occurredAt ", occurred(text))
	}

	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		tracked := 0
		for _, r := range rules {
			got := s.track(t, answer(r.change))
			if fate(got) != r.fate || !strings.Contains(message(got), r.message) {
				t.Errorf("%s: %s (%s), want %s (%s)", r.name, fate(got), message(got), r.fate, r.message)
			}
			if got.Tracked != (got.Usage != nil) || got.Tracked != (got.Reason == nil) || got.Tracked != (got.Message == nil) {
				t.Errorf("%s: %+v tells two things", r.name, got)
			}
			if got.Tracked {
				tracked++
			}
		}
		if n := s.counted(t); n != tracked {
			t.Errorf("%d counted of %d tracked", n, tracked)
		}
	})
}

// What the events may do wrong, in the order in which it is looked for: the
// first is the reason, whatever else is wrong too.
func TestTheFirstReasonStands(t *testing.T) {
	t.Parallel()
	faults := []struct {
		fate   string
		change change
	}{
		{"WORKSPACE_NOT_FOUND", func(in *meter.Input) { in.WorkspaceID = "nowhere" }},
		{"INVALID", price("-1")},
		{"EMPTY_RESPONSE", func(in *meter.Input) { in.Response = new(" ") }},
		{"CUSTOMER_NOT_FOUND", func(in *meter.Input) { in.ClientID = new("eve") }},
		{"CUSTOMER_INACTIVE", func(in *meter.Input) {
			if *in.ClientID == "ada" {
				in.ClientID = new("idle")
			}
		}},
	}
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		for set := range 1 << len(faults) {
			in, want := answer(), "TRACKED"
			for i := len(faults) - 1; i >= 0; i-- {
				if set>>i&1 == 1 {
					want = faults[i].fate
				}
			}
			for i, f := range faults {
				if set>>i&1 == 1 {
					f.change(&in)
				}
			}
			if got := s.track(t, in); fate(got) != want {
				t.Errorf("faults %05b: %s (%s), want %s", set, fate(got), message(got), want)
			}
		}
		// A kind without a price is bad input, not a matter of the customer.
		got := s.track(t, meter.Input{WorkspaceID: "shop", ClientID: new("eve"), Kind: new("voice"), Response: new("")})
		if fate(got) != "INVALID" {
			t.Errorf("%s before the missing price", fate(got))
		}
	})
}

// A key learns nothing of other workspaces: what exists answers as what does
// not, even where both are counted together.
func TestOthersWorkspacesAreHidden(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		first, release := s.busy(t)
		own, theirs := s.send(as(t, auth.Tracker), answer(func(in *meter.Input) { in.WorkspaceID = "other" })),
			s.send(s.ctx, answer(func(in *meter.Input) { in.WorkspaceID = "other" }))
		none := s.send(as(t, auth.Tracker), answer(func(in *meter.Input) { in.WorkspaceID = "nowhere" }))
		s.waiting(t, 3)
		release()
		want(t, first, "TRACKED")
		want(t, theirs, "TRACKED")
		hidden, missing := <-own, <-none
		if hidden.err != nil || missing.err != nil {
			t.Fatal(hidden.err, missing.err)
		}
		if fate(hidden.Result) != "WORKSPACE_NOT_FOUND" || fate(missing.Result) != "WORKSPACE_NOT_FOUND" ||
			strings.ReplaceAll(message(hidden.Result), "other", "nowhere") != message(missing.Result) {
			t.Errorf("%s (%s) of others, %s (%s) of none", fate(hidden.Result), message(hidden.Result), fate(missing.Result), message(missing.Result))
		}
	})
}

// The price is the caller's, else the workspace's for the kind, else that of a
// message.
func TestPrices(t *testing.T) {
	t.Parallel()
	kind := func(k string) change { return func(in *meter.Input) { in.Kind = &k } }
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		for _, c := range []struct {
			want    string
			changes []change
		}{
			{"0.005", nil},
			{"0.005", []change{price("")}},
			{"0.005", []change{price("  ")}},
			{"0.005", []change{kind("message")}},
			{"0", []change{price("0")}},
			{"0.02", []change{kind("image")}},
			{"0.02", []change{kind("image"), price("")}},
			{"0", []change{kind("free")}},
			{"0", []change{kind("image"), price("-0")}},
			{"0.000000001", []change{kind("image"), price("1e-9")}},
			{"1000000", []change{kind("voice"), price("1e6")}},
		} {
			if got := s.track(t, answer(c.changes...)); got.Usage == nil || got.Usage.Price.String() != c.want {
				t.Errorf("%s: %+v, want a price of %s", message(got), got.Usage, c.want)
			}
		}
		run(t, s, `UPDATE workspaces SET prices = '{"message":"0.1"}' WHERE id = 'shop'`)
		if got := s.track(t, answer()); got.Usage == nil || got.Usage.Price.String() != "0.1" {
			t.Errorf("%+v after the list changed", got.Usage)
		}
		if got := s.track(t, answer(kind("image"))); fate(got) != "INVALID" {
			t.Errorf("%s for a kind that left the list", fate(got))
		}
	})
}

// What is kept is what was sent, the instant to the microsecond, rounded down.
func TestUsageIsWhatWasSent(t *testing.T) {
	t.Parallel()
	each(t, meter.Options{}, func(t *testing.T, s *shop) {
		in := answer(price("0.25"), occurred("2024-01-10T10:00:00.1234569+01:00"), func(in *meter.Input) {
			in.ClientID, in.Phone = nil, new("0039 333 1234567")
			in.Kind, in.Model, in.IdempotencyKey = new("image"), new("gpt"), new("k1")
			in.InputTokens, in.OutputTokens = new(int64(0)), new(int64(1<<31-1))
			in.Response = new("Ecco!")
		})
		for _, u := range []string{"first", "second"} {
			got := s.track(t, in).Usage
			text := fmt.Sprint(got.WorkspaceID, " ", got.ClientID, " ", got.Price, " ", got.Kind, " ", *got.Model, " ", *got.InputTokens, " ",
				*got.OutputTokens, " ", *got.IdempotencyKey, " ", got.CreatedAt, " ", got.RecordedAt, " ", got.VoidedAt == nil)
			if want := "shop ada 0.25 image gpt 0 2147483647 k1 2024-01-10T09:00:00.123456Z 2024-02-15T12:00:00.123456Z true"; text != want {
				t.Errorf("the %s call has %s, want %s", u, text, want)
			}
		}
		got := s.track(t, answer()).Usage
		if got.Model != nil || got.InputTokens != nil || got.OutputTokens != nil || got.IdempotencyKey != nil || got.Kind != "message" ||
			got.CreatedAt != calendar.At(now) || got.CreatedAt.Time() != now.Truncate(time.Microsecond) {
			t.Errorf("%+v of an answer with nothing given", got)
		}
	})
}
