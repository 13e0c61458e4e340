// Package budget keeps what a month of a workspace, or of one of its
// customers, may cost.
//
// In come the inputs of the GraphQL mutations, as callers sent them; out come
// budgets with what is spent of them. The counter behind them is the ledger's, and so is the rule that blocks
// (ledger.Spend): what is shown can't differ from what is enforced. The
// package must never sum usage into a spend of its own.
//
// Who may call is for the caller to ask of package auth.
package budget

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// Enforcement says what happens at the limit: GraphQL's BudgetEnforcement.
type Enforcement string

// The enforcements.
const (
	// Notify counts on and tells.
	Notify Enforcement = "NOTIFY"
	// Block counts nothing that would pass the limit.
	Block Enforcement = "BLOCK"
)

// MarshalGQL writes the enum BudgetEnforcement.
func (e Enforcement) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, "%q", string(e)) }

// UnmarshalGQL reads the enum BudgetEnforcement.
func (e *Enforcement) UnmarshalGQL(v any) error {
	switch text, _ := v.(string); Enforcement(text) {
	case Notify, Block:
		*e = Enforcement(text)
		return nil
	default:
		return fault.New(fault.Invalid, "%q is not an enforcement; write NOTIFY or BLOCK.", text)
	}
}

// Input is a budget to set: GraphQL's BudgetInput. Nil means absent, which is
// 50, 80 and 100 %, NOTIFY, and whatever version there is.
type Input struct {
	MonthlyLimit money.Decimal
	Thresholds   []int
	Enforcement  *Enforcement
	// Version is that of the budget which the caller saw, 0 for none.
	Version *int
}

const (
	// maxThreshold is in percent.
	maxThreshold  = 1_000
	maxThresholds = 10
)

// check judges the input and returns what is to be kept.
func (in Input) check() (ledger.Budget, error) {
	b := ledger.Budget{Blocks: in.Enforcement != nil && *in.Enforcement == Block}
	var err error
	if b.Limit, err = in.MonthlyLimit.Nanos(); err != nil {
		return b, fault.Field("input.monthlyLimit", "monthlyLimit %s.", err)
	}
	if b.Limit < 0 {
		return b, fault.Field("input.monthlyLimit", "monthlyLimit is negative; it must be 0 or more.")
	}
	if len(in.Thresholds) > maxThresholds {
		return b, fault.Field("input.thresholds", "There are %d thresholds; at most %d are possible.", len(in.Thresholds), maxThresholds)
	}
	for i, percent := range in.Thresholds {
		switch field := fmt.Sprintf("input.thresholds.%d", i); {
		case percent < 1 || percent > maxThreshold:
			return b, fault.Field(field, "A threshold must be 1 to %d percent.", maxThreshold)
		case slices.Contains(in.Thresholds[:i], percent):
			return b, fault.Field(field, "The threshold %d is listed twice.", percent)
		}
	}
	if in.Version != nil && *in.Version < 0 {
		return b, fault.Field("input.version", "version is negative; it must be that of the budget that was seen, or 0 for none.")
	}
	b.Thresholds = slices.Sorted(slices.Values(in.Thresholds))
	switch {
	case in.Thresholds == nil:
		b.Thresholds = []int{50, 80, 100}
	case len(in.Thresholds) == 0:
		b.Thresholds = []int{}
	}
	return b, nil
}

// Subject is whose month is limited: a workspace's or, where a customer is
// named, that one's.
type Subject struct {
	WorkspaceID string
	// ClientID is nil for the workspace itself.
	ClientID *string
}

// client is how the ledger names the customer. One named by an empty text is
// none.
func (s Subject) client() (string, error) {
	switch {
	case s.ClientID == nil:
		return "", nil
	case *s.ClientID == "":
		return "", fault.New(fault.CustomerNotFound, "The workspace has no customer with the clientId \"\".")
	}
	return *s.ClientID, nil
}

// Set keeps a budget in place of the one that there is. Faults: INVALID with
// the field, WORKSPACE_NOT_FOUND, CUSTOMER_NOT_FOUND, CONFLICT where somebody
// changed it since the version that the caller saw.
func Set(ctx context.Context, book *ledger.Book, of Subject, in Input, now time.Time) error {
	b, err := in.check()
	if err != nil {
		return err
	}
	b.WorkspaceID = of.WorkspaceID
	if b.ClientID, err = of.client(); err != nil {
		return err
	}
	return book.SetBudget(ctx, ledger.Limit{Budget: b, Replaces: in.Version, At: calendar.At(now)})
}

// Remove forgets a budget; removed is false where there was none. Faults:
// WORKSPACE_NOT_FOUND, CUSTOMER_NOT_FOUND.
func Remove(ctx context.Context, book *ledger.Book, of Subject) (removed bool, err error) {
	client, err := of.client()
	if err != nil {
		return false, err
	}
	return book.RemoveBudget(ctx, of.WorkspaceID, client)
}

// Budget is a limit and how the month that holds today stands to it: GraphQL's
// Budget.
type Budget struct {
	MonthlyLimit money.Nanos
	Thresholds   []int
	Enforcement  Enforcement
	Version      int
	Spent        money.Total
	// Remaining is never below 0.
	Remaining money.Total
	// Percent is rounded down; of a limit of 0 everything is spent.
	Percent float64
	// Projected is what the month will have cost at its end, ExhaustedOn the
	// local day on which the limit is met, nil where it is not this month: for
	// whoever can forecast to fill in.
	Projected   money.Total
	ExhaustedOn *calendar.Date
}

// Of reads a budget on one state of the book, nil where there is none, without
// what is expected of it. Faults: WORKSPACE_NOT_FOUND, CUSTOMER_NOT_FOUND for
// an empty id.
func Of(ctx context.Context, book *ledger.Book, of Subject, now time.Time) (*Budget, error) {
	client, err := of.client()
	if err != nil {
		return nil, err
	}
	var b *Budget
	err = book.Snapshot(ctx, func(s *ledger.Snapshot) error {
		account, err := s.Account(ctx, of.WorkspaceID)
		if err != nil {
			return err
		}
		spend, err := s.Spend(ctx, account, client, calendar.At(now))
		if err != nil || spend == nil {
			return err
		}
		b = budgetOf(spend)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("budget: %w", err)
	}
	return b, nil
}

func budgetOf(s *ledger.Spend) *Budget {
	b := &Budget{
		MonthlyLimit: s.Limit, Thresholds: s.Thresholds, Enforcement: Notify, Version: s.Version,
		Spent: s.Cost, Remaining: s.Room(), Percent: 100,
	}
	if s.Blocks {
		b.Enforcement = Block
	}
	if s.Limit > 0 {
		b.Percent = s.Cost.Percent(s.Limit.Total())
	}
	return b
}
