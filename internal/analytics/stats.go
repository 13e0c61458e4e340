package analytics

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// Stats are the figures of one workspace over one range and filter, at one
// state of the book. Nothing changes it, so that it is safe for concurrent
// use. Money is in the workspace's currency; days, hours and months are those
// of its time zone. The methods are the fields of the contract's UsageStats;
// one whose Need was not declared fails with INTERNAL.
type Stats struct {
	account *ledger.Account
	period  calendar.Range
	need    Need
	fold    *fold
	// clients is nil where they were not read.
	clients *clients
	// outlook and findings are nil where nobody needs them.
	outlook  *outlook
	findings *findings
}

// DailyUsage is the usage of one local day.
type DailyUsage struct {
	Date     calendar.Date `json:"date"`
	Messages int64         `json:"messages"`
	Cost     money.Total   `json:"cost"`
}

// HourUsage is the usage of one local hour of the day, 0 to 23.
type HourUsage struct {
	Hour     int         `json:"hour"`
	Messages int64       `json:"messages"`
	Cost     money.Total `json:"cost"`
}

// HeatmapCell is the usage of one local hour of one day of the week.
type HeatmapCell struct {
	Weekday  calendar.Weekday `json:"weekday"`
	Hour     int              `json:"hour"`
	Messages int64            `json:"messages"`
	Cost     money.Total      `json:"cost"`
}

// ClientUsage is what one client used. Its name and phone are nil where they
// are not known.
type ClientUsage struct {
	ClientID    string      `json:"clientId"`
	ClientName  *string     `json:"clientName"`
	ClientPhone *string     `json:"clientPhone"`
	Messages    int64       `json:"messages"`
	Cost        money.Total `json:"cost"`
	// Share is the part of all clients' cost, 0 to 1; 0 where that is 0.
	Share float64 `json:"share"`
}

// LabelUsage is the usage of one kind or model; the empty label stands for
// usage without a model.
type LabelUsage struct {
	Label    string      `json:"label"`
	Messages int64       `json:"messages"`
	Cost     money.Total `json:"cost"`
}

// PeriodTotals are the totals of a range, its ends included.
type PeriodTotals struct {
	StartDate     calendar.Date `json:"startDate"`
	EndDate       calendar.Date `json:"endDate"`
	TotalCost     money.Total   `json:"totalCost"`
	TotalMessages int64         `json:"totalMessages"`
}

// MonthlyComparison is the cost of the current month against the one before.
// Growths are percents of two digits, nil where the divisor is 0.
type MonthlyComparison struct {
	CurrentMonth  money.Total `json:"currentMonth"`
	PreviousMonth money.Total `json:"previousMonth"`
	Growth        *float64    `json:"growth"`
	// PreviousMonthToDate is the previous month up to the same day and
	// quarter-hour as now, by the clock's face.
	PreviousMonthToDate money.Total `json:"previousMonthToDate"`
	GrowthToDate        *float64    `json:"growthToDate"`
}

// MonthlyUsage is the usage of one month, written YYYY-MM. Growth is against
// the month before, in percent, nil where that cost nothing.
type MonthlyUsage struct {
	Month    string      `json:"month"`
	Messages int64       `json:"messages"`
	Cost     money.Total `json:"cost"`
	Growth   *float64    `json:"growth"`
}

// ClientSegment is how few clients make at least this share of the cost, and
// what they cost.
type ClientSegment struct {
	Share   float64     `json:"share"`
	Clients int         `json:"clients"`
	Cost    money.Total `json:"cost"`
}

// Measure is what top clients are ordered by: the contract's UsageMeasure.
type Measure string

// The two measures.
const (
	Cost     Measure = "COST"
	Messages Measure = "MESSAGES"
)

// MarshalGQL writes the enum UsageMeasure.
func (m Measure) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(m))) }

// UnmarshalGQL reads the enum UsageMeasure.
func (m *Measure) UnmarshalGQL(v any) error {
	switch text, _ := v.(string); Measure(text) {
	case Cost, Messages:
		*m = Measure(text)
		return nil
	}
	return fault.New(fault.Invalid, "A measure is COST or MESSAGES.")
}

// undeclared is a mistake of the caller's: it asked for what it did not need.
func undeclared(field string) error {
	return fault.New(fault.Internal, "The server did not prepare %s for this answer.", field)
}

// WorkspaceID is the workspace's id.
func (s *Stats) WorkspaceID() string { return s.account.ID }

// StartDate is the first local day of the range.
func (s *Stats) StartDate() calendar.Date { return s.period.Start }

// EndDate is the last local day of the range.
func (s *Stats) EndDate() calendar.Date { return s.period.End }

// Days is how many days the range has, its ends included.
func (s *Stats) Days() int { return s.period.Days() }

// TimeZone is the IANA name of the workspace's zone.
func (s *Stats) TimeZone() string { return s.account.Zone.Name() }

// Currency is the workspace's, as ISO 4217 writes it.
func (s *Stats) Currency() string { return s.account.Currency }

// total is the range's.
func (s *Stats) total(field string) (sum, error) {
	if s.fold.period == nil {
		return sum{}, undeclared(field)
	}
	return s.fold.period.over(s.period), nil
}

// TotalCost is the cost of the range.
func (s *Stats) TotalCost() (money.Total, error) {
	total, err := s.total("totalCost")
	return total.cost, err
}

// TotalMessages is how many answers the range has.
func (s *Stats) TotalMessages() (int64, error) {
	total, err := s.total("totalMessages")
	return total.messages, err
}

// AverageDailyCost is the cost a day, rounded half up at the 9th digit.
func (s *Stats) AverageDailyCost() (money.Total, error) {
	total, err := s.total("averageDailyCost")
	return total.cost.Per(int64(s.Days())), err
}

// AverageDailyMessages is the answers a day.
func (s *Stats) AverageDailyMessages() (float64, error) {
	total, err := s.total("averageDailyMessages")
	return float64(total.messages) / float64(s.Days()), err
}

// DailyUsage has one entry for each day of the range in order, days without
// usage included.
func (s *Stats) DailyUsage() ([]DailyUsage, error) {
	if s.fold.period == nil {
		return nil, undeclared("dailyUsage")
	}
	list := make([]DailyUsage, s.Days())
	for i, day := range s.fold.period.sums {
		list[i] = DailyUsage{s.period.Start.Add(i), day.messages, day.cost}
	}
	return list, nil
}

// BusiestDay is the day with most messages, the earliest of equals; nil where
// there is no usage.
func (s *Stats) BusiestDay() (*DailyUsage, error) {
	list, err := s.DailyUsage()
	if err != nil {
		return nil, undeclared("busiestDay")
	}
	return busiest(list, func(d DailyUsage) int64 { return d.Messages }), nil
}

// busiest is the first entry with most messages; nil where none has any.
func busiest[T any](list []T, messages func(T) int64) *T {
	var most int64
	var found *T
	for i, entry := range list {
		if n := messages(entry); n > most {
			most, found = n, &list[i]
		}
	}
	return found
}

// PeakHours has 24 entries, hour 0 to 23 in order.
func (s *Stats) PeakHours() ([]HourUsage, error) {
	if !s.fold.hours {
		return nil, undeclared("peakHours")
	}
	list := make([]HourUsage, 24)
	for hour := range list {
		var total sum
		for day := range s.fold.heat {
			total = total.plus(s.fold.heat[day][hour])
		}
		list[hour] = HourUsage{hour, total.messages, total.cost}
	}
	return list, nil
}

// PeakHour is the hour with most messages, the earliest of equals; nil where
// there is no usage.
func (s *Stats) PeakHour() (*HourUsage, error) {
	list, err := s.PeakHours()
	if err != nil {
		return nil, undeclared("peakHour")
	}
	return busiest(list, func(h HourUsage) int64 { return h.Messages }), nil
}

// Heatmap has 7 * 24 entries, Monday hour 0 first.
func (s *Stats) Heatmap() ([]HeatmapCell, error) {
	if !s.fold.hours {
		return nil, undeclared("heatmap")
	}
	list := make([]HeatmapCell, 0, 7*24)
	for day := range calendar.Weekday(7) {
		for hour, cell := range s.fold.heat[day] {
			list = append(list, HeatmapCell{day, hour, cell.messages, cell.cost})
		}
	}
	return list, nil
}

// TopClients are the clients with most cost (or messages) downwards, ties by
// the other measure downwards, then by id upwards in byte order; clients with
// usage only. first, 1 to 1,000 and 10 where nil, bounds the list, else the
// fault INVALID; by is Cost where nil.
func (s *Stats) TopClients(first *int, by *Measure) ([]ClientUsage, error) {
	n, measure := DefaultTop, Cost
	if first != nil {
		n = *first
	}
	if by != nil {
		measure = *by
	}
	if n < 1 || n > maxTop {
		return nil, fault.Field("first", "first is %d; it must be 1 to %d.", n, maxTop)
	}
	if s.clients == nil || n > s.need.Names {
		return nil, undeclared(fmt.Sprintf("topClients of %d", n))
	}
	top := s.clients.top(n, measure)
	list := make([]ClientUsage, len(top))
	for i, c := range top {
		name := s.clients.names[c.ClientID]
		list[i] = ClientUsage{c.ClientID, name.Name, name.Phone, c.Messages, c.Cost, c.Cost.Share(s.clients.total)}
	}
	return list, nil
}

// Segments are the fewest clients that make at least 50, 80 and 95 % of the
// cost; three zeros where nothing was spent.
func (s *Stats) Segments() ([]ClientSegment, error) {
	if s.clients == nil {
		return nil, undeclared("segments")
	}
	var cost money.Total
	n := 0
	list := make([]ClientSegment, 0, 3)
	for _, percent := range []int64{50, 80, 95} {
		for enough := s.clients.total.Percentage(percent); cost.Cmp(enough) < 0; {
			cost = cost.Plus(s.clients.byCost[n].Cost)
			n++
		}
		list = append(list, ClientSegment{float64(percent) / 100, n, cost})
	}
	return list, nil
}

// MonthlyComparison sets the month that holds today against the one before,
// whatever the range.
func (s *Stats) MonthlyComparison() (*MonthlyComparison, error) {
	m := s.fold.months
	if m == nil {
		return nil, undeclared("monthlyComparison")
	}
	now, before, toDate := m.of(m.current).cost, m.of(m.last).cost, m.toDate.cost
	return &MonthlyComparison{now, before, now.Growth(before), toDate, now.Growth(toDate)}, nil
}

// MonthlyUsage is the month that holds today and the ones before it, oldest
// first, empty ones included. months, 1 to 120 and 4 where nil, says how many,
// else the fault INVALID.
func (s *Stats) MonthlyUsage(months *int) ([]MonthlyUsage, error) {
	n := DefaultMonths
	if months != nil {
		n = *months
	}
	if n < 1 || n > maxMonths {
		return nil, fault.Field("months", "months is %d; it must be 1 to %d.", n, maxMonths)
	}
	if n > s.need.months() {
		return nil, undeclared(fmt.Sprintf("monthlyUsage of %d", n))
	}
	m := s.fold.months
	list := make([]MonthlyUsage, n)
	before := m.of(m.current.Add(-n)).cost
	for i := range list {
		month := m.current.Add(i + 1 - n)
		total := m.of(month)
		list[i] = MonthlyUsage{month.String(), total.messages, total.cost, total.cost.Growth(before)}
		before = total.cost
	}
	return list, nil
}

// ByKind is the usage of each kind, by cost downwards, ties by kind upwards in
// byte order.
func (s *Stats) ByKind() ([]LabelUsage, error) {
	return s.labels("byKind", func(l label) string { return l.kind })
}

// ByModel is the usage of each model, in the order of ByKind.
func (s *Stats) ByModel() ([]LabelUsage, error) {
	return s.labels("byModel", func(l label) string { return l.model })
}

func (s *Stats) labels(field string, of func(label) string) ([]LabelUsage, error) {
	if s.fold.labels == nil {
		return nil, undeclared(field)
	}
	sums := map[string]sum{}
	for l, s := range s.fold.labels {
		sums[of(l)] = sums[of(l)].plus(*s)
	}
	list := make([]LabelUsage, 0, len(sums))
	for label, s := range sums {
		list = append(list, LabelUsage{label, s.messages, s.cost})
	}
	slices.SortFunc(list, func(a, b LabelUsage) int {
		return cmp.Or(b.Cost.Cmp(a.Cost), cmp.Compare(a.Label, b.Label))
	})
	return list, nil
}

// PreviousPeriod are the totals of the range shifted back by its own length.
func (s *Stats) PreviousPeriod() (*PeriodTotals, error) {
	p := s.fold.previous
	if p == nil {
		return nil, undeclared("previousPeriod")
	}
	return &PeriodTotals{p.Start, p.End, p.cost, p.messages}, nil
}
