package analytics

import (
	"fmt"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
)

// Filter narrows the usage that every figure is made of. Every given condition
// must hold; within one list any does. An empty list sets no condition, and a
// value that nobody has finds nothing. A nil Filter lets everything through.
type Filter struct {
	ClientIds []string
	// Hours are local, 0 to 23.
	Hours    []int
	Weekdays []calendar.Weekday
	Kinds    []string
	// Models: the empty text stands for usage without a model.
	Models []string
}

// Validate finds the first value that can't be meant. The error is a fault
// INVALID with its field, such as filter.hours.0.
func (f *Filter) Validate() error {
	if f == nil {
		return nil
	}
	for i, hour := range f.Hours {
		if hour < 0 || hour > 23 {
			return fault.Field(fmt.Sprintf("filter.hours.%d", i), "filter.hours.%d is %d; an hour is 0 to 23.", i, hour)
		}
	}
	for i, day := range f.Weekdays {
		if day > 6 {
			return fault.Field(fmt.Sprintf("filter.weekdays.%d", i), "filter.weekdays.%d is no weekday; write MONDAY to SUNDAY.", i)
		}
	}
	return nil
}

// Scope is the part of the filter that the ledger applies.
func (f *Filter) Scope(account *ledger.Account) ledger.Scope {
	scope := ledger.Scope{Account: account}
	if f != nil {
		scope.Clients, scope.Kinds, scope.Models = findable(f.ClientIds), findable(f.Kinds), findable(f.Models)
	}
	return scope
}

// findable drops texts that no database can hold, and so no record has. Nil
// sets no condition; what is left may be empty, which finds nothing.
func findable(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	kept := make([]string, 0, len(values))
	for _, v := range values {
		if database.Storable(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// Keep is the part of the filter that goes by local time: it tells whether
// usage at that time counts. Nil where all of it does. The filter must be
// valid.
func (f *Filter) Keep() func(calendar.Local) bool {
	if f == nil || len(f.Hours) == 0 && len(f.Weekdays) == 0 {
		return nil
	}
	var hours, weekdays uint32
	for _, hour := range f.Hours {
		hours |= 1 << hour
	}
	for _, day := range f.Weekdays {
		weekdays |= 1 << day
	}
	return func(at calendar.Local) bool {
		return (hours == 0 || hours>>at.Hour&1 == 1) && (weekdays == 0 || weekdays>>at.Date.Weekday()&1 == 1)
	}
}
