package alert

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/contatore/contatore/ent"
)

//go:embed letter.html.tmpl
var letterHTML string

// Letter is an alert as an e-mail.
type Letter struct {
	// ID is the alert's: the letter is the same, however often it is sent.
	ID string
	// At is when the alert was recorded.
	At time.Time
	// Subject has one line.
	Subject, Text, HTML string
	// Chart is a PNG that the HTML shows as cid:chart.png; nil: none.
	Chart []byte
}

// page is what the letter's template shows.
type page struct {
	*speaker
	*Facts
	Lang, Shop, Title string
	Sentences         []string
	// Dashboard and Settings are links; empty: none.
	Dashboard, Settings string
	HasChart            bool
	// Part and Rest are what is spent of a budget and what is not, in percent; both
	// 0: there is none.
	Part, Rest int
}

// compose writes an alert of a workspace to its people. Links lead to where the
// dashboard is; there are none where baseURL is empty.
func compose(a *Alert, f *Facts, w *ent.Workspace, lang, baseURL string) (*Letter, error) {
	s := newSpeaker(f, w.Name, text(a.ClientID), lang)
	title, sentences := s.words(a.Event)
	p := page{speaker: s, Facts: &s.facts, Lang: s.lang, Shop: s.known["workspace"], Title: title, Sentences: sentences}
	letter := &Letter{ID: a.ID, At: a.CreatedAt.Time(), Subject: strings.Trim(title+" · "+s.known["workspace"], " ·")}
	if baseURL != "" {
		p.Dashboard = baseURL + "/?" + view(a, &s.facts).Encode()
		p.Settings = baseURL + "/?" + url.Values{"workspace": {a.WorkspaceID}, "view": {"settings"}, "tab": {"alerts"}}.Encode()
	}
	if s.facts.Report != nil {
		var err error
		if letter.Chart, err = chart(s.facts.Report.Daily); err != nil {
			return nil, err
		}
		p.HasChart = letter.Chart != nil
	}
	if limit, ok := exact(s.facts.Limit); ok && limit.Sign() > 0 {
		if spent, ok := exact(s.facts.Spent); ok {
			part, _ := spent.Quo(spent, limit).Float64()
			p.Part = int(100 * min(max(part, 0), 1))
			p.Rest = 100 - p.Part
		}
	}
	t, err := template.New("letter").Parse(letterHTML)
	if err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("letter: %w", err)
	}
	letter.HTML, letter.Text = b.String(), p.plain()
	return letter, nil
}

// Say is a phrase.
func (p page) Say(phrase string) string { return p.say(phrase) }

// entry is a line of a list, or a figure under its label.
type entry struct{ Name, Value, Note string }

// entries are a list under its title.
type entries struct {
	Title string
	Rows  []entry
}

// Lead is what stands under the title: the first sentence where lists say the
// others.
func (p page) Lead() string {
	if len(p.Lists()) > 0 && len(p.Sentences) > 1 {
		return p.Sentences[0]
	}
	return strings.Join(p.Sentences, " ")
}

// Figures are a report's.
func (p page) Figures() []entry {
	if p.Report == nil {
		return nil
	}
	figures := []entry{
		{p.say("Cost"), p.known["cost"], strings.TrimPrefix(p.known["change"]+", "+p.say("before"), ", ")},
		{p.say("Messages"), p.count(p.Report.Messages), p.say("messages before")},
	}
	if end := p.known["month end"]; end != "" {
		figures = append(figures, entry{p.say("Running month"), end, p.say("in 8 of 10")})
	}
	return figures
}

// Lists are a report's top clients, or what explains an anomaly.
func (p page) Lists() (lists []entries) {
	add := func(title string, rows []entry) {
		if len(rows) > 0 {
			lists = append(lists, entries{p.say(title), rows})
		}
	}
	if p.Report != nil {
		var rows []entry
		for _, c := range p.Report.TopClients {
			rows = append(rows, entry{p.name(c.Name, c.ClientID), p.money(c.Cost), p.messages(c.Messages)})
		}
		add("Top clients", rows)
	}
	departed := func(title string, of []Departure) {
		var rows []entry
		for _, d := range of {
			rows = append(rows, entry{p.name(d.Name, d.Label), p.money(d.Actual), p.usually(d)})
		}
		add(title, rows)
	}
	departed("By client", p.Clients)
	departed("By kind", p.Kinds)
	departed("By model", p.Models)
	return lists
}

// maxNamed is how many days a chart may have to name them all.
const maxNamed = 10

// Ticks stand under the chart's bars: each day's name, or of many days the first
// of every seven's number.
func (p page) Ticks() []string {
	ticks := make([]string, len(p.Report.Daily))
	for i, d := range p.Report.Daily {
		at, err := time.Parse(time.DateOnly, d.Date)
		switch {
		case err != nil:
		case len(ticks) <= maxNamed:
			ticks[i] = string([]rune(p.date(at, "Monday"))[:3]) + " " + p.date(at, "2")
		case i%7 == 0:
			ticks[i] = p.date(at, "2")
		}
	}
	return ticks
}

// view is the dashboard's address of what an alert is about.
func view(a *Alert, f *Facts) url.Values {
	v := url.Values{"workspace": {a.WorkspaceID}}
	if a.ClientID != nil {
		v.Set("view", "client")
		v.Set("client", *a.ClientID)
	}
	switch {
	case f.Report != nil:
		v.Set("range", f.Report.Start+".."+f.Report.End)
	case a.Event == Anomaly && f.Day != "":
		v.Set("range", f.Day+".."+f.Day)
	}
	return v
}

// plain is the letter for those who see no HTML.
func (p page) plain() string {
	var b strings.Builder
	paragraph := func(lines ...string) {
		if some := slices.DeleteFunc(lines, func(line string) bool { return line == "" }); len(some) > 0 {
			b.WriteString(strings.Join(some, "\n") + "\n\n")
		}
	}
	paragraph(p.Title)
	paragraph(strings.Join(p.Sentences, " "))
	if p.Report != nil {
		days := []string{p.say("Cost per day")}
		for _, d := range p.Report.Daily {
			days = append(days, p.day(tidy(d.Date), longDay)+": "+p.money(d.Cost))
		}
		paragraph(days...)
	}
	paragraph(p.Dashboard)
	paragraph("-- ", p.say("why"), p.Settings)
	return strings.TrimSuffix(b.String(), "\n")
}
