package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/money"
)

// Budget limits what a workspace, or one of its clients, spends in a calendar
// month of the workspace's zone.
type Budget struct {
	WorkspaceID string
	// ClientID is empty for the workspace's own.
	ClientID string
	Limit    money.Nanos
	// Thresholds are percents of the limit, ascending.
	Thresholds []int
	// Blocks: what would pass the limit is not counted.
	Blocks bool
	// Version is how often it was set.
	Version int
}

// Spend is what a budget's month comes to: the one figure that blocks, is
// shown and alerts.
type Spend struct {
	Budget
	Currency string
	Month    calendar.Month
	Cost     money.Total
}

// Admits reports that an answer of this price may be counted: it stays within
// the limit, or the budget doesn't block. A limit of 0 blocks free ones too.
func (s Spend) Admits(price money.Nanos) bool {
	return !s.Blocks || s.Limit > 0 && s.Cost.PlusNanos(price).Cmp(s.Limit.Total()) <= 0
}

// Room is what is left of the limit, never below 0.
func (s Spend) Room() money.Total {
	room := s.Limit.Total().Minus(s.Cost)
	if room.Sign() < 0 {
		return money.Total{}
	}
	return room
}

// ceiling is the cost above which an append must look at the budget: there the
// limit blocks or tells, or the next threshold is reached. Nil: nothing more
// will happen. Where even nothing may be too much it is below 0.
func (s Spend) ceiling() *int64 {
	if s.Blocks && s.Limit == 0 {
		return new(unmade)
	}
	limit := s.Limit.Total()
	var least *int64
	upTo := func(cost money.Total) {
		n, fits := cost.Nanos()
		if !fits {
			n = math.MaxInt64
		}
		if least == nil || int64(n) < *least {
			least = new(int64(n))
		}
	}
	if s.Blocks || s.Cost.Cmp(limit) <= 0 {
		upTo(limit)
	}
	for _, percent := range s.Thresholds {
		if !s.reaches(percent) && s.Limit > 0 {
			upTo(limit.Percentage(int64(percent)).PlusNanos(-1))
		}
	}
	return least
}

// reaches reports that a threshold is reached; a limit of 0 has none.
func (s Spend) reaches(percent int) bool {
	return s.Limit > 0 && s.Cost.Covers(s.Limit.Total(), int64(percent))
}

// exceeds reports that a budget that doesn't block is spent, and more.
func (s Spend) exceeds() bool { return !s.Blocks && s.Cost.Cmp(s.Limit.Total()) > 0 }

// unmade is the ceiling of a row that was added to before it was made.
const unmade int64 = -1

// Whose months are limited, as workspaces.budgeted has it.
const (
	ownBudget     = 1
	clientBudgets = 2
)

// The words for Budget.Blocks in the database.
const (
	notifies = "NOTIFY"
	blocks   = "BLOCK"
)

// budgetRow scans client_id, monthly_limit, thresholds, enforcement, version,
// month, cost_high, cost_low: a budget, null where there is none, and what a
// month comes to, null where there is no counter.
type budgetRow struct {
	client, thresholds, enforcement  sql.NullString
	limit, version, month, high, low sql.NullInt64
}

func (r *budgetRow) columns(before ...any) []any {
	return append(before, &r.client, &r.limit, &r.thresholds, &r.enforcement, &r.version, &r.month, &r.high, &r.low)
}

func (r *budgetRow) spend(account *Account) (Spend, error) {
	s := Spend{
		Budget: Budget{
			WorkspaceID: account.ID, ClientID: r.client.String, Limit: money.Nanos(r.limit.Int64),
			Blocks: r.enforcement.String == blocks, Version: int(r.version.Int64),
		},
		Currency: account.Currency, Month: calendar.Month(r.month.Int64), //nolint:gosec // the column holds 32 bits
		Cost: money.TotalOfParts(r.high.Int64, r.low.Int64),
	}
	if err := json.Unmarshal([]byte(r.thresholds.String), &s.Thresholds); err != nil {
		return s, fmt.Errorf("scan thresholds: %w", err)
	}
	return s, nil
}

// budgetKey is a row of budgets.
type budgetKey struct{ workspace, client string }

// monthKey is a row of month_costs.
type monthKey struct {
	workspace, client string
	month             calendar.Month
}

func compareMonths(a, b monthKey) int {
	return cmp.Or(cmp.Compare(a.workspace, b.workspace), cmp.Compare(a.client, b.client), cmp.Compare(a.month, b.month))
}

// counter is a budget's month in a transaction.
type counter struct {
	key monthKey
	// Spend is what was committed, where it was looked at.
	Spend
	looked bool
	// kept: there is a row, which whoever counts must add to. It is made by
	// the first who counts into the running month, working alone.
	kept bool
	// wanted: an entry stands in the running month or a later one.
	wanted bool
}

// draw is what an entry draws on, the workspace's own budget first.
type draw struct {
	counters []*counter
	// late: its month was over when it was recorded. It counts, and no budget
	// blocks what has long happened.
	late bool
}

// limits are the budgets that some entries draw on.
type limits struct {
	counters map[monthKey]*counter
	draws    map[*Usage]draw
}

// at is a month's counter.
func (l limits) at(k monthKey) *counter {
	c := l.counters[k]
	if c == nil {
		c = &counter{key: k}
		l.counters[k] = c
	}
	return c
}

// limits finds the budgets of the entries' workspaces and clients. It looks at
// what their months come to where that is asked for, and in months that are
// over: those may have no counter, and then need none.
func (t *appending) limits(ctx context.Context, dir *Directory, entries []*Usage) (limits, error) {
	l := limits{counters: map[monthKey]*counter{}, draws: map[*Usage]draw{}}
	if len(dir.budgeted) == 0 {
		return l, nil
	}
	clocks := map[string]*calendar.Clock{}
	look := map[monthKey]bool{}
	for _, u := range entries {
		own, client := dir.budgeted[budgetKey{u.WorkspaceID, ""}], dir.budgeted[budgetKey{u.WorkspaceID, u.ClientID}]
		if !own && !client {
			continue
		}
		clock := clocks[u.WorkspaceID]
		if clock == nil {
			clock = dir.accounts[u.WorkspaceID].Zone.Clock()
			clocks[u.WorkspaceID] = clock
		}
		month := clock.Local(u.CreatedAt).Date.Month()
		d := draw{late: month < clock.Local(u.RecordedAt).Date.Month()}
		if own {
			d.counters = append(d.counters, l.at(monthKey{u.WorkspaceID, "", month}))
		}
		if client {
			d.counters = append(d.counters, l.at(monthKey{u.WorkspaceID, u.ClientID, month}))
		}
		for _, c := range d.counters {
			c.wanted = c.wanted || !d.late
			if d.late || t.looks(u.WorkspaceID) {
				look[c.key] = true
			}
		}
		l.draws[u] = d
	}
	return l, t.lookAt(ctx, t.tx, sorted(look, compareMonths), dir.accounts, l)
}

// lookAt reads the counters of months whose workspace or client has a budget.
func (b *Book) lookAt(ctx context.Context, tx *database.Tx, keys []monthKey, accounts map[string]*Account, l limits) error {
	if len(keys) == 0 {
		return nil
	}
	n := len(keys)
	workspace, client, month := make([]string, n), make([]string, n), make([]int64, n)
	for i, k := range keys {
		workspace[i], client[i], month[i] = k.workspace, k.client, int64(k.month)
	}
	rows, err := tx.QueryRows(ctx, b.budget["of_months"], []database.Column{workspace, client, month})
	return each(rows, err, func() error {
		var id string
		var r budgetRow
		if err := rows.Scan(r.columns(&id)...); err != nil {
			return fmt.Errorf("scan budget: %w", err)
		}
		spend, err := r.spend(accounts[id])
		c := l.at(monthKey{id, spend.ClientID, spend.Month})
		c.Spend, c.looked, c.kept = spend, true, r.high.Valid
		return err
	})
}

// crowdedError names workspaces in which a transaction must work alone, for
// what it has to look at others may be changing.
type crowdedError []string

func (e crowdedError) Error() string {
	return "ledger: others work in " + strings.Join(e, ", ")
}

// orNil is nil where the list is empty.
func (e crowdedError) orNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// open makes the rows of running months that were looked for and are not there,
// from the rollups. Those of months that are over are only added to: nobody
// asks for what they lack.
func (t *appending) open(ctx context.Context, dir *Directory, l limits) error {
	var crowded crowdedError
	var made []tally
	s := &Snapshot{Book: t.Book, tx: t.tx}
	for _, k := range sorted(l.counters, compareMonths) {
		c := l.counters[k]
		if !c.looked || c.kept || !c.wanted {
			continue
		}
		if !t.isAlone(k.workspace) {
			crowded = append(crowded, k.workspace)
			continue
		}
		cost, err := s.monthCost(ctx, dir.accounts[k.workspace], k.month, k.client)
		if err != nil {
			return err
		}
		c.Cost, c.kept = cost, true
		made = append(made, tally{k, cost, c.ceiling()})
	}
	if len(crowded) > 0 || len(made) == 0 {
		return crowded.orNil()
	}
	_, err := t.addMonths(ctx, made)
	return err
}

// monthCost is what the rollups say of a month: all of the workspace's, or one
// client's.
func (s *Snapshot) monthCost(ctx context.Context, account *Account, month calendar.Month, client string) (money.Total, error) {
	var sum money.Total
	days := calendar.Range{Start: month.First(), End: month.Last()}
	scope := Scope{Account: account}
	if client != "" {
		scope.Clients = []string{client}
		list, err := s.Clients(ctx, scope, days)
		for _, c := range list {
			sum = sum.Plus(c.Cost)
		}
		return sum, err
	}
	clock := account.Zone.Clock()
	err := s.Quarters(ctx, scope, account.Zone.Spans(days), false, func(slice Slice) error {
		if clock.Local(slice.At).Date.Month() == month {
			sum = sum.Plus(slice.Cost)
		}
		return nil
	})
	return sum, err
}

// refuse marks, in the order of the entries, those that a budget blocks, as
// far as it was looked at. Who works alone judges each by what the ones before
// it left. Who doesn't may only say no to what the committed spend alone has no
// room for: others may take the rest, or give it back.
func (t *appending) refuse(ctx context.Context, l limits, entries []*Usage, outcomes []Outcome) error {
	var looked []string
	for k, c := range l.counters {
		if c.looked {
			looked = append(looked, k.workspace)
		}
	}
	if looked == nil {
		return nil
	}
	over, _ := t.judge(l, entries, outcomes, map[idempotency]bool{})
	if len(over) == 0 {
		for _, workspace := range looked {
			t.tight.Delete(workspace)
		}
		return nil
	}
	// Now it matters which entries only repeat others.
	var keys []idempotency
	for _, u := range entries {
		if k, keyed := keyOf(u); keyed && len(l.draws[u].counters) > 0 {
			keys = append(keys, k)
		}
	}
	stored, err := t.firstOfKeys(ctx, keys)
	if err != nil {
		return err
	}
	seen := make(map[idempotency]bool, len(stored))
	for k := range stored {
		seen[k] = true
	}
	over, crowded := t.judge(l, entries, outcomes, seen)
	if err := crowded.orNil(); err != nil {
		return err
	}
	for i, spend := range over {
		outcomes[i].Over = &spend
	}
	return nil
}

// judge goes through the entries; seen are the keys whose entries only repeat
// others, and grows. over are the budgets that block entries, by these' index;
// crowded, the workspaces where only the batch's own entries leave no room.
func (t *appending) judge(l limits, entries []*Usage, outcomes []Outcome, seen map[idempotency]bool) (over map[int]Spend, crowded crowdedError) {
	over = map[int]Spend{}
	spent := map[*counter]money.Total{} // by the entries before
	for i, u := range entries {
		d := l.draws[u]
		k, keyed := keyOf(u)
		if outcomes[i].refused() || keyed && seen[k] {
			continue
		}
		blocking := slices.IndexFunc(d.counters, func(c *counter) bool {
			now := c.Spend
			now.Cost = now.Cost.Plus(spent[c])
			if d.late || now.Admits(u.Price) {
				return false
			}
			over[i] = now
			return true
		})
		if blocking >= 0 {
			if d.counters[blocking].Admits(u.Price) && !t.isAlone(u.WorkspaceID) {
				crowded = append(crowded, u.WorkspaceID)
			}
			continue
		}
		for _, c := range d.counters {
			spent[c] = spent[c].PlusNanos(u.Price)
		}
		if keyed {
			seen[k] = true
		}
	}
	return over, crowded
}

// spend adds the usages to the counters, sign being 1, or takes them back, sign
// being -1.
func (t *appending) spend(ctx context.Context, l limits, usages []*Usage, sign money.Nanos) error {
	added := map[monthKey]money.Total{}
	for _, u := range usages {
		for _, c := range l.draws[u].counters {
			if c.kept || !c.looked && sign > 0 {
				added[c.key] = added[c.key].PlusNanos(sign * u.Price)
			}
		}
	}
	changes := make([]tally, 0, len(added))
	for _, k := range sorted(added, compareMonths) {
		changes = append(changes, tally{k, added[k], new(unmade)})
	}
	after, err := t.changeMonths(ctx, changes)
	if err != nil || sign < 0 {
		return err
	}
	var crowded crowdedError
	for _, now := range after {
		c := l.counters[now.key]
		if !c.wanted {
			continue
		}
		if c.looked && t.isAlone(c.key.workspace) {
			// Who was alone when it looked has judged. That one, and nobody else,
			// knows what the month came to before and comes to now: no other can
			// move it until the commit.
			before := c.Spend
			c.Cost = now.cost
			t.crossed(before, c.Spend, usages[0].RecordedAt)
			if err := t.setCeiling(ctx, c, now.ceiling); err != nil {
				return err
			}
			continue
		}
		if now.ceiling != nil && now.cost.Cmp(money.Nanos(*now.ceiling).Total()) > 0 {
			crowded = append(crowded, c.key.workspace)
			t.tight.Store(c.key.workspace, struct{}{})
		}
	}
	return crowded.orNil()
}

// setCeiling keeps the ceiling that a counter has now, where it was another.
func (t *appending) setCeiling(ctx context.Context, c *counter, was *int64) error {
	now := c.ceiling()
	if now == was || now != nil && was != nil && *now == *was {
		return nil
	}
	_, err := t.tx.ExecRows(ctx, t.budget["set_month_ceiling"], nil, c.key.workspace, c.key.client, int64(c.key.month), now)
	return err
}

// tally is a row of month_costs, or what is added to one.
type tally struct {
	key     monthKey
	cost    money.Total
	ceiling *int64
}

// changeMonths adds to rows of month_costs and returns what they then hold: of
// one that is not there, an unmade one.
func (t *appending) changeMonths(ctx context.Context, changes []tally) (after []tally, err error) {
	if len(changes) != 1 {
		return t.addMonths(ctx, changes)
	}
	c := changes[0]
	high, low := c.cost.Parts()
	rows, err := t.tx.QueryRows(ctx, t.budget["add_month"], nil, c.key.workspace, c.key.client, int64(c.key.month), high, low)
	if after, err = tallies(rows, err); len(after) == 0 {
		after = changes
	}
	return after, err
}

// addMonths adds to rows of month_costs, sorted by key, makes those that are
// not there, and returns what they then hold.
func (t *appending) addMonths(ctx context.Context, changes []tally) (after []tally, err error) {
	n := len(changes)
	if n == 0 {
		return nil, nil
	}
	workspace, client, month := make([]string, n), make([]string, n), make([]int64, n)
	high, low, ceiling := make([]int64, n), make([]int64, n), make([]*int64, n)
	for i, c := range changes {
		workspace[i], client[i], month[i] = c.key.workspace, c.key.client, int64(c.key.month)
		high[i], low[i] = c.cost.Parts()
		ceiling[i] = c.ceiling
	}
	rows, err := t.tx.QueryRows(ctx, t.budget["add_months"], []database.Column{workspace, client, month, high, low, ceiling})
	return tallies(rows, err)
}

// tallies scans workspace_id, client_id, month, cost_high, cost_low, ceiling.
func tallies(rows *sql.Rows, err error) ([]tally, error) {
	var found []tally
	err = each(rows, err, func() error {
		var c tally
		var high, low int64
		if err := rows.Scan(&c.key.workspace, &c.key.client, &c.key.month, &high, &low, &c.ceiling); err != nil {
			return fmt.Errorf("scan month: %w", err)
		}
		c.cost = money.TotalOfParts(high, low)
		found = append(found, c)
		return nil
	})
	return found, err
}

// Limit is a budget to keep, and of which version the one that it replaces
// must be: 0 for none, nil for whatever there is.
type Limit struct {
	Budget
	Replaces *int
	At       calendar.Instant
}

// SetBudget keeps a budget from the next append on, and makes its counter of
// the month that holds At. The workspace's callers wait meanwhile. The errors
// are faults: WORKSPACE_NOT_FOUND, CUSTOMER_NOT_FOUND, CONFLICT where
// the version is another.
func (b *Book) SetBudget(ctx context.Context, limit Limit) error {
	thresholds, err := json.Marshal(limit.Thresholds)
	if err != nil {
		return fmt.Errorf("set budget: %w", err)
	}
	err = b.changeBudget(ctx, limit.Budget, func(t *appending, dir *Directory) error {
		k := monthKey{limit.WorkspaceID, limit.ClientID, dir.accounts[limit.WorkspaceID].Zone.Date(limit.At).Month()}
		l := limits{counters: map[monthKey]*counter{}}
		if err := t.lookAt(ctx, t.tx, []monthKey{k}, dir.accounts, l); err != nil {
			return err
		}
		c := l.at(k)
		if limit.Replaces != nil && *limit.Replaces != c.Version {
			return &fault.Error{Code: fault.Conflict, Field: "input.version", Message: conflict(c.Version)}
		}
		enforcement := notifies
		if limit.Blocks {
			enforcement = blocks
		}
		if _, err := t.tx.ExecRows(ctx, b.budget["set_budget"], nil, limit.WorkspaceID, limit.ClientID,
			int64(limit.Limit), string(thresholds), enforcement, c.Version+1, int64(limit.At)); err != nil {
			return err
		}
		// What other months come to is looked at when somebody adds to them.
		if _, err := t.tx.ExecRows(ctx, b.budget["set_ceilings"], nil, limit.WorkspaceID, limit.ClientID, unmade); err != nil {
			return err
		}
		before, had := c.Budget, c.looked
		c.Budget, c.Currency, c.Month = limit.Budget, dir.accounts[limit.WorkspaceID].Currency, k.month
		c.looked, c.wanted = true, true
		if c.kept {
			err = t.setCeiling(ctx, c, new(unmade))
		} else {
			err = t.open(ctx, dir, l)
		}
		if err != nil {
			return err
		}
		old := Spend{Cost: c.Cost} // without a budget nothing was reached
		if old.Blocks = !had; had {
			old.Budget = before
		}
		t.crossed(old, c.Spend, limit.At)
		return t.tell(ctx)
	})
	if err != nil {
		return fmt.Errorf("set budget: %w", err)
	}
	return nil
}

func conflict(known int) string {
	if known == 0 {
		return "Somebody removed this budget since."
	}
	return fmt.Sprintf("Somebody changed this budget since: its version is %d.", known)
}

// RemoveBudget forgets a budget and its counter; removed is false where there
// was none. Faults: WORKSPACE_NOT_FOUND, CUSTOMER_NOT_FOUND.
func (b *Book) RemoveBudget(ctx context.Context, workspaceID, clientID string) (removed bool, err error) {
	budget := Budget{WorkspaceID: workspaceID, ClientID: clientID}
	err = b.changeBudget(ctx, budget, func(t *appending, _ *Directory) error {
		n, err := t.tx.ExecRows(ctx, b.budget["remove_budget"], nil, workspaceID, clientID)
		if err != nil {
			return err
		}
		removed = n > 0
		_, err = t.tx.ExecRows(ctx, b.budget["clear_months_of"], nil, workspaceID, clientID)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("remove budget: %w", err)
	}
	return removed, nil
}

// changeBudget runs change alone in the budget's workspace, after it found
// that and the client.
func (b *Book) changeBudget(ctx context.Context, of Budget, change func(*appending, *Directory) error) error {
	if !database.Storable(of.WorkspaceID) {
		return noWorkspace(of.WorkspaceID)
	}
	if !database.Storable(of.ClientID) {
		return noCustomer(of.ClientID)
	}
	return b.db.Write(ctx, func(tx *database.Tx) error {
		t := &appending{Book: b, tx: tx, alone: map[string]bool{of.WorkspaceID: true}}
		dir, err := t.resolve(ctx, []Ref{{WorkspaceID: of.WorkspaceID, ClientID: of.ClientID}})
		if err != nil {
			return err
		}
		if _, ok := dir.Account(of.WorkspaceID); !ok {
			return noWorkspace(of.WorkspaceID)
		}
		if _, ok := dir.Party(Ref{WorkspaceID: of.WorkspaceID, ClientID: of.ClientID}); !ok && of.ClientID != "" {
			return noCustomer(of.ClientID)
		}
		if err := change(t, dir); err != nil {
			return err
		}
		return t.noteBudgets(ctx, of.WorkspaceID)
	})
}

// noteBudgets tells every append whose months are limited.
func (t *appending) noteBudgets(ctx context.Context, workspaceID string) error {
	var first, last sql.NullString
	rows, err := t.tx.QueryRows(ctx, t.budget["budget_ends"], nil, workspaceID)
	if err := each(rows, err, func() error { return rows.Scan(&first, &last) }); err != nil {
		return err
	}
	budgeted := 0
	if first.Valid && first.String == "" {
		budgeted |= ownBudget
	}
	if last.String != "" {
		budgeted |= clientBudgets
	}
	_, err = t.tx.ExecRows(ctx, t.budget["set_budgeted"], nil, workspaceID, budgeted)
	return err
}

func noCustomer(clientID string) error {
	return fault.New(fault.CustomerNotFound, "The workspace has no customer with the clientId %q.", clientID)
}

// Spend is a budget with what the month that holds now comes to, nil where
// there is no budget.
func (s *Snapshot) Spend(ctx context.Context, account *Account, clientID string, now calendar.Instant) (*Spend, error) {
	k := monthKey{account.ID, clientID, account.Zone.Date(now).Month()}
	l := limits{counters: map[monthKey]*counter{}}
	if err := s.lookAt(ctx, s.tx, []monthKey{k}, map[string]*Account{k.workspace: account}, l); err != nil {
		return nil, err
	}
	c := l.at(k)
	if !c.looked {
		return nil, nil //nolint:nilnil // no budget
	}
	if !c.kept {
		var err error
		if c.Cost, err = s.monthCost(ctx, account, k.month, k.client); err != nil {
			return nil, err
		}
	}
	return &c.Spend, nil
}

// Standing is what the book holds of a customer before there is an answer.
type Standing struct {
	// Account and Party are nil where there is none.
	Account *Account
	Party   *Party
	// Spends are those of the budgets that apply.
	Spends []Spend
}

// Standing reads, in one statement and without a lock, all that decides
// whether a customer's next answer would be counted. Only of a month into
// which nothing was counted yet it asks the rollups too.
func (b *Book) Standing(ctx context.Context, ref Ref, now calendar.Instant) (*Standing, error) {
	standing := &Standing{}
	if !database.Storable(ref.WorkspaceID) {
		return standing, nil
	}
	statement, name := b.budget["standing_by_client"], ref.ClientID
	if name == "" {
		statement, name = b.budget["standing_by_phone"], ref.Phone
	}
	today := calendar.DateOf(now.Time().Date())
	found := map[string]*counter{} // by client
	rows, err := b.db.Reader().QueryRows(ctx, statement, nil,
		ref.WorkspaceID, name, int64(today.Add(-1).Month()), int64(today.Add(1).Month()))
	err = each(rows, err, func() error {
		var client sql.NullString
		var active sql.NullBool
		var r budgetRow
		account, err := b.account(rows, r.columns(&client, &active)...)
		if err != nil {
			return err
		}
		standing.Account = account
		if client.Valid {
			standing.Party = &Party{ClientID: client.String, Active: active.Bool}
		}
		if !r.client.Valid {
			return nil
		}
		spend, err := r.spend(account)
		month := account.Zone.Date(now).Month()
		kept := r.month.Valid && spend.Month == month
		if c := found[spend.ClientID]; c == nil || kept {
			if !kept {
				spend.Month, spend.Cost = month, money.Total{}
			}
			found[spend.ClientID] = &counter{Spend: spend, kept: kept}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("standing: %w", err)
	}
	for _, client := range sorted(found, cmp.Compare) {
		c := found[client]
		if !c.kept {
			if err := b.Snapshot(ctx, func(s *Snapshot) (err error) {
				c.Cost, err = s.monthCost(ctx, standing.Account, c.Month, client)
				return err
			}); err != nil {
				return nil, fmt.Errorf("standing: %w", err)
			}
		}
		standing.Spends = append(standing.Spends, c.Spend)
	}
	return standing, nil
}

// verifyMonths compares the counter's rows with the usages.
func (s *Snapshot) verifyMonths(ctx context.Context, account *Account, report func(Difference)) error {
	kept := map[calendar.Month]map[string]money.Total{}
	rows, err := s.tx.QueryRows(ctx, s.budget["months"], nil, account.ID)
	err = each(rows, err, func() error {
		var client string
		var month calendar.Month
		var high, low int64
		if err := rows.Scan(&client, &month, &high, &low); err != nil {
			return fmt.Errorf("scan month: %w", err)
		}
		if kept[month] == nil {
			kept[month] = map[string]money.Total{}
		}
		kept[month][client] = money.TotalOfParts(high, low)
		return nil
	})
	if err != nil {
		return err
	}
	for _, month := range sorted(kept, cmp.Compare) {
		days, err := s.foldDays(ctx, Scope{Account: account}, calendar.Range{Start: month.First(), End: month.Last()})
		if err != nil {
			return err
		}
		raw := map[string]money.Total{}
		for k, sum := range days {
			raw[k.client] = raw[k.client].Plus(sum.cost)
			raw[""] = raw[""].Plus(sum.cost)
		}
		for _, client := range sorted(kept[month], cmp.Compare) {
			if kept[month][client] != raw[client] {
				report(Difference{
					Rollup: "month_costs", Row: fmt.Sprintf("workspace %q month %s client %q", account.ID, month, client),
					Raw: "cost " + raw[client].String(), Kept: "cost " + kept[month][client].String(),
				})
			}
		}
	}
	return nil
}
