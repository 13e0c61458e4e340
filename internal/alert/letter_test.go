package alert_test

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/internal/alert"
)

const base = "https://meter.example.com"

func shop() *ent.Workspace {
	return &ent.Workspace{ID: "shop 1", Name: "Bottega Rossi", Language: "it"}
}

func compose(t *testing.T, event, client string, f *alert.Facts, lang, baseURL string) *alert.Letter {
	t.Helper()
	a := &alert.Alert{ID: "0191", WorkspaceID: "shop 1", Event: event, CreatedAt: 1_795_786_200_000_000}
	if client != "" {
		a.ClientID = &client
	}
	letter, err := alert.Compose(a, f, shop(), lang, baseURL)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// element is a tag with what it has.
type element struct {
	name string
	attr map[string]string
}

// parse wants HTML whose tags are all closed, and returns them and its text.
func parse(t *testing.T, html string) (elements []element, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var open []string
	var b strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, html)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{token.Name.Local, map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			elements, open = append(elements, e), append(open, e.name)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != token.Name.Local {
				t.Fatalf("</%s> closes %v", token.Name.Local, open)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			b.Write(token)
		}
	}
	if len(open) > 0 {
		t.Errorf("%v stay open", open)
	}
	return elements, b.String()
}

// links are the addresses that the elements of a name lead to.
func links(elements []element, name, attr string) (to []string) {
	for _, e := range elements {
		if e.name == name {
			to = append(to, e.attr[attr])
		}
	}
	return to
}

// A report says everything in either form, the HTML with its chart.
func TestReportLetter(t *testing.T) {
	t.Parallel()
	for _, event := range []string{alert.WeeklyReport, alert.MonthlyReport} {
		f := sample(event)
		letter := compose(t, event, "", f, "en", base)
		elements, html := parse(t, letter.HTML)
		for form, text := range map[string]string{"HTML": html, "text": letter.Text} {
			for _, want := range []string{
				"€1,044.80", "12,345", "+12.5%", "€928.71", "Ada Rossi", "€310.40", "Bruno & figli", "c-3", "€0.0125",
				"€4,410.50", "€4,102.25 to €4,801.00 in 8 cases of 10", "Cost per day", "Bottega Rossi",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: the %s lacks %q:\n%s", event, form, want, text)
				}
			}
		}
		for _, day := range f.Report.Daily {
			if !strings.Contains(letter.Text, ": €"+string(day.Cost)+"\n") {
				t.Errorf("%s: the text lacks %v", event, day)
			}
		}
		if images := links(elements, "img", "src"); !slices.Equal(images, []string{"cid:chart.png"}) || letter.Chart == nil {
			t.Errorf("%s: images %v", event, images)
		}
		if alts := links(elements, "img", "alt"); !strings.Contains(alts[0], "€") {
			t.Errorf("%s: who doesn't see the chart reads %q", event, alts)
		}
	}
}

// Every letter is whole and leads where its alert is seen; without an address
// of the dashboard it leads nowhere.
func TestLetters(t *testing.T) {
	t.Parallel()
	settings := base + "/?tab=alerts&view=settings&workspace=shop+1"
	for event, view := range map[string]string{
		alert.ThresholdReached: "", alert.BudgetExceeded: "", alert.ForecastExceeded: "", alert.Silent: "", alert.ChannelDisabled: "", alert.ChannelTest: "",
		alert.Anomaly: "range=2026-11-27..2026-11-27&", alert.WeeklyReport: "range=2026-11-16..2026-11-22&", alert.MonthlyReport: "range=2026-10-01..2026-10-31&",
	} {
		for _, lang := range []string{"en", "it"} {
			title, text := alert.Words(event, sample(event), "Bottega Rossi", "", lang)
			letter := compose(t, event, "", sample(event), lang, base)
			if letter.Subject != title+" · Bottega Rossi" || letter.ID != "0191" || letter.At.Unix() != 1_795_786_200 {
				t.Errorf("%s: %+v", event, letter)
			}
			elements, html := parse(t, letter.HTML)
			if !strings.Contains(html, title) || !strings.Contains(letter.Text, title+"\n\n"+text+"\n") || strings.Contains(letter.HTML+letter.Text, "%!") {
				t.Errorf("%s lacks its words:\n%s\n%s", event, html, letter.Text)
			}
			want := []string{base + "/?" + view + "workspace=shop+1", settings}
			if got := links(elements, "a", "href"); !slices.Equal(got, want) {
				t.Errorf("%s leads to %v, want %v", event, got, want)
			}
			if !strings.Contains(letter.Text, "\n"+want[0]+"\n") || !strings.Contains(letter.Text, "\n"+settings+"\n") {
				t.Errorf("%s: the text leads elsewhere:\n%s", event, letter.Text)
			}
			if lone := compose(t, event, "", sample(event), lang, ""); strings.Contains(lone.HTML, "href") || strings.Contains(lone.Text, "://") {
				t.Errorf("%s without an address:\n%s", event, lone.Text)
			}
		}
	}
	elements, _ := parse(t, compose(t, alert.BudgetExceeded, "a&b", sample(alert.BudgetExceeded), "en", base).HTML)
	if got, want := links(elements, "a", "href")[0], base+"/?client=a%26b&view=client&workspace=shop+1"; got != want {
		t.Errorf("a client's leads to %s, want %s", got, want)
	}
}

// Names are other people's input: they stay text, on one line.
func TestNamesStayText(t *testing.T) {
	t.Parallel()
	const evil = "\"'><script>alert(1)</script><img src=//evil.example>\r\nBcc: eve@example.com\u2028{workspace}\u202e"
	const harmless = "\"'><script>alert(1)</script><img src=//evil.example> Bcc: eve@example.com {workspace}"
	for _, event := range events() {
		f := sample(event)
		f.Clients = []alert.Departure{{Label: evil, Name: evil, Actual: evil, Expected: evil}}
		f.Channel = &alert.ChannelFact{Name: evil, Reason: evil}
		f.Currency, f.Month, f.Since = evil, evil, evil
		if f.Report != nil {
			f.Report.TopClients[0] = alert.ClientFact{ClientID: evil, Name: evil, Cost: evil}
			f.Report.Start, f.Report.Daily[0] = evil, alert.DayFact{Date: evil, Cost: evil}
		}
		w := shop()
		w.Name = evil
		letter, err := alert.Compose(&alert.Alert{WorkspaceID: evil, ClientID: new(evil), Event: event}, f, w, "en", base)
		if err != nil {
			t.Fatal(err)
		}
		elements, html := parse(t, letter.HTML)
		names := map[string]bool{}
		for _, e := range elements {
			names[e.name] = true
			for name, value := range e.attr {
				if strings.HasPrefix(name, "on") || (name == "src" || name == "href") && strings.Contains(value, "evil.example") && !strings.HasPrefix(value, base) {
					t.Errorf("%s: %s=%q", event, name, value)
				}
			}
		}
		if names["script"] || len(links(elements, "img", "src")) > 1 {
			t.Errorf("%s has elements %v", event, slices.Collect(maps.Keys(names)))
		}
		if !strings.Contains(html, harmless) || !strings.Contains(letter.Text, harmless) || strings.Contains(letter.Text, "\nBcc:") || strings.ContainsAny(letter.Subject, "\r\n\u2028\u202e") {
			t.Errorf("%s: %q\n%s", event, letter.Subject, letter.Text)
		}
	}
}
