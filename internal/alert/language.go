package alert

import (
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Numbers, money and days are written as the dashboard writes them, by the same
// rules of CLDR.

// language is what numbers and days look like in one.
type language struct {
	lang string // the code
	// group stands between thousands, in numbers of so many digits and more.
	group   string
	grouped int
	decimal string
	months  [12]string
	// days are those of a week, from Sunday on.
	days [7]string
	// symbolFirst puts the currency before its amount.
	symbolFirst bool
}

var languages = map[string]language{
	"en": {
		lang: "en", group: ",", grouped: 4, decimal: ".", symbolFirst: true,
		months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		days:   [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	},
	"it": {
		lang: "it", group: ".", grouped: 5, decimal: ",",
		months: [12]string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
		days:   [7]string{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
	},
}

// languageOf is the language with a code; English where there is none.
func languageOf(code string) language {
	if l, ok := languages[code]; ok {
		return l
	}
	return languages["en"]
}

// symbols are CLDR's narrow ones; other currencies are written as their code.
var symbols = map[string]string{
	"AFN": "؋", "AMD": "֏", "AOA": "Kz", "ARS": "$", "AUD": "$", "AZN": "₼", "BAM": "KM", "BBD": "$", "BDT": "৳", "BMD": "$",
	"BND": "$", "BOB": "Bs", "BRL": "R$", "BSD": "$", "BWP": "P", "BZD": "$", "CAD": "$", "CLP": "$", "CNY": "¥", "COP": "$",
	"CRC": "₡", "CUP": "$", "CZK": "Kč", "DKK": "kr", "DOP": "$", "EGP": "E£", "EUR": "€", "FJD": "$", "FKP": "£", "GBP": "£",
	"GEL": "₾", "GHS": "GH₵", "GIP": "£", "GNF": "FG", "GTQ": "Q", "GYD": "$", "HKD": "$", "HNL": "L", "HUF": "Ft", "IDR": "Rp",
	"ILS": "₪", "INR": "₹", "ISK": "kr", "JMD": "$", "JPY": "¥", "KGS": "⃀", "KHR": "៛", "KMF": "CF", "KPW": "₩", "KRW": "₩",
	"KYD": "$", "KZT": "₸", "LAK": "₭", "LBP": "L£", "LKR": "Rs", "LRD": "$", "MGA": "Ar", "MMK": "K", "MNT": "₮", "MUR": "Rs",
	"MXN": "$", "MYR": "RM", "NAD": "$", "NGN": "₦", "NIO": "C$", "NOK": "kr", "NPR": "Rs", "NZD": "$", "PHP": "₱", "PKR": "Rs",
	"PLN": "zł", "PYG": "₲", "RON": "lei", "RUB": "₽", "RWF": "RF", "SBD": "$", "SEK": "kr", "SGD": "$", "SHP": "£", "SRD": "$",
	"SSP": "£", "STN": "Db", "SYP": "£", "THB": "฿", "TOP": "T$", "TRY": "₺", "TTD": "$", "TWD": "$", "UAH": "₴", "USD": "$",
	"UYU": "$", "VND": "₫", "XAF": "FCFA", "XCD": "$", "XOF": "F\u202fCFA", "XPF": "CFPF", "ZAR": "R", "ZMW": "ZK",
}

// Currencies whose amounts have no decimals, or three; others have two.
const (
	noDecimals    = "AFN ALL BIF CLP COP DJF GNF HUF IDR IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PKR PYG RWF SLL SOS SYP UGX VND VUV XAF XOF XPF YER"
	threeDecimals = "BHD JOD KWD LYD OMR TND"
)

const (
	// moreDecimals are those of amounts below one, which prices of answers are.
	moreDecimals = 3
	// longestAmount bounds what is worked with: amounts are far shorter.
	longestAmount = 60
)

// exact reads an amount; ok is false for what is none.
func exact(a Amount) (*big.Rat, bool) {
	text := string(a)
	if len(text) > longestAmount || strings.Trim(text, "-.0123456789") != "" {
		return nil, false // 1e999999999 would take a while
	}
	return new(big.Rat).SetString(text)
}

// decimals are how many a currency has.
func decimals(currency string) int {
	switch {
	case currency == "":
		return 2
	case strings.Contains(noDecimals, currency):
		return 0
	case strings.Contains(threeDecimals, currency):
		return 3
	default:
		return 2
	}
}

// money writes an amount for reading, rounded; what is none stays as it is.
func (l language) money(a Amount, currency string) string {
	most := decimals(currency)
	if value, ok := exact(a); ok && value.Abs(value).Cmp(big.NewRat(1, 1)) < 0 {
		most += moreDecimals
	}
	return l.amount(a, currency, most)
}

// exactMoney writes an amount with every digit that it has.
func (l language) exactMoney(a Amount, currency string) string { return l.amount(a, currency, 9) }

// amount writes an amount with as many decimals as its currency has, and up to
// so many where they aren't 0.
func (l language) amount(a Amount, currency string, most int) string {
	value, ok := exact(a)
	if !ok {
		return tidy(string(a))
	}
	digits := value.FloatString(most)
	for least := decimals(currency); most > least && strings.HasSuffix(digits, "0"); most-- {
		digits = digits[:len(digits)-1]
	}
	digits, negative := strings.CutPrefix(strings.TrimSuffix(digits, "."), "-")
	sign, symbol, number := "", currency, l.number(digits)
	if negative {
		sign = "-"
	}
	if s, ok := symbols[currency]; ok {
		symbol = s
	}
	switch last, _ := utf8.DecodeLastRuneInString(symbol); {
	case symbol == "":
		return sign + number
	case !l.symbolFirst:
		return sign + number + "\u00a0" + symbol
	case unicode.Is(unicode.S, last):
		return sign + symbol + number
	default:
		return sign + symbol + "\u00a0" + number
	}
}

// number writes digits such as 1234.5 with the language's marks.
func (l language) number(digits string) string {
	whole, fraction, broken := strings.Cut(digits, ".")
	if len(whole) >= l.grouped {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + l.group + whole[i:]
		}
	}
	if broken {
		return whole + l.decimal + fraction
	}
	return whole
}

func (l language) count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		return "-" + l.number(rest)
	}
	return l.number(digits)
}

// change is how much an amount is above the one before, in percent with its
// sign; empty where there is nothing to compare with.
func (l language) change(now, before Amount) string {
	n, ok := exact(now)
	b, known := exact(before)
	if !ok || !known || b.Sign() <= 0 {
		return ""
	}
	n.Sub(n, b).Quo(n, b).Mul(n, big.NewRat(100, 1))
	digits, rounded := strings.CutSuffix(n.FloatString(1), ".0")
	digits, negative := strings.CutPrefix(digits, "-")
	switch {
	case digits == "0" && rounded:
		return "0%"
	case negative:
		return "-" + l.number(digits) + "%"
	default:
		return "+" + l.number(digits) + "%"
	}
}

// The layouts of days are package time's, with spaces between their parts.
const (
	longDay  = "Monday 2 January 2006"
	shortDay = "Monday 2 January"
	plainDay = "2 January 2006"
)

// date writes a day by a layout.
func (l language) date(at time.Time, layout string) string {
	parts := strings.Fields(layout)
	for i, part := range parts {
		switch part {
		case "January":
			parts[i] = l.months[at.Month()-1]
		case "Monday":
			parts[i] = l.days[at.Weekday()]
		default:
			parts[i] = at.Format(part)
		}
	}
	return strings.Join(parts, " ")
}

// day writes a day such as 2026-11-27; what is none stays as it is.
func (l language) day(text, layout string) string {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return l.date(at, layout)
}

// month writes a month such as 2026-11; what is none stays as it is.
func (l language) month(text, layout string) string {
	at, err := time.Parse("2006-01", text)
	if err != nil {
		return text
	}
	return l.date(at, layout)
}

// span writes days from the first to the last, with what they share once; empty
// where one is.
func (l language) span(first, last string) string {
	from, err := time.Parse(time.DateOnly, first)
	to, err2 := time.Parse(time.DateOnly, last)
	switch {
	case first == "" || last == "":
		return ""
	case err != nil || err2 != nil || from.Year() != to.Year():
		return l.day(first, plainDay) + " – " + l.day(last, plainDay)
	case from.Equal(to):
		return l.date(to, plainDay)
	case from.Month() == to.Month():
		return l.date(from, "2") + "–" + l.date(to, plainDay)
	default:
		return l.date(from, "2 January") + " – " + l.date(to, plainDay)
	}
}

// moment is the clock and the day of an instant in RFC 3339, by the offset that
// it is written with; the day is empty where it is no instant.
func (l language) moment(text string) (clock, day string) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text, ""
	}
	clock = at.Format("15:04")
	if strings.HasSuffix(text, "Z") {
		clock += " UTC"
	}
	return clock, l.date(at, longDay)
}
