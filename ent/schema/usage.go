package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/contatore/contatore/internal/money"
)

// Usage is one counted answer. It is only ever added, and at most voided once.
type Usage struct{ ent.Schema }

// Fields of a usage.
func (Usage) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().SchemaType(uuidType()),
		workspaceID(),
		clientID(),
		field.Int64("price").GoType(money.Nanos(0)).Immutable().
			Annotations(entgql.Type("Decimal"), entgql.OrderField("PRICE")),
		field.String("kind").Immutable(),
		field.String("model").Optional().Nillable().Immutable(),
		field.Int("input_tokens").Optional().Nillable().Immutable(),
		field.Int("output_tokens").Optional().Nillable().Immutable(),
		instant("created_at", "When the answer was given.", entgql.OrderField("CREATED_AT")),
		instant("recorded_at", "When this server counted it."),
		field.String("idempotency_key").Optional().Nillable().Immutable(),
		lateInstant("voided_at", "When it was taken back, if it was."),
		field.String("void_reason").Optional().Nillable().Comment("Why, where somebody said."),
	}
}

// Indexes of a usage.
func (Usage) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "idempotency_key").Unique(),
		index.Fields("workspace_id", "created_at", "id"),
		index.Fields("workspace_id", "client_id", "created_at"),
	}
}

// Annotations make the Relay connection usages.
func (Usage) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("usages"), entgql.RelayConnection(), entgql.QueryField("usages"), entgql.MultiOrder()}
}

// Policy narrows to the caller's workspaces.
func (Usage) Policy() ent.Policy { return policy() }
