package sample

import (
	"math/rand/v2"
	"slices"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
)

// weights say how often each of some things is drawn: the sums of their
// weights up to and with each.
type weights []int64

func (w weights) plus(weight int64) weights { return append(w, w.total()+weight) }

func (w weights) total() int64 {
	if len(w) == 0 {
		return 0
	}
	return w[len(w)-1]
}

// pick draws a thing's index.
func (w weights) pick(draw *rand.Rand) int {
	i, _ := slices.BinarySearch(w, draw.Int64N(w.total())+1)
	return i
}

// part is a run of days and how many answers it gets.
type part struct {
	answers int
	// spans are the quarter-hours of the days up to now.
	spans   []calendar.Span
	weights weights
	// whole is the weight of the days, whether they are over or not.
	whole int64
}

// at draws an instant.
func (p *part) at(draw *rand.Rand) calendar.Instant {
	span := p.spans[p.weights.pick(draw)]
	return span.From + calendar.Instant(draw.Int64N(int64(span.To-span.From)))
}

// plan is when the answers fall.
type plan struct{ before, days part }

const (
	// The first day of all has so many thousandths of the last one's answers.
	trendFrom, trendTo = 600, 1000
	// A day has so many percent of what its weekday makes expect.
	noiseFrom, noiseTo = 90, 110
	// The anomaly has so many times the answers of another day.
	anomaly = 3
	// Before the range come at most so many answers for each one in it, or
	// mostBefore: a day of many answers makes no year of them.
	beforeRatio, mostBefore = 3, 10_000
)

// weekdays are the percents of the days from Monday on.
var weekdays = [7]int64{104, 110, 108, 106, 98, 66, 44}

// hours are the weights of a working day's hours, rests those of a weekend's,
// which are fewer in all and peak less.
var (
	hours = [24]int64{3, 2, 1, 1, 1, 2, 6, 16, 38, 62, 92, 100, 88, 78, 90, 97, 86, 58, 48, 40, 32, 22, 12, 6}
	rests = [24]int64{5, 3, 2, 1, 1, 1, 3, 8, 18, 30, 45, 55, 52, 40, 36, 42, 48, 50, 48, 44, 40, 36, 28, 16}
)

// newPlan lays the answers over the range, and over the two months before its
// last one and as many days before it as it has.
func newPlan(opt Options, zone *calendar.Zone) (*plan, error) {
	now := calendar.At(opt.Now)
	today := zone.Date(now)
	if opt.End == calendar.MinDate {
		opt.End = today
	}
	if opt.Messages == 0 {
		opt.Messages = perDay * opt.Days
	}
	switch {
	case opt.Days < 1 || opt.Days > calendar.MaxDays:
		return nil, fault.New(fault.InvalidRange, "%d days can't be filled; fill 1 to %d.", opt.Days, calendar.MaxDays)
	case opt.Messages < 0:
		return nil, fault.New(fault.Invalid, "%d messages can't be made up; ask for 1 or more.", opt.Messages)
	case opt.End > today:
		return nil, fault.New(fault.InvalidRange, "%s has not come yet; fill up to today, %s.", opt.End, today)
	}
	days := calendar.Range{Start: opt.End.Add(1 - opt.Days), End: opt.End}
	first := min(days.Previous().Start, opt.End.Month().Add(-2).First())
	if earliest := calendar.DateOf(1970, 1, 2); first < earliest {
		return nil, fault.New(fault.InvalidRange, "The sample data would begin on %s; nothing is counted before 1970.", first)
	}

	draw := rand.New(rand.NewPCG(opt.Seed, streamShape))
	peak := days.Start.Add(opt.Days/2 + draw.IntN(opt.Days/3+1))
	for peak.Weekday() > 4 && peak > days.Start { // on a Friday it stands out more
		peak--
	}
	p := &plan{days: part{answers: opt.Messages}}
	clock := zone.Clock()
	for day := first; day <= days.End; day++ {
		trend := trendFrom + (trendTo-trendFrom)*int64(day-first)/int64(days.End-first)
		weight := weekdays[day.Weekday()] * trend * (noiseFrom + draw.Int64N(noiseTo-noiseFrom+1))
		if day == peak {
			weight *= anomaly
		}
		if day < days.Start {
			p.before.add(zone, clock, day, weight, now)
		} else {
			p.days.add(zone, clock, day, weight, now)
		}
	}
	if len(p.days.spans) == 0 {
		return nil, fault.New(fault.InvalidRange, "The clocks of %s skip all of %s to %s.", zone.Name(), days.Start, days.End)
	}
	most := max(beforeRatio*opt.Messages, mostBefore)
	p.before.answers = int(min(float64(opt.Messages)*float64(p.before.whole)/float64(p.days.whole), float64(most)))
	return p, nil
}

// add takes a day into the part, as far as it is over by now.
func (p *part) add(zone *calendar.Zone, clock *calendar.Clock, day calendar.Date, weight int64, now calendar.Instant) {
	profile := hours
	if day.Weekday() > 4 {
		profile = rests
	}
	end := zone.Start(day + 1)
	for from := zone.Start(day); from < end; from += calendar.Quarter {
		span := calendar.Span{From: from, To: min(from+calendar.Quarter, end)}
		hourly := weight * profile[clock.Local(from).Hour]
		p.whole += hourly * seconds(span)
		if from <= now {
			span.To = min(span.To, now+1)
			p.spans, p.weights = append(p.spans, span), p.weights.plus(hourly*seconds(span))
		}
	}
}

// seconds is how long a span is, rounded up.
func seconds(s calendar.Span) int64 { return int64(s.To-s.From+999_999) / 1_000_000 }
