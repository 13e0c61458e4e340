// Package graph answers GraphQL: the public contract, and the Relay
// connections that entgql generates from the tables.
//
// In come requests over HTTP and WebSocket, whose viewer the context carries;
// out come the values of the packages below, encoded by gqlgen. Its resolvers ask the gate,
// call one method and return. The package must never compute a figure, judge
// an event, open a transaction, or show an error's cause.
package graph

//go:generate go run -C .. github.com/99designs/gqlgen generate

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"

	"github.com/contatore/contatore/graph/generated"
	"github.com/contatore/contatore/internal/alert"
	"github.com/contatore/contatore/internal/analytics"
	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/crowd"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/ledger"
	"github.com/contatore/contatore/internal/meter"
	"github.com/contatore/contatore/internal/workspace"
)

// Deps are what the resolvers work with.
type Deps struct {
	DB         *database.DB
	Book       *ledger.Book
	Meter      *meter.Meter
	Workspaces *workspace.Directory
	Keys       *auth.Keys
	Desk       *alert.Desk
	Now        func() time.Time
	// Forecasts are what was learned so far; nil: nothing.
	Forecasts *analytics.Forecasts
	// OnZoneChange is told of a workspace whose client days wait for a rebuild;
	// nil: nobody is.
	OnZoneChange func(workspaceID string)
	// Log gets the causes of faults that people are not told; nil: nobody does.
	Log *slog.Logger
	// AnswerTimeout is how long an answer that is no stream may be worked on;
	// 0: as long as it takes.
	AnswerTimeout time.Duration
	// Stopping ends when the server takes no new work, and with it every
	// stream; nil: never.
	Stopping context.Context
	// Origins are the pages of other origins that may open a WebSocket, each as
	// scheme://host[:port].
	Origins []string
	// Heartbeat is how often a stream shows that it lives (default 15 s).
	Heartbeat time.Duration
}

// Resolver is the root that gqlgen hangs the resolvers on.
type Resolver struct {
	Deps
	readers *analytics.Readers
}

// New serves GraphQL over HTTP and WebSocket for viewers whom auth.With put into
// the request's context; a WebSocket may bring its key later.
func New(deps Deps) http.Handler {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Stopping == nil {
		deps.Stopping = context.Background()
	}
	if deps.Forecasts == nil {
		deps.Forecasts = &analytics.Forecasts{}
	}
	if deps.Heartbeat == 0 {
		deps.Heartbeat = 15 * time.Second
	}
	executable, kept := schema(deps), newDocuments()
	server := handler.New(executable)
	server.AddTransport(overWebSocket{pace{deps}})
	server.AddTransport(overHTTP{pace{deps}, &crowd.Crowd[*graphql.Response]{Now: deps.Now}})
	server.SetQueryCache(kept)
	server.SetValidationRulesFn(ruleSet)
	server.SetErrorPresenter(presenter(deps.Log))
	server.SetRecoverFunc(recoverer(deps.Log))
	server.Use(door{})
	server.Use(limits{})
	server.Use(single{})
	server.Use(remembering{})
	server.Use(figures{})
	server.Use(numbers{schema: executable.Schema(), kept: kept})
	return server
}

// extension is what gqlgen wants of whatever it is to use, and nobody needs.
type extension struct{}

// ExtensionName is for gqlgen.
func (extension) ExtensionName() string { return "contatore" }

// Validate is for gqlgen.
func (extension) Validate(graphql.ExecutableSchema) error { return nil }

func schema(deps Deps) graphql.ExecutableSchema {
	readers := analytics.NewReaders(deps.Book, deps.Forecasts, deps.Now)
	return generated.NewExecutableSchema(generated.Config{Resolvers: &Resolver{deps, readers}})
}
