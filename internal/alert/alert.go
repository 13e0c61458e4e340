// Package alert tells a workspace's people what they want to know at once:
// budgets that run out, unusual usage, silence where there always was some,
// and how a week or a month went.
//
// In come what the ledger tells inside its transactions, the clock, and the
// channels that people set; out go webhooks, e-mails and chat messages, with a
// log of every attempt. What is told is recorded in the transaction of the
// usage that caused it, with a job of River's, so a crash neither loses nor
// doubles it; a delivery may be repeated, and says by its id that it is. The
// package must never hold usage up, decide what a budget lets through, reach
// an address that the operator keeps closed, or show an answer as more than
// text.
//
// Who may call is for the caller to ask of package auth.
package alert

import (
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
)

// Alert is something that a workspace was told.
type Alert = ent.Alert

// The events.
const (
	ThresholdReached = "budget.threshold_reached"
	BudgetExceeded   = "budget.exceeded"
	ForecastExceeded = "budget.forecast_exceeded"
	Anomaly          = "usage.anomaly"
	Silent           = "usage.silent"
	WeeklyReport     = "report.weekly"
	MonthlyReport    = "report.monthly"
	ChannelDisabled  = "channel.disabled"
	ChannelTest      = "channel.test"
)

// Options of Open.
type Options struct {
	DB   *database.DB
	Book *ledger.Book
	Now  func() time.Time
	// Random is the source of ids and secrets.
	Random io.Reader
	Log    *slog.Logger
	// Forecasts are what was learned so far; nil: nothing.
	Forecasts *analytics.Forecasts
	// Allowed are addresses that webhooks may reach although they are private,
	// loopback or link-local; empty: none.
	Allowed []netip.Prefix
	// Mail is how e-mail is sent; the zero value: not at all.
	Mail Mail
	// BaseURL is where people find the dashboard, for links, without a slash at
	// its end; empty: no links.
	BaseURL string
	// Patience is how long one attempt may take (default 15 s).
	Patience time.Duration
	// OnAttempt is told how each attempt went; nil: nobody is. It must return at
	// once.
	OnAttempt func(kind ChannelKind, arrived bool)

	// poll is how often jobs are looked for (default 1 s), schedule how long
	// after the one before each attempt is made; tests are in a hurry.
	poll     time.Duration
	schedule []time.Duration
}

// Mail is an SMTP server and who writes.
type Mail struct {
	// URL is smtp://[USER:PASSWORD@]HOST[:PORT], by STARTTLS where the server has
	// it (port 587 unless given), or smtps://… by TLS from the start (465); empty:
	// there is no e-mail.
	URL string
	// From is the address of the sender, such as Contatore <meter@example.com>.
	From string
}

// Facts are the figures of an alert, as they are stored and as a webhook gets
// them: amounts are JSON numbers in the workspace's currency, exact; days are
// written 2026-11-27, months 2026-11, instants in RFC 3339. What an event has
// not is absent.
type Facts struct {
	Currency string `json:"currency"`

	// budget.*
	Month       string `json:"month,omitempty"`
	Enforcement string `json:"enforcement,omitempty"` // NOTIFY or BLOCK
	Threshold   int    `json:"threshold,omitempty"`   // percent
	Limit       Amount `json:"limit,omitempty"`
	Spent       Amount `json:"spent,omitempty"`
	// Day is when a limit is expected to be met, and of an anomaly.
	Day string `json:"day,omitempty"`

	// budget.forecast_exceeded and usage.anomaly
	Actual   Amount `json:"actual,omitempty"`
	Expected Amount `json:"expected,omitempty"`
	Low      Amount `json:"low,omitempty"`
	High     Amount `json:"high,omitempty"`
	// Hour is nil for a whole day.
	Hour      *int   `json:"hour,omitempty"`
	Direction string `json:"direction,omitempty"` // ABOVE or BELOW
	// Clients, Kinds and Models explain most of the difference.
	Clients []Departure `json:"clients,omitempty"`
	Kinds   []Departure `json:"kinds,omitempty"`
	Models  []Departure `json:"models,omitempty"`

	// usage.silent: the end of the last quarter-hour with usage, and how many
	// messages there usually are by now.
	Since            string  `json:"since,omitempty"`
	ExpectedMessages float64 `json:"expectedMessages,omitempty"`

	// channel.disabled and channel.test
	Channel *ChannelFact `json:"channel,omitempty"`

	// report.*
	Report *Report `json:"report,omitempty"`
}

// Departure is how far a client, kind or model is from what was expected.
type Departure struct {
	Label string `json:"label"`
	// Name is a client's where it is known. It is looked up for each message and
	// never stored: an erased customer leaves no name behind.
	Name     string `json:"-"`
	Actual   Amount `json:"actual"`
	Expected Amount `json:"expected"`
}

// ChannelFact names a channel; Reason is why it was disabled.
type ChannelFact struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Reason string `json:"reason,omitempty"`
}
