package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ApiKey is what a caller presents. Only the secret's hash is kept.
type ApiKey struct{ ent.Schema }

// Fields of a key.
func (ApiKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().SchemaType(uuidType()),
		field.String("name").Immutable(),
		field.String("hash").Immutable().Sensitive().Comment("SHA-256 of the secret, in hex."),
		field.String("role").Immutable(),
		field.String("workspace_id").Optional().Nillable().Immutable().Comment("The only workspace it opens; none: every one."),
		instant("created_at", ""),
		lateInstant("expires_at", "From when on it opens nothing; none: never."),
		lateInstant("revoked_at", "Since when it opens nothing."),
	}
}

// Indexes of a key.
func (ApiKey) Indexes() []ent.Index {
	return []ent.Index{index.Fields("hash").Unique(), index.Fields("workspace_id")}
}

// Annotations keep keys out of the generated API.
func (ApiKey) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("api_keys"), entgql.Skip()}
}

// Policy narrows to the keys of the caller's workspaces.
func (ApiKey) Policy() ent.Policy { return policy() }
