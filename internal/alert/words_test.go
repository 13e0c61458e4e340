package alert_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/calendar"
)

// events are all that a workspace can be told of.
func events() []string {
	return []string{
		alert.ThresholdReached, alert.BudgetExceeded, alert.ForecastExceeded, alert.Anomaly, alert.Silent,
		alert.WeeklyReport, alert.MonthlyReport, alert.ChannelDisabled, alert.ChannelTest,
	}
}

// sample are an event's facts, with everything that it may have.
func sample(event string) *alert.Facts {
	f := &alert.Facts{Currency: "EUR"}
	switch event {
	case alert.ThresholdReached:
		f.Month, f.Enforcement, f.Threshold, f.Limit, f.Spent = "2026-11", "NOTIFY", 80, "50", "40.12"
	case alert.BudgetExceeded:
		f.Month, f.Enforcement, f.Limit, f.Spent = "2026-11", "NOTIFY", "1250", "1250.000000001"
	case alert.ForecastExceeded:
		f.Month, f.Enforcement, f.Limit, f.Spent, f.Day = "2026-11", "NOTIFY", "50", "31.5", "2026-11-24"
		f.Expected, f.Low, f.High = "62.004", "58.1", "66.25"
	case alert.Anomaly:
		f.Day, f.Direction, f.Hour = "2026-11-27", "ABOVE", new(14)
		f.Actual, f.Expected, f.Low, f.High = "12.3", "3.6", "2.1", "5.4"
		f.Clients = []alert.Departure{{"393331234567", "Ada Rossi", "8.01", "1"}, {"b-2", "", "2", "0.9"}}
		f.Kinds = []alert.Departure{{"TEXT", "", "11.2", "3"}}
		f.Models = []alert.Departure{{"gpt-5", "", "6", "2"}, {"", "", "5", "1.001"}}
	case alert.Silent:
		f.Since, f.ExpectedMessages = "2026-11-27T14:30:00+01:00", 1234.4
	case alert.WeeklyReport:
		f.Report = report("2026-11-16", 7)
	case alert.MonthlyReport:
		f.Report = report("2026-10-01", 31)
	case alert.ChannelDisabled:
		f.Channel = &alert.ChannelFact{ID: "7", Name: "Ops hook", Reason: "Nothing arrived for three days. The last time: It answered with status 500."}
	case alert.ChannelTest:
		f.Channel = &alert.ChannelFact{ID: "7", Name: "Ops hook"}
	}
	return f
}

// report is one of so many days.
func report(start string, days int) *alert.Report {
	first, err := calendar.ParseDate(start)
	if err != nil {
		panic(err)
	}
	r := &alert.Report{
		Start: start, End: first.Add(days - 1).String(), Messages: 12_345, Cost: "1044.8", MessagesBefore: 11_002, CostBefore: "928.71",
		TopClients: []alert.ClientFact{
			{"393331234567", "Ada Rossi", 1_801, "310.4"},
			{"393339876543", "Bruno & figli", 910, "120.05"},
			{"c-3", "", 402, "60"},
			{"393331112223", "Carla", 1, "0.0125"},
		},
		MonthEnd: alert.Interval{Expected: "4410.5", Low: "4102.25", High: "4801"},
	}
	for i := range days {
		cents := 9_000 + 4_000*(i%7) - 900*(i%3) - 23_500*(i%7/6)
		r.Daily = append(r.Daily, alert.DayFact{Date: first.Add(i).String(), Messages: 1_700, Cost: alert.Amount(fmt.Sprintf("%d.%02d", cents/100, cents%100))})
	}
	return r
}

// scenes are what the events are told in: as in sample, or changed.
func scenes() []scene {
	return []scene{
		{"a threshold", alert.ThresholdReached, "", nil},
		{"a client's threshold", alert.ThresholdReached, "ada", nil},
		{"a threshold before answers stop", alert.ThresholdReached, "", func(f *alert.Facts) { f.Enforcement = "BLOCK" }},
		{"over the limit by a nano", alert.BudgetExceeded, "", nil},
		{"nothing more lets through", alert.BudgetExceeded, "ada", func(f *alert.Facts) { f.Enforcement, f.Spent = "BLOCK", "1249.9" }},
		{"a limit of 0", alert.BudgetExceeded, "", func(f *alert.Facts) { f.Enforcement, f.Spent, f.Limit = "BLOCK", "0", "0" }},
		{"a month that will be too dear", alert.ForecastExceeded, "", nil},
		{"one that will stop answers", alert.ForecastExceeded, "ada", func(f *alert.Facts) { f.Enforcement = "BLOCK" }},
		{"an hour out of the usual", alert.Anomaly, "", nil},
		{"a cheap day that nothing explains", alert.Anomaly, "", func(f *alert.Facts) {
			f.Hour, f.Direction, f.Actual, f.Clients, f.Kinds, f.Models = nil, "BELOW", "0.0004", nil, nil, nil
		}},
		{"the day's last hour", alert.Anomaly, "", func(f *alert.Facts) { f.Hour, f.Clients, f.Kinds, f.Models = new(23), nil, nil, nil }},
		{"silence", alert.Silent, "", nil},
		{"silence, by the clock of UTC", alert.Silent, "", func(f *alert.Facts) { f.Since, f.ExpectedMessages = "2026-11-27T13:30:00Z", 0 }},
		{"a week", alert.WeeklyReport, "", nil},
		{"a week of one message, after none, in two years", alert.WeeklyReport, "", func(f *alert.Facts) {
			*f.Report = alert.Report{Start: "2026-12-28", End: "2027-01-03", Messages: 1, Cost: "0.25", CostBefore: "0"}
		}},
		{"a cheaper week in two months", alert.WeeklyReport, "", func(f *alert.Facts) {
			*f.Report = alert.Report{Start: "2026-11-30", End: "2026-12-06", Messages: 2, Cost: "1", CostBefore: "3"}
		}},
		{"a month", alert.MonthlyReport, "", nil},
		{"a channel that was given up", alert.ChannelDisabled, "", nil},
		{"a test", alert.ChannelTest, "", nil},
	}
}

type scene struct {
	name, event, client string
	change              func(*alert.Facts)
}

// What people are told stands in testdata/words.txt, for reading.
func TestWords(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/words.txt")
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	seen := map[string]bool{}
	for _, s := range scenes() {
		seen[s.event] = true
		fmt.Fprintf(&told, "%s: %s\n", s.event, s.name)
		for _, lang := range []string{"en", "it"} {
			f := sample(s.event)
			if s.change != nil {
				s.change(f)
			}
			title, text := alert.Words(s.event, f, "Bottega Rossi", s.client, lang)
			fmt.Fprintf(&told, "  %s\n    %s\n", title, text)
		}
		told.WriteString("\n")
	}
	for _, event := range events() {
		if !seen[event] {
			t.Errorf("%s is in no scene", event)
		}
	}
	want := strings.Split(string(golden), "\n")
	for i, line := range strings.Split(told.String(), "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("line %d is\n%s", i+1, line)
		}
	}
	if t.Failed() || told.Len() != len(golden) {
		t.Errorf("what is told differs from testdata/words.txt")
	}
}

// Every event has words of its own in both languages, whatever its facts lack;
// a language that is not spoken is English.
func TestWordsOfBareFacts(t *testing.T) {
	t.Parallel()
	for _, event := range events() {
		titles := map[string]string{}
		for _, f := range []*alert.Facts{nil, {}, {Report: &alert.Report{}}, {Channel: &alert.ChannelFact{}}} {
			for _, lang := range []string{"en", "it", "", "xx"} {
				title, text := alert.Words(event, f, "Bottega", "", lang)
				if title == "" || title == event || strings.ContainsAny(title+text, "{}%<>\n") || strings.Contains(title+text, "  ") {
					t.Errorf("%s in %q of %+v: %q, %q", event, lang, f, title, text)
				}
				if f == nil {
					titles[lang] = title
				}
			}
		}
		if titles["en"] == titles["it"] || titles["en"] != titles["xx"] || titles["en"] != titles[""] {
			t.Errorf("%s: %v", event, titles)
		}
	}
	if title, text := alert.Words("no.event", sample(alert.Silent), "Bottega", "", "en"); title != "no.event" || text != "Bottega" {
		t.Errorf("what is unknown: %q, %q", title, text)
	}
}

// Amounts look as the dashboard's, whose Intl wrote these (Node 20, CLDR 43).
func TestAmountsLookAsInTheDashboard(t *testing.T) {
	t.Parallel()
	amounts := []alert.Amount{"0", "0.5", "0.00123", "0.0000049", "1", "999.995", "1234.5", "12345678.905", "-12.5", "92233720368547758079.123456789"}
	for _, row := range []struct{ currency, lang, want string }{
		{"EUR", "en", "€0.00|€0.50|€0.00123|€0.00|€1.00|€1,000.00|€1,234.50|€12,345,678.91|-€12.50|€92,233,720,368,547,758,079.12"},
		{"EUR", "it", "0,00~€|0,50~€|0,00123~€|0,00~€|1,00~€|1000,00~€|1234,50~€|12.345.678,91~€|-12,50~€|92.233.720.368.547.758.079,12~€"},
		{"CHF", "en", "CHF~0.00|CHF~0.50|CHF~0.00123|CHF~0.00|CHF~1.00|CHF~1,000.00|CHF~1,234.50|CHF~12,345,678.91|-CHF~12.50|CHF~92,233,720,368,547,758,079.12"},
		{"JPY", "en", "¥0|¥0.5|¥0.001|¥0|¥1|¥1,000|¥1,235|¥12,345,679|-¥13|¥92,233,720,368,547,758,079"},
		{"JPY", "it", "0~¥|0,5~¥|0,001~¥|0~¥|1~¥|1000~¥|1235~¥|12.345.679~¥|-13~¥|92.233.720.368.547.758.079~¥"},
		{"KWD", "en", "KWD~0.000|KWD~0.500|KWD~0.00123|KWD~0.000005|KWD~1.000|KWD~999.995|KWD~1,234.500|KWD~12,345,678.905|-KWD~12.500|KWD~92,233,720,368,547,758,079.123"},
		{"PLN", "en", "zł~0.00|zł~0.50|zł~0.00123|zł~0.00|zł~1.00|zł~1,000.00|zł~1,234.50|zł~12,345,678.91|-zł~12.50|zł~92,233,720,368,547,758,079.12"},
		{"BRL", "it", "0,00~R$|0,50~R$|0,00123~R$|0,00~R$|1,00~R$|1000,00~R$|1234,50~R$|12.345.678,91~R$|-12,50~R$|92.233.720.368.547.758.079,12~R$"},
		{"", "en", "0.00|0.50|0.00123|0.00|1.00|1,000.00|1,234.50|12,345,678.91|-12.50|92,233,720,368,547,758,079.12"},
	} {
		var got []string
		for _, a := range amounts {
			got = append(got, alert.Money(a, row.currency, row.lang))
		}
		if want := strings.ReplaceAll(row.want, "~", "\u00a0"); strings.Join(got, "|") != want {
			t.Errorf("%s in %s:\n%q, want\n%q", row.currency, row.lang, strings.Join(got, "|"), want)
		}
	}
	for _, odd := range []alert.Amount{"", "1e999999999", "NaN", "12 €", "1.2.3"} {
		if got := alert.Money(odd, "EUR", "en"); got != string(odd) {
			t.Errorf("%q is written %q", odd, got)
		}
	}
}

// Whatever stands in facts and names, the words and the letter are made, on one
// line where they must be.
func TestWordsOfAnyFacts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		event, lang := rapid.SampledFrom(events()).Draw(t, "event"), rapid.SampledFrom([]string{"en", "it"}).Draw(t, "lang")
		f, name, client := rapid.Make[alert.Facts]().Draw(t, "facts"), rapid.String().Draw(t, "name"), rapid.String().Draw(t, "client")
		title, text := alert.Words(event, &f, name, client, lang)
		letter, err := alert.Compose(&alert.Alert{WorkspaceID: name, ClientID: &client, Event: event}, &f, &ent.Workspace{Name: name}, lang, "https://example.com")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{title, text, letter.Subject} {
			if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || strings.Contains(line, "<no value>") {
				t.Errorf("%q", line)
			}
		}
	})
}
