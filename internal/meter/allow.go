package meter

import (
	"context"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// Allowance tells whether a customer may be answered now: GraphQL's Allowance.
type Allowance struct {
	Allowed bool
	Reason  *Reason
	// Remaining is the least that a blocking budget has left; nil where none
	// applies.
	Remaining *money.Total
}

// Allowance judges, before there is an answer, as Track would judge a message
// at the workspace's price. It reads once, takes no place in the line and
// promises nothing: others may spend what is left meanwhile. The errors are
// faults: UNAUTHENTICATED, FORBIDDEN, INVALID with the field, UNAVAILABLE.
func (m *Meter) Allowance(ctx context.Context, workspaceID string, clientID, phone *string) (*Allowance, error) {
	viewer, err := auth.Require(ctx, auth.Track)
	if err != nil {
		return nil, err
	}
	for field, text := range map[string]*string{"clientId": clientID, "phone": phone} {
		if text != nil && !database.Storable(*text) {
			return nil, fault.Field(field, "%s holds a NUL character or is not valid UTF-8.", field)
		}
	}
	ref, field, flaw := reference(workspaceID, clientID, phone)
	if flaw != "" {
		return nil, fault.Field(field, "%s", flaw)
	}
	if !viewer.Sees(workspaceID) {
		return denied(WorkspaceNotFound), nil
	}
	standing, err := m.book.Standing(ctx, ref, calendar.At(m.opt.Now()))
	if err != nil {
		return nil, err
	}
	return allowance(standing), nil
}

func denied(reason Reason) *Allowance { return &Allowance{Reason: &reason} }

func allowance(s *ledger.Standing) *Allowance {
	switch {
	case s.Account == nil:
		return denied(WorkspaceNotFound)
	case s.Party == nil:
		return denied(CustomerNotFound)
	case !s.Party.Active:
		return denied(CustomerInactive)
	}
	a := &Allowance{Allowed: true}
	price, _ := s.Account.Prices.Of(defaultKind) // a message has one everywhere
	for _, spend := range s.Spends {
		if !spend.Blocks {
			continue
		}
		if room := spend.Room(); a.Remaining == nil || room.Cmp(*a.Remaining) < 0 {
			a.Remaining = &room
		}
		if !spend.Admits(price) {
			a.Allowed, a.Reason = false, new(BudgetExceeded)
		}
	}
	return a
}
