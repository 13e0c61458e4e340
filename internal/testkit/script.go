package testkit

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/workspace"
)

// Script tracks the usage and asks for the figures that a text describes, on
// a database; internal/analytics/testdata/README.md explains the form. The
// error joins what is not as the text says, each beginning with file:line; at
// a line that makes no sense it ends.
func Script(ctx context.Context, db *database.DB, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s := &script{
		ctx: auth.With(ctx, auth.Viewer{Role: auth.Admin}), clock: NewClock(time.Unix(0, 0)),
		book: ledger.Open(db), path: path,
	}
	s.directory = workspace.Open(db, s.clock.Now)
	s.meter = meter.Start(s.book, meter.Options{Now: s.clock.Now, Random: rand.Reader})
	err = s.run(text)
	return errors.Join(err, s.meter.Stop(ctx))
}

// script is one run of a text.
type script struct {
	ctx       context.Context
	clock     *Clock
	book      *ledger.Book
	directory *workspace.Directory
	meter     *meter.Meter
	path      string

	// at is the line that runs; wrong is what was found so far.
	at    int
	wrong []error
	// The workspace of now, the ids of its usages by key, and whether its clock
	// has been set.
	workspace string
	location  *time.Location
	usages    map[string]string
	told      bool
}

// statement is a line that is not indented, with those below it that are.
type statement struct {
	at    int
	words []string
	below []statement
}

func (s *script) run(text []byte) error {
	var all []statement
	for i, raw := range bytes.Split(text, []byte("\n")) {
		s.at = i + 1
		words, err := split(string(raw))
		switch {
		case err != nil:
			return s.fault(err)
		case len(words) == 0:
		case !unicode.IsSpace(rune(raw[0])):
			all = append(all, statement{at: s.at, words: words})
		case len(all) == 0:
			return s.fault(errors.New("an indented line without one above it"))
		default:
			last := &all[len(all)-1]
			last.below = append(last.below, statement{at: s.at, words: words})
		}
	}
	verbs := map[string]func(words []string, below []statement) error{
		"workspace": s.open, "customer": s.customer, "now": s.now, "zone": s.zone, "rebuild": s.rebuild,
		"track": s.track, "void": s.void, "stats": s.stats,
	}
	for _, line := range all {
		s.at = line.at
		verb, ok := verbs[line.words[0]]
		switch {
		case !ok:
			return s.fault(fmt.Errorf("unknown verb %s", line.words[0]))
		case s.workspace == "" && line.words[0] != "workspace":
			return s.fault(errors.New("begin with a workspace"))
		case len(line.below) > 0 && line.words[0] != "stats":
			return s.fault(fmt.Errorf("nothing stands below %s", line.words[0]))
		}
		if err := verb(line.words[1:], line.below); err != nil {
			return errors.Join(append(s.wrong, s.fault(err))...)
		}
	}
	return errors.Join(s.wrong...)
}

func (s *script) fault(err error) error { return fmt.Errorf("%s:%d: %w", s.path, s.at, err) }

// split cuts a line into words, up to a # that begins one. White space in a
// quoted text does not end a word; the quotes stay.
func split(line string) ([]string, error) {
	var words []string
	for {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			return words, nil
		}
		end := 0
		for end < len(line) && !unicode.IsSpace(rune(line[end])) {
			if line[end] != '"' {
				end++
				continue
			}
			quoted, err := strconv.QuotedPrefix(line[end:])
			if err != nil {
				return nil, fmt.Errorf("a quote is not closed")
			}
			end += len(quoted)
		}
		words, line = append(words, line[:end]), line[end:]
	}
}

// options splits words into those of the form name=value and the others.
func options(words []string) (others []string, values map[string]string) {
	values = map[string]string{}
	for _, w := range words {
		if name, value, ok := strings.Cut(w, "="); ok && w[0] != '=' {
			values[name] = plain(value)
		} else {
			others = append(others, plain(w))
		}
	}
	return others, values
}

// plain takes the quotes off.
func plain(word string) string {
	if text, err := strconv.Unquote(word); err == nil {
		return text
	}
	return word
}

// take removes an option.
func take(values map[string]string, name string) *string {
	value, ok := values[name]
	if !ok {
		return nil
	}
	delete(values, name)
	return &value
}

// unknown is an error where options are left.
func unknown(values map[string]string) error {
	if len(values) > 0 {
		return fmt.Errorf("unknown option %s", slices.Min(slices.Collect(maps.Keys(values))))
	}
	return nil
}

// open: workspace [zone=Europe/Rome] [currency=EUR] [price.KIND=0.02]…
func (s *script) open(words []string, _ []statement) error {
	_, values := options(words)
	in := workspace.CreateInput{ID: new(uuid.NewString()), Name: "Script", TimeZone: take(values, "zone"), Currency: take(values, "currency")}
	for name, price := range values {
		if kind, ok := strings.CutPrefix(name, "price."); ok {
			in.Prices = append(in.Prices, workspace.PriceInput{Kind: kind, Price: money.DecimalOf(price)})
			delete(values, name)
		}
	}
	made, err := s.directory.Create(s.ctx, in)
	if err := errors.Join(unknown(values), err); err != nil {
		return err
	}
	s.workspace, s.usages, s.told = made.ID, map[string]string{}, false
	return s.located(made)
}

func (s *script) located(w *workspace.Workspace) error {
	zone, err := calendar.LoadZone(w.TimeZone)
	if err == nil {
		s.location = zone.Location()
	}
	return err
}

// customer: customer ID ["NAME"] [+PHONE] [active=false]
func (s *script) customer(words []string, _ []statement) error {
	others, values := options(words)
	if len(others) == 0 {
		return errors.New("customer wants a client id")
	}
	in := workspace.CustomerInput{ClientID: &others[0]}
	for _, word := range others[1:] {
		if strings.HasPrefix(word, "+") {
			in.Phone = &word
		} else {
			in.Name = &word
		}
	}
	if active := take(values, "active"); active != nil {
		in.ActiveChatbot = new(*active == "true")
	}
	_, err := s.directory.UpsertCustomer(s.ctx, s.workspace, in)
	return errors.Join(unknown(values), err)
}

// now: now TIME
func (s *script) now(words []string, _ []statement) error {
	if len(words) != 1 {
		return errors.New("now wants a time")
	}
	at, err := s.time(words[0])
	if err == nil {
		s.clock.Set(at)
		s.told = true
	}
	return err
}

// time reads the face of the workspace's clock, or an instant with Z or an
// offset; where the clock shows the face twice or never it must be the latter.
func (s *script) time(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout+"Z07:00", text); err == nil {
			return at, nil
		}
		at, err := time.ParseInLocation(layout, text, s.location)
		if err != nil {
			continue
		}
		face := func(t time.Time) string { return t.In(s.location).Format("2006-01-02T15:04:05.999999999") }
		wanted, _ := time.Parse(layout, text)
		for _, day := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
			_, offset := at.Add(day).Zone()
			other := wanted.Add(-time.Duration(offset) * time.Second)
			if face(at) != wanted.Format("2006-01-02T15:04:05.999999999") || !other.Equal(at) && face(other) == face(at) {
				return at, fmt.Errorf("the clock shows %s twice or never: write it with its offset", text)
			}
		}
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time, such as 2024-01-30T09:00", text)
}

// zone: zone NAME
func (s *script) zone(words []string, _ []statement) error {
	if len(words) != 1 {
		return errors.New("zone wants a name")
	}
	changed, _, err := s.directory.Update(s.ctx, s.workspace, workspace.UpdateInput{TimeZone: &words[0]})
	if err != nil {
		return err
	}
	return s.located(changed)
}

// rebuild: rebuild
func (s *script) rebuild([]string, []statement) error {
	return s.book.RebuildDays(s.ctx, s.workspace, nil)
}

// track: track TIME ID PRICE [xN] [kind=K] [model=M] [key=K] [=> FATE]
func (s *script) track(words []string, _ []statement) error {
	others, values := options(words)
	want := "TRACKED"
	if n := len(others); n >= 2 && others[n-2] == "=>" {
		want, others = others[n-1], others[:n-2]
	}
	times := 1
	if n := len(others); n == 4 && others[3][0] == 'x' {
		var err error
		if times, err = strconv.Atoi(others[3][1:]); err != nil {
			return fmt.Errorf("%q is not a number of times, such as x3", others[3])
		}
		others = others[:3]
	}
	switch {
	case len(others) != 3:
		return errors.New("track wants a time, a client id and a price or -")
	case !s.told:
		return errors.New("say what time it is now")
	}
	at, err := s.time(others[0])
	if err != nil {
		return err
	}
	in := meter.Input{
		WorkspaceID: s.workspace, ClientID: &others[1], Kind: take(values, "kind"), Model: take(values, "model"), IdempotencyKey: take(values, "key"),
		OccurredAt: new(calendar.StampOf(at.UTC().Format(time.RFC3339Nano))),
	}
	if others[2] != "-" {
		in.Price = new(money.DecimalOf(others[2]))
	}
	if err := unknown(values); err != nil {
		return err
	}
	batch, err := s.meter.TrackBatch(s.ctx, slices.Repeat([]meter.Input{in}, times))
	if err != nil {
		return err
	}
	for _, r := range batch.Results {
		got, why := "TRACKED", ""
		switch {
		case r.Duplicate:
			got = "DUPLICATE"
		case !r.Tracked:
			got, why = string(*r.Reason), " ("+*r.Message+")"
		case in.IdempotencyKey != nil:
			s.usages[*in.IdempotencyKey] = r.Usage.ID
		}
		if got != want {
			s.miss("the answer is %s%s, not %s", got, why, want)
		}
	}
	return nil
}

// miss notes what is not as the line says.
func (s *script) miss(format string, args ...any) {
	s.wrong = append(s.wrong, s.fault(fmt.Errorf(format, args...)))
}

// void: void KEY
func (s *script) void(words []string, _ []statement) error {
	if len(words) != 1 || s.usages[words[0]] == "" {
		return errors.New("void wants the key of a tracked answer")
	}
	v, err := s.meter.Void(s.ctx, s.workspace, s.usages[words[0]], nil)
	if err == nil && !v.Voided {
		err = errors.New("the answer was not there to void")
	}
	return err
}

// stats: stats [FROM..TO | last=N] [clients=] [hours=] [weekdays=] [kinds=] [models=]
// and below it widgets, each with entries beside or below it.
func (s *script) stats(words []string, below []statement) error {
	r, filter, err := question(words)
	if err != nil {
		return err
	}
	if !s.told {
		return errors.New("say what time it is now")
	}
	if len(below) == 1 && below[0].words[0] == "error" {
		_, err := analytics.Open(s.ctx, s.book, s.workspace, r, filter, analytics.Need{}, s.clock.Now())
		if s.at = below[0].at; len(below[0].words) != 2 || string(fault.CodeOf(err)) != below[0].words[1] {
			s.miss("the error is %q: %v", fault.CodeOf(err), err)
		}
		return nil
	}
	at := s.at
	widgets, need, err := s.widgets(below)
	if err != nil {
		return err
	}
	s.at = at
	stats, err := analytics.Open(s.ctx, s.book, s.workspace, r, filter, need, s.clock.Now())
	if err != nil {
		return err
	}
	for _, w := range widgets {
		s.at = w.at
		if got, ok := w.of(stats); ok {
			s.compare(w, got)
		} else {
			s.miss("%s was declared and is not there", w.name)
		}
	}
	return s.book.Verify(s.ctx, s.workspace, func(d ledger.Difference) { s.miss("the rollups differ: %+v", d) })
}

// question reads the range and the filter of stats.
func question(words []string) (r *calendar.RangeInput, f *analytics.Filter, err error) {
	others, values := options(words)
	if len(others) > 0 || values["last"] != "" {
		r = &calendar.RangeInput{}
	}
	for _, word := range others {
		from, to, _ := strings.Cut(word, "..")
		start, err := calendar.ParseDate(from)
		if err != nil {
			return nil, nil, err
		}
		end, err := calendar.ParseDate(to)
		if err != nil {
			return nil, nil, err
		}
		r.StartDate, r.EndDate = &start, &end
	}
	if last := take(values, "last"); last != nil {
		n, err := strconv.Atoi(*last)
		if err != nil {
			return nil, nil, err
		}
		r.LastDays = &n
	}
	list := func(name string) []string {
		if value := take(values, name); value != nil {
			return strings.Split(*value, ",")
		}
		return nil
	}
	f = &analytics.Filter{ClientIds: list("clients"), Kinds: list("kinds"), Models: list("models")}
	for _, text := range list("hours") {
		hour, err := strconv.Atoi(text)
		if err != nil {
			return nil, nil, err
		}
		f.Hours = append(f.Hours, hour)
	}
	for _, text := range list("weekdays") {
		day, err := calendar.ParseWeekday(text)
		if err != nil {
			return nil, nil, err
		}
		f.Weekdays = append(f.Weekdays, day)
	}
	return r, f, unknown(values)
}

// widget is what is expected of one: entries may stand on several lines.
type widget struct {
	at            int
	name          string
	first, months int
	entries       []statement
}

// needOf is what a widget must have declared; ok is false for none of that name.
func needOf(w widget) (n analytics.Need, ok bool) {
	switch w.name {
	case "totalCost", "totalMessages", "averageDailyCost", "averageDailyMessages":
		return analytics.Need{Totals: true}, true
	case "dailyUsage", "busiestDay":
		return analytics.Need{Daily: true}, true
	case "peakHours", "peakHour":
		return analytics.Need{Hours: true}, true
	case "heatmap":
		return analytics.Need{Heatmap: true}, true
	case "byKind", "byModel":
		return analytics.Need{Labels: true}, true
	case "monthlyComparison":
		return analytics.Need{Comparison: true}, true
	case "monthlyUsage":
		return analytics.Need{Months: w.months}, true
	case "previousPeriod":
		return analytics.Need{Previous: true}, true
	case "segments":
		return analytics.Need{Clients: true}, true
	case "topClients", "topClientsByMessages":
		return analytics.Need{Names: w.first}, true
	case "forecast", "forecastDaily", "forecastBounds", "monthEnd", "monthEndBounds":
		return analytics.Need{Forecast: true}, true
	case "anomalies", "anomalyBounds":
		return analytics.Need{Anomalies: true}, true
	case "anomalyClients":
		return analytics.Need{AnomalyClients: true}, true
	case "anomalyKinds", "anomalyModels":
		return analytics.Need{AnomalyLabels: true}, true
	}
	return n, false
}

// widgets reads the lines below stats, and needs no more than they name.
func (s *script) widgets(below []statement) (list []widget, need analytics.Need, err error) {
	for _, line := range below {
		s.at = line.at
		w := widget{at: line.at, name: line.words[0], first: analytics.DefaultTop, months: analytics.DefaultMonths}
		rest := line.words[1:]
		for _, option := range []struct {
			prefix string
			value  *int
		}{{"first=", &w.first}, {"months=", &w.months}} {
			if len(rest) > 0 && strings.HasPrefix(rest[0], option.prefix) {
				if *option.value, err = strconv.Atoi(rest[0][len(option.prefix):]); err != nil {
					return nil, need, err
				}
				rest = rest[1:]
			}
		}
		if n, ok := needOf(w); ok {
			need = need.Plus(n)
			if list = append(list, w); len(rest) == 0 {
				continue
			}
			line.words = rest
		}
		if len(list) == 0 {
			return nil, need, fmt.Errorf("unknown widget %s", line.words[0])
		}
		last := &list[len(list)-1]
		last.entries = append(last.entries, line)
	}
	for _, w := range list {
		if s.at = w.at; len(w.entries) == 0 {
			return nil, need, fmt.Errorf("%s expects nothing: write none", w.name)
		}
	}
	return list, need, nil
}

// of is the widget's entries in stats; ok is false where it is not there. What
// always has an entry a day or hour is shown without those that are nothing.
func (w widget) of(stats *analytics.Stats) (entries []string, ok bool) {
	entries, ok = FiguresOf(stats, w.first, w.months)[w.name]
	whole := map[string]int{"dailyUsage": stats.Days(), "peakHours": 24, "heatmap": 7 * 24}[w.name]
	if whole == 0 {
		return entries, ok
	}
	if len(entries) != whole {
		return []string{fmt.Sprintf("%d entries in place of %d", len(entries), whole)}, ok
	}
	return slices.DeleteFunc(entries, func(entry string) bool { return strings.HasSuffix(entry, " 0 0") }), ok
}

func (s *script) compare(w widget, got []string) {
	want := w.entries
	if len(want) == 1 && slices.Equal(want[0].words, []string{"none"}) {
		want = nil
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(want):
			s.miss("%s has %s more than the script", w.name, got[i])
		case i >= len(got):
			s.at = want[i].at
			s.miss("%s has no entry for %s", w.name, strings.Join(want[i].words, " "))
		default:
			s.at = want[i].at
			if text := strings.Join(want[i].words, " "); got[i] != text {
				s.miss("%s is %s, not %s", w.name, got[i], text)
			}
		}
	}
}
