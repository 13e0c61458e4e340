package calendar

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zones of machines that have none

	"github.com/contatore/contatore/internal/fault"
)

// Zone is a time zone of the IANA database. It is safe for concurrent use.
type Zone struct{ location *time.Location }

// LoadZone finds a zone by its IANA name, such as Europe/Rome. The error is a
// fault INVALID.
func LoadZone(name string) (*Zone, error) {
	if name != "" && !foreign(name) && len(name) <= 64 {
		if location, err := time.LoadLocation(name); err == nil {
			return &Zone{location}, nil
		}
	}
	return nil, fault.New(fault.Invalid, "%q is not a time zone; write an IANA name such as Europe/Rome.", shorten(name))
}

// foreign reports a name that package time may find and IANA does not know:
// the machine's own zone, the copies that some systems keep, one with leap
// seconds, and paths with empty steps. It would mean nothing, or something
// else, on the next machine.
func foreign(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	switch first {
	case "Local", "localtime", "posixrules", "posix", "right":
		return true
	}
	return path.Clean(name) != name
}

// Name is the zone's IANA name.
func (z *Zone) Name() string { return z.location.String() }

// Location is the zone for package time.
func (z *Zone) Location() *time.Location { return z.location }

// Span is the instants from From up to, not with, To.
type Span struct{ From, To Instant }

// segment is a span with one offset from UTC.
type segment struct {
	Span
	offset Instant
}

// beginning and end stand for the open ends of a zone's first and last
// segment, and of ranges: beyond the years 0 and 10,000. No span reaches out of
// them.
const (
	beginning Instant = -1 << 58
	end       Instant = 1 << 58
)

const day = 86400 * second

// segment is the one that holds i, or a part of it.
func (z *Zone) segment(i Instant) segment {
	t := i.Time().In(z.location)
	from, to := t.ZoneBounds()
	_, offset := t.Zone()
	s := segment{Span{beginning, end}, Instant(offset) * second}
	// Behind the last change that a zone lists, package time works out the
	// bounds by the zone's rule, and for one year: they may reach back over
	// that change.
	for next := from; !next.IsZero() && !next.After(t) && At(next) > s.From; _, next = next.ZoneBounds() {
		s.From = At(next)
	}
	switch {
	case to.IsZero():
	case to.After(t):
		s.To = At(to)
	default: // 365 days are over, and i is on 31 December of a leap year
		s.To = At(time.Date(t.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC))
	}
	return s
}

// Local is what a wall clock shows.
type Local struct {
	Date Date
	// Hour is 0 to 23.
	Hour int
	// Quarter is the quarter-hour of the day by the clock's face, 0 to 95.
	Quarter int
}

func (s segment) local(i Instant) Local {
	d := mod64(int64((i+s.offset-mod(i, second))/second), 86400)
	return Local{Date: Date(d.quotient), Hour: int(d.rest / 3600), Quarter: int(d.rest / 900)} //nolint:gosec // as in dateOf
}

// Clock reads local time. It remembers where it looked last, so that nearby
// instants cost little. Not for concurrent use.
type Clock struct {
	zone *Zone
	at   segment
}

// Clock makes a clock of the zone.
func (z *Zone) Clock() *Clock { return &Clock{zone: z} }

// Local is the wall clock's time at i.
func (c *Clock) Local(i Instant) Local {
	if i < c.at.From || i >= c.at.To {
		c.at = c.zone.segment(i)
	}
	return c.at.local(i)
}

// Date is the local day at i.
func (z *Zone) Date(i Instant) Date { return z.segment(i).local(i).Date }

// midnight is when a clock of constant offset shows the day's first instant:
// beginning or end for a day that lies beyond them.
func (d Date) midnight(offset Instant) Instant {
	const most = Date(end/day) + 2 // so that no product overflows
	return min(max(Instant(min(max(d, -most), most))*day-offset, beginning), end)
}

// margin is more than any clock is off UTC.
const margin = 2 * day

// Start is the first instant whose local day is d or later: where a change of
// the clock skips the day, that is the next one's.
func (z *Zone) Start(d Date) Instant {
	for s := z.segment(d.midnight(0) - margin); ; s = z.segment(s.To) {
		if from := max(s.From, d.midnight(s.offset)); from < s.To || s.To >= end {
			return from
		}
	}
}

// Spans are the instants whose local day lies in the range, ascending. That is
// one span, but where a clock was turned back over midnight.
func (z *Zone) Spans(r Range) []Span {
	var spans []Span
	stop := min(r.End.midnight(0)+margin, end)
	for s := z.segment(r.Start.midnight(0) - margin); ; s = z.segment(s.To) {
		from, to := max(s.From, r.Start.midnight(s.offset)), min(s.To, r.End.Add(1).midnight(s.offset))
		if from < to {
			if n := len(spans); n > 0 && spans[n-1].To == from {
				spans[n-1].To = to
			} else {
				spans = append(spans, Span{from, to})
			}
		}
		if s.To >= stop {
			return spans
		}
	}
}

// Cuts are the starts of the UTC quarter-hours between from and to that do not
// lie within one quarter-hour of the wall clock, ascending: a change of the
// clock falls into them, or the zone's offset is no multiple of 15 minutes.
// Since 1972 that was so only where clocks changed at one minute past the hour
// (St. John's and others until 2011, Casey until 2023).
func (z *Zone) Cuts(from, to Instant) []Instant {
	var cuts []Instant
	clock := z.Clock()
	add := func(q Instant) {
		if n := len(cuts); n > 0 && cuts[n-1] >= q || q >= to {
			return
		}
		cuts = append(cuts, q)
	}
	from, to = max(from, beginning), min(to, end)
	for i := from.QuarterStart(); i < to; {
		s := z.segment(i)
		if s.offset%Quarter != 0 {
			for q := i.QuarterStart(); q < min(s.To, to); q += Quarter {
				if s.local(max(q, s.From)) != s.local(min(q+Quarter, s.To)-1) {
					add(q)
				}
			}
		}
		// The change at the segment's end harms where it falls inside a quarter
		// whose two sides show different quarters of the day.
		if q := s.To.QuarterStart(); s.To < to && q != s.To && clock.Local(s.To-1) != clock.Local(s.To) {
			add(q)
		}
		i = s.To
	}
	return cuts
}

// ToDate is until when the month before now's counts for a fair comparison in
// mid-month: the days before Before.Date, and on that day what lies before
// Before.Quarter by the clock's face. whole means the month has no such day and
// counts to its end.
func ToDate(now Local) (month Month, before Local, whole bool) {
	month = now.Date.Month().Add(-1)
	day := month.First().Add(now.Date.Day() - 1)
	return month, Local{Date: day, Hour: now.Hour, Quarter: now.Quarter}, day > month.Last()
}

// Compare orders wall-clock times by day, then quarter of the day.
func (l Local) Compare(m Local) int {
	return cmp.Or(cmp.Compare(l.Date, m.Date), cmp.Compare(l.Quarter, m.Quarter))
}

// SpansOf are when single days are, in order.
func (z *Zone) SpansOf(days []Date) []Span {
	var spans []Span
	for _, day := range days {
		spans = append(spans, z.Spans(Range{Start: day, End: day})...)
	}
	return Merge(spans)
}

// Merge sorts spans and joins those that touch or overlap.
func Merge(spans []Span) []Span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	var merged []Span
	for _, s := range spans {
		if n := len(merged); n > 0 && s.From <= merged[n-1].To {
			merged[n-1].To = max(merged[n-1].To, s.To)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// String names the span for logs and tests.
func (s Span) String() string { return fmt.Sprintf("%s to %s", s.From, s.To) }
