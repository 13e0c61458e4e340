// Package graph answers GraphQL: the public contract, and the Relay
// connections that entgql generates from the tables.
//
// In come requests over HTTP, whose viewer the context carries; out come the
// values of the packages below, encoded by gqlgen. Its resolvers ask the gate,
// call one method and return. The package must never compute a figure, judge
// an event, open a transaction, or show an error's cause.
package graph

//go:generate go run -C .. github.com/99designs/gqlgen generate

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"

	"github.com/contatore/contatore/graph/generated"
	"github.com/contatore/contatore/internal/auth"
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
	Now        func() time.Time
	// OnZoneChange is told of a workspace whose client days wait for a rebuild;
	// nil: nobody is.
	OnZoneChange func(workspaceID string)
	// Log gets the causes of faults that people are not told; nil: nobody does.
	Log *slog.Logger
}

// Resolver is the root that gqlgen hangs the resolvers on.
type Resolver struct{ Deps }

// New serves GraphQL over HTTP for viewers whom auth.With put into the
// request's context.
func New(deps Deps) http.Handler {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	executable, kept := schema(deps), newDocuments()
	server := handler.New(executable)
	server.AddTransport(overHTTP{})
	server.SetQueryCache(kept)
	server.SetValidationRulesFn(ruleSet)
	server.SetErrorPresenter(presenter(deps.Log))
	server.SetRecoverFunc(recoverer(deps.Log))
	server.Use(door{})
	server.Use(limits{})
	server.Use(numbers{executable.Schema(), kept})
	return server
}

func schema(deps Deps) graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{Resolvers: &Resolver{deps}})
}
