package sample_test

import (
	"fmt"
	"testing"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/forecast"
	"github.com/contatore/contatore/internal/sample"
	"github.com/contatore/contatore/internal/testkit"
)

// The day that the sample plants is found under every seed. Of a hundred other
// days one at most is called unusual, and of a thousand hours.
func TestPlantedAnomalyIsFound(t *testing.T) {
	t.Parallel()
	for _, messages := range []int{1500, 6000} {
		t.Run(fmt.Sprint(messages), func(t *testing.T) {
			t.Parallel()
			var days, called, hours float64
			for seed := range uint64(100) {
				opt := options()
				opt.Seed, opt.Messages = seed, messages
				plan, err := sample.PlanOf(opt)
				if err != nil {
					t.Fatal(err)
				}
				costs := make([]float64, len(plan.Days))
				for i, day := range plan.Days {
					for _, cost := range day {
						costs[i] += cost
					}
				}
				found := false
				for _, day := range forecast.Of(costs).Unusual(0.99) {
					if plan.First.Add(day.Index) == plan.Peak {
						found = day.Above()
					} else {
						called++
					}
				}
				if !found {
					t.Errorf("seed %d: %s is not found", seed, plan.Peak)
				}
				hours += float64(len(analytics.UnusualHours(plan.Days, 0.99)))
				days += float64(len(costs) - 1)
			}
			if called/days > 0.01 || hours/days/24 > 0.001 {
				t.Errorf("%.4f of the other days and %.5f of the hours are called unusual", called/days, hours/days/24)
			}
		})
	}
}

// It is found in the database as well, whose days are those of the plan, and
// explained; the month goes on as it began.
func TestSampleHasAnAnomaly(t *testing.T) {
	t.Parallel()
	testkit.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(t, db)
		opt := options()
		opt.Messages = 3000
		d.fill(t, opt)
		plan, err := sample.PlanOf(opt)
		if err != nil {
			t.Fatal(err)
		}
		s := d.stats(t, 30, analytics.Need{Daily: true, Comparison: true, Forecast: true, AnomalyClients: true, AnomalyLabels: true})

		for _, day := range ok(s.DailyUsage())(t)[:29] {
			var want float64
			for _, cost := range plan.Days[day.Date-plan.First] {
				want += cost
			}
			if day.Cost.Float() != want {
				t.Errorf("%s costs %s, %v by the plan", day.Date, day.Cost, want/1e9)
			}
		}

		found := false
		anomalies := ok(s.Anomalies())(t)
		for _, a := range anomalies {
			if a.Date != plan.Peak || a.Hour != nil {
				continue
			}
			found = true
			clients, kinds, models := ok(a.Clients())(t), ok(a.Kinds())(t), ok(a.Models())(t)
			if a.Direction != analytics.Above || a.Actual.Cmp(a.High) <= 0 || len(clients) != 3 || len(kinds) != 3 || len(models) != 3 || clients[0].ClientName == nil {
				t.Errorf("%+v is explained by %v, %v, %v", a, clients, kinds, models)
			}
			if top := clients[0]; top.Actual.Minus(top.Usual) != top.Difference || top.Difference.Cmp(clients[1].Difference) < 0 {
				t.Errorf("the clients are %+v", clients)
			}
		}
		if !found || len(anomalies) > 2 {
			t.Errorf("%s is not found, or too much beside it: %+v", plan.Peak, anomalies)
		}

		f := ok(s.Forecast(nil))(t)
		spent := ok(s.MonthlyComparison())(t).CurrentMonth
		if f.Method == nil || f.BacktestMase == nil || len(f.Daily) != 30 || f.Daily[0].Date != plan.Range.End+1 {
			t.Errorf("%+v", f)
		}
		// The sample ends in the ninth's evening: the month is less than a third over.
		if month := f.MonthEnd; month.Low80.Cmp(spent.Plus(spent)) < 0 || month.High80.Cmp(spent.Plus(spent).Plus(spent).Plus(spent).Plus(spent)) > 0 {
			t.Errorf("the month is expected to be %+v, of which %s are spent", month, spent)
		}
	})
}
