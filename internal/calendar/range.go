package calendar

import "github.com/contatore/contatore/internal/fault"

// MaxDays is the longest range that is answered.
const MaxDays = 3660

// defaultDays is the range where nobody names one.
const defaultDays = 30

// Range is a run of days, both ends included.
type Range struct{ Start, End Date }

// Days is how many days the range has.
func (r Range) Days() int { return int(r.End) - int(r.Start) + 1 }

// Contains reports that the day lies within.
func (r Range) Contains(d Date) bool { return r.Start <= d && d <= r.End }

// Previous is the range of the same length that ends the day before.
func (r Range) Previous() Range { return Range{r.Start.Add(-r.Days()), r.Start.Add(-1)} }

// RangeInput is a range as a caller asks for it: exactly one form, or none.
type RangeInput struct {
	LastDays           *int
	StartDate, EndDate *Date
}

// Resolve turns the request into days; today is the day that lastDays end on.
// Nil and empty ask for the last 30 days. The error is a fault INVALID_RANGE.
func (in *RangeInput) Resolve(today Date) (Range, error) {
	if in == nil {
		in = &RangeInput{}
	}
	start, end := given(in.StartDate), given(in.EndDate)
	switch {
	case in.LastDays != nil && (start != nil || end != nil):
		return Range{}, fault.New(fault.InvalidRange, "Give either lastDays or startDate with endDate, not both.")
	case in.LastDays != nil && (*in.LastDays < 1 || *in.LastDays > MaxDays):
		return Range{}, fault.New(fault.InvalidRange, "lastDays is %d; it must be 1 to %d.", *in.LastDays, MaxDays)
	case in.LastDays != nil:
		return Range{today.Add(1 - *in.LastDays), today}, nil
	case start == nil && end == nil:
		return Range{today.Add(1 - defaultDays), today}, nil
	case end == nil:
		return Range{}, fault.New(fault.InvalidRange, "startDate %s has no endDate; give both.", *start)
	case start == nil:
		return Range{}, fault.New(fault.InvalidRange, "endDate %s has no startDate; give both.", *end)
	case *start > *end:
		return Range{}, fault.New(fault.InvalidRange, "startDate %s is after endDate %s.", *start, *end)
	}
	r := Range{*start, *end}
	if r.Days() > MaxDays {
		return Range{}, fault.New(fault.InvalidRange, "%s to %s are %d days; at most %d are answered.", r.Start, r.End, r.Days(), MaxDays)
	}
	return r, nil
}

// given takes an empty text, which became MinDate, for absent.
func given(d *Date) *Date {
	if d != nil && *d == MinDate {
		return nil
	}
	return d
}
