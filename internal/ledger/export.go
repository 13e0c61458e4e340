package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

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
	r := calendar.Range{Start: day, End: day}
	if keep == nil {
		list, err := s.Clients(ctx, scope, r)
		days := make([]ClientDay, len(list))
		for i, c := range list {
			days[i] = ClientDay{Day: day, ClientID: c.ClientID, Messages: c.Messages, Cost: c.Cost}
		}
		return days, err
	}
	clients := map[string]*ClientDay{}
	clock := scope.Account.Zone.Clock()
	err := s.ClientQuarters(ctx, scope, r, func(c ClientSlice) error {
		if local := clock.Local(c.At); local.Date != day || !keep(local) {
			return nil
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

// UsageRow is a counted answer with its client's name. Of the answer all is
// there but its key and when it was recorded.
type UsageRow struct {
	*Usage
	Client Name
}

const (
	// exportPage is how many usages one read holds in memory; another one is
	// read meanwhile.
	exportPage = 5000
	// exportNames is how many clients' names are remembered at least.
	exportNames = 20_000
)

// Usages reads the usages that stand over the local days of a range, in order
// of time, then id. While a page is folded the next one is read: fold must not
// read from the snapshot.
func (s *Snapshot) Usages(ctx context.Context, scope Scope, r calendar.Range, fold func(UsageRow) error) error {
	pages, enough := make(chan []UsageRow), make(chan struct{})
	stop := sync.OnceFunc(func() { close(enough) })
	defer stop()
	var ended error // the reader's, until pages is closed
	go func() {
		defer close(pages)
		ended = s.usagePages(ctx, scope, r, func(page []UsageRow) error {
			select {
			case pages <- page:
				return nil
			case <-enough:
				return errEnough
			}
		})
	}()
	var folded error
	for page := range pages { // to the end, for then the snapshot is the caller's again
		for i := 0; i < len(page) && folded == nil; i++ {
			if folded = fold(page[i]); folded != nil {
				stop()
			}
		}
	}
	if folded != nil {
		return folded
	}
	return ended
}

// errEnough ends a reading that nobody folds any more.
var errEnough = errors.New("enough")

// usagePages hands pages on until an error.
func (s *Snapshot) usagePages(ctx context.Context, scope Scope, r calendar.Range, hand func([]UsageRow) error) error {
	names := map[string]Name{}
	for _, span := range scope.Account.Zone.Spans(r) {
		for after := (&Usage{CreatedAt: span.From}); after != nil; {
			page, err := s.usagePage(ctx, scope, span, after)
			if err == nil {
				err = s.name(ctx, scope, page, names)
			}
			if err == nil {
				err = hand(page)
			}
			if err != nil {
				return err
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
	q := s.raw(scope, "id, client_id, price, kind, model, input_tokens, output_tokens, created_at", []calendar.Span{span})
	if after.ID != "" {
		q.add(" AND (created_at, id) > (%s, %s)", q.arg(int64(after.CreatedAt)), q.arg(after.ID))
	}
	q.add(" ORDER BY created_at, id LIMIT %d", exportPage)
	rows, err := s.tx.Query(ctx, q.text.String(), q.args...)
	page := make([]UsageRow, 0, exportPage)
	err = each(rows, err, func() error {
		u := Usage{WorkspaceID: scope.Account.ID}
		if err := rows.Scan(&u.ID, &u.ClientID, &u.Price, &u.Kind, &u.Model, &u.InputTokens, &u.OutputTokens, &u.CreatedAt); err != nil {
			return fmt.Errorf("scan usage: %w", err)
		}
		page = append(page, UsageRow{Usage: &u})
		return nil
	})
	return page, err
}

// name puts names to a page's clients. Those that are not known yet are read.
func (s *Snapshot) name(ctx context.Context, scope Scope, page []UsageRow, names map[string]Name) error {
	if len(names) >= exportNames {
		clear(names)
	}
	unknown := map[string]bool{}
	for _, row := range page {
		if _, known := names[row.ClientID]; !known {
			unknown[row.ClientID] = true
		}
	}
	found, err := s.Names(ctx, scope.Account.ID, slices.Collect(maps.Keys(unknown)))
	if err != nil {
		return err
	}
	maps.Copy(names, found)
	for i := range page {
		page[i].Client = names[page[i].ClientID]
	}
	return nil
}
