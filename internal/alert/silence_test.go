package alert_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/testkit"
)

func TestSilence(t *testing.T) {
	t.Parallel()
	type run struct {
		from, to string
		often    func(time.Time) int
	}
	for name, c := range map[string]struct {
		zone  string
		runs  []run
		steps []step
	}{
		"a flow breaks, comes back and breaks again": {
			"Europe/Rome",
			[]run{{"2024-01-29T00:00", "2024-03-06T11:00", business}, {"2024-03-06T14:00", "2024-03-06T14:15", business}},
			[]step{
				{"2024-03-06T14:20", ""},
				{"2024-03-06T15:10", ""},
				{"2024-03-06T15:15", "shop usage.silent 2024-03-06T13:15:00Z 16"},
				{"2024-03-06T15:30", ""},
				{"2024-03-07T12:00", "shop usage.anomaly 2024-03-06"},
			},
		},
		"the night is no silence, the morning is": {
			"Europe/Rome",
			[]run{{"2024-01-29T00:00", "2024-03-05T18:00", business}},
			[]step{
				{"2024-03-05T19:00", ""},
				{"2024-03-06T08:59", ""},
				{"2024-03-06T09:30", ""},
				{"2024-03-06T09:44", ""},
				{"2024-03-06T09:45", "shop usage.silent 2024-03-05T17:00:00Z 12"},
				{"2024-03-06T10:00", ""},
			},
		},
		"clocks were set forward since": {
			"Europe/Rome",
			[]run{{"2024-02-26T00:00", "2024-04-01T18:00", business}},
			[]step{{"2024-04-02T09:30", ""}, {"2024-04-02T09:45", "shop usage.silent 2024-04-01T16:00:00Z 12"}},
		},
		"clocks were set back by half an hour since": {
			"Australia/Lord_Howe",
			[]run{{"2024-03-04T00:00", "2024-04-08T18:00", business}},
			[]step{{"2024-04-09T09:30", ""}, {"2024-04-09T09:45", "shop usage.silent 2024-04-08T07:30:00Z 12"}},
		},
		"the silence spans the change": {
			"America/Santiago",
			[]run{{"2024-07-29T00:00", "2024-09-07T18:00", business}},
			[]step{{"2024-09-08T09:30", ""}, {"2024-09-08T09:45", "shop usage.silent 2024-09-07T22:00:00Z 12"}},
		},
		"a restart tells of days ago, not of weeks ago": {
			"UTC",
			[]run{{"2024-01-01T00:00", "2024-02-07T11:00", business}},
			[]step{{"2024-02-14T11:15", ""}},
		},
		"a week": {
			"UTC",
			[]run{{"2024-01-01T00:00", "2024-02-07T11:00", business}},
			[]step{{"2024-02-14T11:00", "shop usage.silent 2024-02-07T11:00:00Z 1008"}},
		},
		"one of the four weeks had a holiday": {
			"UTC",
			[]run{{"2024-01-01T00:00", "2024-01-24T00:00", business}, {"2024-01-25T00:00", "2024-02-07T11:00", business}},
			[]step{{"2024-02-07T12:00", ""}, {"2024-02-07T18:00", ""}},
		},
		"three weeks tell too little": {
			"UTC",
			[]run{{"2024-01-15T00:00", "2024-02-07T11:00", business}},
			[]step{{"2024-02-07T12:00", ""}, {"2024-02-07T18:00", ""}},
		},
		"a calm shop takes longer": {
			"UTC",
			[]run{{"2024-01-01T00:00", "2024-02-07T11:00", func(at time.Time) int { return business(at) / 4 }}},
			[]step{{"2024-02-07T13:45", ""}, {"2024-02-07T14:00", "shop usage.silent 2024-02-07T11:00:00Z 12"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachURL(t, func(t *testing.T, url string) {
				b := walk(t, url, c.zone, nil)
				for _, id := range []string{"idle", "rival", "shop"} {
					b.shop(t, id, 8)
				}
				for _, r := range c.runs {
					b.fill(t, "shop", r.from, r.to, r.often)
				}
				// The rival's flow is whole.
				b.fill(t, "rival", c.runs[0].from, c.steps[len(c.steps)-1].at, steady)
				b.follow(t, c.steps)
			})
		})
	}
}

// On 99 of 100 days that are as they are nothing is told, however busy the
// shop is; a flow that breaks in business hours is found soon.
func TestSilenceIsTrustworthy(t *testing.T) {
	t.Parallel()
	const history, days, a = 28, 28, 96
	for _, c := range []struct {
		perDay float64
		// soon is in quarters of an hour, of nine breaks in ten.
		soon int
	}{{20, 84}, {50, 13}, {100, 7}, {200, 4}, {2000, 4}} {
		var broken, alarms, late int
		for seed := range uint64(100) {
			draw := rand.New(rand.NewPCG(seed, uint64(c.perDay)))
			sums := shopSums(draw, history+days, c.perDay)
			last := history*a - 1
			told := -1
			for now := history * a; now < len(sums)-1; now++ {
				if sums[now] > sums[now-1] {
					last = now - 1
				}
				if told != last && silentAt(sums, last, now) {
					told = last
					alarms++
				}
			}
			// It breaks at some time from 9 to 16 on a Monday to Friday.
			at := (history+7*draw.IntN(days/7)+draw.IntN(5))*a + 36 + draw.IntN(28)
			last = at - 1
			for sums[last+1] == sums[last] {
				last--
			}
			broken++
			if !silentAt(sums, last, at+c.soon) {
				late++
			}
		}
		if share := float64(alarms) / (100 * days); share > 0.01 {
			t.Errorf("%v a day: a false alarm on %.4f of the days", c.perDay, share)
		}
		if late > broken/10 {
			t.Errorf("%v a day: of %d breaks %d are not found after %d quarters of an hour", c.perDay, broken, late, c.soon)
		}
	}
}

// silentAt judges the quarters after last and before now as a patrol does.
func silentAt(sums []int64, last, now int) bool {
	const hour, week = 4, 7 * 96
	var weeks [4]int64
	for i := range weeks {
		back := week * (i + 1)
		if now-back < 0 {
			return false
		}
		weeks[i] = sums[now-back] - sums[last+1-back]
	}
	_, broken := alert.Missed(weeks)
	return broken && now-last > hour
}

// shopSums are how many messages there were before each quarter of an hour,
// from a Monday on: independent of each other, with the rhythm of a shop, days
// being up to a tenth busier or calmer than others.
func shopSums(draw *rand.Rand, days int, perDay float64) []int64 {
	weekdays := [7]float64{1.16, 1.23, 1.2, 1.18, 1.09, 0.74, 0.49}
	hours := [24]float64{3, 2, 1, 1, 1, 2, 6, 16, 38, 62, 92, 100, 88, 78, 90, 97, 86, 58, 48, 40, 32, 22, 12, 6}
	sums := make([]int64, 1, days*96+1)
	for day := range days {
		busy := perDay * weekdays[day%7] * (0.9 + 0.2*draw.Float64())
		for quarter := range 96 {
			sums = append(sums, sums[len(sums)-1]+poisson(draw, busy*hours[quarter/4]/981/4))
		}
	}
	return sums
}

// poisson counts how many pauses of a unit's mean fit in.
func poisson(draw *rand.Rand, mean float64) (n int64) {
	for left := mean; ; n++ {
		if left += math.Log(1 - draw.Float64()); left < 0 {
			return n
		}
	}
}
