package analytics_test

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/testkit"
)

// oracle answers from the list of answers, one by one, with package time in
// the zone and big numbers: nothing of the code under test.
type oracle struct {
	location *time.Location
	answers  []answer
	names    map[string][2]string
	// The range, YYYY-MM-DD.
	start, end    string
	now           time.Time
	filter        *analytics.Filter
	first, months int
}

// pile is a sum.
type pile struct {
	messages int64
	nanos    *big.Int
}

func (p *pile) add(a answer) {
	p.messages++
	p.nanos.Add(p.nanos, big.NewInt(a.nanos))
}

type piles map[string]*pile

func (p piles) at(key string) *pile {
	if p[key] == nil {
		p[key] = &pile{nanos: new(big.Int)}
	}
	return p[key]
}

// decimal is nanos as the shortest decimal text.
func decimal(nanos *big.Int) string {
	text := new(big.Rat).SetFrac(nanos, big.NewInt(1e9)).FloatString(9)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func ratio(a, b *big.Int) float64 {
	if b.Sign() == 0 {
		return 0
	}
	f, _ := new(big.Rat).SetFrac(a, b).Float64()
	return f
}

// growth rounds half away from zero, as Rat.FloatString does.
func growth(now, before *big.Int) *float64 {
	if before.Sign() == 0 {
		return nil
	}
	difference := new(big.Int).Sub(now, before)
	percent := new(big.Rat).SetFrac(difference.Mul(difference, big.NewInt(100)), before)
	rounded, _ := strconv.ParseFloat(percent.FloatString(2), 64)
	if rounded == 0 {
		rounded = 0 // never a negative zero
	}
	return &rounded
}

// shift moves a date by days.
func shift(date string, by int) string {
	t, _ := time.Parse(time.DateOnly, date)
	return t.AddDate(0, 0, by).Format(time.DateOnly)
}

// month is that of now, moved.
func (o *oracle) month(by int) string {
	local := o.now.In(o.location)
	return time.Date(local.Year(), local.Month()+time.Month(by), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
}

func (o *oracle) counts(a answer, local time.Time) bool {
	if a.void {
		return false
	}
	f := o.filter
	if f == nil {
		return true
	}
	weekday := strings.ToUpper(local.Weekday().String())
	return (len(f.ClientIds) == 0 || slices.Contains(f.ClientIds, a.client)) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, a.kind)) &&
		(len(f.Models) == 0 || slices.Contains(f.Models, a.model)) &&
		(len(f.Hours) == 0 || slices.Contains(f.Hours, local.Hour())) &&
		(len(f.Weekdays) == 0 || slices.ContainsFunc(f.Weekdays, func(d calendar.Weekday) bool { return d.String() == weekday }))
}

// beforeNow tells whether a time of the previous month lies before the day
// and quarter-hour of the month that it is now.
func (o *oracle) beforeNow(local time.Time) bool {
	now := o.now.In(o.location)
	if time.Date(local.Year(), local.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() < now.Day() {
		return true
	}
	minute := local.Hour()*60 + local.Minute()
	return local.Day() < now.Day() || local.Day() == now.Day() && minute < now.Hour()*60+now.Minute()/15*15
}

func (o *oracle) figures() testkit.Figures {
	days, cells, clients, kinds, models, months := piles{}, piles{}, piles{}, piles{}, piles{}, piles{}
	hours, singles := piles{}, piles{}
	total, before, toDate := singles.at("total"), singles.at("before"), singles.at("toDate")
	length := 1
	for d := o.start; d != o.end; d = shift(d, 1) {
		length++
	}
	startBefore, endBefore := shift(o.start, -length), shift(o.start, -1)
	for _, a := range o.answers {
		local := a.at.In(o.location)
		if !o.counts(a, local) {
			continue
		}
		date := local.Format(time.DateOnly)
		if o.start <= date && date <= o.end {
			total.add(a)
			days.at(date).add(a)
			hours.at(strconv.Itoa(local.Hour())).add(a)
			cells.at(strings.ToUpper(local.Weekday().String()) + " " + strconv.Itoa(local.Hour())).add(a)
			clients.at(a.client).add(a)
			kinds.at(a.kind).add(a)
			models.at(a.model).add(a)
		}
		if startBefore <= date && date <= endBefore {
			before.add(a)
		}
		months.at(local.Format("2006-01")).add(a)
		if local.Format("2006-01") == o.month(-1) && o.beforeNow(local) {
			toDate.add(a)
		}
	}

	f := testkit.Figures{
		"totalCost":            {decimal(total.nanos)},
		"totalMessages":        {testkit.Line(total.messages)},
		"averageDailyMessages": {testkit.Line(float64(total.messages) / float64(length))},
		"previousPeriod":       {testkit.Line(startBefore, endBefore, before.messages, decimal(before.nanos))},
	}
	perDay := new(big.Rat).Add(new(big.Rat).SetFrac64(1, 2), new(big.Rat).SetFrac(total.nanos, big.NewInt(int64(length))))
	f["averageDailyCost"] = []string{decimal(new(big.Int).Div(perDay.Num(), perDay.Denom()))}

	list := func(widget, best string, among piles, keys []string) {
		var most int64
		f[best] = []string{}
		for _, k := range keys {
			p := among.at(k)
			entry := testkit.Line(k, p.messages, decimal(p.nanos))
			f[widget] = append(f[widget], entry)
			if p.messages > most {
				most = p.messages
				f[best] = []string{entry}
			}
		}
	}
	var dates, day, week []string
	for d := o.start; len(dates) < length; d = shift(d, 1) {
		dates = append(dates, d)
	}
	for hour := range 24 {
		day = append(day, strconv.Itoa(hour))
	}
	for _, weekday := range strings.Fields("MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY") {
		for _, hour := range day {
			week = append(week, weekday+" "+hour)
		}
	}
	list("dailyUsage", "busiestDay", days, dates)
	list("peakHours", "peakHour", hours, day)
	list("heatmap", "", cells, week)
	delete(f, "")

	f["topClients"] = o.top(clients, total.nanos, func(a, b *pile) int {
		return cmp.Or(b.nanos.Cmp(a.nanos), cmp.Compare(b.messages, a.messages))
	})
	f["topClientsByMessages"] = o.top(clients, total.nanos, func(a, b *pile) int {
		return cmp.Or(cmp.Compare(b.messages, a.messages), b.nanos.Cmp(a.nanos))
	})
	f["segments"] = segments(clients, total.nanos)
	f["byKind"], f["byModel"] = labels(kinds), labels(models)

	now, last := months.at(o.month(0)), months.at(o.month(-1))
	f["monthlyComparison"] = []string{testkit.Line(decimal(now.nanos), decimal(last.nanos), growth(now.nanos, last.nanos),
		decimal(toDate.nanos), growth(now.nanos, toDate.nanos))}
	for back := o.months - 1; back >= 0; back-- {
		m, previous := months.at(o.month(-back)), months.at(o.month(-back-1))
		f["monthlyUsage"] = append(f["monthlyUsage"], testkit.Line(o.month(-back), m.messages, decimal(m.nanos), growth(m.nanos, previous.nanos)))
	}
	return f
}

func keysOf(p piles) []string {
	keys := []string{}
	for k, v := range p {
		if v.messages > 0 {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

func (o *oracle) top(clients piles, total *big.Int, order func(a, b *pile) int) []string {
	keys := keysOf(clients)
	slices.SortStableFunc(keys, func(a, b string) int { return order(clients[a], clients[b]) })
	texts := []string{}
	for _, k := range keys[:min(o.first, len(keys))] {
		p, known := clients[k], [2]*string{}
		for i, part := range o.names[k] {
			if part != "" {
				known[i] = &part
			}
		}
		texts = append(texts, testkit.Line(k, known[0], known[1], p.messages, decimal(p.nanos), ratio(p.nanos, total)))
	}
	return texts
}

// segments takes the dearest clients until they make the share.
func segments(clients piles, total *big.Int) []string {
	var costs []*big.Int
	for _, p := range clients {
		costs = append(costs, p.nanos)
	}
	slices.SortFunc(costs, func(a, b *big.Int) int { return b.Cmp(a) })
	var texts []string
	for _, share := range []float64{0.5, 0.8, 0.95} {
		want := new(big.Rat).Mul(new(big.Rat).SetInt(total), new(big.Rat).SetFrac64(int64(share*100), 100))
		have, n := new(big.Int), 0
		for new(big.Rat).SetInt(have).Cmp(want) < 0 {
			have.Add(have, costs[n])
			n++
		}
		texts = append(texts, testkit.Line(share, n, decimal(have)))
	}
	return texts
}

func labels(p piles) []string {
	keys := keysOf(p)
	slices.SortStableFunc(keys, func(a, b string) int { return p[b].nanos.Cmp(p[a].nanos) })
	texts := []string{}
	for _, k := range keys {
		texts = append(texts, testkit.Line(strconv.Quote(k), p[k].messages, decimal(p[k].nanos)))
	}
	return texts
}
