package rest

import (
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/transfer"
)

// parameters are what a query asks for. An empty value counts as absent.
type parameters struct {
	// days is nil where no range is asked for.
	days   *calendar.RangeInput
	filter *analytics.Filter
	rows   transfer.Rows
	format transfer.Format
}

// common are the parameters of every endpoint.
var common = [...]string{"period", "days", "startDate", "endDate", "clients", "hours", "weekdays", "kinds", "models"}

// read takes the query of a request; more names what the endpoint knows beyond
// the common parameters. The errors are faults INVALID_PARAMETER and
// INVALID_RANGE.
func read(r *http.Request, more ...string) (p parameters, err error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return p, fault.Wrap(err, fault.InvalidParameter, "The query can't be read; write name=value pairs joined by &, other characters as %%XX.")
	}
	known := slices.Concat(common[:], more)
	for name, values := range query {
		switch {
		case !slices.Contains(known, name):
			return p, fault.New(fault.InvalidParameter, "There is no parameter %q; there are %s.", name, strings.Join(known, ", "))
		case len(values) > 1:
			return p, fault.New(fault.InvalidParameter, "%s is given %d times; give it once.", name, len(values))
		}
	}
	if p.days, err = days(query); err != nil {
		return p, err
	}
	if p.filter, err = filter(query); err != nil {
		return p, err
	}
	p.rows, p.format = transfer.Rows(query.Get("rows")), transfer.Format(query.Get("format"))
	return p, nil
}

func days(query url.Values) (*calendar.RangeInput, error) {
	name, text := "period", query.Get("period")
	if other := query.Get("days"); other != "" {
		if text != "" {
			return nil, fault.New(fault.InvalidParameter, "Give period or days, not both: they mean the same.")
		}
		name, text = "days", other
	}
	start, end := query.Get("startDate"), query.Get("endDate")
	if text != "" {
		n, err := strconv.Atoi(text)
		switch {
		case err != nil || n < 1 || n > calendar.MaxDays:
			return nil, fault.New(fault.InvalidRange, "%s is %q; it must be a number of days, 1 to %d.", name, text, calendar.MaxDays)
		case start != "" || end != "":
			return nil, fault.New(fault.InvalidRange, "Give either %s or startDate with endDate, not both.", name)
		}
		return &calendar.RangeInput{LastDays: &n}, nil
	}
	if start == "" && end == "" {
		return nil, nil
	}
	var r calendar.RangeInput
	for _, d := range []struct {
		name, text string
		to         **calendar.Date
	}{{"startDate", start, &r.StartDate}, {"endDate", end, &r.EndDate}} {
		if d.text == "" {
			continue
		}
		day, err := calendar.ParseDate(d.text)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidRange, "%s: %s", d.name, fault.Of(err).Message)
		}
		*d.to = &day
	}
	return &r, nil
}

func filter(query url.Values) (*analytics.Filter, error) {
	var f analytics.Filter
	var hours, weekdays []string
	for _, each := range []struct {
		name string
		to   *[]string
	}{{"clients", &f.ClientIds}, {"kinds", &f.Kinds}, {"models", &f.Models}, {"hours", &hours}, {"weekdays", &weekdays}} {
		values, err := list(query, each.name)
		if err != nil {
			return nil, err
		}
		*each.to = values
	}
	for _, text := range hours {
		hour, err := strconv.Atoi(text)
		if err != nil || hour < 0 || hour > 23 {
			return nil, fault.New(fault.InvalidParameter, "hours has %q; an hour is 0 to 23.", text)
		}
		f.Hours = append(f.Hours, hour)
	}
	for _, text := range weekdays {
		day, err := calendar.ParseWeekday(text)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidParameter, "weekdays: %s", fault.Of(err).Message)
		}
		f.Weekdays = append(f.Weekdays, day)
	}
	return &f, nil
}

// list reads values as a line of CSV, so that one in quotes may hold commas, or
// nothing: models="" is usage without a model. What is empty without quotes is
// dropped.
func list(query url.Values, name string) ([]string, error) {
	text := query.Get(name)
	reader := csv.NewReader(strings.NewReader(text))
	reader.LazyQuotes = true // a quote within a value is just that
	values, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	var kept []string
	for i, value := range values {
		if _, at := reader.FieldPos(i); value != "" || strings.HasPrefix(text[at-1:], `"`) {
			kept = append(kept, value)
		}
	}
	if _, more := reader.Read(); err != nil || !errors.Is(more, io.EOF) {
		return nil, fault.New(fault.InvalidParameter, "%s can't be read; write its values with commas between them, one that holds a comma or a line break in quotes.", name)
	}
	return kept, nil
}
