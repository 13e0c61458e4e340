package analytics

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"
	"time"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/forecast"
	"github.com/contatore/contatore/internal/ledger"
)

// Forecasts remember what histories let expect, so that none is learned from
// twice while it stays as it is: a new day or a late event makes another one.
// They remember, too, what explains anomalies. The zero value remembers nothing
// yet, a nil one never does. Safe for concurrent use.
type Forecasts struct {
	mu sync.Mutex
	// Where the young are many they become the old ones, and the old are
	// forgotten. An old one that is asked for is young again.
	young, old map[[sha256.Size]byte]*forecast.Forecast
	// explained are what explains anomalies of days that are over, by
	// opening.reasonsKey.
	explained map[string][]reasons
}

// generation is how many young forecasts there are at most, each of a few tens
// of kilobytes.
const generation = 500

// reasonsOf finds what was kept, nil where nothing was.
func (m *Forecasts) reasonsOf(key string) []reasons {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.explained[key]
}

// keepReasons remembers, unless the key is empty.
func (m *Forecasts) keepReasons(key string, list []reasons) {
	if m == nil || key == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.explained == nil || len(m.explained) == generation {
		m.explained = map[string][]reasons{}
	}
	m.explained[key] = list
}

// Open is the package's Open with a memory.
func (m *Forecasts) Open(ctx context.Context, book *ledger.Book, workspaceID string, r *calendar.RangeInput, f *Filter, need Need, now time.Time) (*Stats, error) {
	return open(ctx, book, m, workspaceID, r, f, need, now)
}

// Of is forecast.Of; of the same history it is the same.
func (m *Forecasts) Of(history []float64) *forecast.Forecast {
	if m == nil {
		return forecast.Of(history)
	}
	text := make([]byte, 0, 8*len(history))
	for _, y := range history {
		text = binary.LittleEndian.AppendUint64(text, math.Float64bits(y))
	}
	key := sha256.Sum256(text)
	m.mu.Lock()
	found := m.young[key]
	if found == nil {
		found = m.old[key]
	}
	m.mu.Unlock()
	if found == nil {
		found = forecast.Of(history)
	}
	m.keep(key, found)
	return found
}

// Len is how many forecasts are remembered.
func (m *Forecasts) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.young)
	for key := range m.old {
		if m.young[key] == nil {
			n++
		}
	}
	return n
}

func (m *Forecasts) keep(key [sha256.Size]byte, learned *forecast.Forecast) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.young[key] == nil && len(m.young) == generation {
		m.young, m.old = nil, m.young
	}
	if m.young == nil {
		m.young = map[[sha256.Size]byte]*forecast.Forecast{}
	}
	m.young[key] = learned
}
