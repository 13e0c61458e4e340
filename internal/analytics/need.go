package analytics

// Need says which figures an answer holds, so that Open reads for these alone.
// A method of Stats whose need was not declared returns the fault INTERNAL,
// unless what was read for another one serves it too.
type Need struct {
	// Totals: TotalCost, TotalMessages and the daily averages.
	Totals bool
	// Daily: DailyUsage, BusiestDay.
	Daily bool
	// Hours: PeakHours, PeakHour.
	Hours bool
	// Heatmap: Heatmap.
	Heatmap bool
	// Labels: ByKind, ByModel.
	Labels bool
	// Comparison: MonthlyComparison.
	Comparison bool
	// Previous: PreviousPeriod.
	Previous bool
	// Months is the most months that MonthlyUsage is called with, 0 for none.
	Months int
	// Clients: Segments; TopClients implies it.
	Clients bool
	// Names is the most clients that TopClients is called with, 0 for none:
	// as many are named.
	Names int
	// Forecast: Forecast.
	Forecast bool
	// Anomalies: Anomalies; the others, which imply it, what explains them.
	Anomalies, AnomalyClients, AnomalyLabels bool
}

// What TopClients, MonthlyUsage and Forecast answer with where nobody says how many, and
// the most that they do.
const (
	DefaultTop, maxTop       = 10, 1000
	DefaultMonths, maxMonths = 4, 120

	DefaultForecast, maxForecast = 30, 365
)

// Plus is the need of both.
func (n Need) Plus(m Need) Need {
	return Need{
		Totals: n.Totals || m.Totals, Daily: n.Daily || m.Daily, Hours: n.Hours || m.Hours, Heatmap: n.Heatmap || m.Heatmap,
		Labels: n.Labels || m.Labels, Comparison: n.Comparison || m.Comparison, Previous: n.Previous || m.Previous,
		Months: max(n.Months, m.Months), Clients: n.Clients || m.Clients, Names: max(n.Names, m.Names),
		Forecast: n.Forecast || m.Forecast, Anomalies: n.Anomalies || m.Anomalies,
		AnomalyClients: n.AnomalyClients || m.AnomalyClients, AnomalyLabels: n.AnomalyLabels || m.AnomalyLabels,
	}
}

// bounded brings counts into what can be answered: the methods judge the
// arguments, where the caller learns which one was wrong.
func (n Need) bounded() Need {
	n.Months = max(0, min(n.Months, maxMonths))
	n.Names = max(0, min(n.Names, maxTop))
	n.Clients = n.Clients || n.Names > 0
	n.Anomalies = n.Anomalies || n.AnomalyClients || n.AnomalyLabels
	return n
}

// days reports that the range itself is folded from quarter-hours.
func (n Need) days() bool { return n.Totals || n.Daily || n.Hours || n.Heatmap || n.Labels }

// months is how many months before the current one are folded.
func (n Need) months() int {
	if n.Comparison {
		return max(1, n.Months)
	}
	return n.Months
}
