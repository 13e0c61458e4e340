package alert

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"unicode"
)

// telling is what one language says of an event. A title and a sentence have
// figures in braces; of the titles the first one is taken of which all figures
// are known, of the sentences all such.
type telling struct{ titles, sentences []string }

var tellings = map[string]map[string]telling{
	ThresholdReached: {
		"en": {[]string{"{whose}{threshold} of {month}'s budget is spent", "{whose}The budget comes to a threshold"}, []string{
			"{who} has spent {spent} of {limit} for {month year}.",
			"{NOTIFY}Answers are still counted above the limit.",
			"{BLOCK}Answers that would go over the limit are refused until the month ends or the limit is raised.",
		}},
		"it": {[]string{"{whose}Budget di {month}: {threshold} speso", "{whose}Il budget è a una soglia"}, []string{
			"{who} ha speso {spent} su {limit} per {month year}.",
			"{NOTIFY}Oltre il limite le risposte si contano ancora.",
			"{BLOCK}Le risposte che supererebbero il limite sono rifiutate fino a fine mese o finché il limite non viene alzato.",
		}},
	},
	BudgetExceeded: {
		"en": {[]string{"{whose}{BLOCK}{month}'s budget is used up", "{whose}{month}'s budget is exceeded", "{whose}The budget is exceeded"}, []string{
			"{NOTIFY}{who} has spent {spent} for {month year}; the limit is {limit}. Answers are still counted.",
			"{BLOCK}{who} has spent {spent} of {limit} for {month year}. Answers that would go over the limit are refused until the month ends or the limit is raised.",
		}},
		"it": {[]string{"{whose}{BLOCK}Budget di {month} esaurito", "{whose}Budget di {month} superato", "{whose}Budget superato"}, []string{
			"{NOTIFY}{who} ha speso {spent} per {month year}; il limite è {limit}. Le risposte si contano ancora.",
			"{BLOCK}{who} ha speso {spent} su {limit} per {month year}. Le risposte che supererebbero il limite sono rifiutate fino a fine mese o finché il limite non viene alzato.",
		}},
	},
	ForecastExceeded: {
		"en": {[]string{"{whose}{month} is expected to exceed its budget", "{whose}The month is expected to exceed its budget"}, []string{
			"{who} is expected to spend {expected} in {month year} ({low} to {high} in 8 cases of 10); the limit is {limit}, and {spent} is spent so far.",
			"{NOTIFY}It is expected to reach the limit on {day}.",
			"{BLOCK}It is expected to reach the limit on {day}; from then on answers would be refused.",
		}},
		"it": {[]string{"{whose}Previsto il superamento del budget di {month}", "{whose}Previsto il superamento del budget"}, []string{
			"{who} spenderà probabilmente {expected} nel mese di {month year} (da {low} a {high} in 8 casi su 10); il limite è {limit}, la spesa finora {spent}.",
			"{NOTIFY}Dovrebbe raggiungere il limite {day}.",
			"{BLOCK}Dovrebbe raggiungere il limite {day}; da allora le risposte sarebbero rifiutate.",
		}},
	},
	Anomaly: {
		"en": {[]string{
			"{ABOVE}Unusually high cost on {short day} from {hour} to {hour's end}", "{ABOVE}Unusually high cost on {short day}",
			"{BELOW}Unusually low cost on {short day} from {hour} to {hour's end}", "{BELOW}Unusually low cost on {short day}", "Unusual cost",
		}, []string{
			"{who} spent {actual} on {day} from {hour} to {hour's end}; {low} to {high} was expected.",
			"{DAY}{who} spent {actual} on {day}; {low} to {high} was expected.",
			"Most of the difference by client: {clients}.",
			"By kind: {kinds}.",
			"By model: {models}.",
		}},
		"it": {[]string{
			"{ABOVE}Costo insolitamente alto: {short day} dalle {hour} alle {hour's end}", "{ABOVE}Costo insolitamente alto: {short day}",
			"{BELOW}Costo insolitamente basso: {short day} dalle {hour} alle {hour's end}", "{BELOW}Costo insolitamente basso: {short day}", "Costo insolito",
		}, []string{
			"{who} ha speso {actual} {day} dalle {hour} alle {hour's end}; erano attesi da {low} a {high}.",
			"{DAY}{who} ha speso {actual} {day}; erano attesi da {low} a {high}.",
			"Gran parte della differenza, per cliente: {clients}.",
			"Per tipo: {kinds}.",
			"Per modello: {models}.",
		}},
	},
	Silent: {
		"en": {[]string{"No messages since {since}", "No messages"}, []string{
			"{workspace} has had no messages since {since} on {since day}.",
			"Usually there are about {usual} in that time.",
			"The flow may be broken: check that it runs and still calls Contatore.",
		}},
		"it": {[]string{"Nessun messaggio dalle {since}", "Nessun messaggio"}, []string{
			"{workspace} non riceve messaggi dalle {since} di {since day}.",
			"Di solito in questo tempo sono circa {usual}.",
			"Il flusso potrebbe essere interrotto: controlla che funzioni e che chiami ancora Contatore.",
		}},
	},
	WeeklyReport: {
		"en": {[]string{"Week {days}: {cost}", "The week in figures"}, []string{
			"{workspace} had {messages} for {cost} in the week {days}, {change} on the week before ({cost before}).",
			"{NEW}{workspace} had {messages} for {cost} in the week {days}.",
			"Top clients: {top clients}.",
			"The running month is expected to come to {month end} ({month low} to {month high} in 8 cases of 10).",
		}},
		"it": {[]string{"Settimana {days}: {cost}", "La settimana in cifre"}, []string{
			"{workspace}: {messages} per {cost} nella settimana {days}, {change} rispetto alla settimana precedente ({cost before}).",
			"{NEW}{workspace}: {messages} per {cost} nella settimana {days}.",
			"Clienti principali: {top clients}.",
			"Il mese in corso dovrebbe chiudersi a {month end} (da {month low} a {month high} in 8 casi su 10).",
		}},
	},
	MonthlyReport: {
		"en": {[]string{"{whole month}: {cost}", "The month in figures"}, []string{
			"{workspace} had {messages} for {cost} in {whole month}, {change} on the month before ({cost before}).",
			"{NEW}{workspace} had {messages} for {cost} in {whole month}.",
			"Top clients: {top clients}.",
			"The running month is expected to come to {month end} ({month low} to {month high} in 8 cases of 10).",
		}},
		"it": {[]string{"Mese di {whole month}: {cost}", "Il mese in cifre"}, []string{
			"{workspace}: {messages} per {cost} nel mese di {whole month}, {change} rispetto al mese precedente ({cost before}).",
			"{NEW}{workspace}: {messages} per {cost} nel mese di {whole month}.",
			"Clienti principali: {top clients}.",
			"Il mese in corso dovrebbe chiudersi a {month end} (da {month low} a {month high} in 8 casi su 10).",
		}},
	},
	ChannelDisabled: {
		"en": {[]string{"Alerts no longer go to {channel}", "An alert channel is disabled"}, []string{
			"The channel “{channel}” of {workspace} is disabled and gets no more alerts.",
			"Reason: {reason}",
			"Once the cause is removed, enable it again in the settings, under Alerts.",
		}},
		"it": {[]string{"Gli avvisi non vanno più a {channel}", "Un canale degli avvisi è disattivato"}, []string{
			"Il canale «{channel}» di {workspace} è disattivato e non riceve più avvisi.",
			"Motivo: {reason}",
			"Tolta la causa, riattivalo nelle impostazioni, alla voce Avvisi.",
		}},
	},
	ChannelTest: {
		"en": {[]string{"A test of {channel}", "A test"}, []string{"If you can read this, the alerts of {workspace} arrive here."}},
		"it": {[]string{"Prova di {channel}", "Una prova"}, []string{"Se leggi questo messaggio, gli avvisi di {workspace} arrivano qui."}},
	},
}

// phrases are parts of sentences, and what letters say beside those.
var phrases = map[string]map[string]string{
	"en": {
		"whose":           "{client} · ",
		"who":             "Client {client} of {workspace}",
		"message":         "1\u00a0message",
		"messages":        "{count}\u00a0messages",
		"usually":         "usually\u00a0{usual}",
		"no model":        "no model",
		"Messages":        "Messages",
		"Cost":            "Cost",
		"By client":       "By client",
		"By kind":         "By kind",
		"By model":        "By model",
		"Top clients":     "Top clients",
		"Cost per day":    "Cost per day",
		"before":          "before:\u00a0{cost before}",
		"messages before": "before:\u00a0{count before}",
		"Running month":   "Running month, expected",
		"in 8 of 10":      "{month low} to {month high} in 8 cases of 10",
		"most":            "Most on {top day}: {top cost}",
		"Open":            "Open the dashboard",
		"why":             "You get this because alerts of {workspace} go to this address.",
		"Settings":        "Change where alerts go",
	},
	"it": {
		"whose":           "{client} · ",
		"who":             "Il cliente {client} di {workspace}",
		"message":         "1\u00a0messaggio",
		"messages":        "{count}\u00a0messaggi",
		"usually":         "di\u00a0solito\u00a0{usual}",
		"no model":        "nessun modello",
		"Messages":        "Messaggi",
		"Cost":            "Costo",
		"By client":       "Per cliente",
		"By kind":         "Per tipo",
		"By model":        "Per modello",
		"Top clients":     "Clienti principali",
		"Cost per day":    "Costo al giorno",
		"before":          "prima:\u00a0{cost before}",
		"messages before": "prima:\u00a0{count before}",
		"Running month":   "Mese in corso, previsto",
		"in 8 of 10":      "da {month low} a {month high} in 8 casi su 10",
		"most":            "Il massimo {top day}: {top cost}",
		"Open":            "Apri la dashboard",
		"why":             "Ricevi questo messaggio perché gli avvisi di {workspace} vanno a questo indirizzo.",
		"Settings":        "Cambia dove vanno gli avvisi",
	},
}

// Words are what an event says in a language, "en" or "it" (another: "en"): a
// title and some sentences, without line breaks. What the facts lack is left
// out.
func Words(event string, f *Facts, workspaceName, clientID, lang string) (title, text string) {
	title, sentences := newSpeaker(f, workspaceName, clientID, lang).words(event)
	return title, strings.Join(sentences, " ")
}

// speaker tells the facts of one alert in a language.
type speaker struct {
	language
	facts Facts
	// known are the figures, by the name that stands for them in braces. Names in
	// capitals are conditions: there where they hold, with no text of their own.
	known map[string]string
}

func newSpeaker(f *Facts, workspaceName, clientID, lang string) *speaker {
	s := &speaker{language: languageOf(lang), known: map[string]string{}}
	if f != nil {
		s.facts = *f
		s.facts.Currency = tidy(f.Currency)
	}
	s.learn(map[string]string{"workspace": tidy(workspaceName), "client": tidy(clientID)})
	s.known["whose"] = s.say("whose") // of the workspace's: nothing
	s.learn(map[string]string{"who": cmp.Or(s.say("who"), s.known["workspace"])})
	s.learnFacts()
	if s.facts.Report != nil {
		s.learnReport(s.facts.Report)
	}
	return s
}

// learn keeps the figures that have a text.
func (s *speaker) learn(figures map[string]string) {
	for name, text := range figures {
		if text != "" {
			s.known[name] = text
		}
	}
}

// assume keeps the conditions that hold.
func (s *speaker) assume(conditions map[string]bool) {
	for name, holds := range conditions {
		if holds {
			s.known[name] = ""
		}
	}
}

func (s *speaker) learnFacts() {
	f := &s.facts
	s.assume(map[string]bool{
		"BLOCK": f.Enforcement == "BLOCK", "NOTIFY": f.Enforcement == "NOTIFY",
		"ABOVE": f.Direction == "ABOVE", "BELOW": f.Direction == "BELOW", "DAY": f.Hour == nil,
	})
	since, sinceDay := s.moment(tidy(f.Since))
	s.learn(map[string]string{
		"month": s.month(tidy(f.Month), "January"), "month year": s.month(tidy(f.Month), "January 2006"),
		"day": s.day(tidy(f.Day), longDay), "short day": s.day(tidy(f.Day), shortDay),
		"limit": s.money(f.Limit), "spent": s.money(f.Spent),
		"actual": s.money(f.Actual), "expected": s.money(f.Expected), "low": s.money(f.Low), "high": s.money(f.High),
		"clients": s.departures(f.Clients), "kinds": s.departures(f.Kinds), "models": s.departures(f.Models),
		"since": since, "since day": sinceDay,
	})
	// A spend that differs from its limit looks so.
	if s.known["spent"] == s.known["limit"] {
		s.learn(map[string]string{"spent": s.exactMoney(f.Spent, f.Currency)})
	}
	if f.Threshold > 0 {
		s.known["threshold"] = s.count(int64(f.Threshold)) + "%"
	}
	if f.Hour != nil {
		s.known["hour"], s.known["hour's end"] = fmt.Sprintf("%02d:00", *f.Hour), fmt.Sprintf("%02d:00", *f.Hour+1)
	}
	if n := math.Round(f.ExpectedMessages); n >= 1 && n < 1<<53 {
		s.known["usual"] = s.count(int64(n))
	}
	if f.Channel != nil {
		s.learn(map[string]string{"channel": tidy(f.Channel.Name), "reason": tidy(f.Channel.Reason)})
	}
}

func (s *speaker) learnReport(r *Report) {
	change := s.change(r.Cost, r.CostBefore)
	s.assume(map[string]bool{"NEW": change == ""})
	s.learn(map[string]string{
		"days": s.span(tidy(r.Start), tidy(r.End)), "whole month": s.day(tidy(r.Start), "January 2006"),
		"messages": s.messages(r.Messages), "count before": s.count(r.MessagesBefore), "cost": s.money(r.Cost), "cost before": s.money(r.CostBefore), "change": change,
		"month end": s.money(r.MonthEnd.Expected), "month low": s.money(r.MonthEnd.Low), "month high": s.money(r.MonthEnd.High),
	})
	var clients []string
	for _, c := range r.TopClients {
		clients = append(clients, s.name(c.Name, c.ClientID)+" ("+s.money(c.Cost)+")")
	}
	s.learn(map[string]string{"top clients": strings.Join(clients, ", ")})
	if top := dearest(r.Daily); top != nil {
		s.learn(map[string]string{"top day": s.day(tidy(top.Date), longDay), "top cost": s.money(top.Cost)})
	}
}

// money writes an amount in the alert's currency.
func (s *speaker) money(a Amount) string { return s.language.money(a, s.facts.Currency) }

// name is what somebody or something is called.
func (s *speaker) name(name, label string) string {
	return cmp.Or(tidy(name), tidy(label), phrases[s.lang]["no model"])
}

// messages are so many of them.
func (s *speaker) messages(n int64) string {
	phrase := "messages"
	if n == 1 {
		phrase = "message"
	}
	text, _ := fill(phrases[s.lang][phrase], map[string]string{"count": s.count(n)})
	return text
}

// usually is what a departure is from.
func (s *speaker) usually(d Departure) string {
	text, _ := fill(phrases[s.lang]["usually"], map[string]string{"usual": s.money(d.Expected)})
	return text
}

// departures are listed with what they usually are.
func (s *speaker) departures(of []Departure) string {
	var texts []string
	for _, d := range of {
		texts = append(texts, fmt.Sprintf("%s %s (%s)", s.name(d.Name, d.Label), s.money(d.Actual), s.usually(d)))
	}
	return strings.Join(texts, ", ")
}

func (s *speaker) words(event string) (title string, sentences []string) {
	told, ok := tellings[event][s.lang]
	if !ok {
		return event, []string{s.known["workspace"]}
	}
	for _, pattern := range told.titles {
		if title, ok = fill(pattern, s.known); ok {
			break
		}
	}
	for _, pattern := range told.sentences {
		if sentence, ok := fill(pattern, s.known); ok {
			sentences = append(sentences, sentence)
		}
	}
	return title, sentences
}

// say is a phrase; empty where a figure in it is not known.
func (s *speaker) say(phrase string) string {
	text, _ := fill(phrases[s.lang][phrase], s.known)
	return text
}

// fill puts figures in the place of their names; ok is false, and the text
// empty, where one is not known.
func fill(pattern string, figures map[string]string) (text string, ok bool) {
	var b strings.Builder
	for {
		before, rest, more := strings.Cut(pattern, "{")
		b.WriteString(before)
		if !more {
			return b.String(), true
		}
		name, after, _ := strings.Cut(rest, "}")
		figure, ok := figures[name]
		if !ok {
			return "", false
		}
		b.WriteString(figure)
		pattern = after
	}
}

// tidy is a text of one line without what controls a terminal or its reader's
// direction.
func tidy(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "�"), func(r rune) bool {
		return r == ' ' || unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	}), " ")
}
