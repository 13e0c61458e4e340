package analytics_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// bench is a workspace on which figures are tried.
type bench struct {
	db        *database.DB
	book      *ledger.Book
	workspace string
}

// fatal is what testing.T and rapid.T share.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// newBench makes a workspace of its own; daysReady as in ledger.Account.
func newBench(t fatal, db *database.DB, zone string, daysReady calendar.Date) *bench {
	t.Helper()
	b := &bench{db, ledger.Open(db), uuid.NewString()}
	b.exec(t, "INSERT INTO workspaces (id, name, currency, time_zone, prices, days_ready, created_at) VALUES ($1, 'Bench', 'EUR', $2, '{}', $3, 0)",
		b.workspace, zone, int64(daysReady))
	return b
}

func (b *bench) exec(t fatal, query string, args ...any) {
	t.Helper()
	err := b.db.Write(context.Background(), func(tx *database.Tx) error {
		_, err := tx.Exec(context.Background(), query, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// customer adds one; an empty name or phone is not known.
func (b *bench) customer(t fatal, clientID, name, phone string) {
	t.Helper()
	optional := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	b.exec(t, "INSERT INTO customers (workspace_id, id, client_id, name, phone, active_chatbot, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0)",
		b.workspace, uuid.NewString(), clientID, optional(name), optional(phone), true)
}

// answer is one counted answer as the tests write it down.
type answer struct {
	at          time.Time
	client      string
	nanos       int64
	kind, model string
	void        bool
}

// count puts the answers into the book and takes the void ones back.
func (b *bench) count(t fatal, answers []answer) {
	t.Helper()
	refs := []ledger.Ref{{WorkspaceID: b.workspace}}
	entries := make([]*ledger.Usage, len(answers))
	for i, a := range answers {
		entries[i] = &ledger.Usage{
			WorkspaceID: b.workspace, ID: uuid.Must(uuid.NewV7()).String(), ClientID: a.client, Price: money.Nanos(a.nanos),
			Kind: a.kind, CreatedAt: calendar.At(a.at), RecordedAt: calendar.At(a.at),
		}
		if a.model != "" {
			entries[i].Model = &answers[i].model
		}
	}
	// In pieces, so that quarter-hours are added to and not only made.
	for piece := range slices.Chunk(entries, max(1, len(entries)/2)) {
		if _, err := b.book.Append(context.Background(), refs, func(*ledger.Directory) []*ledger.Usage { return piece }); err != nil {
			t.Fatalf("append: %v", err)
		}
	}
	for i, a := range answers {
		if !a.void {
			continue
		}
		if _, err := b.book.Void(context.Background(), b.workspace, entries[i].ID, 1, nil); err != nil {
			t.Fatalf("void: %v", err)
		}
	}
}

// ask is one question to Open.
type ask struct {
	rng    *calendar.RangeInput
	filter *analytics.Filter
	need   analytics.Need
	now    time.Time
	// The arguments of the figures that take some.
	first, months int
}

// everything is the need of all figures.
func everything(first, months int) analytics.Need {
	return analytics.Need{
		Totals: true, Daily: true, Hours: true, Heatmap: true, Labels: true, Comparison: true, Previous: true,
		Months: months, Clients: true, Names: first,
	}
}

func (b *bench) open(t fatal, a ask) *analytics.Stats {
	t.Helper()
	stats, err := analytics.Open(context.Background(), b.book, b.workspace, a.rng, a.filter, a.need, a.now)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return stats
}

// figures are the widgets as lines of text: what scripts and the oracle are
// compared with. Widgets that were not declared are left out.
type figures map[string][]string

func (f figures) put(widget string, err error, lines ...string) {
	if fault.CodeOf(err) != fault.Internal {
		f[widget] = lines
	}
}

func line(values ...any) string {
	var text string
	for i, v := range values {
		if i > 0 {
			text += " "
		}
		switch v := v.(type) {
		case float64:
			text += strconv.FormatFloat(v, 'g', -1, 64)
		case *float64:
			if v == nil {
				text += "-"
			} else {
				text += strconv.FormatFloat(*v, 'g', -1, 64)
			}
		case *string:
			if v == nil {
				text += "-"
			} else {
				text += strconv.Quote(*v)
			}
		default:
			text += fmt.Sprint(v)
		}
	}
	return text
}

func lines[T any](list []T, write func(T) string) []string {
	texts := make([]string, len(list))
	for i, entry := range list {
		texts[i] = write(entry)
	}
	return texts
}

func figuresOf(s *analytics.Stats, first, months int) figures {
	f := figures{}
	cost, err := s.TotalCost()
	f.put("totalCost", err, line(cost))
	messages, err := s.TotalMessages()
	f.put("totalMessages", err, line(messages))
	cost, err = s.AverageDailyCost()
	f.put("averageDailyCost", err, line(cost))
	average, err := s.AverageDailyMessages()
	f.put("averageDailyMessages", err, line(average))
	day := func(d analytics.DailyUsage) string { return line(d.Date, d.Messages, d.Cost) }
	daily, err := s.DailyUsage()
	f.put("dailyUsage", err, lines(daily, day)...)
	busiest, err := s.BusiestDay()
	f.put("busiestDay", err, lines(some(busiest), day)...)
	hour := func(h analytics.HourUsage) string { return line(h.Hour, h.Messages, h.Cost) }
	hours, err := s.PeakHours()
	f.put("peakHours", err, lines(hours, hour)...)
	peak, err := s.PeakHour()
	f.put("peakHour", err, lines(some(peak), hour)...)
	heat, err := s.Heatmap()
	f.put("heatmap", err, lines(heat, func(c analytics.HeatmapCell) string { return line(c.Weekday, c.Hour, c.Messages, c.Cost) })...)
	for widget, by := range map[string]analytics.Measure{"topClients": analytics.Cost, "topClientsByMessages": analytics.Messages} {
		top, err := s.TopClients(&first, &by)
		f.put(widget, err, lines(top, func(c analytics.ClientUsage) string {
			return line(c.ClientID, c.ClientName, c.ClientPhone, c.Messages, c.Cost, c.Share)
		})...)
	}
	segments, err := s.Segments()
	f.put("segments", err, lines(segments, func(c analytics.ClientSegment) string { return line(c.Share, c.Clients, c.Cost) })...)
	comparison, err := s.MonthlyComparison()
	f.put("monthlyComparison", err, lines(some(comparison), func(c analytics.MonthlyComparison) string {
		return line(c.CurrentMonth, c.PreviousMonth, c.Growth, c.PreviousMonthToDate, c.GrowthToDate)
	})...)
	monthly, err := s.MonthlyUsage(&months)
	f.put("monthlyUsage", err, lines(monthly, func(m analytics.MonthlyUsage) string { return line(m.Month, m.Messages, m.Cost, m.Growth) })...)
	label := func(l analytics.LabelUsage) string { return line(strconv.Quote(l.Label), l.Messages, l.Cost) }
	kinds, err := s.ByKind()
	f.put("byKind", err, lines(kinds, label)...)
	models, err := s.ByModel()
	f.put("byModel", err, lines(models, label)...)
	previous, err := s.PreviousPeriod()
	f.put("previousPeriod", err, lines(some(previous), func(p analytics.PeriodTotals) string {
		return line(p.StartDate, p.EndDate, p.TotalMessages, p.TotalCost)
	})...)
	return f
}

// some is a list of what is there: nothing or one.
func some[T any](v *T) []T {
	if v == nil {
		return nil
	}
	return []T{*v}
}

// days is the range between two dates.
func days(t testing.TB, start, end string) *calendar.RangeInput {
	t.Helper()
	from, err := calendar.ParseDate(start)
	if err != nil {
		t.Fatal(err)
	}
	to, err := calendar.ParseDate(end)
	if err != nil {
		t.Fatal(err)
	}
	return &calendar.RangeInput{StartDate: &from, EndDate: &to}
}
