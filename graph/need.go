package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/contatore/contatore/internal/analytics"
)

// needs says which field of UsageStats needs what of analytics. Fields that
// are not here need nothing beyond the workspace and the range.
var needs = map[string]analytics.Need{
	"totalCost":            {Totals: true},
	"totalMessages":        {Totals: true},
	"averageDailyCost":     {Totals: true},
	"averageDailyMessages": {Totals: true},
	"dailyUsage":           {Daily: true},
	"busiestDay":           {Daily: true},
	"peakHours":            {Hours: true},
	"peakHour":             {Hours: true},
	"heatmap":              {Heatmap: true},
	"byKind":               {Labels: true},
	"byModel":              {Labels: true},
	"monthlyComparison":    {Comparison: true},
	"previousPeriod":       {Previous: true},
	"segments":             {Clients: true},
	"topClients":           {Names: analytics.DefaultTop},
	"monthlyUsage":         {Months: analytics.DefaultMonths},
	"forecast":             {Forecast: true},
	"anomalies":            {Anomalies: true},
}

// reasons says the same of the fields of Anomaly.
var reasons = map[string]analytics.Need{
	"clients": {AnomalyClients: true},
	"kinds":   {AnomalyLabels: true},
	"models":  {AnomalyLabels: true},
}

// needOf is what the selection under the field being resolved needs.
func needOf(ctx context.Context) analytics.Need {
	operation := graphql.GetOperationContext(ctx)
	variables := operation.Variables
	var need analytics.Need
	for _, field := range graphql.CollectFieldsCtx(ctx, []string{"UsageStats"}) {
		n := needs[field.Name]
		arguments := field.ArgumentMap(variables)
		if first, ok := whole(arguments["first"]); ok {
			n.Names = first
		}
		if months, ok := whole(arguments["months"]); ok {
			n.Months = months
		}
		if field.Name == "anomalies" {
			for _, reason := range graphql.CollectFields(operation, field.Selections, []string{"Anomaly"}) {
				n = n.Plus(reasons[reason.Name])
			}
		}
		need = need.Plus(n)
	}
	return need
}
