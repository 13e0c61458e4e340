package workspace_test

import (
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/workspace"
)

func TestE164(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"+393331234567":                   "+393331234567",
		"393331234567":                    "+393331234567",
		"00393331234567":                  "+393331234567",
		" +39 333.123-45-67 ":             "+393331234567",
		"(+39) (333) 1234567":             "+393331234567",
		"00 39 333 1234567":               "+393331234567",
		"+39\u00a0333\u2009123\u20114567": "+393331234567",
		"\u202a+39 333 1234567\u202c":     "+393331234567",
		"+39 333 123 \u2013 4567":         "+393331234567",
		"393331234567@s.whatsapp.net":     "+393331234567",
		"393331234567:12@s.whatsapp.net":  "+393331234567",
		"393331234567@c.us":               "+393331234567",
		" 393331234567@C.US ":             "+393331234567",
		"1234567":                         "+1234567",
		"123456789012345":                 "+123456789012345",
		"00123456789012345":               "+123456789012345",

		"": "", "+": "", "00": "", "@c.us": "", ":@c.us": "",
		"123456": "", "1234567890123456": "", "001234567890123456": "", "000393331234567": "",
		"0333 1234567": "", "+0393331234567": "", "+00393331234567": "",
		"39+3331234567": "", "++393331234567": "", "39333123456a": "", "39/3331234567": "", "tel:+393331234567": "",
		"٣٩٣٣٣١٢٣٤٥٦٧": "", "３９３３３１２３４５６７": "", "+39333\x001234567": "", "+39333\xff1234567": "",
		"393331234567@g.us": "", "393331234567@example.org": "", "393331234567:x@s.whatsapp.net": "", "393331234567:@s.whatsapp.net": "",
		"393331234567@c.us@c.us": "", strings.Repeat("1", 1_000_000): "",
	} {
		got, err := workspace.E164(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("E164(%.60q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func FuzzE164(f *testing.F) {
	for _, text := range []string{"+393331234567", "0039 (333) 123-4567", "393331234567:1@s.whatsapp.net", "393331234567@c.us", "0", "+00", "\u202a+39"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		number, err := workspace.E164(text)
		if err != nil {
			if number != "" {
				t.Errorf("%q beside %v", number, err)
			}
			return
		}
		digits := strings.TrimPrefix(number, "+")
		if number != "+"+digits || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
			t.Errorf("E164(%q) = %q", text, number)
		}
		if strings.Count(text, "0")+strings.Count(text, "1") < strings.Count(number, "0")+strings.Count(number, "1") {
			t.Errorf("E164(%q) = %q has digits of its own", text, number)
		}
		for _, other := range []string{number, digits, "00" + digits, digits + "@c.us", digits + "@s.whatsapp.net", "(" + text + ")"} {
			if strings.Contains(text, "@") && other == "("+text+")" {
				continue
			}
			if again, err := workspace.E164(other); again != number || err != nil {
				t.Errorf("E164(%q) = %q, %v; want %q as of %q", other, again, err, number, text)
			}
		}
	})
}

func TestValidKind(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]bool{
		"message": true, "a-z_0.9": true, strings.Repeat("k", 64): true,
		"": false, "Message": false, "a b": false, "a:b": false, "è": false, "a\x00": false, strings.Repeat("k", 65): false,
	} {
		if workspace.ValidKind(kind) != want {
			t.Errorf("%q: %v", kind, !want)
		}
	}
}
