package server

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"

	"github.com/contatore/contatore/graph"
	"github.com/contatore/contatore/internal/rest"
	"github.com/contatore/contatore/web"
)

// routes mounts everything. From the outside in, an answer passes: id, log and
// panics; security headers; gzip; then what its route needs.
func (s *server) routes() (http.Handler, error) {
	compress, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.ContentTypes([]string{
		"application/json", "application/graphql-response+json", "text/csv", "text/plain", "text/html", "text/css",
		"text/javascript", "application/javascript", "image/svg+xml", "application/manifest+json",
	}))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	mux := http.NewServeMux()
	graphQL := graph.New(graph.Deps{
		DB: s.db, Book: s.book, Meter: s.meter, Workspaces: s.directory, Keys: s.keys, Desk: s.desk, Now: s.host.Now,
		Forecasts: s.forecasts, OnZoneChange: s.days.Wake, Log: s.host.Log, AnswerTimeout: answerTimeout, Stopping: s.draining, Origins: s.config.CORSOrigins,
	})
	mux.Handle("/graphql", s.crossOrigin(private(s.authenticated(graphFailure, bounded(graphFailure, graphQL)))))
	api := rest.New(rest.Deps{Book: s.book, Now: s.host.Now, Log: s.host.Log})
	for _, endpoint := range []string{"stats", "dashboard", "summary"} {
		mux.Handle("/api/usage/"+endpoint+"/{workspaceId}", s.crossOrigin(private(s.authenticated(rest.Fail, timely(api)))))
	}
	// An export takes as long as its reader does.
	mux.Handle("/api/usage/export/{workspaceId}", s.crossOrigin(private(s.authenticated(rest.Fail, api))))
	mux.Handle("/api/", s.crossOrigin(private(s.authenticated(rest.Fail, api))))
	mux.Handle("/healthz", http.HandlerFunc(healthz))
	mux.Handle("/readyz", http.HandlerFunc(s.readyz))
	mux.Handle("/metrics", s.metrics.handler())
	mux.Handle("/", web.Handler())
	// Around the mux, which redirects to the clean form of a path by itself.
	return s.upgradable(s.observed(hardened(compress(mux)))), nil
}

// crossOrigin lets the pages of the listed origins call, and no others: a
// browser keeps an answer from a page whose origin it does not name.
func (s *server) crossOrigin(next http.Handler) http.Handler {
	if len(s.config.CORSOrigins) == 0 {
		return next // to rs/cors an empty list means everybody
	}
	return cors.New(cors.Options{
		AllowedOrigins: s.config.CORSOrigins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type", "Accept", "X-Request-Id"},
		ExposedHeaders: []string{"X-Request-Id", "Content-Disposition", "Retry-After", "WWW-Authenticate"},
		MaxAge:         600,
	}).Handler(next)
}

// upgradable keeps count of the connections that leave net/http, which a stop
// has to wait for by itself, their lines in the log included.
func (s *server) upgradable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			s.upgraded.Add(1)
			defer s.upgraded.Done()
		}
		next.ServeHTTP(w, r)
	})
}
