package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
)

// ChannelKind is how a channel is reached: GraphQL's AlertChannelKind.
type ChannelKind string

// The kinds.
const (
	Webhook ChannelKind = "WEBHOOK"
	Email   ChannelKind = "EMAIL"
	Slack   ChannelKind = "SLACK"
)

// MarshalGQL writes the enum AlertChannelKind.
func (k ChannelKind) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, "%q", string(k)) }

// UnmarshalGQL reads the enum AlertChannelKind.
func (k *ChannelKind) UnmarshalGQL(v any) error {
	switch text, _ := v.(string); ChannelKind(text) {
	case Webhook, Email, Slack:
		*k = ChannelKind(text)
		return nil
	default:
		return fault.New(fault.Invalid, "%q is not a kind of channel; write WEBHOOK, EMAIL or SLACK.", text)
	}
}

// Channel is where a workspace wants to be told: GraphQL's AlertChannel.
type Channel struct {
	ID, WorkspaceID string
	Kind            ChannelKind
	Name            string
	// Target is a URL, or e-mail addresses with commas between them.
	Target string
	// Events are what it is told; empty: everything but reports.
	Events []string
	// FailingSince is when the first attempt failed since the last that arrived;
	// nil: the last one arrived.
	FailingSince *calendar.Instant
	// DisabledAt is since when it is told nothing; nil: it is told.
	DisabledAt     *calendar.Instant
	DisabledReason *string
	Version        int
	CreatedAt      calendar.Instant

	secrets []secret
}

// wants reports that the channel is told of an event.
func (c *Channel) wants(event string) bool {
	switch {
	case c.DisabledAt != nil:
		return false
	case len(c.Events) == 0:
		return event != WeeklyReport && event != MonthlyReport
	default:
		return slices.Contains(c.Events, event)
	}
}

// addresses are an e-mail channel's.
func (c *Channel) addresses() []string { return splitAddresses(c.Target) }

func splitAddresses(target string) []string {
	list := strings.Split(target, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// CreateInput asks for a channel: GraphQL's CreateAlertChannelInput. A nil name
// is the target's host.
type CreateInput struct {
	Kind   ChannelKind
	Name   *string
	Target string
	Events []string
}

// UpdateInput changes a channel: GraphQL's UpdateAlertChannelInput. What is nil
// stays; Version is that of the channel which the caller saw.
type UpdateInput struct {
	Name, Target *string
	Events       []string
	Enabled      *bool
	Version      *int
}

// ChannelPayload is a channel and, this once, its new secret: GraphQL's
// AlertChannelPayload.
type ChannelPayload struct {
	Channel *Channel
	Secret  *string
}

const (
	maxChannels = 20
	maxName     = 200
	maxTarget   = 2_000
	maxAddress  = 10
)

// events are those that a channel can ask for.
func events() []string {
	return []string{ThresholdReached, BudgetExceeded, ForecastExceeded, Anomaly, Silent, WeeklyReport, MonthlyReport, ChannelDisabled}
}

// check judges what a channel is to be. The fault names the field.
func (d *Desk) check(c *Channel) error {
	var err error
	if c.Kind == Email {
		err = d.checkAddresses(c)
	} else {
		err = d.checkURL(c)
	}
	switch {
	case err != nil:
		return err
	case c.Name == "" || utf8.RuneCountInString(c.Name) > maxName || !database.Storable(c.Name):
		return fault.Field("input.name", "name must have 1 to %d characters.", maxName)
	}
	for i, event := range c.Events {
		switch field := fmt.Sprintf("input.events.%d", i); {
		case !slices.Contains(events(), event):
			return fault.Field(field, "There is no event %q; choose from %s.", event, strings.Join(events(), ", "))
		case slices.Contains(c.Events[:i], event):
			return fault.Field(field, "%s is listed twice.", event)
		}
	}
	return nil
}

func (d *Desk) checkURL(c *Channel) error {
	u, err := url.Parse(c.Target)
	switch {
	case len(c.Target) > maxTarget || !database.Storable(c.Target):
		return fault.Field("input.target", "target has over %d characters or one that can't be kept.", maxTarget)
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil:
		return fault.Field("input.target", "target must be a URL such as https://example.com/hook, without a user name.")
	}
	if c.Name == "" {
		c.Name = u.Hostname()
	}
	if err := d.door.admitsHost(u.Hostname()); err != nil {
		return fault.Field("input.target", "%s", err)
	}
	return nil
}

func (d *Desk) checkAddresses(c *Channel) error {
	if d.mail.URL == "" {
		return fault.Field("input.kind", "This server sends no e-mail: its operator has to start it with --smtp-url and --mail-from.")
	}
	list := splitAddresses(c.Target)
	if len(list) > maxAddress {
		return fault.Field("input.target", "target has %d addresses; at most %d are possible.", len(list), maxAddress)
	}
	for _, address := range list {
		parsed, err := mail.ParseAddress(address)
		if err != nil || parsed.Address != address || len(address) > 254 || !database.Storable(address) {
			return fault.Field("input.target", "%q is not an e-mail address.", address)
		}
	}
	c.Target = strings.Join(list, ", ")
	if c.Name == "" {
		c.Name = list[0]
	}
	return nil
}

// Channels are a workspace's, the oldest first. Fault: WORKSPACE_NOT_FOUND.
func (d *Desk) Channels(ctx context.Context, workspaceID string) (channels []*Channel, err error) {
	err = d.db.Read(ctx, func(tx *database.Tx) error {
		if _, err := d.currency(ctx, tx, workspaceID); err != nil {
			return err
		}
		channels, err = d.channels(ctx, tx, workspaceID)
		return err
	})
	return channels, err
}

// currency is the workspace's, or the fault WORKSPACE_NOT_FOUND.
func (o *Outbox) currency(ctx context.Context, tx *database.Tx, workspaceID string) (currency string, err error) {
	missing := fault.New(fault.WorkspaceNotFound, "There is no workspace %q.", workspaceID)
	if !database.Storable(workspaceID) {
		return "", missing
	}
	rows, err := tx.QueryRows(ctx, o.queries["currency"], nil, workspaceID)
	if err := each(rows, err, func() error { return rows.Scan(&currency) }); err != nil {
		return "", err
	}
	if currency == "" {
		return "", missing
	}
	return currency, nil
}

func (o *Outbox) channels(ctx context.Context, tx *database.Tx, workspaceID string) ([]*Channel, error) {
	channels := []*Channel{}
	rows, err := tx.QueryRows(ctx, o.queries["channels"], nil, workspaceID)
	err = each(rows, err, func() error {
		c := &Channel{WorkspaceID: workspaceID}
		var events, secrets string
		if err := rows.Scan(&c.ID, &c.Kind, &c.Name, &c.Target, &events, &secrets, &c.FailingSince, &c.DisabledAt, &c.DisabledReason, &c.Version, &c.CreatedAt); err != nil {
			return fmt.Errorf("scan channel: %w", err)
		}
		if err := json.Unmarshal([]byte(events), &c.Events); err != nil {
			return fmt.Errorf("channel's events: %w", err)
		}
		if err := json.Unmarshal([]byte(secrets), &c.secrets); err != nil {
			return fmt.Errorf("channel's secrets: %w", err)
		}
		channels = append(channels, c)
		return nil
	})
	return channels, err
}

// channel finds one of the workspace's, or the fault CHANNEL_NOT_FOUND.
func (o *Outbox) channel(ctx context.Context, tx *database.Tx, workspaceID, id string) (*Channel, error) {
	if _, err := o.currency(ctx, tx, workspaceID); err != nil {
		return nil, err
	}
	channels, err := o.channels(ctx, tx, workspaceID)
	if err != nil {
		return nil, err
	}
	parsed, err := uuid.Parse(id)
	i := slices.IndexFunc(channels, func(c *Channel) bool { return c.ID == parsed.String() })
	if err != nil || i < 0 {
		return nil, fault.New(fault.ChannelNotFound, "The workspace has no channel %q.", id)
	}
	return channels[i], nil
}

// CreateChannel makes a channel; a webhook's secret is shown this once. Faults:
// WORKSPACE_NOT_FOUND, INVALID with the field, CONFLICT where there are as many
// as there may be.
func (d *Desk) CreateChannel(ctx context.Context, workspaceID string, in CreateInput) (*ChannelPayload, error) {
	c := &Channel{WorkspaceID: workspaceID, Kind: in.Kind, Target: strings.TrimSpace(in.Target), Events: orEmpty(in.Events), Version: 1, CreatedAt: d.at(), secrets: []secret{}}
	if in.Name != nil {
		c.Name = strings.TrimSpace(*in.Name)
	}
	if err := d.check(c); err != nil {
		return nil, err
	}
	var err error
	if c.ID, err = d.id(); err != nil {
		return nil, err
	}
	payload := &ChannelPayload{Channel: c}
	if c.Kind == Webhook {
		if payload.Secret, err = d.newSecret(c, 0); err != nil {
			return nil, err
		}
	}
	events, secrets, err := c.texts()
	if err != nil {
		return nil, err
	}
	err = d.db.Write(ctx, func(tx *database.Tx) error {
		// So that no two of them are the last that there is room for.
		if err := tx.LockExclusive(ctx, workspaceID); err != nil {
			return err
		}
		if _, err := d.currency(ctx, tx, workspaceID); err != nil {
			return err
		}
		channels, err := d.channels(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		if len(channels) >= maxChannels {
			return fault.New(fault.Conflict, "The workspace has %d channels already; remove one first.", maxChannels)
		}
		_, err = tx.ExecRows(ctx, d.queries["add_channel"], nil, workspaceID, c.ID, string(c.Kind), c.Name, c.Target, events, secrets, int64(c.CreatedAt))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create channel: %w", err)
	}
	return payload, nil
}

// texts are the columns events and secrets.
func (c *Channel) texts() (events, secrets string, err error) {
	e, err := json.Marshal(c.Events)
	if err != nil {
		return "", "", fmt.Errorf("channel's events: %w", err)
	}
	s, err := json.Marshal(c.secrets)
	if err != nil {
		return "", "", fmt.Errorf("channel's secrets: %w", err)
	}
	return string(e), string(s), nil
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// byHand is why a channel that somebody disabled is told nothing.
const byHand = "Disabled by hand."

// UpdateChannel changes what is given. Faults: WORKSPACE_NOT_FOUND,
// CHANNEL_NOT_FOUND, INVALID with the field, CONFLICT where somebody changed it
// since the version that the caller saw.
func (d *Desk) UpdateChannel(ctx context.Context, workspaceID, id string, in UpdateInput) (*Channel, error) {
	return d.change(ctx, workspaceID, id, func(c *Channel) error {
		if in.Version != nil && *in.Version != c.Version {
			return &fault.Error{Code: fault.Conflict, Field: "input.version", Message: fmt.Sprintf("Somebody changed this channel since: its version is %d.", c.Version)}
		}
		if in.Name != nil {
			c.Name = strings.TrimSpace(*in.Name)
		}
		if in.Target != nil {
			c.Target = strings.TrimSpace(*in.Target)
		}
		if in.Events != nil {
			c.Events = in.Events
		}
		switch {
		case in.Enabled == nil:
		case *in.Enabled:
			c.FailingSince, c.DisabledAt, c.DisabledReason = nil, nil, nil
		case c.DisabledAt == nil:
			c.DisabledAt, c.DisabledReason = new(d.at()), new(byHand)
		}
		return d.check(c)
	})
}

// change keeps what change makes of a channel.
func (d *Desk) change(ctx context.Context, workspaceID, id string, change func(*Channel) error) (changed *Channel, err error) {
	err = d.db.Write(ctx, func(tx *database.Tx) error {
		// One after the other: the second sees the first one's version.
		if err := tx.LockExclusive(ctx, workspaceID); err != nil {
			return err
		}
		c, err := d.channel(ctx, tx, workspaceID, id)
		if err != nil {
			return err
		}
		if err := change(c); err != nil {
			return err
		}
		events, secrets, err := c.texts()
		if err != nil {
			return err
		}
		c.Version++
		changed = c
		_, err = tx.ExecRows(ctx, d.queries["set_channel"], nil, workspaceID, c.ID, c.Name, c.Target, events, secrets, c.FailingSince, c.DisabledAt, c.DisabledReason, c.Version)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("change channel: %w", err)
	}
	return changed, nil
}

// RemoveChannel forgets a channel and what was delivered to it; removed is
// false where there was none. Fault: WORKSPACE_NOT_FOUND.
func (d *Desk) RemoveChannel(ctx context.Context, workspaceID, id string) (removed bool, err error) {
	err = d.db.Write(ctx, func(tx *database.Tx) error {
		removed = false
		if err := tx.LockExclusive(ctx, workspaceID); err != nil {
			return err
		}
		c, err := d.channel(ctx, tx, workspaceID, id)
		if fault.CodeOf(err) == fault.ChannelNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		for _, statement := range []string{"remove_attempts_of", "remove_deliveries_of", "remove_channel"} {
			if _, err := tx.ExecRows(ctx, d.queries[statement], nil, workspaceID, c.ID); err != nil {
				return err
			}
		}
		removed = true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("remove channel: %w", err)
	}
	return removed, nil
}
