package rest

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/contatore/contatore/internal/transfer"
)

// pace is how long rows wait for more before they go out to whoever watches them
// come.
const pace = 100 * time.Millisecond

// errHeadOnly ends the export of a HEAD request.
var errHeadOnly = errors.New("rest: the head is all that was asked for")

// export streams. An error before the first byte is an answer as any other's.
func (s *endpoints) export(w http.ResponseWriter, r *http.Request) error {
	workspaceID, err := gate(r)
	if err != nil {
		return err
	}
	p, err := read(r, "format", "rows")
	if err != nil {
		return err
	}
	now := s.Now()
	out := &body{to: w, now: s.Now, sent: now}
	err = transfer.Export(r.Context(), out, s.Book, transfer.ExportOptions{
		WorkspaceID: workspaceID, Range: p.days, Filter: p.filter, Rows: p.rows, Format: p.format, Due: out.due,
		Begin: func(m transfer.Meta) error {
			format, contentType := transfer.CSV, "text/csv; charset=utf-8"
			if p.format == transfer.JSON {
				format, contentType = transfer.JSON, "application/json; charset=utf-8"
			}
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", m.FileName(format)))
			if r.Method == http.MethodHead {
				return errHeadOnly
			}
			return nil
		},
	}, now)
	switch {
	case errors.Is(err, errHeadOnly):
		w.WriteHeader(http.StatusOK)
		return nil
	case err != nil && out.begun:
		return aborted{err}
	}
	return err
}

// body notes that the answer's first byte is out, and sends what waits for more
// in the buffers below.
type body struct {
	to    http.ResponseWriter
	begun bool
	now   func() time.Time
	sent  time.Time // the latest time that nothing was left to wait
}

func (b *body) due() bool { return b.now().Sub(b.sent) >= pace }

func (b *body) Write(p []byte) (int, error) {
	b.begun = true
	n, err := b.to.Write(p)
	if err != nil {
		return n, fmt.Errorf("answer: %w", err)
	}
	if b.due() {
		b.sent = b.now()
		_ = http.NewResponseController(b.to).Flush() // a connection that broke fails the next Write
	}
	return n, nil
}
