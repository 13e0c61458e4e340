package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/money"
)

// ClientDay is what one client had on one local day.
type ClientDay struct {
	Day      calendar.Date
	ClientID string
	Name
	Messages int64
	Cost     money.Total
}

// exportDays is how many days of client_days one read holds in memory.
const exportDays = 31

// ClientDays reads the clients' local days of a range, by day, then cost
// downwards, then client id upwards. keep, where it isn't nil, lets through
// what lies at these local times only. Only the clients of a few days are in
// memory at once.
func (s *Snapshot) ClientDays(ctx context.Context, scope Scope, r calendar.Range, keep func(calendar.Local) bool, fold func(ClientDay) error) error {
	if keep == nil && scope.fromDays(r) {
		for start := r.Start; start <= r.End; start = start.Add(exportDays) {
			days, err := s.keptDays(ctx, scope, calendar.Range{Start: start, End: min(r.End, start.Add(exportDays-1))})
			if err != nil {
				return err
			}
			if err := s.emit(ctx, scope, days, fold); err != nil {
				return err
			}
		}
		return nil
	}
	for day := r.Start; day <= r.End; day = day.Add(1) {
		days, err := s.foldedDay(ctx, scope, day, keep)
		if err != nil {
			return err
		}
		if err := s.emit(ctx, scope, days, fold); err != nil {
			return err
		}
	}
	return nil
}

// keptDays reads client_days.
func (s *Snapshot) keptDays(ctx context.Context, scope Scope, r calendar.Range) ([]ClientDay, error) {
	q := s.selection(scope)
	q.add("SELECT day, client_id, messages, cost FROM client_days WHERE workspace_id = $1 AND messages > 0")
	q.add(" AND day >= %s AND day <= %s", q.arg(int64(r.Start)), q.arg(int64(r.End)))
	q.among("client_id", scope.Clients)
	rows, err := s.tx.Query(ctx, q.text.String(), q.args...)
	var days []ClientDay
	err = each(rows, err, func() error {
		var d ClientDay
		var cost money.Nanos
		if err := rows.Scan(&d.Day, &d.ClientID, &d.Messages, &cost); err != nil {
			return fmt.Errorf("scan client day: %w", err)
		}
		d.Cost = cost.Total()
		days = append(days, d)
		return nil
	})
	return days, err
}

// foldedDay makes one day's rows from the usages themselves.
func (s *Snapshot) foldedDay(ctx context.Context, scope Scope, day calendar.Date, keep func(calendar.Local) bool) ([]ClientDay, error) {
	clients := map[string]*ClientDay{}
	clock := scope.Account.Zone.Clock()
	err := s.Clients(ctx, scope, calendar.Range{Start: day, End: day}, keep != nil, func(c ClientSlice) error {
		if keep != nil {
			if local := clock.Local(c.At); local.Date != day || !keep(local) {
				return nil
			}
		}
		d := clients[c.ClientID]
		if d == nil {
			d = &ClientDay{Day: day, ClientID: c.ClientID}
			clients[c.ClientID] = d
		}
		d.Messages += c.Messages
		d.Cost = d.Cost.Plus(c.Cost)
		return nil
	})
	days := make([]ClientDay, 0, len(clients))
	for _, d := range clients {
		days = append(days, *d)
	}
	return days, err
}

// emit sorts the rows, adds the names and hands them on.
func (s *Snapshot) emit(ctx context.Context, scope Scope, days []ClientDay, fold func(ClientDay) error) error {
	slices.SortFunc(days, func(a, b ClientDay) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), b.Cost.Cmp(a.Cost), cmp.Compare(a.ClientID, b.ClientID))
	})
	var ids []string
	for _, d := range days {
		ids = append(ids, d.ClientID)
	}
	slices.Sort(ids)
	names, err := s.Names(ctx, scope.Account.ID, slices.Compact(ids))
	if err != nil {
		return err
	}
	for _, d := range days {
		d.Name = names[d.ClientID]
		if err := fold(d); err != nil {
			return err
		}
	}
	return nil
}

// UsageRow is a counted answer with its client's name.
type UsageRow struct {
	*Usage
	Client Name
}

// exportPage is how many usages one read holds in memory.
const exportPage = 5000

// Usages reads the usages that stand over the local days of a range, in order
// of time, then id, a page at a time.
func (s *Snapshot) Usages(ctx context.Context, scope Scope, r calendar.Range, fold func(UsageRow) error) error {
	for _, span := range scope.Account.Zone.Spans(r) {
		for after := (&Usage{CreatedAt: span.From}); after != nil; {
			page, err := s.usagePage(ctx, scope, span, after)
			if err != nil {
				return err
			}
			for _, row := range page {
				if err := fold(row); err != nil {
					return err
				}
			}
			after = nil
			if len(page) == exportPage {
				after = page[len(page)-1].Usage
			}
		}
	}
	return nil
}

// usagePage reads what follows the usage after (an id of "" follows none).
func (s *Snapshot) usagePage(ctx context.Context, scope Scope, span calendar.Span, after *Usage) ([]UsageRow, error) {
	q := s.selection(scope)
	q.add(`SELECT u.workspace_id, u.id, u.client_id, u.price, u.kind, u.model, u.input_tokens, u.output_tokens, u.created_at, u.recorded_at, u.idempotency_key, u.voided_at, u.void_reason, c.name, c.phone
FROM usages AS u JOIN customers AS c ON c.workspace_id = $1 AND c.client_id = u.client_id
WHERE u.workspace_id = $1 AND u.voided_at IS NULL AND u.created_at < %s`, q.arg(int64(span.To)))
	if after.ID == "" {
		q.add(" AND u.created_at >= %s", q.arg(int64(span.From)))
	} else {
		q.add(" AND (u.created_at, u.id) > (%s, %s)", q.arg(int64(after.CreatedAt)), q.arg(after.ID))
	}
	q.among("u.client_id", scope.Clients)
	q.among("u.kind", scope.Kinds)
	q.among("COALESCE(u.model, '')", scope.Models)
	q.add(" ORDER BY u.created_at, u.id LIMIT %d", exportPage)
	rows, err := s.tx.Query(ctx, q.text.String(), q.args...)
	var page []UsageRow
	err = each(rows, err, func() error {
		var row UsageRow
		var err error
		if row.Usage, err = usage(rows, &row.Client.Name, &row.Client.Phone); err != nil {
			return err
		}
		page = append(page, row)
		return nil
	})
	return page, err
}
