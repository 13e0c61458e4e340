package meter

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/workspace"
)

// Reason is why an answer was not counted: GraphQL's NotTrackedReason.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	WorkspaceNotFound Reason = "WORKSPACE_NOT_FOUND"
	Invalid           Reason = "INVALID"
	EmptyResponse     Reason = "EMPTY_RESPONSE"
	CustomerNotFound  Reason = "CUSTOMER_NOT_FOUND"
	CustomerInactive  Reason = "CUSTOMER_INACTIVE"
	BudgetExceeded    Reason = "BUDGET_EXCEEDED"
)

// MarshalGQL writes the enum NotTrackedReason.
func (r Reason) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, "%q", string(r)) }

// UnmarshalGQL is for gqlgen's sake: no argument is of this type.
func (r *Reason) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("%v is not a reason", v)
	}
	*r = Reason(text)
	return nil
}

// Input is one answer to count: GraphQL's TrackUsageInput. Nil and, in every
// text but Response, empty mean absent.
type Input struct {
	WorkspaceID               string
	ClientID, Phone           *string
	Response                  *string
	Price                     *money.Decimal
	Kind, Model               *string
	InputTokens, OutputTokens *int64
	IdempotencyKey            *string
	OccurredAt                *calendar.Stamp
}

const (
	defaultKind = "message"
	// maxModel is in characters, maxKey in bytes.
	maxModel, maxKey = 128, 255
	maxTokens        = 1<<31 - 1
	// ahead is how far a caller's clock may run before the server's.
	ahead = 5 * time.Minute
)

// draft is an input as far as it can be judged without the database.
type draft struct {
	// hidden: the key doesn't open the workspace, or its id can't be one.
	hidden bool
	// invalid is the sentence on the first bad field, empty for none.
	invalid string
	blank   bool
	ref     ledger.Ref
	// usage lacks its client id and, where priced is false, its price.
	usage  *ledger.Usage
	priced bool
	// timed: the caller said when it happened.
	timed bool
}

// draw judges what the input says of itself.
func draw(in Input, now time.Time, id uuid.UUID, hidden bool) draft {
	d := draft{hidden: hidden || !database.Storable(in.WorkspaceID)}
	d.ref.WorkspaceID = in.WorkspaceID
	recorded := calendar.At(now)
	d.usage = &ledger.Usage{
		ID: id.String(), WorkspaceID: in.WorkspaceID, Kind: defaultKind, CreatedAt: recorded, RecordedAt: recorded,
	}
	d.invalid = d.read(in, now)
	d.blank = in.Response != nil && blank(*in.Response)
	return d
}

// read fills the draft and returns the sentence on the first bad field.
func (d *draft) read(in Input, now time.Time) string {
	for _, t := range []struct {
		field string
		text  *string
	}{
		{"clientId", in.ClientID},
		{"phone", in.Phone},
		{"response", in.Response},
		{"kind", in.Kind},
		{"model", in.Model},
		{"idempotencyKey", in.IdempotencyKey},
	} {
		if t.text != nil && !database.Storable(*t.text) {
			return t.field + " holds a NUL character or is not valid UTF-8."
		}
	}
	var flaw string
	if d.ref, _, flaw = reference(in.WorkspaceID, in.ClientID, in.Phone); flaw != "" {
		return flaw
	}
	if in.Price != nil && !in.Price.IsEmpty() {
		price, err := in.Price.Nanos()
		switch {
		case err != nil:
			return fmt.Sprintf("price %s.", err)
		case price < 0:
			return "price is negative; it must be 0 to 1000000."
		case price > money.MaxPrice:
			return "price is over 1000000."
		}
		d.usage.Price, d.priced = price, true
	}
	if kind := given(in.Kind); kind != nil {
		if !workspace.ValidKind(*kind) {
			return "kind must be 1 to 64 characters of a-z 0-9 _ . -"
		}
		d.usage.Kind = *kind
	}
	if d.usage.Model = given(in.Model); d.usage.Model != nil && utf8.RuneCountInString(*d.usage.Model) > maxModel {
		return fmt.Sprintf("model has over %d characters.", maxModel)
	}
	for _, t := range []struct {
		field string
		from  *int64
		to    **int
	}{{"inputTokens", in.InputTokens, &d.usage.InputTokens}, {"outputTokens", in.OutputTokens, &d.usage.OutputTokens}} {
		if t.from == nil {
			continue
		}
		if *t.from < 0 || *t.from > maxTokens {
			return fmt.Sprintf("%s must be 0 to %d.", t.field, maxTokens)
		}
		n := int(*t.from)
		*t.to = &n
	}
	if d.usage.IdempotencyKey = given(in.IdempotencyKey); d.usage.IdempotencyKey != nil && len(*d.usage.IdempotencyKey) > maxKey {
		return fmt.Sprintf("idempotencyKey has over %d bytes.", maxKey)
	}
	if in.OccurredAt != nil && !in.OccurredAt.IsEmpty() {
		at, err := in.OccurredAt.Instant()
		switch {
		case err != nil:
			return fmt.Sprintf("occurredAt %s.", err)
		case at < 0:
			return "occurredAt is before 1970."
		case at > calendar.At(now.Add(ahead)):
			return "occurredAt is more than 5 minutes ahead of the server's clock."
		}
		d.usage.CreatedAt, d.timed = at, true
	}
	return ""
}

// reference is how the caller names the customer; flaw is the sentence on what
// is wrong with it, in that field.
func reference(workspaceID string, clientID, phone *string) (ref ledger.Ref, field, flaw string) {
	ref.WorkspaceID = workspaceID
	clientID, phone = given(clientID), given(phone)
	switch {
	case (clientID == nil) == (phone == nil):
		return ref, "clientId", "Give exactly one of clientId and phone."
	case clientID != nil:
		ref.ClientID = *clientID
		return ref, "", ""
	}
	number, err := workspace.E164(*phone)
	if err != nil {
		return ref, "phone", "phone is not a phone number; write it with its country code, such as +39 333 123 4567."
	}
	ref.Phone = number
	return ref, "", ""
}

// decide finishes the judgement with what the database holds: the usage to
// count, or the reason not to with a sentence on it.
func (d *draft) decide(dir *ledger.Directory) (u *ledger.Usage, reason Reason, message string) {
	account, ok := dir.Account(d.ref.WorkspaceID)
	if !ok || d.hidden {
		return nil, WorkspaceNotFound, fmt.Sprintf("There is no workspace %q.", d.ref.WorkspaceID)
	}
	if d.invalid != "" {
		return nil, Invalid, d.invalid
	}
	u = new(*d.usage) // the transaction may run again with other prices
	if !d.priced {
		if u.Price, ok = account.Prices.Of(u.Kind); !ok {
			return nil, Invalid, fmt.Sprintf("price is missing: the workspace's price list has none for the kind %q.", u.Kind)
		}
	}
	if d.blank {
		return nil, EmptyResponse, "response is blank: there is no answer to count."
	}
	party, ok := dir.Party(d.ref)
	switch {
	case !ok && d.ref.ClientID != "":
		return nil, CustomerNotFound, fmt.Sprintf("The workspace has no customer with the clientId %q.", d.ref.ClientID)
	case !ok:
		return nil, CustomerNotFound, fmt.Sprintf("The workspace has no customer with the phone %s.", d.ref.Phone)
	case !party.Active:
		return nil, CustomerInactive, fmt.Sprintf("The customer %q has activeChatbot off.", party.ClientID)
	}
	u.ClientID = party.ClientID
	return u, "", ""
}

// differences names the fields in which a repeated key's call differs from the
// first one. A price or time that the call left to its default does not count:
// that may have changed since.
func (d *draft) differences(repeat, first *ledger.Usage) []string {
	var fields []string
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"clientId", repeat.ClientID != first.ClientID},
		{"price", d.priced && repeat.Price != first.Price},
		{"kind", repeat.Kind != first.Kind},
		{"model", !same(repeat.Model, first.Model)},
		{"inputTokens", !same(repeat.InputTokens, first.InputTokens)},
		{"outputTokens", !same(repeat.OutputTokens, first.OutputTokens)},
		{"occurredAt", d.timed && repeat.CreatedAt != first.CreatedAt},
	} {
		if f.differs {
			fields = append(fields, f.name)
		}
	}
	return fields
}

func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// given takes an empty text, which flows send for a missing value, for absent.
func given(text *string) *string {
	if text == nil || *text == "" {
		return nil
	}
	return text
}

// blank reports a text in which nothing is to be seen: white space, and
// characters without width or ink of their own.
func blank(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return !unicode.In(r, unicode.White_Space, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
	}) < 0
}
