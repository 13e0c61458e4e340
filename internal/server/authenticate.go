package server

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
)

// failure renders an error that ended a request before its handler, in the
// form that the route's callers read.
type failure func(w http.ResponseWriter, r *http.Request, status int, err error)

// authenticated puts the viewer of a presented key into the request's context,
// or why the key was refused. Whether a request without a viewer may go on is
// for the handler to say; one whose key can't be looked up now ends here.
func (s *server) authenticated(fail failure, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if strings.TrimSpace(header) == "" {
			next.ServeHTTP(w, r)
			return
		}
		viewer, err := s.keys.Bearer(r.Context(), header)
		switch fault.CodeOf(err) {
		case "":
			next.ServeHTTP(w, r.WithContext(auth.With(r.Context(), viewer)))
		case fault.Unauthenticated:
			next.ServeHTTP(w, r.WithContext(auth.Refused(r.Context(), err)))
		case fault.Unavailable:
			w.Header().Set("Retry-After", "1")
			fail(w, r, http.StatusServiceUnavailable, err)
		default:
			s.host.Log.ErrorContext(r.Context(), "key not looked up", "error", err)
			fail(w, r, http.StatusInternalServerError, err)
		}
	})
}

// graphFailure answers as GraphQL over HTTP does for a request that was not
// executed.
func graphFailure(w http.ResponseWriter, r *http.Request, status int, err error) {
	f := fault.Of(err)
	contentType := "application/json"
	if strings.Contains(r.Header.Get("Accept"), "application/graphql-response+json") {
		contentType = "application/graphql-response+json"
	}
	type problem struct {
		Message    string            `json:"message"`
		Extensions map[string]string `json:"extensions"`
	}
	body, _ := json.Marshal(map[string][]problem{"errors": {{f.Message, map[string]string{"code": string(f.Code)}}}}) // strings always marshal
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that is gone reads nothing
}
