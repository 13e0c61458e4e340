package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/ent/workspace"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
)

// DeliveryState is how far a delivery is: GraphQL's AlertDeliveryState.
type DeliveryState string

// The states.
const (
	Pending   DeliveryState = "PENDING"
	Delivered DeliveryState = "DELIVERED"
	Failed    DeliveryState = "FAILED"
)

// MarshalGQL writes the enum AlertDeliveryState.
func (s DeliveryState) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, "%q", string(s)) }

// UnmarshalGQL is what a type of an enum must have; no input has this one.
func (s *DeliveryState) UnmarshalGQL(v any) error {
	*s = DeliveryState(fmt.Sprint(v))
	return nil
}

// Delivery is an alert on its way to a channel: GraphQL's AlertDelivery.
type Delivery struct {
	ID, WorkspaceID string
	Alert           *Alert
	Channel         *Channel
	State           DeliveryState
	// Attempts are in order.
	Attempts []Attempt
	// NextAttemptAt is nil where none is planned.
	NextAttemptAt *calendar.Instant
	CreatedAt     calendar.Instant

	alertID, channelID string
	// before are the attempts before the schedule last began.
	attempts, before int
}

// Attempt is one try to deliver: GraphQL's AlertAttempt.
type Attempt struct {
	Number int
	At     calendar.Instant
	TookMs int
	// Status is what HTTP or SMTP answered; nil: nothing.
	Status *int
	// Answer is its first KiB.
	Answer string
	// Failure is a sentence; nil: it arrived.
	Failure *string
}

// schedule is how long after the one before each attempt is made: three days in
// all, as the Standard Webhooks specification suggests.
func schedule() []time.Duration {
	return []time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 20 * time.Hour,
	}
}

// fanOut makes an alert's deliveries, one for each channel that wants it.
func (d *Desk) fanOut(ctx context.Context, args fanOutArgs) error {
	return d.db.Write(scoped(ctx, args.Workspace), func(tx *database.Tx) error {
		a, err := d.alert(ctx, tx, args.Workspace, args.Alert)
		if a == nil || err != nil {
			return err
		}
		channels, err := d.channels(ctx, tx, args.Workspace)
		if err != nil {
			return err
		}
		var jobs []river.InsertManyParams
		for _, c := range channels {
			if !c.wants(a.Event) {
				continue
			}
			id, err := d.addDelivery(ctx, tx, a, c)
			if err != nil {
				return err
			}
			if id != "" {
				jobs = append(jobs, river.InsertManyParams{Args: deliveryArgs{args.Workspace, id}})
			}
		}
		return d.enqueue(ctx, tx, jobs)
	})
}

// addDelivery returns an empty id where the alert is on its way already.
func (d *Desk) addDelivery(ctx context.Context, tx *database.Tx, a *Alert, c *Channel) (id string, err error) {
	fresh, err := d.id()
	if err != nil {
		return "", err
	}
	rows, err := tx.QueryRows(ctx, d.queries["add_delivery"], nil, a.WorkspaceID, fresh, a.ID, c.ID, int64(d.at()))
	err = each(rows, err, func() error { return rows.Scan(&id) })
	return id, err
}

// alert is nil where there is none.
func (d *Desk) alert(ctx context.Context, tx *database.Tx, workspaceID, id string) (*Alert, error) {
	of := &Delivery{WorkspaceID: workspaceID, alertID: id}
	err := d.readAlerts(ctx, tx, []*Delivery{of})
	return of.Alert, err
}

// attempt is the job of a delivery.
func (d *Desk) attempt(ctx context.Context, args deliveryArgs) error {
	if !d.busy.enter(args.Workspace) {
		return river.JobSnooze(time.Second)
	}
	defer d.busy.leave(args.Workspace)
	ctx = scoped(ctx, args.Workspace)
	delivery, err := d.delivery(ctx, args.Workspace, args.Delivery)
	if err != nil || delivery == nil || delivery.State != Pending {
		return err // removed or forgotten, or done by a job before this one
	}
	if wait := delivery.wait(d.at()); wait > 0 {
		return river.JobSnooze(wait)
	}
	if delivery.Channel.DisabledAt != nil {
		delivery.State, delivery.NextAttemptAt = Failed, nil
		return d.db.Write(ctx, func(tx *database.Tx) error { return d.setDelivery(ctx, tx, delivery) })
	}
	if err := d.try(ctx, delivery, d.schedule); err != nil {
		return err
	}
	if delivery.State == Pending {
		return river.JobSnooze(delivery.wait(d.at()))
	}
	return nil
}

// wait is how long until the next attempt.
func (v *Delivery) wait(now calendar.Instant) time.Duration {
	if v.NextAttemptAt == nil {
		return 0
	}
	return max(0, time.Duration(*v.NextAttemptAt-now)*time.Microsecond)
}

// try makes one attempt and writes down how it went. A failure that is not the
// last of the schedule leaves the delivery pending.
func (d *Desk) try(ctx context.Context, delivery *Delivery, schedule []time.Duration) error {
	began := d.now()
	o, err := d.send(ctx, delivery)
	if err != nil {
		return err
	}
	if o.failure != "" && ctx.Err() != nil {
		return ctx.Err() //nolint:wrapcheck // cut off by a stop: no attempt, and made again
	}
	now := d.now()
	number := delivery.attempts + 1
	a := Attempt{
		Number: number, At: calendar.At(began), TookMs: int(now.Sub(began).Milliseconds()),
		Status: orNone(o.status), Answer: o.answer, Failure: orNull(o.failure),
	}
	c := delivery.Channel
	if d.onAttempt != nil {
		d.onAttempt(c.Kind, o.failure == "")
	}
	delivery.attempts, delivery.Attempts, delivery.NextAttemptAt = number, append(delivery.Attempts, a), nil
	switch rest := len(schedule) - delivery.sinceStart(); {
	case o.failure == "":
		delivery.State = Delivered
	case o.gone || rest <= 0:
		delivery.State = Failed
	default:
		pause := schedule[len(schedule)-rest]
		pause += time.Duration((rand.Float64() - 0.5) * 0.2 * float64(pause)) //nolint:gosec // so that deliveries don't come all at once
		delivery.NextAttemptAt = new(calendar.At(now.Add(max(pause, o.wait))))
	}
	return d.db.Write(ctx, func(tx *database.Tx) error {
		// The channel as it is by now: others may have written it since.
		fresh, err := d.channel(ctx, tx, delivery.WorkspaceID, c.ID)
		if fault.CodeOf(err) == fault.ChannelNotFound {
			return nil // removed meanwhile, with its deliveries
		}
		if err != nil {
			return err
		}
		if err := d.setDelivery(ctx, tx, delivery); err != nil {
			return err
		}
		if _, err := tx.ExecRows(ctx, d.queries["add_attempt"], nil, delivery.WorkspaceID, delivery.ID,
			a.Number, int64(a.At), a.TookMs, a.Status, a.Answer, o.failure); err != nil {
			return err
		}
		return d.judge(ctx, tx, fresh, delivery, o, calendar.At(now))
	})
}

// judge notes whether the channel works, and disables one on which nothing
// arrived for a whole schedule, with a notice.
func (d *Desk) judge(ctx context.Context, tx *database.Tx, c *Channel, delivery *Delivery, o outcome, now calendar.Instant) error {
	if c.DisabledAt != nil {
		return nil
	}
	reason := ""
	switch {
	case delivery.Alert.Event == ChannelTest:
		return nil // a test tells whoever asked for it
	case o.failure == "":
		if c.FailingSince == nil {
			return nil
		}
		c.FailingSince = nil
	case o.gone:
		reason = o.failure
	case delivery.State == Failed && c.FailingSince != nil && *c.FailingSince <= delivery.Attempts[len(delivery.Attempts)-delivery.sinceStart()].At:
		reason = "Nothing arrived for three days. The last time: " + o.failure
	case c.FailingSince == nil:
		c.FailingSince = &delivery.Attempts[len(delivery.Attempts)-1].At
	default:
		return nil
	}
	if reason != "" {
		c.DisabledAt, c.DisabledReason = &now, &reason
		currency, err := d.currency(ctx, tx, c.WorkspaceID)
		if err != nil {
			return err
		}
		if _, err := d.Record(ctx, tx, []News{{
			WorkspaceID: c.WorkspaceID, Event: ChannelDisabled, At: now,
			Facts: Facts{Currency: currency, Channel: &ChannelFact{ID: c.ID, Name: c.Name, Reason: reason}},
		}}); err != nil {
			return err
		}
	}
	_, err := tx.ExecRows(ctx, d.queries["mark_channel"], nil, c.WorkspaceID, c.ID, c.FailingSince, c.DisabledAt, c.DisabledReason)
	return err
}

// sinceStart is how many attempts there were since the schedule began.
func (v *Delivery) sinceStart() int { return v.attempts - v.before }

func orNone(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// workspaceFacts are what a message tells of its workspace.
type workspaceFacts struct{ *ent.Workspace }

// send makes an attempt; the error is one of this side alone.
func (d *Desk) send(ctx context.Context, delivery *Delivery) (outcome, error) {
	found, err := d.db.Ent().Workspace.Query().Where(workspace.ID(delivery.WorkspaceID)).Only(ctx)
	if err != nil {
		return outcome{}, fmt.Errorf("workspace: %w", err)
	}
	w := workspaceFacts{found}
	var f Facts
	if err := json.Unmarshal([]byte(delivery.Alert.Facts), &f); err != nil {
		return outcome{}, fmt.Errorf("facts of alert %s: %w", delivery.Alert.ID, err)
	}
	if err := d.name(ctx, delivery.WorkspaceID, &f); err != nil {
		return outcome{}, err
	}
	limited, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	switch delivery.Channel.Kind {
	case Email:
		return d.sendMail(limited, delivery.Channel, delivery.Alert, &f, w)
	case Slack:
		return d.sendSlack(limited, delivery.Channel, delivery.Alert, &f, w)
	default:
		return d.sendWebhook(limited, delivery.Channel, delivery.Alert, w)
	}
}

// name fills in what the clients of the facts are called by now.
func (d *Desk) name(ctx context.Context, workspaceID string, f *Facts) error {
	names := map[string][]*string{}
	var ids []string
	add := func(id string, name *string) {
		if names[id] == nil {
			ids = append(ids, id)
		}
		names[id] = append(names[id], name)
	}
	for i := range f.Clients {
		add(f.Clients[i].Label, &f.Clients[i].Name)
	}
	if f.Report != nil {
		for i := range f.Report.TopClients {
			add(f.Report.TopClients[i].ClientID, &f.Report.TopClients[i].Name)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return d.book.Snapshot(ctx, func(s *ledger.Snapshot) error {
		known, err := s.Names(ctx, workspaceID, ids)
		for id, n := range known {
			for _, name := range names[id] {
				*name = text(n.Name)
			}
		}
		return err
	})
}

func (d *Desk) setDelivery(ctx context.Context, tx *database.Tx, v *Delivery) error {
	_, err := tx.ExecRows(ctx, d.queries["set_delivery"], nil, v.WorkspaceID, v.ID, string(v.State), v.attempts, v.before, v.NextAttemptAt)
	return err
}

// delivery is nil where there is none.
func (d *Desk) delivery(ctx context.Context, workspaceID, id string) (*Delivery, error) {
	list, err := d.deliveries(ctx, workspaceID, "delivery", id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// deliveries reads those that a statement finds, with their alerts, channels
// and attempts. One whose alert is forgotten is left out.
func (d *Desk) deliveries(ctx context.Context, workspaceID, statement string, args ...any) ([]*Delivery, error) {
	list := []*Delivery{}
	err := d.db.Read(ctx, func(tx *database.Tx) error {
		rows, err := tx.QueryRows(ctx, d.queries[statement], nil, append([]any{workspaceID}, args...)...)
		if err := each(rows, err, func() error {
			v := &Delivery{WorkspaceID: workspaceID}
			list = append(list, v)
			return rows.Scan(&v.ID, &v.alertID, &v.channelID, &v.State, &v.attempts, &v.before, &v.NextAttemptAt, &v.CreatedAt)
		}); err != nil || len(list) == 0 {
			return err
		}
		channels, err := d.channels(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		for _, v := range list {
			if i := slices.IndexFunc(channels, func(c *Channel) bool { return c.ID == v.channelID }); i >= 0 {
				v.Channel = channels[i]
			}
		}
		if err := d.readAlerts(ctx, tx, list); err != nil {
			return err
		}
		if err := d.readAttempts(ctx, tx, list); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(v *Delivery) bool { return v.Alert == nil || v.Channel == nil })
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	return list, nil
}

// readAlerts fills in each one's alert.
func (d *Desk) readAlerts(ctx context.Context, tx *database.Tx, list []*Delivery) error {
	workspaces, ids := make([]string, len(list)), make([]string, len(list))
	for i, v := range list {
		workspaces[i], ids[i] = v.WorkspaceID, v.alertID
	}
	rows, err := tx.QueryRows(ctx, d.queries["alerts"], []database.Column{workspaces, ids})
	return each(rows, err, func() error {
		a := &Alert{}
		if err := rows.Scan(&a.WorkspaceID, &a.ID, &a.ClientID, &a.Event, &a.Facts, &a.CreatedAt); err != nil {
			return fmt.Errorf("scan alert: %w", err)
		}
		for _, v := range list {
			if v.alertID == a.ID {
				v.Alert = a
			}
		}
		return nil
	})
}

// readAttempts fills in each one's attempts, in order.
func (d *Desk) readAttempts(ctx context.Context, tx *database.Tx, list []*Delivery) error {
	workspaces, ids, of := make([]string, len(list)), make([]string, len(list)), map[string]*Delivery{}
	for i, v := range list {
		workspaces[i], ids[i], of[v.ID] = v.WorkspaceID, v.ID, v
		v.Attempts = []Attempt{}
	}
	rows, err := tx.QueryRows(ctx, d.queries["attempts"], []database.Column{workspaces, ids})
	return each(rows, err, func() error {
		var a Attempt
		var id, failure string
		if err := rows.Scan(&id, &a.Number, &a.At, &a.TookMs, &a.Status, &a.Answer, &failure); err != nil {
			return fmt.Errorf("scan attempt: %w", err)
		}
		a.Failure = orNull(failure)
		of[id].Attempts = append(of[id].Attempts, a)
		return nil
	})
}

// How many deliveries are listed where nobody says, and the most that are.
const (
	defaultDeliveries = 20
	maxDeliveries     = 100
)

// DeliveriesOfAlert are an alert's, the newest first.
func (d *Desk) DeliveriesOfAlert(ctx context.Context, workspaceID, alertID string) ([]*Delivery, error) {
	return d.deliveries(ctx, workspaceID, "deliveries_of_alert", alertID, maxDeliveries)
}

// DeliveriesOfChannel are a channel's, the newest first: 20 unless told
// otherwise, 100 at most. Fault: INVALID with the field.
func (d *Desk) DeliveriesOfChannel(ctx context.Context, workspaceID, channelID string, first *int) ([]*Delivery, error) {
	n := defaultDeliveries
	if first != nil {
		n = *first
	}
	if n < 1 || n > maxDeliveries {
		return nil, fault.Field("first", "first is %d; it must be 1 to %d.", n, maxDeliveries)
	}
	return d.deliveries(ctx, workspaceID, "deliveries_of_channel", channelID, n)
}

// SendTest sends the alert channel.test to one channel, at once and once, and
// tells how it went. Faults: WORKSPACE_NOT_FOUND, CHANNEL_NOT_FOUND.
func (d *Desk) SendTest(ctx context.Context, workspaceID, channelID string) (*Delivery, error) {
	var id string
	err := d.db.Write(ctx, func(tx *database.Tx) error {
		c, err := d.channel(ctx, tx, workspaceID, channelID)
		if err != nil {
			return err
		}
		currency, err := d.currency(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		alertID, err := d.record(ctx, tx, News{
			WorkspaceID: workspaceID, Event: ChannelTest, At: d.at(),
			Facts: Facts{Currency: currency, Channel: &ChannelFact{ID: c.ID, Name: c.Name}},
		})
		if err != nil {
			return err
		}
		id, err = d.addDelivery(ctx, tx, &Alert{WorkspaceID: workspaceID, ID: alertID}, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("send test: %w", err)
	}
	delivery, err := d.delivery(ctx, workspaceID, id)
	if err != nil || delivery == nil {
		return nil, err
	}
	if err := d.try(ctx, delivery, nil); err != nil {
		return nil, fmt.Errorf("send test: %w", err)
	}
	return delivery, nil
}

// Replay delivers once more, from the schedule's begin on; what is still on its
// way is attempted at once. Faults: WORKSPACE_NOT_FOUND, DELIVERY_NOT_FOUND,
// CONFLICT where the channel is disabled.
func (d *Desk) Replay(ctx context.Context, workspaceID, deliveryID string) (*Delivery, error) {
	missing := fault.New(fault.DeliveryNotFound, "The workspace has no delivery %q.", deliveryID)
	parsed, err := uuid.Parse(deliveryID)
	if err != nil {
		return nil, missing
	}
	if err := d.db.Read(ctx, func(tx *database.Tx) error {
		_, err := d.currency(ctx, tx, workspaceID)
		return err
	}); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	delivery, err := d.delivery(ctx, workspaceID, parsed.String())
	switch {
	case err != nil:
		return nil, err
	case delivery == nil:
		return nil, missing
	case delivery.Channel.DisabledAt != nil:
		return nil, fault.New(fault.Conflict, "The channel is disabled; enable it first.")
	}
	delivery.State, delivery.NextAttemptAt, delivery.before = Pending, new(d.at()), delivery.attempts
	err = d.db.Write(ctx, func(tx *database.Tx) error {
		if err := d.setDelivery(ctx, tx, delivery); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, []river.InsertManyParams{{Args: deliveryArgs{workspaceID, delivery.ID}}})
	})
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return delivery, nil
}

// prune forgets deliveries and their attempts from before, and alerts from long
// before. What should have been attempted long ago has lost its job, as in a
// copied database, and gets another.
func (d *Desk) prune(ctx context.Context, tx *database.Tx, workspaceID string, now time.Time) error {
	const deliveries, alerts = -90, -400 // days
	for _, step := range []struct {
		statement string
		days      int
	}{{"prune_attempts", deliveries}, {"prune_deliveries", deliveries}, {"prune_alerts", alerts}} {
		if _, err := tx.ExecRows(ctx, d.queries[step.statement], nil, workspaceID, int64(calendar.At(now.AddDate(0, 0, step.days)))); err != nil {
			return err
		}
	}
	var jobs []river.InsertManyParams
	rows, err := tx.QueryRows(ctx, d.queries["overdue"], nil, workspaceID, int64(calendar.At(now.Add(-time.Hour))))
	if err := each(rows, err, func() error {
		args := deliveryArgs{Workspace: workspaceID}
		err := rows.Scan(&args.Delivery)
		jobs = append(jobs, river.InsertManyParams{Args: args})
		return err
	}); err != nil {
		return err
	}
	return d.enqueue(ctx, tx, jobs)
}
