package rest

import (
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/money"
)

// client is a top client as REST shows it.
type client struct {
	ClientID    string      `json:"clientId"`
	ClientName  *string     `json:"clientName"`
	ClientPhone *string     `json:"clientPhone"`
	Cost        money.Total `json:"cost"`
	Messages    int64       `json:"messages"`
}

// comparison is the monthly comparison as REST shows it.
type comparison struct {
	CurrentMonth  money.Total `json:"currentMonth"`
	PreviousMonth money.Total `json:"previousMonth"`
	Growth        *float64    `json:"growth"`
}

type averages struct {
	TotalCost            money.Total `json:"totalCost"`
	TotalMessages        int64       `json:"totalMessages"`
	AverageDailyCost     money.Total `json:"averageDailyCost"`
	AverageDailyMessages float64     `json:"averageDailyMessages"`
}

// shown takes figures out of one Stats and keeps the first error.
type shown struct {
	*analytics.Stats
	err error
}

func take[T any](s *shown, figure func() (T, error)) T {
	value, err := figure()
	if s.err == nil {
		s.err = err
	}
	return value
}

func (s *shown) averages() averages {
	return averages{take(s, s.TotalCost), take(s, s.TotalMessages), take(s, s.AverageDailyCost), take(s, s.AverageDailyMessages)}
}

func (s *shown) clients() []client {
	top := take(s, func() ([]analytics.ClientUsage, error) { return s.TopClients(nil, nil) })
	clients := make([]client, len(top))
	for i, c := range top {
		clients[i] = client{c.ClientID, c.ClientName, c.ClientPhone, c.Cost, c.Messages}
	}
	return clients
}

func (s *shown) comparison() comparison {
	c := take(s, s.MonthlyComparison)
	if c == nil { // the error is kept
		return comparison{}
	}
	return comparison{c.CurrentMonth, c.PreviousMonth, c.Growth}
}

func stats(s *shown) any {
	return struct {
		TotalCost         money.Total            `json:"totalCost"`
		TotalMessages     int64                  `json:"totalMessages"`
		DailyUsage        []analytics.DailyUsage `json:"dailyUsage"`
		TopClients        []client               `json:"topClients"`
		PeakHours         []analytics.HourUsage  `json:"peakHours"`
		MonthlyComparison comparison             `json:"monthlyComparison"`
	}{take(s, s.TotalCost), take(s, s.TotalMessages), take(s, s.DailyUsage), s.clients(), take(s, s.PeakHours), s.comparison()}
}

type overview struct {
	averages
	MonthlyComparison comparison `json:"monthlyComparison"`
}

type charts struct {
	DailyUsage []analytics.DailyUsage `json:"dailyUsage"`
	PeakHours  []analytics.HourUsage  `json:"peakHours"`
}

type insights struct {
	TopClients   []client                  `json:"topClients"`
	PeakHour     *analytics.HourUsage      `json:"peakHour"`
	BusiestDay   *analytics.DailyUsage     `json:"busiestDay"`
	MonthlyUsage []analytics.MonthlyUsage  `json:"monthlyUsage"`
	Segments     []analytics.ClientSegment `json:"segments"`
}

func dashboard(s *shown) any {
	return struct {
		Overview overview `json:"overview"`
		Charts   charts   `json:"charts"`
		Insights insights `json:"insights"`
	}{
		overview{s.averages(), s.comparison()},
		charts{take(s, s.DailyUsage), take(s, s.PeakHours)},
		insights{
			s.clients(), take(s, s.PeakHour), take(s, s.BusiestDay),
			take(s, func() ([]analytics.MonthlyUsage, error) { return s.MonthlyUsage(nil) }), take(s, s.Segments),
		},
	}
}

func summary(s *shown) any { return s.averages() }
