// Package rest answers the four REST endpoints of the public contract.
//
// In come GET requests, whose viewer the context carries; out come the figures
// of package analytics and the exports of package transfer, in the contract's
// envelope. The package must never compute a figure, let a parameter that it
// does not know pass unsaid, or show an error's cause.
package rest

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/fault"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/transfer"
)

// Deps are what the endpoints work with.
type Deps struct {
	Book *ledger.Book
	Now  func() time.Time
	// Log gets the causes of faults that people are not told; nil: nobody does.
	Log *slog.Logger
}

// New serves /api/usage/ for viewers whom auth.With put into the request's
// context.
func New(deps Deps) http.Handler {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	s := &endpoints{deps}
	mux := http.NewServeMux()
	for name, serve := range map[string]handler{
		"stats":     s.figures(analytics.Need{Totals: true, Daily: true, Hours: true, Comparison: true, Names: analytics.DefaultTop}, stats),
		"dashboard": s.figures(analytics.Need{Totals: true, Daily: true, Hours: true, Comparison: true, Months: analytics.DefaultMonths, Names: analytics.DefaultTop}, dashboard),
		"summary":   s.figures(analytics.Need{Totals: true}, summary),
		"export":    s.export,
	} {
		path := "/api/usage/" + name + "/{workspaceId}"
		mux.Handle("GET "+path, s.rendered(serve)) // HEAD too
		mux.HandleFunc(path, methodNotAllowed)
	}
	mux.HandleFunc("/", notFound)
	return mux
}

type endpoints struct{ Deps }

// handler answers, or returns why not before it wrote anything.
type handler func(w http.ResponseWriter, r *http.Request) error

// aborted is a failure after the first byte.
type aborted struct{ error }

// rendered is the one place where errors become answers.
func (s *endpoints) rendered(serve handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := serve(w, r)
		if err == nil {
			return
		}
		if cut := (aborted{}); errors.As(err, &cut) {
			if r.Context().Err() == nil {
				s.Log.ErrorContext(r.Context(), "export broken off", "error", err)
			}
			panic(http.ErrAbortHandler) // so that nobody takes the answer for whole
		}
		status := statusOf(fault.CodeOf(err))
		if status == http.StatusInternalServerError {
			s.Log.ErrorContext(r.Context(), "request failed", "error", err)
		}
		Fail(w, r, status, err)
	})
}

// statusOf is the contract's table.
func statusOf(code fault.Code) int {
	switch code {
	case fault.InvalidRange, fault.InvalidParameter, fault.Invalid, fault.TooComplex:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.WorkspaceNotFound, fault.CustomerNotFound, fault.ChannelNotFound, fault.DeliveryNotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Overloaded:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Fail answers with an error in the contract's envelope.
func Fail(w http.ResponseWriter, _ *http.Request, status int, err error) {
	switch status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	type problem struct {
		Code    fault.Code `json:"code"`
		Message string     `json:"message"`
	}
	f := fault.Of(err)
	code := f.Code
	if code == fault.Invalid {
		code = fault.InvalidParameter // what GraphQL calls an argument is a parameter here
	}
	w.Header().Del("Content-Disposition")
	reply(w, status, struct {
		Success bool    `json:"success"`
		Error   problem `json:"error"`
	}{false, problem{code, f.Message}})
}

func methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, HEAD")
	Fail(w, r, http.StatusMethodNotAllowed, fault.New("METHOD_NOT_ALLOWED", "This endpoint only answers GET and HEAD."))
}

func notFound(w http.ResponseWriter, r *http.Request) {
	Fail(w, r, http.StatusNotFound, fault.New("NOT_FOUND",
		"There is no such endpoint; there are /api/usage/stats/{workspaceId}, and the same with dashboard, summary and export."))
}

func reply(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // no type that is answered can fail
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a caller that is gone reads nothing
}

// gate lets a reader of the path's workspace in and returns its id.
func gate(r *http.Request) (workspaceID string, err error) {
	workspaceID = r.PathValue("workspaceId")
	if err := auth.Gate(r.Context(), auth.Read, workspaceID); err != nil {
		return "", err
	}
	return workspaceID, nil
}

// figures answers with what show takes out of the figures that it needs.
func (s *endpoints) figures(need analytics.Need, show func(*shown) any) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		workspaceID, err := gate(r)
		if err != nil {
			return err
		}
		p, err := read(r)
		if err != nil {
			return err
		}
		now := s.Now()
		stats, err := analytics.Open(r.Context(), s.Book, workspaceID, p.days, p.filter, need, now)
		if err != nil {
			return err
		}
		of := &shown{Stats: stats}
		data := show(of)
		if of.err != nil {
			return of.err
		}
		reply(w, http.StatusOK, struct {
			Success bool          `json:"success"`
			Data    any           `json:"data"`
			Meta    transfer.Meta `json:"meta"`
		}{true, data, transfer.Meta{
			WorkspaceID: stats.WorkspaceID(), Period: transfer.Period{Days: stats.Days(), Start: stats.StartDate(), End: stats.EndDate()},
			TimeZone: stats.TimeZone(), Currency: stats.Currency(), GeneratedAt: calendar.At(now),
		}})
		return nil
	}
}
