package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/money"
)

// Difference is a rollup row that isn't what the usages sum up to.
type Difference struct {
	// Rollup is "usage_buckets", "client_days" or "month_costs"; Row says which
	// row of it.
	Rollup, Row string
	// Raw is what the usages come to, Kept what the rollup holds.
	Raw, Kept string
}

// Workspaces lists the ids of all workspaces.
func (b *Book) Workspaces(ctx context.Context) ([]string, error) {
	return b.ids(ctx, b.rollup["all"])
}

// Unready lists the workspaces whose client_days wait for RebuildDays.
func (b *Book) Unready(ctx context.Context) ([]string, error) {
	return b.ids(ctx, b.rollup["unready"], int64(calendar.MaxDate))
}

func (b *Book) ids(ctx context.Context, s *database.Statement, args ...any) ([]string, error) {
	var ids []string
	rows, err := b.db.Reader().QueryRows(ctx, s, nil, args...)
	err = each(rows, err, func() error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("scan id: %w", err)
		}
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// Verify compares the workspace's rollups with its usages, on one state of
// the book, and reports each row that differs. Days that wait for a rebuild
// are left out: nothing reads them.
func (b *Book) Verify(ctx context.Context, workspaceID string, report func(Difference)) error {
	return b.Snapshot(ctx, func(s *Snapshot) error {
		account, err := s.Account(ctx, workspaceID)
		if err != nil {
			return err
		}
		if err := s.verifyBuckets(ctx, workspaceID, report); err != nil {
			return err
		}
		if err := s.verifyDays(ctx, account, report); err != nil {
			return err
		}
		return s.verifyMonths(ctx, account, report)
	})
}

func (s *Snapshot) verifyBuckets(ctx context.Context, workspaceID string, report func(Difference)) error {
	rows, err := s.tx.QueryRows(ctx, s.rollup["differing_buckets"], nil, workspaceID)
	return each(rows, err, func() error {
		var at calendar.Instant
		var kind, model string
		var n, hi, lo, input, output [2]int64 // raw, kept
		if err := rows.Scan(&at, &kind, &model, &n[0], &n[1], &hi[0], &lo[0], &hi[1], &lo[1],
			&input[0], &input[1], &output[0], &output[1]); err != nil {
			return fmt.Errorf("scan difference: %w", err)
		}
		var sides [2]string
		for i := range sides {
			sides[i] = fmt.Sprintf("messages %d cost %s input tokens %d output tokens %d",
				n[i], money.TotalOfParts(hi[i], lo[i]), input[i], output[i])
		}
		report(Difference{
			Rollup: "usage_buckets", Row: fmt.Sprintf("workspace %q at %s kind %q model %q", workspaceID, at, kind, model),
			Raw: sides[0], Kept: sides[1],
		})
		return nil
	})
}

// clientSums are a client's day, counted from one side.
type clientSums struct {
	messages int64
	cost     money.Total
}

func (s *Snapshot) verifyDays(ctx context.Context, account *Account, report func(Difference)) error {
	r, ok, err := s.days(ctx, account)
	if err != nil || !ok {
		return err
	}
	scope := Scope{Account: account}
	for start := r.Start; start <= r.End; start = start.Add(exportDays) {
		chunk := calendar.Range{Start: start, End: min(r.End, start.Add(exportDays-1))}
		raw, err := s.foldDays(ctx, scope, chunk)
		if err != nil {
			return err
		}
		kept, err := s.daysBetween(ctx, account, chunk)
		if err != nil {
			return err
		}
		union := map[dayKey]bool{}
		for k := range raw {
			union[k] = true
		}
		for k := range kept {
			union[k] = true
		}
		for _, k := range sorted(union, compareDays) {
			if a, b := raw[k], kept[k]; a != b {
				report(Difference{
					Rollup: "client_days", Row: fmt.Sprintf("workspace %q day %s client %q", k.workspace, k.day, k.client),
					Raw:  fmt.Sprintf("messages %d cost %s", a.messages, a.cost),
					Kept: fmt.Sprintf("messages %d cost %s", b.messages, b.cost),
				})
			}
		}
	}
	return nil
}

// daysBetween reads client_days as they are, rows that nobody would show too.
func (s *Snapshot) daysBetween(ctx context.Context, account *Account, r calendar.Range) (map[dayKey]clientSums, error) {
	days := map[dayKey]clientSums{}
	rows, err := s.tx.QueryRows(ctx, s.rollup["days_between"], nil, account.ID, int64(r.Start), int64(r.End))
	err = each(rows, err, func() error {
		k := dayKey{workspace: account.ID}
		var messages int64
		var cost money.Nanos
		if err := rows.Scan(&k.day, &k.client, &messages, &cost); err != nil {
			return fmt.Errorf("scan client day: %w", err)
		}
		days[k] = clientSums{messages, cost.Total()}
		return nil
	})
	return days, err
}

// days is the range of ready local days on which the workspace has usage or
// kept client_days; ok is false where it has none.
func (s *Snapshot) days(ctx context.Context, account *Account) (r calendar.Range, ok bool, err error) {
	var first, last, firstKept, lastKept sql.NullInt64
	rows, err := s.tx.QueryRows(ctx, s.rollup["ends"], nil, account.ID)
	if err := each(rows, err, func() error { return rows.Scan(&first, &last) }); err != nil {
		return r, false, err
	}
	rows, err = s.tx.QueryRows(ctx, s.rollup["day_ends"], nil, account.ID)
	if err := each(rows, err, func() error { return rows.Scan(&firstKept, &lastKept) }); err != nil {
		return r, false, err
	}
	r = calendar.Range{Start: calendar.MaxDate, End: calendar.MinDate}
	if first.Valid {
		// A clock turned back over midnight makes the first instant's day the
		// second one: one day more on both sides costs nothing.
		r.Start = account.Zone.Date(calendar.Instant(first.Int64)).Add(-1)
		r.End = account.Zone.Date(calendar.Instant(last.Int64)).Add(1)
	}
	if firstKept.Valid {
		r.Start = min(r.Start, calendar.Date(firstKept.Int64)) //nolint:gosec // the column holds 32 bits
		r.End = max(r.End, calendar.Date(lastKept.Int64))      //nolint:gosec // the column holds 32 bits
	}
	if account.DaysReady != calendar.MaxDate {
		r.End = min(r.End, account.DaysReady.Add(-1))
	}
	return r, r.Start <= r.End, nil
}

// foldDays sums the usages of a range by local day and client.
func (s *Snapshot) foldDays(ctx context.Context, scope Scope, r calendar.Range) (map[dayKey]clientSums, error) {
	clock := scope.Account.Zone.Clock()
	days := map[dayKey]clientSums{}
	err := s.ClientQuarters(ctx, scope, r, func(c ClientSlice) error {
		local := clock.Local(c.At)
		if !r.Contains(local.Date) {
			return nil
		}
		k := dayKey{scope.Account.ID, local.Date, c.ClientID}
		sum := days[k]
		days[k] = clientSums{sum.messages + c.Messages, sum.cost.Plus(c.Cost)}
		return nil
	})
	return days, err
}

// Rebuild makes the workspace's rollups anew from its usages. While it works
// on the quarter-hours the workspace's callers wait; the days follow piece by
// piece. progress is told how many days are ready, and of how many.
func (b *Book) Rebuild(ctx context.Context, workspaceID string, progress func(done, total int)) error {
	err := b.db.Write(ctx, func(tx *database.Tx) error {
		if err := tx.LockExclusive(ctx, workspaceID); err != nil {
			return err
		}
		s := &Snapshot{Book: b, tx: tx}
		if _, err := s.Account(ctx, workspaceID); err != nil {
			return err
		}
		for _, step := range []struct {
			statement *database.Statement
			args      []any
		}{
			{b.rollup["clear_buckets"], []any{workspaceID}},
			{b.rollup["fill_buckets"], []any{workspaceID}},
			{b.rollup["clear_days"], []any{workspaceID, int64(calendar.MinDate), int64(calendar.MaxDate)}},
			{b.rollup["set_days_ready"], []any{workspaceID, int64(calendar.MinDate)}},
			{b.budget["clear_months"], []any{workspaceID}}, // whoever counts next makes them
		} {
			if _, err := tx.ExecRows(ctx, step.statement, nil, step.args...); err != nil {
				return err
			}
		}
		return b.noteLate(ctx, tx, map[lateKey]int64{{workspaceID, everyDay}: 1})
	})
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	return b.RebuildDays(ctx, workspaceID, progress)
}

// RebuildDays goes on with the workspace's client_days until every day is
// ready. Each piece of days is a short transaction that holds up the
// workspace's callers; between them answers come from the raw usages for what
// is not ready. Two at once share the work. progress may be nil.
func (b *Book) RebuildDays(ctx context.Context, workspaceID string, progress func(done, total int)) error {
	for first := calendar.MaxDate; ; {
		var piece calendar.Range
		var last calendar.Date
		err := b.db.Write(ctx, func(tx *database.Tx) (err error) {
			piece, last, err = b.rebuildPiece(ctx, tx, workspaceID)
			return err
		})
		if err != nil {
			return fmt.Errorf("rebuild days: %w", err)
		}
		if piece.End == calendar.MaxDate {
			return nil
		}
		first = min(first, piece.Start)
		if progress != nil {
			done := calendar.Range{Start: first, End: piece.End}.Days()
			progress(done, max(done, calendar.Range{Start: first, End: last}.Days()))
		}
	}
}

// rebuildPiece returns the days that it made, up to MaxDate where it found no
// more usage, and the last local day with usage.
func (b *Book) rebuildPiece(ctx context.Context, tx *database.Tx, workspaceID string) (piece calendar.Range, last calendar.Date, err error) {
	if err := tx.LockExclusive(ctx, workspaceID); err != nil {
		return piece, 0, err
	}
	s := &Snapshot{Book: b, tx: tx}
	account, err := s.Account(ctx, workspaceID)
	if err != nil || account.DaysReady == calendar.MaxDate {
		return calendar.Range{End: calendar.MaxDate}, 0, err
	}
	piece, last, err = s.nextPiece(ctx, account)
	if err != nil {
		return piece, 0, err
	}
	// What stands before the piece's first usage is stale as well.
	if _, err := tx.ExecRows(ctx, b.rollup["clear_days"], nil, workspaceID, int64(account.DaysReady), int64(piece.End)); err != nil {
		return piece, 0, err
	}
	var folded map[dayKey]clientSums
	if piece.End != calendar.MaxDate { // else no usage is left
		if folded, err = s.foldDays(ctx, Scope{Account: account}, piece); err != nil {
			return piece, 0, err
		}
	}
	days := make(map[dayKey]sums, len(folded))
	for k, sum := range folded {
		cost, ok := sum.cost.Nanos()
		if !ok {
			return piece, 0, errOverflow
		}
		days[k] = sums{messages: sum.messages, cost: cost}
	}
	if err := addDays(ctx, tx, b.in["add_days"], days); err != nil {
		return piece, 0, err
	}
	ready := calendar.MaxDate
	if piece.End != calendar.MaxDate {
		ready = piece.End.Add(1)
	}
	_, err = tx.ExecRows(ctx, b.rollup["set_days_ready"], nil, workspaceID, int64(ready))
	return piece, last, err
}

// nextPiece is the next range of days to rebuild: some 200,000 usages or a
// single day, up to MaxDate where no usage is left.
func (s *Snapshot) nextPiece(ctx context.Context, account *Account) (piece calendar.Range, last calendar.Date, err error) {
	var start calendar.Instant
	if account.DaysReady != calendar.MinDate {
		start = account.Zone.Start(account.DaysReady)
	}
	var next, end, newest, unused sql.NullInt64
	rows, err := s.tx.QueryRows(ctx, s.rollup["next_usage"], nil, account.ID, int64(start))
	if err := each(rows, err, func() error { return rows.Scan(&next) }); err != nil {
		return piece, 0, err
	}
	if !next.Valid {
		return calendar.Range{Start: cmp.Or(account.DaysReady, calendar.MinDate), End: calendar.MaxDate}, 0, nil
	}
	rows, err = s.tx.QueryRows(ctx, s.rollup["usage_after"], nil, account.ID, next.Int64)
	if err := each(rows, err, func() error { return rows.Scan(&end) }); err != nil {
		return piece, 0, err
	}
	rows, err = s.tx.QueryRows(ctx, s.rollup["ends"], nil, account.ID)
	if err := each(rows, err, func() error { return rows.Scan(&unused, &newest) }); err != nil {
		return piece, 0, err
	}
	last = account.Zone.Date(calendar.Instant(newest.Int64))
	piece.Start = account.Zone.Date(calendar.Instant(next.Int64))
	// A clock turned back over midnight brings the day before once more.
	if before := account.Zone.Spans(calendar.Range{Start: piece.Start.Add(-1), End: piece.Start.Add(-1)}); len(before) > 1 {
		piece.Start = piece.Start.Add(-1)
	}
	piece.Start = max(piece.Start, account.DaysReady)
	piece.End = last
	if end.Valid {
		piece.End = account.Zone.Date(calendar.Instant(end.Int64)).Add(-1)
	}
	piece.End = max(piece.End, piece.Start)
	return piece, last, nil
}
