package server

import (
	"context"
	"net/http"
	"time"

	"github.com/contatore/contatore/internal/fault"
)

// healthz answers as long as the process can.
func healthz(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") }

// readyz answers 200 while the database is there with the program's schema and
// the server takes new work.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.draining.Err() != nil {
		plain(w, http.StatusServiceUnavailable, "The server is shutting down.")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.db.Ready(ctx); err != nil {
		s.host.Log.WarnContext(r.Context(), "not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, fault.Of(err).Message)
		return
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a prober that is gone reads nothing
}
