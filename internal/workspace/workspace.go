// Package workspace keeps workspaces and their customers.
//
// In come the inputs of the GraphQL mutations, as callers sent them; out come
// checked rows, or a fault that names the field at fault. It says what a
// phone number, a client id and a kind look like, for everybody. The package
// must never write usage, never let a currency change under counted usage,
// and never keep a word of a customer who was erased.
//
// Who may call is for the caller to ask of package auth; the context's scope
// (ent/scope) narrows every statement all the same.
package workspace

import (
	"context"
	"fmt"
	"time"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/ent/usage"
	"github.com/contatore/contatore/ent/workspace"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/money"
)

// Workspace is one shop: its currency, time zone and prices.
type Workspace = ent.Workspace

// Directory finds, makes and changes workspaces and customers. It is safe for
// concurrent use.
type Directory struct {
	db  *database.DB
	now func() time.Time
}

// Open keeps the directory of a migrated database.
func Open(db *database.DB, now func() time.Time) *Directory { return &Directory{db, now} }

// CreateInput asks for a workspace: GraphQL's CreateWorkspaceInput. Nil and
// empty mean absent, which is an id of this server's, EUR, UTC, no prices, and
// reports in English at 8.
type CreateInput struct {
	ID                           *string
	Name                         string
	Currency, TimeZone, Language *string
	ReportHour                   *int
	Prices                       []PriceInput
}

// UpdateInput changes a workspace: GraphQL's UpdateWorkspaceInput. Nil and
// empty texts leave a field as it is, as does a nil list; an empty list takes
// every price away.
type UpdateInput struct {
	Name, Currency, TimeZone, Language *string
	ReportHour                         *int
	Prices                             []PriceInput
}

// PriceInput is what one answer of a kind shall cost: GraphQL's PriceInput.
type PriceInput struct {
	Kind  string
	Price money.Decimal
}

// Find returns a workspace, or the fault WORKSPACE_NOT_FOUND for one that does
// not exist or is out of the context's scope.
func (d *Directory) Find(ctx context.Context, id string) (*Workspace, error) {
	return find(ctx, d.db.Ent(), id)
}

func find(ctx context.Context, client *ent.Client, id string) (*Workspace, error) {
	if !isWorkspaceID(id) {
		return nil, unknown(id)
	}
	w, err := client.Workspace.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, unknown(id)
	}
	if err != nil {
		return nil, fmt.Errorf("find workspace: %w", err)
	}
	return w, nil
}

func unknown(id string) error {
	return fault.New(fault.WorkspaceNotFound, "There is no workspace %q.", id)
}

// Create makes a workspace. Faults: INVALID with the field, CONFLICT where the
// id is taken.
func (d *Directory) Create(ctx context.Context, in CreateInput) (*Workspace, error) {
	id, err := orNewID(in.ID)
	if err != nil {
		return nil, err
	}
	if !isWorkspaceID(id) {
		return nil, fault.Field("input.id", "id must be 1 to 64 characters of A-Z a-z 0-9 . _ : -")
	}
	wanted := UpdateInput{
		Name: &in.Name, Currency: orText(in.Currency, "EUR"), TimeZone: orText(in.TimeZone, "UTC"),
		Language: given(in.Language), ReportHour: in.ReportHour, Prices: in.Prices,
	}
	prices, err := wanted.check()
	if err != nil {
		return nil, err
	}
	var made *Workspace
	err = d.db.Write(ctx, func(tx *database.Tx) (err error) {
		made, err = tx.Ent().Workspace.Create().
			SetID(id).SetName(in.Name).SetCurrency(*wanted.Currency).SetTimeZone(*wanted.TimeZone).SetPrices(prices).
			SetNillableLanguage(wanted.Language).SetNillableReportHour(wanted.ReportHour).
			SetDaysReady(calendar.MaxDate).SetCreatedAt(calendar.At(d.now())).Save(ctx)
		return err
	})
	if database.IsDuplicate(err) {
		return nil, taken(err, "input.id", "There is a workspace %q already.", id)
	}
	if err != nil {
		return nil, fmt.Errorf("create workspace: %w", err)
	}
	return made, nil
}

// Update changes what is given. zoneChanged asks the caller to have the
// ledger rebuild the workspace's client_days: until it has, every answer comes
// from the raw usages. Faults: WORKSPACE_NOT_FOUND, INVALID with the field,
// CONFLICT where the currency of counted usage would change.
func (d *Directory) Update(ctx context.Context, id string, in UpdateInput) (updated *Workspace, zoneChanged bool, err error) {
	in.Name, in.Currency, in.TimeZone, in.Language = given(in.Name), given(in.Currency), given(in.TimeZone), given(in.Language)
	prices, err := in.check()
	if err != nil {
		return nil, false, err
	}
	err = d.db.Write(ctx, func(tx *database.Tx) (err error) {
		if in.Currency != nil || in.TimeZone != nil {
			// Nobody counts usage meanwhile: neither in a currency that is
			// about to change nor into a local day of the old zone.
			if err := tx.LockExclusive(ctx, id); err != nil {
				return err
			}
		}
		updated, err = find(ctx, tx.Ent(), id)
		if err != nil {
			return err
		}
		change := tx.Ent().Workspace.Update().Where(workspace.ID(id)).SetNillableName(in.Name).
			SetNillableLanguage(in.Language).SetNillableReportHour(in.ReportHour)
		if in.Prices != nil {
			change.SetPrices(prices)
		}
		if in.Currency != nil && *in.Currency != updated.Currency {
			if err := unused(ctx, tx, id); err != nil {
				return err
			}
			change.SetCurrency(*in.Currency)
		}
		if zoneChanged = in.TimeZone != nil && *in.TimeZone != updated.TimeZone; zoneChanged {
			change.SetTimeZone(*in.TimeZone).SetDaysReady(calendar.MinDate)
			for _, table := range []string{"client_days", "month_costs"} {
				if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE workspace_id = $1", id); err != nil {
					return err
				}
			}
		}
		if len(change.Mutation().Fields()) == 0 {
			return nil
		}
		if err := change.Exec(ctx); err != nil {
			return err
		}
		updated, err = find(ctx, tx.Ent(), id)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("update workspace: %w", err)
	}
	return updated, zoneChanged, nil
}

// unused is the fault CONFLICT where usage was ever counted, voided or not.
func unused(ctx context.Context, tx *database.Tx, workspaceID string) error {
	counted, err := tx.Ent().Usage.Query().Where(usage.WorkspaceID(workspaceID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look for usage: %w", err)
	}
	if counted {
		return taken(nil, "input.currency", "The currency is fixed once usage is counted; make another workspace for another currency.")
	}
	return nil
}
