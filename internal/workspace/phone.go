package workspace

import (
	"errors"
	"strings"
	"unicode"
)

// A phone number has 7 to 15 digits, its country code included.
const minPhone, maxPhone = 7, 15

var errPhone = errors.New("is not a phone number; write it with its country code, such as +39 333 123 4567")

// E164 brings a phone number to the form in which numbers are kept and
// compared: +393331234567 (ITU-T E.164; no country code begins with 0). White
// space, dots, dashes, parentheses, invisible characters and a 00 or missing +
// don't matter; a WhatsApp id, such as 393331234567@s.whatsapp.net or @c.us,
// is its number. The error is the second half of a sentence whose first half
// is the field.
func E164(text string) (string, error) {
	var digits [len("00") + maxPhone]byte
	n, plus := 0, false
	for _, r := range withoutServer(text) {
		switch {
		case '0' <= r && r <= '9':
			if n == len(digits) {
				return "", errPhone
			}
			digits[n] = byte(r)
			n++
		case r == '+' && n == 0 && !plus:
			plus = true
		case r == '.', r == '(', r == ')', r == '\u2212', unicode.In(r, unicode.White_Space, unicode.Pd, unicode.Cf):
		default:
			return "", errPhone
		}
	}
	number := string(digits[:n])
	if !plus {
		number = strings.TrimPrefix(number, "00")
	}
	if len(number) < minPhone || len(number) > maxPhone || number[0] == '0' {
		return "", errPhone
	}
	return "+" + number, nil
}

// withoutServer cuts the server off a WhatsApp id, and the device that stands
// before it behind a colon.
func withoutServer(text string) string {
	id, server, found := strings.Cut(strings.TrimSpace(text), "@")
	if !found || !strings.EqualFold(server, "s.whatsapp.net") && !strings.EqualFold(server, "c.us") {
		return text
	}
	if number, device, found := strings.Cut(id, ":"); found && device != "" && strings.Trim(device, "0123456789") == "" {
		return number
	}
	return id
}
