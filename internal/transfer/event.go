package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/money"
)

// fields are what a row may tell: the names of GraphQL's TrackUsageInput. A
// workspaceId must be the import's.
var fields = [...]string{
	"clientId", "phone", "response", "price", "kind", "model", "inputTokens", "outputTokens", "idempotencyKey", "occurredAt", "workspaceId",
}

// Mapping gives columns, or members of an object, to fields of
// TrackUsageInput. What it does not name is found by its own name.
type Mapping map[string]string

// ParseMapping reads entries of the form COLUMN=field. The error is a fault
// INVALID.
func ParseMapping(entries []string) (Mapping, error) {
	m := Mapping{}
	given := map[string]string{}
	for _, entry := range entries {
		at := strings.LastIndexByte(entry, '=')
		if at < 1 {
			return nil, fault.New(fault.Invalid, "%q is not COLUMN=field, such as TIMESTAMP=occurredAt.", entry)
		}
		column, field := entry[:at], entry[at+1:]
		if !slices.Contains(fields[:], field) {
			return nil, fault.New(fault.Invalid, "%q in %q is not a field; the fields are %s.", field, entry, strings.Join(fields[:], ", "))
		}
		if other, taken := given[field]; taken && other != column {
			return nil, fault.New(fault.Invalid, "Both %q and %q are mapped to %s; map one.", other, column, field)
		}
		if other, taken := m[column]; taken && other != field {
			return nil, fault.New(fault.Invalid, "%q is mapped to both %s and %s; map it to one.", column, other, field)
		}
		m[column], given[field] = field, column
	}
	return m, nil
}

// field is what a column is mapped to, or bears the name of; empty for none.
func (m Mapping) field(column string) string {
	if field, ok := m[column]; ok {
		return field
	}
	if slices.Contains(fields[:], column) && !m.gives(column) {
		return column
	}
	return ""
}

// gives reports that some column is mapped to the field.
func (m Mapping) gives(field string) bool {
	for _, f := range m {
		if f == field {
			return true
		}
	}
	return false
}

// columns are the fields of CSV's header, in its order, empty for a column that
// is none. The error is a fault.
func (m Mapping) columns(header []string) ([]string, error) {
	columns := make([]string, len(header))
	found := map[string]bool{}
	for i, name := range header {
		name = strings.TrimSpace(name)
		field := m.field(name)
		if columns[i] = field; field == "" {
			continue
		}
		if found[field] {
			return nil, fault.New(fault.Invalid, "Two columns of the header are %s; map one of them by --map COLUMN=%[1]s.", field)
		}
		found[field] = true
	}
	for _, column := range slices.Sorted(maps.Keys(m)) {
		if !found[m[column]] {
			return nil, fault.New(fault.Invalid, "The header has no column %q; it has %s.", column, list(header))
		}
	}
	if len(found) == 0 {
		return nil, fault.New(fault.Invalid, "No column of the header is a field; map them by --map COLUMN=field. The header is %s, the fields are %s.", list(header), strings.Join(fields[:], ", "))
	}
	return columns, nil
}

// list quotes the first names.
func list(names []string) string {
	const most = 20
	quoted := make([]string, 0, most)
	for i, name := range names {
		if i == most {
			quoted = append(quoted, "…")
			break
		}
		if len(name) > 64 {
			name = strings.ToValidUTF8(name[:64], "") + "…"
		}
		quoted = append(quoted, strconv.Quote(name))
	}
	return strings.Join(quoted, ", ")
}

// interpreter makes the meter's inputs of rows.
type interpreter struct {
	workspaceID string
	// customer gets every row; empty: the rows say whose they are.
	customer string
	mapping  Mapping
	// columns are the fields of CSV's columns.
	columns []string
	zone    *time.Location
}

// input is what a row tells; the flaw is the sentence on why it tells nothing,
// empty for none.
func (p *interpreter) input(r row) (in meter.Input, flaw string) {
	in.WorkspaceID = p.workspaceID
	var err error
	switch {
	case r.flaw != "":
		return in, r.flaw
	case r.cells != nil:
		err = p.fromCells(&in, r.cells)
	default:
		err = p.fromObject(&in, r.text)
	}
	if err != nil {
		return in, err.Error()
	}
	if p.customer != "" {
		in.ClientID, in.Phone = &p.customer, nil
	}
	return in, ""
}

func (p *interpreter) fromCells(in *meter.Input, cells []string) error {
	for i, field := range p.columns {
		cell := cells[i]
		if field != "response" {
			cell = strings.TrimSpace(cell)
		}
		if err := p.set(in, field, cell); err != nil {
			return err
		}
	}
	return nil
}

// fromObject reads an object of TrackUsageInput's members, or a CloudEvent in
// the JSON format (CloudEvents 1.0, JSON Event Format, section 3).
func (p *interpreter) fromObject(in *meter.Input, text string) error {
	members, err := object(text)
	if err != nil || members == nil {
		return errors.New("The row is not a JSON object.")
	}
	if _, event := members["specversion"]; !event {
		return p.fromMembers(in, members)
	}
	if data, ok := members["data"]; ok && string(data) != "null" {
		inner, err := object(string(data))
		if err != nil {
			return errors.New("The event's data is not a JSON object.")
		}
		if err := p.fromMembers(in, inner); err != nil {
			return err
		}
	}
	for _, attribute := range []struct{ name, field string }{{"time", "occurredAt"}, {"subject", "clientId"}, {"id", "idempotencyKey"}} {
		if err := p.member(in, attribute.field, members[attribute.name]); err != nil {
			return err
		}
	}
	return nil
}

// object reads a JSON object's members.
func object(text string) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	return members, nil
}

func (p *interpreter) fromMembers(in *meter.Input, members map[string]json.RawMessage) error {
	for name, value := range members {
		if err := p.member(in, p.mapping.field(name), value); err != nil {
			return err
		}
	}
	return nil
}

// member sets a field to a JSON value; null and absent leave it as it is.
func (p *interpreter) member(in *meter.Input, field string, value json.RawMessage) error {
	if field == "" || len(value) == 0 || string(value) == "null" {
		return nil
	}
	text := string(value)
	switch text[0] {
	case '"':
		if err := json.Unmarshal(value, &text); err != nil {
			return fmt.Errorf("%s is not valid JSON.", field)
		}
	case '{', '[', 't', 'f':
		return fmt.Errorf("%s must be a text or a number.", field)
	}
	return p.set(in, field, text)
}

// set reads one field. An empty text is absent, but for the response.
func (p *interpreter) set(in *meter.Input, field, text string) error {
	if text == "" && field != "response" {
		return nil
	}
	switch field {
	case "workspaceId":
		if text != p.workspaceID {
			return fmt.Errorf("workspaceId is %q, but the import is for %q.", text, p.workspaceID)
		}
	case "clientId":
		in.ClientID = &text
	case "phone":
		in.Phone = &text
	case "response":
		in.Response = &text
	case "price":
		price := money.DecimalOf(text)
		in.Price = &price
	case "kind":
		in.Kind = &text
	case "model":
		in.Model = &text
	case "idempotencyKey":
		in.IdempotencyKey = &text
	case "inputTokens":
		return tokens(&in.InputTokens, field, text)
	case "outputTokens":
		return tokens(&in.OutputTokens, field, text)
	case "occurredAt":
		at, err := stamp(text, p.zone)
		if err != nil {
			return fmt.Errorf("occurredAt %w.", err)
		}
		stamped := calendar.StampOf(at.String())
		in.OccurredAt = &stamped
	}
	return nil
}

// tokens reads a whole number; spreadsheets and data frames write 374 as 374.0.
func tokens(to **int64, field, text string) error {
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		return fmt.Errorf("%s is not a whole number.", field)
	}
	*to = &n
	return nil
}
