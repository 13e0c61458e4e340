package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Customer is a person whom a workspace's chatbot answers.
type Customer struct{ ent.Schema }

// Fields of a customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().SchemaType(uuidType()),
		workspaceID(),
		clientID(entgql.OrderField("CLIENT_ID")),
		field.String("phone").Optional().Nillable(),
		field.String("email").Optional().Nillable(),
		// No order by it: entgql's pages would lose those without a name.
		field.String("name").Optional().Nillable(),
		field.Bool("active_chatbot"),
		instant("created_at", "", entgql.OrderField("CREATED_AT")),
	}
}

// Indexes of a customer.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "client_id").Unique(),
		index.Fields("workspace_id", "phone").Unique(),
	}
}

// Annotations make the Relay connection customers.
func (Customer) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("customers"), entgql.RelayConnection(), entgql.QueryField(), entgql.MultiOrder()}
}

// Policy narrows to the caller's workspaces.
func (Customer) Policy() ent.Policy { return policy() }
