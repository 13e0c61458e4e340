package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
)

// What a day of UTC held hardly ever changes once it is over, so it is read
// once and remembered. Whoever changes it all the same, counting late or
// taking back, adds to the day's row in late_days in the same transaction: what
// is remembered holds as long as that row says what it said when it was read.

const (
	day = 96 * calendar.Quarter
	// settled is how long a day must have been over: longer than a commit takes
	// and nodes' clocks differ, or a commit of that day could come after it was
	// read, as no late one.
	settled = 4 * calendar.Quarter
	// everyDay is the row in late_days that is about all of a workspace's days.
	everyDay = math.MinInt32
	// What a book remembers is bounded, roughly: of days, and of clients.
	dayBytes    = 24 << 20
	clientBytes = 16 << 20
)

// utcDay is the day of UTC that holds i, counted from 1970.
func utcDay(i calendar.Instant) int64 {
	d := int64(i / day)
	if i%day < 0 {
		d--
	}
	return d
}

// recollection is what was read of a day of UTC, or of clients over local days.
// With its stamp it never changes.
type recollection struct {
	stamp   stamp
	slices  []Slice
	clients []ClientSlice
}

// stamp tells states of a day apart: it grows whenever the day changes.
// messages counts only while the day is young: they can get fewer, but then its
// own stamp has grown.
type stamp struct{ workspace, day, messages int64 }

func (s stamp) before(t stamp) bool {
	return cmp.Or(cmp.Compare(s.workspace, t.workspace), cmp.Compare(s.day, t.day), cmp.Compare(s.messages, t.messages)) < 0
}

// bytes is about what the recollection occupies.
func (r *recollection) bytes() int {
	const slice, client, head = 72, 64, 200
	return head + slice*len(r.slices) + client*len(r.clients)
}

// grain is what a recollection tells apart.
type grain int

const (
	quarters grain = iota
	labelledQuarters
	dayLabels
	dates
)

// recallKey is what a recollection is of: a day of UTC, by label or not, or,
// where the zone is not empty, a local date, or clients over first to last.
type recallKey struct {
	workspace, zone string
	first, last     int64
	grain           grain
	// young is the first date that was not settled, from which on the stamp
	// counts messages; 0: all were.
	young calendar.Date
}

// memory keeps recollections. Where the young are too many they become the old
// ones, and the old are forgotten; an old one that is asked for is young again.
// Safe for concurrent use.
type memory struct {
	limit      int // bytes
	mu         sync.Mutex
	young, old map[recallKey]*recollection
	bytes      int // of the young
}

// recall finds what is remembered in this very state.
func (m *memory) recall(k recallKey, now stamp) *recollection {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.young[k]
	if found == nil {
		if found = m.old[k]; found != nil {
			m.put(k, found)
		}
	}
	if found == nil || found.stamp != now {
		return nil
	}
	return found
}

// keep remembers, unless something newer is.
func (m *memory) keep(k recallKey, r *recollection) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.young[k]; known != nil {
		if !known.stamp.before(r.stamp) {
			return
		}
		m.bytes -= known.bytes()
	}
	m.put(k, r)
}

// keepAll remembers what one question read, unless that alone would fill a
// quarter of the memory: it shall not drive out what all others asked.
func (m *memory) keepAll(read map[recallKey]*recollection) {
	size := 0
	for _, r := range read {
		size += r.bytes()
	}
	if size > m.limit/4 {
		return
	}
	for k, r := range read {
		m.keep(k, r)
	}
}

func (m *memory) put(k recallKey, r *recollection) {
	if m.young == nil || m.bytes+r.bytes() > m.limit/2 {
		m.young, m.old, m.bytes = map[recallKey]*recollection{}, m.young, 0
	}
	m.young[k] = r
	m.bytes += r.bytes()
}

// Recall lets the snapshot answer from memory what lies in days that are long
// over now. Without it everything is read.
func (s *Snapshot) Recall(now calendar.Instant) { s.settled = utcDay(now - settled) }

// recalls reports that something of the spans may be remembered.
func (s *Snapshot) recalls(spans []calendar.Span) bool {
	return s.settled != 0 && len(spans) > 0 && utcDay(spans[0].From) < s.settled
}

// lateDays are the rows of late_days from first to last of a workspace, as a
// snapshot has read them.
type lateDays struct {
	workspace   string
	first, last int64
	changes     map[int64]int64
}

// stamps are those of the days from first to last; the day's is 0 where it
// didn't change late.
func (s *Snapshot) stamps(ctx context.Context, workspaceID string, first, last int64) (of func(day int64) stamp, err error) {
	if l := s.late; l == nil || l.workspace != workspaceID || first < l.first || last > l.last {
		l = &lateDays{workspaceID, first, last, map[int64]int64{}}
		rows, err := s.tx.QueryRows(ctx, s.recall["late"], nil, workspaceID, first, last, everyDay)
		if err := each(rows, err, func() error {
			var day, changes int64
			if err := rows.Scan(&day, &changes); err != nil {
				return fmt.Errorf("scan late day: %w", err)
			}
			l.changes[day] = changes
			return nil
		}); err != nil {
			return nil, err
		}
		s.late = l
	}
	changes := s.late.changes
	return func(day int64) stamp { return stamp{workspace: changes[everyDay], day: changes[day]} }, nil
}

// Stamp tells states of local days apart: as long as it stays, so does all that
// they hold. settled is false where one of them is too young for that.
func (s *Snapshot) Stamp(ctx context.Context, account *Account, days []calendar.Date) (text string, settled bool, err error) {
	spans := account.Zone.SpansOf(days)
	if s.settled == 0 || len(spans) == 0 || utcDay(spans[len(spans)-1].To-1) >= s.settled {
		return "", false, nil
	}
	now, err := s.stampOf(ctx, account.ID, spans)
	return fmt.Sprintf("%d %d", now.workspace, now.day), err == nil, err
}

// stampOf is the stamp of all days of UTC that the spans touch, but for
// messages. The spans are in order and apart.
func (s *Snapshot) stampOf(ctx context.Context, workspaceID string, spans []calendar.Span) (stamp, error) {
	if len(spans) == 0 { // a day that the zone leapt over
		return stamp{}, nil
	}
	first, last := utcDay(spans[0].From), utcDay(spans[len(spans)-1].To-1)
	of, err := s.stamps(ctx, workspaceID, first, last)
	if err != nil {
		return stamp{}, err
	}
	now := stamp{workspace: of(first).workspace}
	for d, i := first, 0; i < len(spans); i++ { // d is the first that is not in yet
		for d = max(d, utcDay(spans[i].From)); d <= utcDay(spans[i].To-1); d++ {
			now.day += of(d).day
		}
	}
	return now, nil
}

// recallQuarters gives the quarter-hours of the spans' settled days and returns
// the spans that are left to read. The spans are in order.
func (s *Snapshot) recallQuarters(ctx context.Context, scope Scope, spans []calendar.Span, byLabel bool, fold func(Slice) error) (left []calendar.Span, err error) {
	g := quarters
	if byLabel || scope.Kinds != nil || scope.Models != nil {
		g = labelledQuarters
	}
	var old []calendar.Span
	for _, span := range spans {
		open := min(max(span.From, calendar.Instant(s.settled)*day), span.To)
		if span.From < open {
			old = append(old, calendar.Span{From: span.From, To: open})
		}
		if open < span.To {
			left = append(left, calendar.Span{From: open, To: span.To})
		}
	}
	days, err := s.recallDays(ctx, scope.Account, old, g)
	if err != nil {
		return nil, err
	}
	for _, span := range old {
		for d := utcDay(span.From); calendar.Instant(d)*day < span.To; d++ {
			for _, slice := range days[d].slices {
				if slice.At < span.From || slice.At >= span.To || !among(scope.Kinds, slice.Kind) || !among(scope.Models, slice.Model) {
					continue
				}
				if err := fold(slice); err != nil {
					return nil, err
				}
			}
		}
	}
	return left, nil
}

// recallDates gives what settled local days hold and returns those that are
// left to read. The days are in order.
func (s *Snapshot) recallDates(ctx context.Context, account *Account, days []calendar.Date, fold func(calendar.Date, Slice)) (left []calendar.Date, err error) {
	zone := account.Zone
	// All stamps at once.
	if _, err := s.stampOf(ctx, account.ID, zone.SpansOf([]calendar.Date{days[0], days[len(days)-1]})); err != nil {
		return nil, err
	}
	key := recallKey{workspace: account.ID, zone: zone.Name(), grain: dates}
	unknown := map[calendar.Date]*recollection{}
	var spans []calendar.Span
	for _, d := range days {
		of := zone.Spans(calendar.Range{Start: d, End: d})
		if len(of) == 0 { // the zone leapt over it
			continue
		}
		if utcDay(of[len(of)-1].To-1) >= s.settled {
			left = append(left, d)
			continue
		}
		now, err := s.stampOf(ctx, account.ID, of)
		if err != nil {
			return nil, err
		}
		key.first, key.last = int64(d), int64(d)
		r := s.ofDays.recall(key, now)
		if r == nil {
			unknown[d] = &recollection{stamp: now, slices: make([]Slice, 1)}
			spans = append(spans, of...)
		} else {
			fold(d, r.slices[0])
		}
	}
	if len(unknown) == 0 {
		return left, nil
	}
	clock := zone.Clock()
	whole, cut := account.split(calendar.Merge(spans))
	if err := s.readSpans(ctx, Scope{Account: account}, whole, cut, false, func(slice Slice) error {
		if r := unknown[clock.Local(slice.At).Date]; r != nil {
			r.slices[0].Messages += slice.Messages
			r.slices[0].Cost = r.slices[0].Cost.Plus(slice.Cost)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	read := make(map[recallKey]*recollection, len(unknown))
	for d, r := range unknown {
		key.first, key.last = int64(d), int64(d)
		read[key] = r
		fold(d, r.slices[0])
	}
	s.ofDays.keepAll(read)
	return left, nil
}

// recallDays remembers, or reads, the days of UTC that the spans touch.
func (s *Snapshot) recallDays(ctx context.Context, account *Account, spans []calendar.Span, g grain) (map[int64]*recollection, error) {
	of, err := s.stamps(ctx, account.ID, utcDay(spans[0].From), utcDay(spans[len(spans)-1].To-1))
	if err != nil {
		return nil, err
	}
	days := map[int64]*recollection{}
	var unknown []calendar.Span
	key := recallKey{workspace: account.ID, grain: g}
	for _, span := range spans {
		for d := utcDay(span.From); calendar.Instant(d)*day < span.To; d++ {
			key.first, key.last = d, d
			if days[d] != nil {
				continue
			}
			if days[d] = s.ofDays.recall(key, of(d)); days[d] == nil {
				days[d] = &recollection{stamp: of(d)}
				unknown = append(unknown, calendar.Span{From: calendar.Instant(d) * day, To: calendar.Instant(d+1) * day})
			}
		}
	}
	// Days in a row are one read: for many spans in one statement SQLite would
	// read all that lies between them.
	for _, span := range calendar.Merge(unknown) {
		add := func(slice Slice) error {
			r := days[utcDay(slice.At)]
			r.slices = append(r.slices, slice)
			return nil
		}
		if g == dayLabels {
			err = s.readLabels(ctx, account, span, add)
		} else {
			err = s.readQuarters(ctx, Scope{Account: account}, []calendar.Span{span}, g == labelledQuarters, add)
		}
		if err != nil {
			return nil, err
		}
	}
	read := make(map[recallKey]*recollection, len(unknown))
	for _, span := range unknown {
		d := utcDay(span.From)
		days[d].slices = slices.Clip(days[d].slices)
		key.first, key.last = d, d
		read[key] = days[d]
	}
	s.ofDays.keepAll(read)
	return days, nil
}

// settledDays parts the spans into settled days that they hold whole, and the
// rest.
func (s *Snapshot) settledDays(spans []calendar.Span) (days, rest []calendar.Span) {
	for _, span := range spans {
		from := calendar.Instant(max(0, utcDay(span.From+day-1))) * day // SQL divides towards 1970
		to := calendar.Instant(min(utcDay(span.To), s.settled)) * day
		if from >= to {
			rest = append(rest, span)
			continue
		}
		days = append(days, calendar.Span{From: from, To: to})
		if span.From < from {
			rest = append(rest, calendar.Span{From: span.From, To: from})
		}
		if to < span.To {
			rest = append(rest, calendar.Span{From: to, To: span.To})
		}
	}
	return days, rest
}

// recallLabels gives what whole settled days hold by label.
func (s *Snapshot) recallLabels(ctx context.Context, scope Scope, spans []calendar.Span, fold func(Slice) error) error {
	if len(spans) == 0 {
		return nil
	}
	days, err := s.recallDays(ctx, scope.Account, spans, dayLabels)
	if err != nil {
		return err
	}
	for _, r := range days {
		for _, slice := range r.slices {
			if !among(scope.Kinds, slice.Kind) || !among(scope.Models, slice.Model) {
				continue
			}
			if err := fold(slice); err != nil {
				return err
			}
		}
	}
	return nil
}

// readLabels reads what days of UTC hold by label.
func (s *Snapshot) readLabels(ctx context.Context, account *Account, days calendar.Span, fold func(Slice) error) error {
	q := s.selection(Scope{Account: account})
	q.add("SELECT starts_at / %s * %s, kind, model, SUM(messages), %s FROM usage_buckets WHERE workspace_id = $1",
		q.arg(int64(day)), q.arg(int64(day)), halves("cost", true))
	q.within("starts_at", []calendar.Span{days})
	q.add(" GROUP BY 1, 2, 3")
	return q.slices(ctx, fold)
}

// among reports that a list, if there is one, holds the value.
func among(list []string, value string) bool { return list == nil || slices.Contains(list, value) }

// recallClients gives the clients' sums of a range that client_days answer for,
// by cost downwards. Of days that are not settled it remembers what they held
// at so many messages, when nothing of them was taken back since.
func (s *Snapshot) recallClients(ctx context.Context, account *Account, r calendar.Range) ([]ClientSlice, error) {
	zone := account.Zone
	old := calendar.Range{Start: r.Start, End: min(r.End, zone.Date(calendar.Instant(s.settled)*day).Add(-1))}
	young := calendar.Range{Start: max(r.Start, old.End.Add(1)), End: r.End}
	if young.Days() <= 0 {
		return s.oldClients(ctx, account, old)
	}
	now, err := s.stampOf(ctx, account.ID, zone.Spans(r))
	if err != nil {
		return nil, err
	}
	if now.messages, err = s.messages(ctx, account, young); err != nil {
		return nil, err
	}
	key := recallKey{workspace: account.ID, zone: zone.Name(), first: int64(r.Start), last: int64(r.End), young: young.Start}
	found := s.ofClients.recall(key, now)
	if found == nil {
		found = &recollection{stamp: now}
		if found.clients, err = s.gatherClients(ctx, account, old, young); err != nil {
			return nil, err
		}
		s.ofClients.keep(key, found)
	}
	return found.clients, nil
}

// messages counts those of the quarter-hours that a range of local days
// touches.
func (s *Snapshot) messages(ctx context.Context, account *Account, r calendar.Range) (n int64, err error) {
	spans := account.Zone.Spans(r)
	if len(spans) == 0 {
		return 0, nil
	}
	rows, err := s.tx.QueryRows(ctx, s.recall["messages"], nil, account.ID, int64(spans[0].From.QuarterStart()), int64(spans[len(spans)-1].To))
	err = each(rows, err, func() error { return rows.Scan(&n) })
	return n, err
}

// gatherClients sums remembered old days and young ones, which are read.
func (s *Snapshot) gatherClients(ctx context.Context, account *Account, old, young calendar.Range) ([]ClientSlice, error) {
	before, err := s.oldClients(ctx, account, old)
	if err != nil {
		return nil, err
	}
	recent, err := s.clientDays(ctx, Scope{Account: account}, young)
	if err != nil {
		return nil, err
	}
	now := make(map[string]ClientSlice, len(recent))
	for _, slice := range recent {
		now[slice.ClientID] = slice
	}
	// Those who are not among the young days keep their order.
	var same, changed []ClientSlice
	for _, slice := range before {
		more, found := now[slice.ClientID]
		if !found {
			same = append(same, slice)
			continue
		}
		changed = append(changed, ClientSlice{ClientID: slice.ClientID, Messages: slice.Messages + more.Messages, Cost: slice.Cost.Plus(more.Cost)})
		delete(now, slice.ClientID)
	}
	changed = slices.AppendSeq(changed, maps.Values(now))
	slices.SortFunc(changed, Costliest)
	list := make([]ClientSlice, 0, len(same)+len(changed))
	for len(same) > 0 && len(changed) > 0 {
		from := &same
		if Costliest(changed[0], same[0]) < 0 {
			from = &changed
		}
		list = append(list, (*from)[0])
		*from = (*from)[1:]
	}
	return append(append(list, same...), changed...), nil
}

// oldClients remembers, or reads, the clients' sums of settled days, by cost
// downwards.
func (s *Snapshot) oldClients(ctx context.Context, account *Account, old calendar.Range) ([]ClientSlice, error) {
	if old.Days() <= 0 {
		return nil, nil
	}
	now, err := s.stampOf(ctx, account.ID, account.Zone.Spans(old))
	if err != nil {
		return nil, err
	}
	key := recallKey{workspace: account.ID, zone: account.Zone.Name(), first: int64(old.Start), last: int64(old.End)}
	if found := s.ofClients.recall(key, now); found != nil {
		return found.clients, nil
	}
	found := &recollection{stamp: now}
	if found.clients, err = byCost(s.clientDays(ctx, Scope{Account: account}, old)); err != nil {
		return nil, err
	}
	found.clients = slices.Clip(found.clients)
	s.ofClients.keep(key, found)
	return found.clients, nil
}

// noteLate says which days the usages changed, for those that are remembered
// may be among them.
func (b *Book) noteLate(ctx context.Context, tx *database.Tx, changed map[lateKey]int64) error {
	if len(changed) == 0 {
		return nil
	}
	keys := sorted(changed, func(a, b lateKey) int {
		return cmp.Or(cmp.Compare(a.workspace, b.workspace), cmp.Compare(a.day, b.day))
	})
	workspace, days, changes := make([]string, len(keys)), make([]int64, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		workspace[i], days[i], changes[i] = k.workspace, k.day, changed[k]
	}
	_, err := tx.ExecRows(ctx, b.recall["note_late"], []database.Column{workspace, days, changes})
	return err
}

// lateKey is a row of late_days.
type lateKey struct {
	workspace string
	day       int64
}

// noteLate notes those of the usages whose day was over when they were
// recorded.
func (t *appending) noteLate(ctx context.Context, counted []*Usage) error {
	var late map[lateKey]int64
	for _, u := range counted {
		if d := utcDay(u.CreatedAt); d < utcDay(u.RecordedAt) {
			if late == nil {
				late = map[lateKey]int64{}
			}
			late[lateKey{u.WorkspaceID, d}] = 1
		}
	}
	return t.Book.noteLate(ctx, t.tx, late)
}
