package workspace

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/ent/customer"
	"github.com/contatore/contatore/ent/predicate"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
)

// Customer is a person whom a workspace's chatbot answers.
type Customer = ent.Customer

// CustomerInput is a customer to make or to bring up to date: GraphQL's
// CustomerInput. Nil and empty texts leave a field as it is.
type CustomerInput struct {
	ClientID, Name, Phone, Email *string
	ActiveChatbot                *bool
}

// attempts bounds how often an upsert starts anew because another one made the
// same customer meanwhile. The second finds it; more are for changes of mind.
const attempts = 5

// UpsertCustomer makes the customer or brings it up to date; it is known by
// its client id or, where none is given, by its phone. Faults:
// WORKSPACE_NOT_FOUND, INVALID with the field, CONFLICT where the phone is
// another customer's.
func (d *Directory) UpsertCustomer(ctx context.Context, workspaceID string, in CustomerInput) (*Customer, error) {
	in, err := in.check()
	if err != nil {
		return nil, err
	}
	var kept *Customer
	for range attempts {
		err = d.db.Write(ctx, func(tx *database.Tx) (err error) {
			kept, err = d.upsert(ctx, tx, workspaceID, in)
			return err
		})
		if !database.IsDuplicate(err) {
			break
		}
	}
	if database.IsDuplicate(err) {
		return nil, taken(err, "input.phone", "Others are changing this customer or phone at the same time; try again.")
	}
	if err != nil {
		return nil, fmt.Errorf("upsert customer: %w", err)
	}
	return kept, nil
}

// check judges every field that is given and brings the phone to its form.
func (in CustomerInput) check() (CustomerInput, error) {
	in.ClientID, in.Name, in.Phone, in.Email = given(in.ClientID), given(in.Name), given(in.Phone), given(in.Email)
	if in.ClientID != nil && !isClientID(*in.ClientID) {
		return in, fault.Field("input.clientId", "clientId must be 1 to %d characters of A-Z a-z 0-9 . _ : - @ +", maxID)
	}
	if err := checkText("input.name", in.Name); err != nil {
		return in, err
	}
	if in.Phone != nil {
		number, err := E164(*in.Phone)
		if err != nil {
			return in, fault.Field("input.phone", "phone %s.", err)
		}
		in.Phone = &number
	}
	if err := checkText("input.email", in.Email); err != nil {
		return in, err
	}
	if in.Email != nil && !isEmail(*in.Email) {
		return in, fault.Field("input.email", "email is not an e-mail address; write one such as ada@example.org.")
	}
	return in, nil
}

func (d *Directory) upsert(ctx context.Context, tx *database.Tx, workspaceID string, in CustomerInput) (*Customer, error) {
	if _, err := find(ctx, tx.Ent(), workspaceID); err != nil {
		return nil, err
	}
	known, err := match(ctx, tx, workspaceID, in)
	if err != nil {
		return nil, err
	}
	if known != nil {
		change := tx.Ent().Customer.Update().Where(is(workspaceID, known.ClientID)...).
			SetNillableName(in.Name).SetNillablePhone(in.Phone).SetNillableEmail(in.Email).SetNillableActiveChatbot(in.ActiveChatbot)
		if err := change.Exec(ctx); err != nil {
			return nil, err
		}
		return tx.Ent().Customer.Query().Where(is(workspaceID, known.ClientID)...).Only(ctx)
	}
	clientID, err := orNewID(in.ClientID)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make id: %w", err)
	}
	return tx.Ent().Customer.Create().
		SetID(id.String()).SetWorkspaceID(workspaceID).SetClientID(clientID).
		SetNillableName(in.Name).SetNillablePhone(in.Phone).SetNillableEmail(in.Email).
		SetActiveChatbot(in.ActiveChatbot == nil || *in.ActiveChatbot).SetCreatedAt(calendar.At(d.now())).
		Save(ctx)
}

// match finds the customer whom the input means, nil for a new one, and
// refuses a phone that is another's.
func match(ctx context.Context, tx *database.Tx, workspaceID string, in CustomerInput) (*Customer, error) {
	var either []predicate.Customer
	if in.ClientID != nil {
		either = append(either, customer.ClientID(*in.ClientID))
	}
	if in.Phone != nil {
		either = append(either, customer.Phone(*in.Phone))
	}
	if len(either) == 0 {
		return nil, nil //nolint:nilnil // nobody: a new customer
	}
	found, err := tx.Ent().Customer.Query().Where(customer.WorkspaceID(workspaceID), customer.Or(either...)).All(ctx)
	if err != nil {
		return nil, err
	}
	var meant *Customer
	for _, c := range found {
		if in.ClientID != nil && c.ClientID != *in.ClientID {
			return nil, taken(nil, "input.phone", "The phone %s is that of the customer %q.", *in.Phone, c.ClientID)
		}
		meant = c
	}
	return meant, nil
}

// is picks one customer. An id never stands without its workspace.
func is(workspaceID, clientID string) []predicate.Customer {
	return []predicate.Customer{customer.WorkspaceID(workspaceID), customer.ClientID(clientID)}
}

// Erase takes name, phone and e-mail away, from the database's files too. What
// was counted stays under the client id, which can still be tracked and given
// a name again. Where it fails half-way, calling it again finishes it. Faults:
// WORKSPACE_NOT_FOUND, CUSTOMER_NOT_FOUND.
func (d *Directory) Erase(ctx context.Context, workspaceID, clientID string) (*Customer, error) {
	var erased *Customer
	err := d.db.Write(ctx, func(tx *database.Tx) error {
		if _, err := find(ctx, tx.Ent(), workspaceID); err != nil {
			return err
		}
		n := 0
		if isClientID(clientID) {
			var err error
			n, err = tx.Ent().Customer.Update().Where(is(workspaceID, clientID)...).ClearName().ClearPhone().ClearEmail().Save(ctx)
			if err != nil {
				return err
			}
		}
		if n == 0 {
			return fault.New(fault.CustomerNotFound, "The workspace has no customer with the clientId %q.", clientID)
		}
		var err error
		erased, err = tx.Ent().Customer.Query().Where(is(workspaceID, clientID)...).Only(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("erase customer: %w", err)
	}
	if err := d.db.Forget(ctx, customer.Table); err != nil {
		return nil, fmt.Errorf("erase customer: %w", err)
	}
	return erased, nil
}
