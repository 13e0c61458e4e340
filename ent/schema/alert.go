package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/contatore/contatore/ent/privacy"
	"github.com/contatore/contatore/internal/calendar"
)

// Alert is something that a workspace was told, or will be.
type Alert struct{ ent.Schema }

// Fields of an alert.
func (Alert) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().SchemaType(uuidType()),
		workspaceID(),
		field.String("client_id").Optional().Nillable().Immutable().Comment("The customer it is about; null: the whole workspace.").
			Annotations(entgql.Type("ID"), entgql.MapsTo("clientId")),
		field.String("event").Immutable().Comment("What happened: budget.threshold_reached, usage.silent and the like."),
		field.String("once").Optional().Nillable().Immutable().Annotations(entgql.Skip()).
			Comment("What is told once only; none: the alert is one of its own."),
		field.String("facts").Immutable().Annotations(entgql.Skip()).Comment("Its figures, as a JSON object."),
		instant("created_at", "", entgql.OrderField("CREATED_AT")),
	}
}

// Indexes of an alert.
func (Alert) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "once").Unique(),
		index.Fields("workspace_id", "created_at", "id"),
	}
}

// Annotations make the Relay connection alerts.
func (Alert) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("alerts"), entgql.RelayConnection(), entgql.QueryField(), entgql.MultiOrder()}
}

// Policy narrows to the caller's workspaces.
func (Alert) Policy() ent.Policy { return policy() }

// AlertChannel is where a workspace wants to be told.
type AlertChannel struct{ ent.Schema }

// Fields of a channel.
func (AlertChannel) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().SchemaType(uuidType()),
		workspaceID(),
		field.String("kind").Immutable().Comment("WEBHOOK, EMAIL or SLACK."),
		field.String("name"),
		field.String("target").Sensitive().Comment("The URL, or e-mail addresses with commas between them."),
		field.String("events").Comment("What it is told, as a JSON list; empty: everything."),
		field.String("secrets").Sensitive().Comment("What signs, the newest first, as a JSON list."),
		lateInstant("failing_since", "Since when nothing could be delivered; none: the last delivery arrived."),
		lateInstant("disabled_at", "Since when it is told nothing; none: it is told."),
		field.String("disabled_reason").Optional().Nillable(),
		field.Int("version").Comment("How often it was set."),
		instant("created_at", ""),
	}
}

// Annotations keep the table out of the API, which has a type of its own.
func (AlertChannel) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("alert_channels"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (AlertChannel) Policy() ent.Policy { return policy() }

// AlertDelivery is an alert on its way to a channel.
type AlertDelivery struct{ ent.Schema }

// Fields of a delivery.
func (AlertDelivery) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().SchemaType(uuidType()),
		workspaceID(),
		field.String("alert_id").Immutable().SchemaType(uuidType()),
		field.String("channel_id").Immutable().SchemaType(uuidType()),
		field.String("state").Comment("PENDING, DELIVERED or FAILED."),
		field.Int("attempts").Comment("How many there were."),
		field.Int("attempts_before").Comment("How many of them before it was last sent anew."),
		lateInstant("next_attempt_at", "None: no other is planned."),
		instant("created_at", ""),
	}
}

// Indexes of a delivery.
func (AlertDelivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("workspace_id", "alert_id", "channel_id").Unique(),
		index.Fields("workspace_id", "channel_id", "created_at", "id"),
	}
}

// Annotations keep the table out of the API, which has a type of its own.
func (AlertDelivery) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("alert_deliveries"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (AlertDelivery) Policy() ent.Policy { return policy() }

// AlertAttempt is one try to deliver. Its key is (workspace_id, delivery_id,
// number); ent reads it as a view, and internal/alert alone writes it.
type AlertAttempt struct{ ent.View }

// Fields of an attempt.
func (AlertAttempt) Fields() []ent.Field {
	return []ent.Field{
		field.String("workspace_id"),
		field.String("delivery_id"),
		field.Int("number").Comment("From 1 on."),
		field.Int64("at").GoType(calendar.Instant(0)),
		field.Int("took_ms"),
		field.Int("status").Optional().Nillable().Comment("What HTTP or SMTP answered; none: there was no answer."),
		field.String("answer").Comment("The answer's first KiB."),
		field.String("failure").Comment("Why it is no success, for people; empty: it arrived."),
	}
}

// Annotations keep the table out of the API, which has a type of its own.
func (AlertAttempt) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("alert_attempts"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (AlertAttempt) Policy() ent.Policy { return privacy.Policy{Query: privacy.QueryPolicy{scoped()}} }
