package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/money"
)

// Rows says what a row of an export is.
type Rows string

// Daily has a row for each local day and client that had usage on it, Usage
// one for each counted answer.
const (
	Daily Rows = "daily"
	Usage Rows = "usage"
)

// Format is how an export is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json"
)

// exportDays is the range where nobody names one.
const exportDays = 90

// ExportOptions says what to write. Only WorkspaceID is needed.
type ExportOptions struct {
	WorkspaceID string
	// Range are local days; nil or empty: the last 90.
	Range *calendar.RangeInput
	// Filter narrows the usage; nil: all of it.
	Filter *analytics.Filter
	// Rows and Format: empty are Daily and CSV.
	Rows   Rows
	Format Format
	// Begin is told what the export is of, before its first byte is written;
	// its error ends the export. Nil: nobody is.
	Begin func(Meta) error
	// Due is asked after each row whether what there is must be written now,
	// for a reader who watches it come. Nil: it is written as the buffer fills.
	Due func() bool
}

// Meta is what an answer tells of itself: meta in the envelope of the REST
// contract.
type Meta struct {
	WorkspaceID string           `json:"workspaceId"`
	Period      Period           `json:"period"`
	TimeZone    string           `json:"timeZone"`
	Currency    string           `json:"currency"`
	GeneratedAt calendar.Instant `json:"generatedAt"`
}

// Period are the local days answered, both ends included.
type Period struct {
	Days  int           `json:"days"`
	Start calendar.Date `json:"start"`
	End   calendar.Date `json:"end"`
}

// FileName is a name for an export, safe in a header and on any disk.
func (m Meta) FileName(format Format) string {
	id := strings.Map(func(r rune) rune {
		if r < 128 && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", r) {
			return r
		}
		return '_'
	}, m.WorkspaceID)
	return fmt.Sprintf("usage-%s-%s-%s.%s", id, m.Period.Start, m.Period.End, format)
}

// Export writes the usage of a range in the format of the REST contract, all of
// it from one state of the book; now tells which local day is today. Faults
// before anything is written: INVALID_PARAMETER, INVALID of the filter,
// INVALID_RANGE, WORKSPACE_NOT_FOUND. After any other error what was written
// has no well-formed end.
func Export(ctx context.Context, w io.Writer, book *ledger.Book, opt ExportOptions, now time.Time) error {
	if err := opt.check(); err != nil {
		return err
	}
	days := opt.Range
	if days == nil || *days == (calendar.RangeInput{}) {
		days = &calendar.RangeInput{LastDays: new(exportDays)}
	}
	err := book.Snapshot(ctx, func(s *ledger.Snapshot) error {
		account, err := s.Account(ctx, opt.WorkspaceID)
		if err != nil {
			return err
		}
		at := calendar.At(now)
		period, err := days.Resolve(account.Zone.Date(at))
		if err != nil {
			return err
		}
		e := export{
			Snapshot: s, scope: opt.Filter.Scope(account), keep: opt.Filter.Keep(), period: period,
			meta: Meta{account.ID, Period{period.Days(), period.Start, period.End}, account.Zone.Name(), account.Currency, at},
		}
		if opt.Begin != nil {
			if err := opt.Begin(e.meta); err != nil {
				return err
			}
		}
		switch {
		case opt.Rows == Daily && opt.Format == CSV:
			return writeCSV(ctx, w, dayHeader(account.Currency), e.days, opt.Due)
		case opt.Rows == Daily:
			return writeJSON(ctx, w, e.meta, e.days, opt.Due)
		case opt.Format == CSV:
			return writeCSV(ctx, w, usageHeader(account.Currency), e.usages, opt.Due)
		default:
			return writeJSON(ctx, w, e.meta, e.usages, opt.Due)
		}
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// check refuses what is no value of Rows or Format, and fills in what is left
// out.
func (o *ExportOptions) check() error {
	switch o.Rows {
	case "":
		o.Rows = Daily
	case Daily, Usage:
	default:
		return fault.New(fault.InvalidParameter, "rows is %q; it must be daily or usage.", o.Rows)
	}
	switch o.Format {
	case "":
		o.Format = CSV
	case CSV, JSON:
	default:
		return fault.New(fault.InvalidParameter, "format is %q; it must be csv or json.", o.Format)
	}
	if o.Due == nil {
		o.Due = func() bool { return false }
	}
	return o.Filter.Validate()
}

// export is the reading of one.
type export struct {
	*ledger.Snapshot
	scope  ledger.Scope
	keep   func(calendar.Local) bool
	period calendar.Range
	meta   Meta
}

// dayRow is a row of Daily, with JSON's names.
type dayRow struct {
	Date        calendar.Date `json:"date"`
	ClientID    string        `json:"clientId"`
	ClientName  *string       `json:"clientName"`
	ClientPhone *string       `json:"clientPhone"`
	Cost        money.Total   `json:"cost"`
	Messages    int64         `json:"messages"`
}

func dayHeader(currency string) []string {
	return []string{"Date", "Client Name", "Client Phone", "Cost (" + currency + ")", "Messages"}
}

func (r dayRow) cells() []string {
	return []string{r.Date.String(), cell(r.ClientName), cell(r.ClientPhone), r.Cost.String(), strconv.FormatInt(r.Messages, 10)}
}

func (e *export) days(ctx context.Context, fold func(dayRow) error) error {
	return e.ClientDays(ctx, e.scope, e.period, e.keep, func(d ledger.ClientDay) error {
		return fold(dayRow{d.Day, d.ClientID, d.Name.Name, d.Phone, d.Cost, d.Messages})
	})
}

// usageRow is a row of Usage, with JSON's names.
type usageRow struct {
	ID string `json:"id"`
	// CreatedAt is RFC 3339 with the workspace's offset.
	CreatedAt    string      `json:"createdAt"`
	ClientID     string      `json:"clientId"`
	ClientName   *string     `json:"clientName"`
	ClientPhone  *string     `json:"clientPhone"`
	Kind         string      `json:"kind"`
	Model        *string     `json:"model"`
	InputTokens  *int        `json:"inputTokens"`
	OutputTokens *int        `json:"outputTokens"`
	Price        money.Nanos `json:"price"`
}

func usageHeader(currency string) []string {
	return []string{"Id", "Created At", "Client Id", "Client Name", "Client Phone", "Kind", "Model", "Input Tokens", "Output Tokens", "Price (" + currency + ")"}
}

func (r usageRow) cells() []string {
	return []string{
		r.ID, r.CreatedAt, guarded(r.ClientID), cell(r.ClientName), cell(r.ClientPhone), guarded(r.Kind), cell(r.Model),
		number(r.InputTokens), number(r.OutputTokens), r.Price.String(),
	}
}

func (e *export) usages(ctx context.Context, fold func(usageRow) error) error {
	zone := e.scope.Account.Zone
	clock := zone.Clock()
	return e.Usages(ctx, e.scope, e.period, func(u ledger.UsageRow) error {
		if e.keep != nil && !e.keep(clock.Local(u.CreatedAt)) {
			return nil
		}
		return fold(usageRow{
			u.ID, u.CreatedAt.In(zone), u.ClientID, u.Client.Name, u.Client.Phone, u.Kind, u.Model, u.InputTokens, u.OutputTokens, u.Price,
		})
	})
}

func cell(text *string) string {
	if text == nil {
		return ""
	}
	return guarded(*text)
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// reading hands rows on, one by one.
type reading[R any] func(ctx context.Context, fold func(R) error) error

func writeCSV[R interface{ cells() []string }](ctx context.Context, w io.Writer, header []string, read reading[R], due func() bool) error {
	out := newCSV(w)
	out.row(header...)
	err := read(ctx, func(r R) error {
		out.row(r.cells()...)
		if due() {
			return out.flush()
		}
		return out.err
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// writeJSON writes the envelope of the REST contract, a row a line.
func writeJSON[R any](ctx context.Context, w io.Writer, meta Meta, read reading[R], due func() bool) error {
	out := bufio.NewWriterSize(w, 32<<10)
	separator := `{"success":true,"data":[` + "\n"
	err := read(ctx, func(r R) error {
		text, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("row: %w", err)
		}
		_, _ = out.WriteString(separator) // a bufio.Writer keeps its first error
		separator = ",\n"
		_, err = out.Write(text)
		if due() {
			return out.Flush()
		}
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return fmt.Errorf("meta: %w", err)
	}
	if separator == ",\n" {
		separator = ""
	}
	_, _ = fmt.Fprintf(out, "%s\n],\"meta\":%s}\n", separator, text)
	return out.Flush()
}
