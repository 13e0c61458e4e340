package testkit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/fault"
)

// Figures are widgets by name, as lines of text: what scripts and oracles are
// compared with.
type Figures map[string][]string

// FiguresOf are the widgets that were declared, with these arguments;
// topClientsByMessages is topClients by the other measure.
func FiguresOf(s *analytics.Stats, first, months int) Figures {
	f := Figures{}
	cost, err := s.TotalCost()
	f.put("totalCost", err, Line(cost))
	messages, err := s.TotalMessages()
	f.put("totalMessages", err, Line(messages))
	cost, err = s.AverageDailyCost()
	f.put("averageDailyCost", err, Line(cost))
	average, err := s.AverageDailyMessages()
	f.put("averageDailyMessages", err, Line(average))
	day := func(d analytics.DailyUsage) string { return Line(d.Date, d.Messages, d.Cost) }
	daily, err := s.DailyUsage()
	f.put("dailyUsage", err, lines(daily, day)...)
	busiest, err := s.BusiestDay()
	f.put("busiestDay", err, lines(some(busiest), day)...)
	hour := func(h analytics.HourUsage) string { return Line(h.Hour, h.Messages, h.Cost) }
	hours, err := s.PeakHours()
	f.put("peakHours", err, lines(hours, hour)...)
	peak, err := s.PeakHour()
	f.put("peakHour", err, lines(some(peak), hour)...)
	heat, err := s.Heatmap()
	f.put("heatmap", err, lines(heat, func(c analytics.HeatmapCell) string { return Line(c.Weekday, c.Hour, c.Messages, c.Cost) })...)
	for widget, by := range map[string]analytics.Measure{"topClients": analytics.Cost, "topClientsByMessages": analytics.Messages} {
		top, err := s.TopClients(&first, &by)
		f.put(widget, err, lines(top, func(c analytics.ClientUsage) string {
			return Line(c.ClientID, c.ClientName, c.ClientPhone, c.Messages, c.Cost, c.Share)
		})...)
	}
	segments, err := s.Segments()
	f.put("segments", err, lines(segments, func(c analytics.ClientSegment) string { return Line(c.Share, c.Clients, c.Cost) })...)
	comparison, err := s.MonthlyComparison()
	f.put("monthlyComparison", err, lines(some(comparison), func(c analytics.MonthlyComparison) string {
		return Line(c.CurrentMonth, c.PreviousMonth, c.Growth, c.PreviousMonthToDate, c.GrowthToDate)
	})...)
	monthly, err := s.MonthlyUsage(&months)
	f.put("monthlyUsage", err, lines(monthly, func(m analytics.MonthlyUsage) string { return Line(m.Month, m.Messages, m.Cost, m.Growth) })...)
	label := func(l analytics.LabelUsage) string { return Line(strconv.Quote(l.Label), l.Messages, l.Cost) }
	kinds, err := s.ByKind()
	f.put("byKind", err, lines(kinds, label)...)
	models, err := s.ByModel()
	f.put("byModel", err, lines(models, label)...)
	previous, err := s.PreviousPeriod()
	f.put("previousPeriod", err, lines(some(previous), func(p analytics.PeriodTotals) string {
		return Line(p.StartDate, p.EndDate, p.TotalMessages, p.TotalCost)
	})...)
	outlook, err := s.Forecast(nil)
	f.put("forecast", err, lines(some(outlook), func(f analytics.Forecast) string { return Line(f.Method, f.BacktestMase) })...)
	if err == nil {
		f["forecastDaily"] = lines(outlook.Daily, func(d analytics.ForecastDay) string { return Line(d.Date, d.Expected) })
		f["forecastBounds"] = lines(outlook.Daily, func(d analytics.ForecastDay) string { return Line(d.Date, d.Low80, d.High80) })
		f["monthEnd"] = []string{Line(outlook.MonthEnd.Expected)}
		f["monthEndBounds"] = []string{Line(outlook.MonthEnd.Low80, outlook.MonthEnd.High80)}
	}
	anomalies, err := s.Anomalies()
	f.put("anomalies", err, lines(anomalies, func(a analytics.Anomaly) string { return Line(a.Date, a.Hour, a.Direction, a.Actual) })...)
	f.put("anomalyBounds", err, lines(anomalies, func(a analytics.Anomaly) string { return Line(a.Date, a.Hour, a.Expected, a.Low, a.High) })...)
	for widget, reasons := range map[string]func(*analytics.Anomaly) ([]string, error){
		"anomalyClients": func(a *analytics.Anomaly) ([]string, error) {
			list, err := a.Clients()
			return lines(list, func(d analytics.ClientDeparture) string {
				return Line(d.ClientID, d.ClientName, d.Actual, d.Usual, d.Difference)
			}), err
		},
		"anomalyKinds": func(a *analytics.Anomaly) ([]string, error) {
			list, err := a.Kinds()
			return lines(list, departure), err
		},
		"anomalyModels": func(a *analytics.Anomaly) ([]string, error) {
			list, err := a.Models()
			return lines(list, departure), err
		},
	} {
		all, err := []string{}, err
		for _, a := range anomalies {
			list, problem := reasons(&a)
			for _, line := range list {
				all = append(all, Line(a.Date, a.Hour, line))
			}
			err = cmp.Or(err, problem)
		}
		f.put(widget, err, all...)
	}
	return f
}

func departure(d analytics.LabelDeparture) string {
	return Line(strconv.Quote(d.Label), d.Actual, d.Usual, d.Difference)
}

// put leaves out what was not declared.
func (f Figures) put(widget string, err error, lines ...string) {
	if fault.CodeOf(err) != fault.Internal {
		f[widget] = lines
	}
}

// Line writes the values of one entry: floats as short as they are exact, a
// known name in quotes, - for what is not known.
func Line(values ...any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = "-"
		switch v := v.(type) {
		case float64:
			words[i] = strconv.FormatFloat(v, 'g', -1, 64)
		case *float64:
			if v != nil {
				words[i] = strconv.FormatFloat(*v, 'g', -1, 64)
			}
		case *int:
			if v != nil {
				words[i] = strconv.Itoa(*v)
			}
		case *string:
			if v != nil {
				words[i] = strconv.Quote(*v)
			}
		default:
			words[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(words, " ")
}

func lines[T any](list []T, write func(T) string) []string {
	texts := make([]string, len(list))
	for i, entry := range list {
		texts[i] = write(entry)
	}
	return texts
}

// some is a list of what is there: nothing or one.
func some[T any](v *T) []T {
	if v == nil {
		return nil
	}
	return []T{*v}
}
