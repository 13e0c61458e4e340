package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
)

// Void takes a usage back and lowers its rollups in the same transaction.
// A usage that is void already stays as it is. It returns the void usage, nil
// where the workspace has none of that id; the fault WORKSPACE_NOT_FOUND where
// there is no such workspace.
func (b *Book) Void(ctx context.Context, workspaceID, id string, at calendar.Instant, reason *string) (*Usage, error) {
	if !database.Storable(workspaceID) {
		return nil, fmt.Errorf("void: %w", noWorkspace(workspaceID))
	}
	usageID, err := uuid.Parse(id)
	if err != nil {
		usageID = uuid.Nil // a text that is no id names no usage, and nor does this one
	}
	id = usageID.String()
	var voided *Usage
	err = b.db.Write(ctx, func(tx *database.Tx) error {
		voided = nil
		t := appending{Book: b, tx: tx, look: true}
		dir, err := t.resolve(ctx, []Ref{{WorkspaceID: workspaceID}})
		if err != nil {
			return err
		}
		account, ok := dir.Account(workspaceID)
		if !ok {
			return noWorkspace(workspaceID)
		}
		changed, err := tx.ExecRows(ctx, b.void["void"], nil, workspaceID, id, int64(at), reason)
		if err != nil {
			return err
		}
		rows, err := tx.QueryRows(ctx, b.void["find"], nil, workspaceID, id)
		err = each(rows, err, func() (err error) {
			voided, err = usage(rows)
			return err
		})
		if err != nil || voided == nil || changed == 0 {
			return err
		}
		if err := b.take(ctx, tx, account, voided); err != nil {
			return err
		}
		if err := b.noteLate(ctx, tx, map[lateKey]int64{{workspaceID, utcDay(voided.CreatedAt)}: 1}); err != nil {
			return err
		}
		if dir.limited {
			dir.budgeted[budgetKey{workspaceID, voided.ClientID}] = true // if it has one, which is looked at
		}
		l, err := t.limits(ctx, dir, []*Usage{voided})
		if err != nil {
			return err
		}
		return t.spend(ctx, l, []*Usage{voided}, -1)
	})
	if err != nil {
		return nil, fmt.Errorf("void: %w", err)
	}
	return voided, nil
}

// take lowers the rollups by a usage that stood in them.
func (b *Book) take(ctx context.Context, tx *database.Tx, account *Account, u *Usage) error {
	var s sums
	s, _ = s.plus(u) // one usage always fits
	k := bucketOf(u)
	if _, err := tx.ExecRows(ctx, b.void["take_bucket"], nil,
		k.workspace, int64(k.start), k.kind, k.model, int64(s.cost), s.input, s.output); err != nil {
		return err
	}
	d, ready := dayOf(account, u)
	if !ready {
		return nil
	}
	_, err := tx.ExecRows(ctx, b.void["take_day"], nil, d.workspace, int64(d.day), d.client, int64(s.cost))
	return err
}
