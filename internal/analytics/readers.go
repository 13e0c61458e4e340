package analytics

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/crowd"
	"github.com/contatore/contatore/internal/ledger"
)

// Readers answer who asks the same at the same time with one Stats: many
// dashboards of a busy shop then cost what one does. Safe for concurrent use.
type Readers struct {
	book      *ledger.Book
	forecasts *Forecasts
	crowd     crowd.Crowd[*Stats]
}

// NewReaders returns readers of a book; without forecasts what these are
// learned from is learned each time.
func NewReaders(book *ledger.Book, forecasts *Forecasts, now func() time.Time) *Readers {
	return &Readers{book, forecasts, crowd.Crowd[*Stats]{Now: now}}
}

// Open is the package's Open, shared. The time is that of the reading.
func (m *Readers) Open(ctx context.Context, workspaceID string, days *calendar.RangeInput, f *Filter, need Need) (*Stats, error) {
	question, err := json.Marshal([]any{workspaceID, days, f, need})
	if err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	return m.crowd.Ask(ctx, string(question), func(ctx context.Context) (*Stats, error) {
		return open(ctx, m.book, m.forecasts, workspaceID, days, f, need, m.crowd.Now())
	})
}
