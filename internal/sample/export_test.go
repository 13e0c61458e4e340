package sample

import (
	"math/rand/v2"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/money"
)

// Plan is what Fill counts, without counting it: what each hour of the days
// from the first on costs, in nanos, up to the last complete one.
type Plan struct {
	Days  [][24]float64
	First calendar.Date
	// Range is the days that were asked for, Peak the one with the anomaly.
	Range calendar.Range
	Peak  calendar.Date
}

// PlanOf draws the answers of a new shop as Fill does.
func PlanOf(opt Options) (*Plan, error) {
	zone, err := calendar.LoadZone(timeZone)
	if err != nil {
		return nil, err
	}
	p, err := newPlan(opt, zone)
	if err != nil {
		return nil, err
	}
	f := filling{workspaceID: opt.Workspace, seed: opt.Seed, clients: ranked(opt.Seed), sorts: sorts()}
	today := zone.Date(calendar.At(opt.Now))
	plan := &Plan{First: zone.Date(p.before.spans[0].From), Range: calendar.Range{Start: today.Add(1 - opt.Days), End: today}}
	plan.Days = make([][24]float64, today-plan.First)
	clock := zone.Clock()
	for _, c := range []struct {
		part   part
		stream uint64
	}{{p.before, streamBefore}, {p.days, streamDays}} {
		draw := rand.New(rand.NewPCG(opt.Seed, c.stream))
		for range c.part.answers {
			at := c.part.at(draw)
			in := f.answer(draw, at)
			price := money.DefaultMessagePrice
			if in.Price != nil {
				if price, err = in.Price.Nanos(); err != nil {
					return nil, err
				}
			}
			if local := clock.Local(at); local.Date < today {
				plan.Days[local.Date-plan.First][local.Hour] += float64(price)
			}
		}
	}
	var most int64
	for i, span := range p.days.spans {
		var before int64
		if i > 0 {
			before = p.days.weights[i-1]
		}
		// Noon of the day with the most to do, each weekday as heavy as another.
		local := clock.Local(span.From)
		if weight := (p.days.weights[i] - before) / weekdays[local.Date.Weekday()]; local.Hour == 12 && weight > most {
			most, plan.Peak = weight, local.Date
		}
	}
	return plan, nil
}
