package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
)

// Amount is an exact amount of money as a JSON number; empty: none.
type Amount = json.Number

// Report is the summary of a week or a month.
type Report struct {
	Start    string `json:"start"`
	End      string `json:"end"`
	Messages int64  `json:"messages"`
	Cost     Amount `json:"cost"`
	// Before are the totals of the period before, of the same length or the
	// month before.
	MessagesBefore int64  `json:"messagesBefore"`
	CostBefore     Amount `json:"costBefore"`
	// Daily is each day's cost, in order.
	Daily []DayFact `json:"daily"`
	// TopClients are at most five.
	TopClients []ClientFact `json:"topClients"`
	// MonthEnd is what the running month is expected to come to.
	MonthEnd Interval `json:"monthEnd"`
}

// DayFact is one day of a report.
type DayFact struct {
	Date     string `json:"date"`
	Messages int64  `json:"messages"`
	Cost     Amount `json:"cost"`
}

// ClientFact is one of a report's top clients.
type ClientFact struct {
	ClientID string `json:"clientId"`
	Name     string `json:"-"` // as Departure.Name
	Messages int64  `json:"messages"`
	Cost     Amount `json:"cost"`
}

// Interval is an expectation, and between what the truth lies in 8 cases of 10.
type Interval struct {
	Expected Amount `json:"expected"`
	Low      Amount `json:"low"`
	High     Amount `json:"high"`
}

// topClients is how many a report names.
const topClients = 5

// reports tells of the week that ended on Sunday and of the month before, from
// the workspace's hour on: where the clock skips that, from the next it shows.
// A server that was away tells of the week until Tuesday, of the month until
// the third; later it is no news.
func (v *visit) reports(ctx context.Context) error {
	today := v.here.Date
	monday, first := today.Add(-int(today.Weekday())), today.Month().First()
	if v.isDue(monday, 1) {
		days := calendar.Range{Start: monday.Add(-7), End: monday.Add(-1)}
		if err := v.report(ctx, WeeklyReport, days.Start.String(), days); err != nil {
			return err
		}
	}
	if v.isDue(first, 2) {
		month := first.Month().Add(-1)
		return v.report(ctx, MonthlyReport, month.String(), calendar.Range{Start: month.First(), End: month.Last()})
	}
	return nil
}

// isDue reports that a report of this day is, on the day or so many days later.
func (v *visit) isDue(day calendar.Date, later int) bool {
	since := int(v.here.Date - day)
	return since == 0 && v.here.Hour >= v.workspace.ReportHour || since > 0 && since <= later
}

// report makes a report that a channel wants and nobody got; name tells it from
// others of its sort.
func (v *visit) report(ctx context.Context, event, name string, days calendar.Range) error {
	var channels []*Channel
	if err := v.db.Read(ctx, func(tx *database.Tx) (err error) {
		channels, err = v.channels(ctx, tx, v.workspace.ID)
		return err
	}); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if !slices.ContainsFunc(channels, func(c *Channel) bool { return c.wants(event) }) {
		return nil
	}
	once := event + " " + name
	if told, err := v.told(ctx, once); told || err != nil {
		return err
	}
	// A month is compared with the month before it, which has other days: of
	// the current one and the two before that is the first.
	const months = 3
	need := analytics.Need{Totals: true, Daily: true, Names: topClients, Forecast: true, Previous: true}
	if event == MonthlyReport {
		need.Months = months
	}
	stats, err := v.open(ctx, &days, nil, need)
	if err != nil {
		return err
	}
	report, err := reportOf(stats)
	if err == nil && event == MonthlyReport {
		var list []analytics.MonthlyUsage
		if list, err = stats.MonthlyUsage(new(months)); err == nil {
			report.MessagesBefore, report.CostBefore = list[0].Messages, amount(list[0].Cost)
		}
	}
	if err != nil {
		return err
	}
	v.tell(event, once, "", Facts{Report: report})
	return nil
}

// reportOf is a report of the stats' range against the one before it.
func reportOf(stats *analytics.Stats) (*Report, error) {
	cost, err := stats.TotalCost()
	if err != nil {
		return nil, err
	}
	messages, err := stats.TotalMessages()
	if err != nil {
		return nil, err
	}
	before, err := stats.PreviousPeriod()
	if err != nil {
		return nil, err
	}
	daily, err := stats.DailyUsage()
	if err != nil {
		return nil, err
	}
	clients, err := stats.TopClients(new(topClients), nil)
	if err != nil {
		return nil, err
	}
	f, err := stats.Forecast(new(1))
	if err != nil {
		return nil, err
	}
	report := &Report{
		Start: stats.StartDate().String(), End: stats.EndDate().String(), Messages: messages, Cost: amount(cost),
		MessagesBefore: before.TotalMessages, CostBefore: amount(before.TotalCost),
		Daily: make([]DayFact, len(daily)), TopClients: make([]ClientFact, len(clients)),
		MonthEnd: Interval{amount(f.MonthEnd.Expected), amount(f.MonthEnd.Low80), amount(f.MonthEnd.High80)},
	}
	for i, d := range daily {
		report.Daily[i] = DayFact{d.Date.String(), d.Messages, amount(d.Cost)}
	}
	for i, c := range clients {
		report.TopClients[i] = ClientFact{ClientID: c.ClientID, Messages: c.Messages, Cost: amount(c.Cost)}
	}
	return report, nil
}
