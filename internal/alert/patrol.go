package alert

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/contatore/contatore/ent"
	limits "github.com/contatore/contatore/ent/budget"
	"github.com/contatore/contatore/ent/workspace"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/budget"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

const (
	hour = 4 * calendar.Quarter
	day  = 24 * hour
	week = 7 * day
	// listed is how many workspaces are listed at a time.
	listed = 500
	// grace is how long a day is over before it is judged: some usage comes late.
	grace = hour
)

// Patrol looks at every workspace for what no usage tells by itself: silence,
// unusual days, budgets that are going to be exceeded, and reports that are
// due. Each is told once, however often and on however many nodes it is found.
// A workspace that can't be looked at is logged and looked at next time; the
// others are all the same. The context must be one that may see all.
func (d *Desk) Patrol(ctx context.Context) error {
	for after := ""; ; {
		some, err := d.db.Ent().Workspace.Query().Where(workspace.IDGT(after)).Order(workspace.ByID()).Limit(listed).All(ctx)
		if err != nil {
			return fmt.Errorf("patrol: %w", err)
		}
		for _, w := range some {
			err := d.look(scoped(ctx, w.ID), w)
			switch {
			case err == nil:
			case ctx.Err() != nil || fault.CodeOf(err) == fault.Unavailable: // so it would be for the others
				return fmt.Errorf("patrol: %w", err)
			default:
				d.log.ErrorContext(ctx, "a workspace could not be looked at", "workspace", w.ID, "error", err)
			}
		}
		if len(some) < listed {
			return nil
		}
		after = some[listed-1].ID
	}
}

// rounds remember when each workspace was looked at without a failure, so that
// what can't have changed since is not computed again. It saves work and decides
// nothing: what was told stands in the database.
type rounds struct {
	mu sync.Mutex
	at map[string]calendar.Instant
}

// last is 0 where this desk has not looked yet.
func (r *rounds) last(workspaceID string) calendar.Instant {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at[workspaceID]
}

func (r *rounds) note(workspaceID string, at calendar.Instant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil {
		r.at = map[string]calendar.Instant{}
	}
	r.at[workspaceID] = at
}

// visit is one look at a workspace.
type visit struct {
	*Desk
	workspace *ent.Workspace
	account   *ledger.Account
	// before is when it was looked at last; 0, which is long ago: never.
	before, now calendar.Instant
	here        calendar.Local
	// last is the newest usage that stands.
	last *ledger.Usage
	news []News
}

func (d *Desk) look(ctx context.Context, w *ent.Workspace) error {
	v := &visit{Desk: d, workspace: w, before: d.rounds.last(w.ID), now: d.at()}
	err := d.book.Snapshot(ctx, func(s *ledger.Snapshot) (err error) {
		if v.account, err = s.Account(ctx, w.ID); err != nil {
			return err
		}
		v.last, err = s.Last(ctx, w.ID)
		return err
	})
	if err != nil {
		return err
	}
	v.here = v.account.Zone.Clock().Local(v.now)
	var found error
	if v.last != nil {
		found = errors.Join(v.silence(ctx), v.anomalies(ctx), v.budgets(ctx), v.reports(ctx))
	}
	// What one failure hides must not hide the rest.
	if err := errors.Join(found, v.keep(ctx)); err != nil {
		return err
	}
	d.rounds.note(w.ID, v.now)
	return nil
}

// keep records the news, and forgets what is old where a day is over.
func (v *visit) keep(ctx context.Context) error {
	_, over := v.overDay()
	if !over && len(v.news) == 0 {
		return nil
	}
	return v.db.Write(ctx, func(tx *database.Tx) error {
		if _, err := v.Record(ctx, tx, v.news); err != nil {
			return err
		}
		if !over {
			return nil
		}
		return v.prune(ctx, tx, v.workspace.ID, v.now.Time())
	})
}

// overDay is the local day that was the last to be over, and whether that is
// news since the look before.
func (v *visit) overDay() (calendar.Date, bool) {
	zone := v.account.Zone
	today := zone.Date(v.now - grace)
	return today.Add(-1), zone.Date(v.before-grace) != today
}

// tell is for what has not been told.
func (v *visit) tell(event, once, clientID string, facts Facts) {
	facts.Currency = v.account.Currency
	v.news = append(v.news, News{WorkspaceID: v.workspace.ID, ClientID: clientID, Event: event, Once: once, Facts: facts, At: v.now})
}

// told reports that what goes by this name was told, so that nothing has to be
// computed for it.
func (v *visit) told(ctx context.Context, once string) (bool, error) {
	var n int
	rows, err := v.db.Reader().QueryRows(ctx, v.queries["known"], nil, v.workspace.ID, once)
	err = each(rows, err, func() error { return rows.Scan(&n) })
	return n > 0, err
}

// open reads the workspace's figures as the dashboard shows them.
func (v *visit) open(ctx context.Context, days *calendar.Range, filter *analytics.Filter, need analytics.Need) (*analytics.Stats, error) {
	var in *calendar.RangeInput
	if days != nil {
		in = &calendar.RangeInput{StartDate: &days.Start, EndDate: &days.End}
	}
	return v.forecasts.Open(ctx, v.book, v.workspace.ID, in, filter, need, v.now.Time())
}

// anomalies tells of the day that is over, for hours too are judged by their
// whole day: of the day or, where that was as usual, of the hour furthest off.
// One message is enough to look at the chart, which marks them all.
func (v *visit) anomalies(ctx context.Context) error {
	over, isNew := v.overDay()
	if !isNew || v.now-v.last.CreatedAt > week {
		return nil
	}
	stats, err := v.open(ctx, &calendar.Range{Start: over, End: over}, nil, analytics.Need{AnomalyClients: true, AnomalyLabels: true})
	if err != nil {
		return err
	}
	found, err := stats.Anomalies()
	if err != nil || len(found) == 0 {
		return err
	}
	furthest := found[0] // the day, if it is one
	for _, a := range found[1:] {
		if furthest.Hour != nil && distance(a).Cmp(distance(furthest)) > 0 {
			furthest = a
		}
	}
	facts, err := anomalyFacts(furthest)
	if err != nil {
		return err
	}
	v.tell(Anomaly, Anomaly+" "+over.String(), "", facts)
	return nil
}

// distance is how far an anomaly is from what was expected.
func distance(a analytics.Anomaly) money.Total {
	if a.Direction == analytics.Below {
		return a.Expected.Minus(a.Actual)
	}
	return a.Actual.Minus(a.Expected)
}

func anomalyFacts(a analytics.Anomaly) (Facts, error) {
	clients, err := a.Clients()
	kinds, kindsErr := a.Kinds()
	models, modelsErr := a.Models()
	if err := errors.Join(err, kindsErr, modelsErr); err != nil {
		return Facts{}, err
	}
	facts := Facts{
		Day: a.Date.String(), Hour: a.Hour, Direction: string(a.Direction),
		Actual: amount(a.Actual), Expected: amount(a.Expected), Low: amount(a.Low), High: amount(a.High),
		Kinds: departures(kinds), Models: departures(models),
	}
	for _, c := range clients {
		facts.Clients = append(facts.Clients, Departure{Label: c.ClientID, Actual: amount(c.Actual), Expected: amount(c.Usual)})
	}
	return facts, nil
}

func departures(labels []analytics.LabelDeparture) (list []Departure) {
	for _, l := range labels {
		list = append(list, Departure{Label: l.Label, Actual: amount(l.Actual), Expected: amount(l.Usual)})
	}
	return list
}

func amount(t money.Total) Amount { return Amount(t.String()) }

// budgets tells of those that are not spent yet and are expected to be exceeded,
// each once a local day. They are looked at once an hour.
func (v *visit) budgets(ctx context.Context) error {
	if v.workspace.Budgeted == 0 || v.now/hour == v.before/hour {
		return nil
	}
	clients, err := v.db.Ent().Budget.Query().Where(limits.WorkspaceID(v.workspace.ID)).
		Order(limits.ByClientID()).Select(limits.FieldClientID).Strings(ctx)
	if err != nil {
		return fmt.Errorf("budgets: %w", err)
	}
	for _, client := range clients {
		if err := v.budget(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

// budget looks at one; client is empty for the workspace's own.
func (v *visit) budget(ctx context.Context, client string) error {
	once := strings.TrimSpace(fmt.Sprintf("%s %s %s", ForecastExceeded, v.here.Date, client))
	if told, err := v.told(ctx, once); told || err != nil {
		return err
	}
	of := budget.Subject{WorkspaceID: v.workspace.ID}
	var filter *analytics.Filter
	if client != "" {
		of.ClientID, filter = &client, &analytics.Filter{ClientIds: []string{client}}
	}
	b, err := budget.Of(ctx, v.book, of, v.now.Time())
	if b == nil || err != nil || b.Remaining.IsZero() {
		return err
	}
	stats, err := v.open(ctx, nil, filter, analytics.Need{Forecast: true})
	if err != nil {
		return err
	}
	f, err := stats.Forecast(new(1))
	limit := b.MonthlyLimit.Total()
	// Of fewer than 14 days nothing is known but their mean: nobody is called for that.
	if err != nil || f.Method == nil || f.MonthEnd.Expected.Cmp(limit) <= 0 {
		return err
	}
	facts := Facts{
		Month: v.here.Date.Month().String(), Enforcement: string(b.Enforcement), Limit: amount(limit), Spent: amount(b.Spent),
		Expected: amount(f.MonthEnd.Expected), Low: amount(f.MonthEnd.Low80), High: amount(f.MonthEnd.High80),
	}
	_, metOn, err := stats.MonthEnd(limit)
	if err != nil {
		return err
	}
	if metOn != nil {
		facts.Day = metOn.String()
	}
	v.tell(ForecastExceeded, once, client, facts)
	return nil
}
