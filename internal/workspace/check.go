package workspace

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/money"
)

const (
	// maxText is in characters: names and e-mail addresses.
	maxText = 200
	// maxID is in characters: ids and kinds.
	maxID = 64

	lower    = "abcdefghijklmnopqrstuvwxyz"
	idLetter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + lower + "0123456789._:-"
)

// ValidKind reports a kind of usage: 1 to 64 of a-z 0-9 _ . -
func ValidKind(kind string) bool { return consists(kind, lower+"0123456789_.-") }

func isWorkspaceID(id string) bool { return consists(id, idLetter) }

func isClientID(id string) bool { return consists(id, idLetter+"@+") }

// consists reports a text of 1 to maxID characters of an ASCII set.
func consists(text, of string) bool {
	return text != "" && len(text) <= maxID && strings.Trim(text, of) == ""
}

// given takes an empty text, which flows send for a missing value, for absent.
func given(text *string) *string {
	if text == nil || *text == "" {
		return nil
	}
	return text
}

// orText is the text given, else another.
func orText(text *string, other string) *string {
	if given(text) == nil {
		return &other
	}
	return text
}

// orNewID is the id given, else a new one.
func orNewID(id *string) (string, error) {
	if given(id) != nil {
		return *id, nil
	}
	made, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make id: %w", err)
	}
	return made.String(), nil
}

// taken is the fault CONFLICT of one argument.
func taken(cause error, field, format string, args ...any) error {
	f := fault.Wrap(cause, fault.Conflict, format, args...)
	f.Field = field
	return f
}

// checkText refuses what no database takes and what is too long. The last
// word of the field's path names it to people.
func checkText(field string, text *string) error {
	if text == nil {
		return nil
	}
	name := field[strings.LastIndexByte(field, '.')+1:]
	switch {
	case !database.Storable(*text):
		return fault.Field(field, "%s holds a NUL character or is not valid UTF-8.", name)
	case strings.TrimSpace(*text) == "":
		return fault.Field(field, "%s is blank.", name)
	case utf8.RuneCountInString(*text) > maxText:
		return fault.Field(field, "%s has over %d characters.", name, maxText)
	}
	return nil
}

// check judges every field that is given and returns the price list.
func (in UpdateInput) check() (money.Prices, error) {
	if err := checkText("input.name", in.Name); err != nil {
		return nil, err
	}
	if in.Currency != nil && !isCurrency(*in.Currency) {
		return nil, fault.Field("input.currency", "currency must be an active code of ISO 4217 in capitals, such as EUR.")
	}
	if in.TimeZone != nil {
		if _, err := calendar.LoadZone(*in.TimeZone); err != nil {
			return nil, fault.Field("input.timeZone", "%s", fault.Of(err).Message)
		}
	}
	if in.Language != nil {
		if err := CheckLanguage("input.language", *in.Language); err != nil {
			return nil, err
		}
	}
	if in.ReportHour != nil && (*in.ReportHour < 0 || *in.ReportHour > 23) {
		return nil, fault.Field("input.reportHour", "reportHour is %d; it must be 0 to 23.", *in.ReportHour)
	}
	return priceList(in.Prices)
}

// CheckLanguage refuses a language that people can't be written to in.
func CheckLanguage(field, language string) error {
	if language != "en" && language != "it" {
		return fault.Field(field, "language must be en or it.")
	}
	return nil
}

// priceList is the list sorted by kind, as it comes back from the database.
func priceList(in []PriceInput) (money.Prices, error) {
	list := make(money.Prices, len(in))
	seen := make(map[string]bool, len(in))
	for i, p := range in {
		price, err := p.Price.Nanos()
		switch field := fmt.Sprintf("input.prices.%d", i); {
		case !ValidKind(p.Kind):
			return nil, fault.Field(field+".kind", "kind must be 1 to %d characters of a-z 0-9 _ . -", maxID)
		case seen[p.Kind]:
			return nil, fault.Field(field+".kind", "The kind %q is listed twice.", p.Kind)
		case err != nil:
			return nil, fault.Field(field+".price", "price %s.", err)
		case price < 0 || price > money.MaxPrice:
			return nil, fault.Field(field+".price", "price must be 0 to %s.", money.MaxPrice)
		}
		seen[p.Kind] = true
		list[i] = money.Price{Kind: p.Kind, Price: price}
	}
	slices.SortFunc(list, func(a, b money.Price) int { return cmp.Compare(a.Kind, b.Kind) })
	return list, nil
}

// isEmail reports the form of an e-mail address: one @, no white space or
// punctuation that only stands around addresses, a domain of at least two
// labels. Letters of every script are fine (RFC 6531).
func isEmail(text string) bool {
	local, domain, _ := strings.Cut(text, "@")
	if local == "" || !strings.Contains(domain, ".") {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return !strings.ContainsFunc(local+domain, func(r rune) bool {
		return unicode.In(r, unicode.White_Space, unicode.C) || strings.ContainsRune(`@()<>[],;:\"`, r)
	})
}

// currencies are the active codes of ISO 4217 (list one of its maintenance
// agency, as of amendment 180: without BGN, with XAD, XCG and ZWG).
const currencies = " AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD" +
	" CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP" +
	" GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY" +
	" KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD" +
	" MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR" +
	" PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF" +
	" SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS" +
	" UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST" +
	" XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG "

func isCurrency(code string) bool {
	return len(code) == 3 && !strings.Contains(code, " ") && strings.Contains(currencies, " "+code+" ")
}
