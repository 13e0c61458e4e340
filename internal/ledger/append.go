package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/money"
)

// Ref names a customer as an event does: by ClientID or by Phone (E.164), the
// other one empty. Both empty asks for the workspace alone.
type Ref struct{ WorkspaceID, ClientID, Phone string }

// Party is a customer as far as counting is concerned.
type Party struct {
	ClientID string
	Active   bool
}

// Directory is what the database held, inside the appending transaction, of
// the workspaces and customers that a batch refers to.
type Directory struct {
	accounts map[string]*Account
	parties  map[Ref]Party
	// budgeted are those of them, and the workspaces by an empty client id, whose
	// months are limited.
	budgeted map[budgetKey]bool
	// limited: some client's month is, whether it is among the parties or not.
	limited bool
}

// Account finds a workspace.
func (d *Directory) Account(workspaceID string) (*Account, bool) {
	a, ok := d.accounts[workspaceID]
	return a, ok
}

// Party finds a customer.
func (d *Directory) Party(ref Ref) (Party, bool) {
	p, ok := d.parties[ref]
	return p, ok
}

// Outcome tells what became of one entry.
type Outcome struct {
	// Usage is the stored one: the entry, or the first of its idempotency key.
	// Nil where Overflow or Over.
	Usage *Usage
	// Duplicate: the key was used before and nothing was added.
	Duplicate bool
	// Overflow: nothing was added, for a rollup row can't hold the sum.
	Overflow bool
	// Over: nothing was added, for this budget blocks and has no room; nil
	// where none does.
	Over *Spend
}

func (o Outcome) refused() bool { return o.Overflow || o.Over != nil }

// Append counts a batch in one transaction: it looks up what refs name, lets
// judge choose the entries to count, inserts those whose idempotency key is
// new and adds them to the rollups. The outcomes are in the order of judge's
// entries. judge must not keep the directory, and runs again where another
// transaction got in the way; the entries of a workspace must be of customers
// found in the directory, with a UUIDv7 of their own as id.
//
// After an error nothing was counted, or, where the commit itself failed, the
// outcome is unknown: only entries with an idempotency key can be sent again
// safely.
func (b *Book) Append(ctx context.Context, refs []Ref, judge func(*Directory) []*Usage) ([]Outcome, error) {
	t := appending{Book: b, alone: map[string]bool{}}
	for {
		outcomes, err := t.run(ctx, refs, judge)
		var crowded crowdedError
		switch {
		case errors.Is(err, errOverflow) && !t.careful:
			t.careful = true
		case errors.As(err, &crowded):
			for _, workspace := range crowded {
				t.alone[workspace] = true
			}
		case err != nil:
			return nil, fmt.Errorf("append: %w", err)
		default:
			b.told.add(t.crossings)
			return outcomes, nil
		}
	}
}

// appending is one transaction of Append. Most run beside others in the same
// workspaces: what they add is added by the database, in the end and in one
// order, and the database tells what it comes to. Where that is more than a
// row or a budget holds, all of it is taken back, and the transaction runs
// again: alone, so that it can look first.
type appending struct {
	*Book
	tx *database.Tx
	// alone are the workspaces in which nobody else may work meanwhile: the
	// room that is found there is nobody else's.
	alone map[string]bool
	// careful works alone in all of them and looks for room in their rollup
	// rows too.
	careful bool
	// look reads every budget first.
	look bool
	// crossings are those of the run.
	crossings []Crossing
}

// isAlone reports that nobody else writes in the workspace.
func (t *appending) isAlone(workspaceID string) bool {
	return t.careful || t.alone[workspaceID] || t.tx.Dialect() == database.SQLite
}

// looks reports that the workspace's budgets are read before anything is added.
func (t *appending) looks(workspaceID string) bool {
	if t.careful || t.look || t.alone[workspaceID] {
		return true
	}
	_, tight := t.tight.Load(workspaceID)
	return tight
}

func (t *appending) run(ctx context.Context, refs []Ref, judge func(*Directory) []*Usage) (outcomes []Outcome, err error) {
	err = t.db.Write(ctx, func(tx *database.Tx) error {
		t.tx, t.crossings = tx, nil
		dir, err := t.resolve(ctx, refs)
		if err != nil {
			return err
		}
		outcomes, err = t.append(ctx, dir, judge(dir))
		return err
	})
	return outcomes, err
}

// resolve locks the workspaces' layout first, so that what it reads of them
// holds until the commit.
func (t *appending) resolve(ctx context.Context, refs []Ref) (*Directory, error) {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b Ref) int {
		return cmp.Or(cmp.Compare(a.WorkspaceID, b.WorkspaceID), cmp.Compare(a.ClientID, b.ClientID), cmp.Compare(a.Phone, b.Phone))
	})
	refs = slices.Compact(refs)
	var workspaces, byClientW, byClient, byPhoneW, byPhone []string
	for i, r := range refs {
		if i == 0 || refs[i-1].WorkspaceID != r.WorkspaceID {
			workspaces = append(workspaces, r.WorkspaceID)
		}
		switch {
		case r.ClientID != "":
			byClientW, byClient = append(byClientW, r.WorkspaceID), append(byClient, r.ClientID)
		case r.Phone != "":
			byPhoneW, byPhone = append(byPhoneW, r.WorkspaceID), append(byPhone, r.Phone)
		}
	}
	alone := slices.Clone(workspaces)
	if !t.careful {
		alone = slices.DeleteFunc(alone, func(id string) bool { return !t.alone[id] })
	}
	if err := t.tx.Lock(ctx, workspaces, alone); err != nil {
		return nil, err
	}
	dir := &Directory{accounts: make(map[string]*Account, len(workspaces)), parties: make(map[Ref]Party, len(refs)), budgeted: map[budgetKey]bool{}}
	rows, err := t.tx.QueryRows(ctx, t.in["accounts"], []database.Column{workspaces})
	err = each(rows, err, func() error {
		var budgeted int
		a, err := t.account(rows, &budgeted)
		if err != nil {
			return err
		}
		dir.accounts[a.ID] = a
		if budgeted&ownBudget != 0 {
			dir.budgeted[budgetKey{workspace: a.ID}] = true
		}
		dir.limited = dir.limited || budgeted&clientBudgets != 0
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(byClient) > 0 {
		err = t.parties(ctx, dir, "by_client", byClientW, byClient)
	}
	if err == nil && len(byPhone) > 0 {
		err = t.parties(ctx, dir, "by_phone", byPhoneW, byPhone)
	}
	if err != nil {
		return nil, err
	}
	return dir, nil
}

// parties looks up customers by client id or phone and, where some are
// limited, which ones are.
func (t *appending) parties(ctx context.Context, dir *Directory, by string, workspaces, names []string) error {
	statement := "parties_" + by
	if dir.limited {
		statement = "limited_" + by
	}
	rows, err := t.tx.QueryRows(ctx, t.in[statement], []database.Column{workspaces, names})
	return each(rows, err, func() error {
		var ref Ref
		var p Party
		var budget sql.NullString
		to := []any{&ref.WorkspaceID, &p.ClientID, &p.Active}
		if by == "by_phone" {
			to = append(to, &ref.Phone)
		}
		if dir.limited {
			to = append(to, &budget)
		}
		if err := rows.Scan(to...); err != nil {
			return fmt.Errorf("scan customer: %w", err)
		}
		if ref.Phone == "" {
			ref.ClientID = p.ClientID
		}
		dir.parties[ref] = p
		if budget.Valid {
			dir.budgeted[budgetKey{ref.WorkspaceID, p.ClientID}] = true
		}
		return nil
	})
}

// idempotency is what an entry must not share with another one.
type idempotency struct{ workspace, key string }

func keyOf(u *Usage) (idempotency, bool) {
	if u.IdempotencyKey == nil {
		return idempotency{}, false
	}
	return idempotency{u.WorkspaceID, *u.IdempotencyKey}, true
}

func (t *appending) append(ctx context.Context, dir *Directory, entries []*Usage) ([]Outcome, error) {
	outcomes := make([]Outcome, len(entries))
	if len(entries) == 0 {
		return outcomes, nil
	}
	if t.careful {
		if err := t.refuseOverflow(ctx, dir, entries, outcomes); err != nil {
			return nil, err
		}
	}
	l, err := t.limits(ctx, dir, entries)
	if err != nil {
		return nil, err
	}
	if err := t.open(ctx, dir, l); err != nil {
		return nil, err
	}
	if err := t.refuse(ctx, l, entries, outcomes); err != nil {
		return nil, err
	}

	// Of the entries that share a key the first goes to the database.
	first := map[idempotency]int{}
	fresh := make([]*Usage, 0, len(entries))
	for i, u := range entries {
		if outcomes[i].refused() {
			continue
		}
		if k, ok := keyOf(u); ok {
			if _, taken := first[k]; taken {
				continue
			}
			first[k] = i
		}
		fresh = append(fresh, u)
	}
	inserted, err := t.insert(ctx, fresh)
	if err != nil {
		return nil, err
	}
	counted := slices.DeleteFunc(fresh, func(u *Usage) bool { return !inserted[u.ID] })
	if err := t.roll(ctx, dir, counted); err != nil {
		return nil, err
	}
	if err := t.noteLate(ctx, counted); err != nil {
		return nil, err
	}
	if err := t.spend(ctx, l, counted, 1); err != nil {
		return nil, err
	}
	t.refused(entries, outcomes)
	if err := t.tell(ctx); err != nil {
		return nil, err
	}

	var before []idempotency
	for k, i := range first {
		if !inserted[entries[i].ID] {
			before = append(before, k)
		}
	}
	stored, err := t.firstOfKeys(ctx, before)
	if err != nil {
		return nil, err
	}
	for i, u := range entries {
		if outcomes[i].refused() {
			continue
		}
		if inserted[u.ID] {
			outcomes[i].Usage = u
			continue
		}
		k, _ := keyOf(u)
		outcomes[i].Duplicate = true
		if outcomes[i].Usage = stored[k]; outcomes[i].Usage == nil {
			outcomes[i].Usage = entries[first[k]]
		}
	}
	return outcomes, nil
}

// insert returns the ids of the entries that were added.
func (t *appending) insert(ctx context.Context, entries []*Usage) (map[string]bool, error) {
	inserted := make(map[string]bool, len(entries))
	if len(entries) == 0 {
		return inserted, nil
	}
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b *Usage) int {
		return cmp.Or(cmp.Compare(a.WorkspaceID, b.WorkspaceID), cmp.Compare(text(a.IdempotencyKey), text(b.IdempotencyKey)), cmp.Compare(a.ID, b.ID))
	})
	n := len(sorted)
	var (
		workspace, id, client, kind = make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		price, created, recorded    = make([]int64, n), make([]int64, n), make([]int64, n)
		model, key                  = make([]*string, n), make([]*string, n)
		input, output               = make([]*int64, n), make([]*int64, n)
		keyed                       bool
	)
	for i, u := range sorted {
		workspace[i], id[i], client[i], kind[i] = u.WorkspaceID, u.ID, u.ClientID, u.Kind
		price[i], created[i], recorded[i] = int64(u.Price), int64(u.CreatedAt), int64(u.RecordedAt)
		model[i], key[i] = u.Model, u.IdempotencyKey
		input[i], output[i] = wide(u.InputTokens), wide(u.OutputTokens)
		keyed = keyed || u.IdempotencyKey != nil
	}
	columns := []database.Column{workspace, id, client, price, kind, model, input, output, created, recorded}
	if !keyed {
		for _, u := range sorted {
			inserted[u.ID] = true
		}
		_, err := t.tx.ExecRows(ctx, t.in["insert_without_keys"], columns)
		return inserted, err
	}
	rows, err := t.tx.QueryRows(ctx, t.in["insert"], append(columns, key))
	err = each(rows, err, func() error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("scan id: %w", err)
		}
		inserted[id] = true
		return nil
	})
	return inserted, err
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}

func (t *appending) firstOfKeys(ctx context.Context, keys []idempotency) (map[idempotency]*Usage, error) {
	found := make(map[idempotency]*Usage, len(keys))
	if len(keys) == 0 {
		return found, nil
	}
	var workspace, key []string
	for _, k := range keys {
		workspace, key = append(workspace, k.workspace), append(key, k.key)
	}
	rows, err := t.tx.QueryRows(ctx, t.in["first_of_key"], []database.Column{workspace, key})
	err = each(rows, err, func() error {
		u, err := usage(rows)
		if err == nil {
			k, _ := keyOf(u)
			found[k] = u
		}
		return err
	})
	return found, err
}

// The rows that a usage is rolled into.
type (
	bucketKey struct {
		workspace string
		start     calendar.Instant
		kind      string
		model     string
	}
	dayKey struct {
		workspace string
		day       calendar.Date
		client    string
	}
	sums struct {
		messages      int64
		cost          money.Nanos
		input, output int64
	}
)

func compareBuckets(a, b bucketKey) int {
	return cmp.Or(cmp.Compare(a.workspace, b.workspace), cmp.Compare(a.start, b.start), cmp.Compare(a.kind, b.kind), cmp.Compare(a.model, b.model))
}

func compareDays(a, b dayKey) int {
	return cmp.Or(cmp.Compare(a.workspace, b.workspace), cmp.Compare(a.day, b.day), cmp.Compare(a.client, b.client))
}

func bucketOf(u *Usage) bucketKey {
	return bucketKey{u.WorkspaceID, u.CreatedAt.QuarterStart(), u.Kind, text(u.Model)}
}

// dayOf is where the usage stands in client_days; ok is false while its day
// waits for a rebuild.
func dayOf(a *Account, u *Usage) (key dayKey, ok bool) {
	day := a.Zone.Date(u.CreatedAt)
	return dayKey{u.WorkspaceID, day, u.ClientID}, day < a.DaysReady
}

// plus adds a usage; ok is false, and s unchanged, where a sum would overflow.
func (s sums) plus(u *Usage) (_ sums, ok bool) {
	cost, fits := s.cost.Plus(u.Price)
	if !fits {
		return s, false
	}
	s.cost = cost
	s.messages++
	for _, tokens := range []struct {
		sum *int64
		n   *int
	}{{&s.input, u.InputTokens}, {&s.output, u.OutputTokens}} {
		if tokens.n == nil {
			continue
		}
		if *tokens.sum += int64(*tokens.n); *tokens.sum < 0 {
			return s, false
		}
	}
	return s, true
}

// roll adds the usages to both rollups.
func (t *appending) roll(ctx context.Context, dir *Directory, counted []*Usage) error {
	buckets, days := map[bucketKey]sums{}, map[dayKey]sums{}
	for _, u := range counted {
		b := bucketOf(u)
		sum, ok := buckets[b].plus(u)
		if !ok {
			return errOverflow
		}
		buckets[b] = sum
		if d, ready := dayOf(dir.accounts[u.WorkspaceID], u); ready {
			if sum, ok = days[d].plus(u); !ok {
				return errOverflow
			}
			days[d] = sum
		}
	}
	if err := addBuckets(ctx, t.tx, t.in["add_buckets"], buckets); err != nil {
		return err
	}
	return addDays(ctx, t.tx, t.in["add_days"], days)
}

func addBuckets(ctx context.Context, tx *database.Tx, add *database.Statement, buckets map[bucketKey]sums) error {
	if len(buckets) == 0 {
		return nil
	}
	keys := sorted(buckets, compareBuckets)
	n := len(keys)
	workspace, start, kind, model := make([]string, n), make([]int64, n), make([]string, n), make([]string, n)
	messages, cost, input, output := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, k := range keys {
		s := buckets[k]
		workspace[i], start[i], kind[i], model[i] = k.workspace, int64(k.start), k.kind, k.model
		messages[i], cost[i], input[i], output[i] = s.messages, int64(s.cost), s.input, s.output
	}
	changed, err := tx.ExecRows(ctx, add, []database.Column{workspace, start, kind, model, messages, cost, input, output})
	if err == nil && changed < int64(n) {
		err = errOverflow
	}
	return err
}

func addDays(ctx context.Context, tx *database.Tx, add *database.Statement, days map[dayKey]sums) error {
	if len(days) == 0 {
		return nil
	}
	keys := sorted(days, compareDays)
	n := len(keys)
	workspace, day, client := make([]string, n), make([]int64, n), make([]string, n)
	messages, cost := make([]int64, n), make([]int64, n)
	for i, k := range keys {
		workspace[i], day[i], client[i] = k.workspace, int64(k.day), k.client
		messages[i], cost[i] = days[k].messages, int64(days[k].cost)
	}
	changed, err := tx.ExecRows(ctx, add, []database.Column{workspace, day, client, messages, cost})
	if err == nil && changed < int64(n) {
		err = errOverflow
	}
	return err
}

func sorted[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

// refuseOverflow marks, in the order of the entries, those that a rollup row
// has no room for. It reads what the rows hold, which no batch needs that
// stays within them.
func (t *appending) refuseOverflow(ctx context.Context, dir *Directory, entries []*Usage, outcomes []Outcome) error {
	var keys []idempotency
	buckets, days := map[bucketKey]sums{}, map[dayKey]sums{}
	for _, u := range entries {
		if k, ok := keyOf(u); ok {
			keys = append(keys, k)
		}
		buckets[bucketOf(u)] = sums{}
		if d, ready := dayOf(dir.accounts[u.WorkspaceID], u); ready {
			days[d] = sums{}
		}
	}
	seen := map[idempotency]bool{}
	stored, err := t.firstOfKeys(ctx, keys)
	if err != nil {
		return err
	}
	for k := range stored {
		seen[k] = true
	}
	if err := t.readSums(ctx, buckets, days); err != nil {
		return err
	}
	for i, u := range entries {
		k, keyed := keyOf(u)
		if keyed && seen[k] {
			continue
		}
		bucket, ok := buckets[bucketOf(u)].plus(u)
		d, ready := dayOf(dir.accounts[u.WorkspaceID], u)
		day := sums{}
		if ok && ready {
			day, ok = days[d].plus(u)
		}
		if !ok {
			outcomes[i].Overflow = true
			continue
		}
		buckets[bucketOf(u)] = bucket
		if ready {
			days[d] = day
		}
		if keyed {
			seen[k] = true
		}
	}
	return nil
}

func (t *appending) readSums(ctx context.Context, buckets map[bucketKey]sums, days map[dayKey]sums) error {
	var workspace, kind, model, client []string
	var start, day []int64
	for k := range buckets {
		workspace, start = append(workspace, k.workspace), append(start, int64(k.start))
		kind, model = append(kind, k.kind), append(model, k.model)
	}
	rows, err := t.tx.QueryRows(ctx, t.in["bucket_sums"], []database.Column{workspace, start, kind, model})
	err = each(rows, err, func() error {
		var k bucketKey
		var s sums
		if err := rows.Scan(&k.workspace, &k.start, &k.kind, &k.model, &s.cost, &s.input, &s.output); err != nil {
			return fmt.Errorf("scan bucket: %w", err)
		}
		buckets[k] = s
		return nil
	})
	if err != nil || len(days) == 0 {
		return err
	}
	workspace = nil
	for k := range days {
		workspace, day, client = append(workspace, k.workspace), append(day, int64(k.day)), append(client, k.client)
	}
	rows, err = t.tx.QueryRows(ctx, t.in["day_sums"], []database.Column{workspace, day, client})
	return each(rows, err, func() error {
		var k dayKey
		var s sums
		if err := rows.Scan(&k.workspace, &k.day, &k.client, &s.cost); err != nil {
			return fmt.Errorf("scan client day: %w", err)
		}
		days[k] = s
		return nil
	})
}
