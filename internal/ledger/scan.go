package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/money"
)

// Snapshot reads one unchanging state of the book. Not for concurrent use.
type Snapshot struct {
	*Book
	tx *database.Tx
	// settled is the first day of UTC that is too young to be remembered; 0:
	// none is old enough.
	settled int64
	// late is what was read of late_days; nil: nothing.
	late *lateDays
}

// Snapshot runs read on one state of the book, whatever is counted meanwhile.
func (b *Book) Snapshot(ctx context.Context, read func(*Snapshot) error) error {
	return b.db.Read(ctx, func(tx *database.Tx) error { return read(&Snapshot{Book: b, tx: tx}) })
}

// Account finds a workspace; the fault WORKSPACE_NOT_FOUND where there is none.
func (s *Snapshot) Account(ctx context.Context, workspaceID string) (*Account, error) {
	if !database.Storable(workspaceID) {
		return nil, noWorkspace(workspaceID)
	}
	var found *Account
	rows, err := s.tx.QueryRows(ctx, s.scan["account"], nil, workspaceID)
	err = each(rows, err, func() (err error) {
		found, err = s.account(rows)
		return err
	})
	if err == nil && found == nil {
		err = noWorkspace(workspaceID)
	}
	return found, err
}

func noWorkspace(id string) error {
	return fault.New(fault.WorkspaceNotFound, "There is no workspace %q.", id)
}

// Scope says which usages of a workspace to read; a nil list sets no limit.
type Scope struct {
	Account                *Account
	Clients, Kinds, Models []string
}

// everything reports that nothing is limited.
func (scope Scope) everything() bool {
	return scope.Clients == nil && scope.Kinds == nil && scope.Models == nil
}

// Slice is what a quarter-hour of UTC holds; in a quarter-hour that a local
// day or hour boundary cuts, it is one usage.
type Slice struct {
	// At is the quarter's start, or the usage's own instant in a cut quarter.
	At calendar.Instant
	// Kind and Model are empty unless asked for.
	Kind, Model string
	Messages    int64
	Cost        money.Total
}

// Quarters reads the quarter-hours that overlap the spans. Slices come in no
// particular order and may lie partly or wholly outside of the spans: the
// caller places each by its local time. byLabel keeps kinds and models apart.
func (s *Snapshot) Quarters(ctx context.Context, scope Scope, spans []calendar.Span, byLabel bool, fold func(Slice) error) error {
	whole, cut := scope.Account.split(spans)
	if scope.Clients == nil && s.recalls(whole) {
		var err error
		if whole, err = s.recallQuarters(ctx, scope, whole, byLabel, fold); err != nil {
			return err
		}
	}
	return s.readSpans(ctx, scope, whole, cut, byLabel, fold)
}

// readSpans reads whole quarter-hours, and the usages of those that are cut.
func (s *Snapshot) readSpans(ctx context.Context, scope Scope, whole, cut []calendar.Span, byLabel bool, fold func(Slice) error) error {
	if len(whole) > 0 {
		if err := s.readQuarters(ctx, scope, whole, byLabel, fold); err != nil {
			return err
		}
	}
	if len(cut) == 0 {
		return nil
	}
	q := s.raw(scope, "created_at, kind, COALESCE(model, ''), 1, "+halves("price", false), cut)
	return q.slices(ctx, fold)
}

// Days gives what whole local days hold, as far as that is remembered or worth
// it, and returns the others, which are for Quarters. The days are in order.
func (s *Snapshot) Days(ctx context.Context, scope Scope, days []calendar.Date, fold func(calendar.Date, Slice)) (left []calendar.Date, err error) {
	if !scope.everything() || s.settled == 0 || len(days) == 0 {
		return days, nil
	}
	return s.recallDates(ctx, scope.Account, days, fold)
}

// Labels is Quarters by label for whoever needs no times: a slice may hold a
// whole day of the spans, and be at any of its instants.
func (s *Snapshot) Labels(ctx context.Context, scope Scope, spans []calendar.Span, fold func(Slice) error) error {
	if scope.Clients != nil || s.settled == 0 {
		return s.Quarters(ctx, scope, spans, true, fold)
	}
	whole, rest := scope.Account.split(spans)
	days, parts := s.settledDays(whole)
	if err := s.recallLabels(ctx, scope, days, fold); err != nil {
		return err
	}
	if rest = calendar.Merge(append(rest, parts...)); len(rest) == 0 {
		return nil
	}
	return s.Quarters(ctx, scope, rest, true, fold)
}

// readQuarters reads whole quarter-hours.
func (s *Snapshot) readQuarters(ctx context.Context, scope Scope, whole []calendar.Span, byLabel bool, fold func(Slice) error) error {
	if scope.everything() {
		statement := s.scan["quarters"]
		if byLabel {
			statement = s.scan["labelled_quarters"]
		}
		rows, err := s.tx.QueryRows(ctx, statement, columnsOf(whole), scope.Account.ID)
		return quarterSlices(rows, err, fold)
	}
	q := s.selection(scope)
	source, at, columns := "usage_buckets", "starts_at", "kind, model, messages, "+halves("cost", false)
	model := "model"
	switch {
	case scope.Clients != nil:
		source, at, model = "usages", "created_at", "COALESCE(model, '')"
		columns = sprintIf(byLabel, "kind, COALESCE(model, ''), ", "'', '', ") + "COUNT(*), " + halves("price", true)
	case !byLabel:
		columns = "'', '', SUM(messages), " + halves("cost", true)
	}
	quarter := at
	if scope.Clients != nil {
		quarter = "created_at - created_at % 900000000"
	}
	q.add("SELECT %s, %s FROM %s WHERE workspace_id = $1", quarter, columns, source)
	if scope.Clients != nil {
		q.add(" AND voided_at IS NULL")
		q.among("client_id", scope.Clients)
	}
	q.among("kind", scope.Kinds)
	q.among(model, scope.Models)
	q.within(at, whole)
	switch {
	case byLabel && scope.Clients != nil:
		q.add(" GROUP BY 1, 2, 3")
	case !byLabel:
		q.add(" GROUP BY 1")
	}
	return q.slices(ctx, fold)
}

// split aligns spans to quarter-hours and sets apart those that have to be
// read usage by usage.
func (a *Account) split(spans []calendar.Span) (whole, cut []calendar.Span) {
	for _, span := range spans {
		from := span.From.QuarterStart()
		to := (span.To + calendar.Quarter - 1).QuarterStart()
		for _, c := range a.Zone.Cuts(from, to) {
			if from < c {
				whole = append(whole, calendar.Span{From: from, To: c})
			}
			from = c + calendar.Quarter
			if n := len(cut); n > 0 && cut[n-1].To == c {
				cut[n-1].To = from
			} else {
				cut = append(cut, calendar.Span{From: c, To: from})
			}
		}
		if from < to {
			whole = append(whole, calendar.Span{From: from, To: to})
		}
	}
	return whole, cut
}

// ClientSlice is what one client had over a range, or in one quarter of it.
type ClientSlice struct {
	ClientID string
	// At places the slice as Slice.At does; 0 where quarters are summed.
	At       calendar.Instant
	Messages int64
	Cost     money.Total
}

// Clients are the sums of each client's usage over the local days of a range,
// by cost downwards. Clients without usage are left out. Others may hold the
// list too: it must not be changed.
func (s *Snapshot) Clients(ctx context.Context, scope Scope, r calendar.Range) ([]ClientSlice, error) {
	if !scope.fromDays(r) {
		q := s.raw(scope, "client_id, 0, COUNT(*), "+halves("price", true), scope.Account.Zone.Spans(r))
		q.add(" GROUP BY 1")
		return byCost(q.clients(ctx))
	}
	if scope.Clients == nil && s.settled != 0 {
		return s.recallClients(ctx, scope.Account, r)
	}
	return byCost(s.clientDays(ctx, scope, r))
}

// byCost sorts what was read, if it was.
func byCost(list []ClientSlice, err error) ([]ClientSlice, error) {
	slices.SortFunc(list, Costliest)
	return list, err
}

// Costliest orders by cost downwards, then messages, then the client's id.
func Costliest(a, b ClientSlice) int {
	if order := b.Cost.Cmp(a.Cost); order != 0 {
		return order
	}
	return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.ClientID, b.ClientID))
}

// ClientQuarters reads each client's usage over the local days of a range: one
// slice a client and quarter-hour, which may lie outside of the range as those
// of Quarters may.
func (s *Snapshot) ClientQuarters(ctx context.Context, scope Scope, r calendar.Range, fold func(ClientSlice) error) error {
	return s.clientQuarters(ctx, scope, scope.Account.Zone.Spans(r), fold)
}

// clientDays reads each client's sum over local days that are ready.
func (s *Snapshot) clientDays(ctx context.Context, scope Scope, r calendar.Range) ([]ClientSlice, error) {
	q := s.selection(scope)
	q.add("SELECT client_id, 0, SUM(messages), %s FROM client_days WHERE workspace_id = $1", halves("cost", true))
	q.add(" AND day >= %s AND day <= %s", q.arg(int64(r.Start)), q.arg(int64(r.End)))
	q.among("client_id", scope.Clients)
	q.add(" GROUP BY 1 HAVING SUM(messages) > 0")
	return q.clients(ctx)
}

// clientQuarters reads a slice for each client and quarter-hour.
func (s *Snapshot) clientQuarters(ctx context.Context, scope Scope, spans []calendar.Span, fold func(ClientSlice) error) error {
	whole, cut := scope.Account.split(spans)
	if len(whole) > 0 {
		q := s.raw(scope, "client_id, created_at - created_at % 900000000, COUNT(*), "+halves("price", true), whole)
		q.add(" GROUP BY 1, 2")
		if err := q.eachClient(ctx, fold); err != nil {
			return err
		}
	}
	if len(cut) == 0 {
		return nil
	}
	return s.raw(scope, "client_id, created_at, 1, "+halves("price", false), cut).eachClient(ctx, fold)
}

// Kept are the parts of the local days whose time keep lets through. ok is
// false where it can't be told by whole quarter-hours: an hour of the zone then
// begins within one.
func (a *Account) Kept(r calendar.Range, keep func(calendar.Local) bool) (kept []calendar.Span, ok bool) {
	whole, cut := a.split(a.Zone.Spans(r))
	if len(cut) > 0 {
		return nil, false
	}
	clock := a.Zone.Clock()
	for _, span := range whole {
		for at := span.From; at < span.To; at += calendar.Quarter {
			if !keep(clock.Local(at)) {
				continue
			}
			if n := len(kept); n > 0 && kept[n-1].To == at {
				kept[n-1].To += calendar.Quarter
			} else {
				kept = append(kept, calendar.Span{From: at, To: at + calendar.Quarter})
			}
		}
	}
	return kept, true
}

// ClientsWithin is Clients over the spans, however many.
func (s *Snapshot) ClientsWithin(ctx context.Context, scope Scope, spans []calendar.Span) ([]ClientSlice, error) {
	// The spans first: each is found in the index by time.
	q := s.standing(scope, "client_id, 0, COUNT(*), "+halves("price", true), "{{rows: since bigint, until bigint}} CROSS JOIN usages")
	q.add(" AND created_at >= since AND created_at < until GROUP BY 1")
	rows, err := s.tx.QueryRows(ctx, database.NewStatement("clients within", q.text.String()), columnsOf(spans), q.args...)
	return byCost(clientList(rows, err))
}

// columnsOf are the rows of spans: since and until.
func columnsOf(spans []calendar.Span) []database.Column {
	since, until := make([]int64, len(spans)), make([]int64, len(spans))
	for i, span := range spans {
		since[i], until[i] = int64(span.From), int64(span.To)
	}
	return []database.Column{since, until}
}

// ClientsOn reads each client's usage on single local days, of which there are
// some: a slice for each client and quarter-hour, as Clients gives them, or
// for each client and day, its At then being some instant of the day.
func (s *Snapshot) ClientsOn(ctx context.Context, scope Scope, days []calendar.Date, byQuarter bool, fold func(ClientSlice) error) error {
	if len(days) == 0 {
		return nil
	}
	zone := scope.Account.Zone
	if byQuarter || !scope.fromDays(calendar.Range{Start: slices.Min(days), End: slices.Max(days)}) {
		// One at a time: for many in one statement SQLite would read all that lies between them.
		for _, span := range zone.SpansOf(days) {
			if err := s.clientQuarters(ctx, scope, []calendar.Span{span}, fold); err != nil {
				return err
			}
		}
		return nil
	}
	q := s.selection(scope)
	names := make([]string, len(days))
	for i, day := range days {
		names[i] = q.arg(int64(day))
	}
	q.add("SELECT client_id, day, messages, %s FROM client_days WHERE workspace_id = $1 AND messages > 0", halves("cost", false))
	q.add(" AND day IN (%s)", strings.Join(names, ", "))
	q.among("client_id", scope.Clients)
	return q.eachClient(ctx, func(slice ClientSlice) error {
		slice.At = zone.Start(calendar.Date(slice.At)) //nolint:gosec // a day
		return fold(slice)
	})
}

// fromDays reports that client_days can answer for the range.
func (scope Scope) fromDays(r calendar.Range) bool {
	return scope.Kinds == nil && scope.Models == nil && r.End < scope.Account.DaysReady
}

// Name is how people know a client; a part that is not known is nil.
type Name struct{ Name, Phone *string }

// Names reads the names of these clients.
func (s *Snapshot) Names(ctx context.Context, workspaceID string, clientIDs []string) (map[string]Name, error) {
	names := make(map[string]Name, len(clientIDs))
	if len(clientIDs) == 0 {
		return names, nil
	}
	rows, err := s.tx.QueryRows(ctx, s.scan["names"], []database.Column{clientIDs}, workspaceID)
	err = each(rows, err, func() error {
		var id string
		var n Name
		if err := rows.Scan(&id, &n.Name, &n.Phone); err != nil {
			return fmt.Errorf("scan name: %w", err)
		}
		names[id] = n
		return nil
	})
	return names, err
}

// selection is a SELECT on one workspace, its parameter $1, in the making.
type selection struct {
	*Snapshot
	text strings.Builder
	args []any
}

func (s *Snapshot) selection(scope Scope) *selection {
	return &selection{Snapshot: s, args: []any{scope.Account.ID}}
}

// raw selects columns of the usages that stand and lie within the spans.
func (s *Snapshot) raw(scope Scope, columns string, spans []calendar.Span) *selection {
	q := s.standing(scope, columns, "usages")
	q.within("created_at", spans)
	return q
}

// standing selects columns of the scope's usages that stand; source is their
// table and what it is joined with.
func (s *Snapshot) standing(scope Scope, columns, source string) *selection {
	q := s.selection(scope)
	q.add("SELECT %s FROM %s WHERE workspace_id = $1 AND voided_at IS NULL", columns, source)
	q.among("client_id", scope.Clients)
	q.among("kind", scope.Kinds)
	q.among("COALESCE(model, '')", scope.Models)
	return q
}

func (q *selection) add(format string, args ...any) {
	if len(args) == 0 {
		q.text.WriteString(format)
		return
	}
	fmt.Fprintf(&q.text, format, args...)
}

// arg adds a parameter and returns its name in the text.
func (q *selection) arg(value any) string {
	q.args = append(q.args, value)
	return "$" + strconv.Itoa(len(q.args))
}

// among limits a column to values; nil sets no limit.
func (q *selection) among(column string, values []string) {
	if values == nil {
		return
	}
	q.add(" AND %s %s", column, q.tx.Dialect().Among(q.arg(q.tx.Dialect().List(values))))
}

func (q *selection) within(column string, spans []calendar.Span) {
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = fmt.Sprintf("%s >= %s AND %s < %s", column, q.arg(int64(s.From)), column, q.arg(int64(s.To)))
	}
	if len(parts) == 0 {
		parts = []string{"1 = 0"}
	}
	q.add(" AND (%s)", strings.Join(parts, " OR "))
}

// halves selects an amount as two columns, for money.TotalOfParts: neither
// half's sum can overflow.
func halves(column string, sum bool) string {
	if sum {
		return fmt.Sprintf("SUM(%s / 4294967296), SUM(%s %% 4294967296)", column, column)
	}
	return fmt.Sprintf("%s / 4294967296, %s %% 4294967296", column, column)
}

func sprintIf(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// slices scans at, kind, model, messages and the cost's halves.
func (q *selection) slices(ctx context.Context, fold func(Slice) error) error {
	rows, err := q.tx.Query(ctx, q.text.String(), q.args...)
	return quarterSlices(rows, err, fold)
}

func quarterSlices(rows *sql.Rows, err error, fold func(Slice) error) error {
	return each(rows, err, func() error {
		var slice Slice
		var hi, lo int64
		if err := rows.Scan(&slice.At, &slice.Kind, &slice.Model, &slice.Messages, &hi, &lo); err != nil {
			return fmt.Errorf("scan quarter: %w", err)
		}
		slice.Cost = money.TotalOfParts(hi, lo)
		return fold(slice)
	})
}

// clients scans the client, at, messages and the cost's halves.
func (q *selection) clients(ctx context.Context) ([]ClientSlice, error) {
	rows, err := q.tx.Query(ctx, q.text.String(), q.args...)
	return clientList(rows, err)
}

// eachClient is clients one by one.
func (q *selection) eachClient(ctx context.Context, fold func(ClientSlice) error) error {
	rows, err := q.tx.Query(ctx, q.text.String(), q.args...)
	return clientSlices(rows, err, fold)
}

func clientList(rows *sql.Rows, err error) (list []ClientSlice, _ error) {
	err = clientSlices(rows, err, func(slice ClientSlice) error {
		list = append(list, slice)
		return nil
	})
	return list, err
}

func clientSlices(rows *sql.Rows, err error, fold func(ClientSlice) error) error {
	return each(rows, err, func() error {
		var slice ClientSlice
		var hi, lo int64
		if err := rows.Scan(&slice.ClientID, &slice.At, &slice.Messages, &hi, &lo); err != nil {
			return fmt.Errorf("scan client: %w", err)
		}
		slice.Cost = money.TotalOfParts(hi, lo)
		return fold(slice)
	})
}
