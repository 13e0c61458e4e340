// Package schema declares the tables of Contatore.
//
// ent turns these declarations into package ent, entgql into the Relay part of
// the GraphQL schema. The database itself is made by the migrations in
// internal/database, whose keys start with workspace_id as Citus needs; a test
// there holds the two to each other. Nothing here may touch a database.
package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/money"
)

// Workspace is one shop: the owner of customers, usages and prices.
type Workspace struct{ ent.Schema }

// Fields of a workspace.
func (Workspace) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable(),
		field.String("name").Annotations(entgql.OrderField("NAME")),
		field.String("currency"),
		field.String("time_zone"),
		field.String("prices").GoType(money.Prices{}).Annotations(entgql.Skip()).
			Comment("Prices by kind, as JSON text; a kind that is not listed has the default price, if any."),
		field.Int32("days_ready").GoType(calendar.Date(0)).Annotations(entgql.Skip()).
			Comment("The client days are right for every local day before this one."),
		field.Int("budgeted").Default(0).Annotations(entgql.Skip()).
			Comment("Whose months are limited: 1 the workspace's own, 2 those of clients, 3 both."),
		field.String("language").Default("en").Comment("What alerts and reports are written in: en or it."),
		field.Int("report_hour").Default(8).Comment("The local hour from which on reports are sent, 0 to 23."),
		instant("created_at", "", entgql.OrderField("CREATED_AT")),
	}
}

// Annotations make the Relay connection workspaces.
func (Workspace) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("workspaces"), entgql.RelayConnection(), entgql.QueryField(), entgql.MultiOrder()}
}

// Policy narrows to the caller's workspaces.
func (Workspace) Policy() ent.Policy { return policy() }

// instant is a column of microseconds since 1970 UTC: GraphQL's Time.
func instant(name, comment string, annotations ...schema.Annotation) ent.Field {
	return field.Int64(name).GoType(calendar.Instant(0)).Immutable().Comment(comment).
		Annotations(append(annotations, entgql.Type("Time"))...)
}

// lateInstant is an instant that a row gets at most once, later on.
func lateInstant(name, comment string) ent.Field {
	return field.Int64(name).GoType(calendar.Instant(0)).Optional().Nillable().Comment(comment).
		Annotations(entgql.Type("Time"))
}

// uuidType is the column type of this server's own ids.
func uuidType() map[string]string { return map[string]string{dialect.Postgres: "uuid"} }

// workspaceID is the column that every key of a workspace's table starts with.
func workspaceID() ent.Field {
	return field.String("workspace_id").Immutable().Annotations(entgql.Type("ID"), entgql.MapsTo("workspaceId"))
}

// clientID is the workspace's own id of its customer, fixed for good.
func clientID(annotations ...schema.Annotation) ent.Field {
	return field.String("client_id").Immutable().
		Annotations(append(annotations, entgql.Type("ID"), entgql.MapsTo("clientId"))...)
}
