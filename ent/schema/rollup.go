package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"github.com/contatore/contatore/ent/privacy"
	"github.com/contatore/contatore/internal/calendar"
	"github.com/contatore/contatore/internal/money"
)

// UsageBucket sums a workspace's usages of one kind and model over a quarter
// of an hour of UTC. Its key is (workspace_id, starts_at, kind, model), which ent
// can't express: ent reads it as a view, and internal/ledger alone writes it.
type UsageBucket struct{ ent.View }

// Fields of a bucket.
func (UsageBucket) Fields() []ent.Field {
	return []ent.Field{
		field.String("workspace_id"),
		field.Int64("starts_at").GoType(calendar.Instant(0)),
		field.String("kind"),
		field.String("model").Comment("Empty for usage without a model."),
		field.Int64("messages"),
		field.Int64("cost").GoType(money.Nanos(0)),
		field.Int64("input_tokens"),
		field.Int64("output_tokens"),
	}
}

// Annotations keep the bucket out of the API.
func (UsageBucket) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("usage_buckets"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (UsageBucket) Policy() ent.Policy { return privacy.Policy{Query: privacy.QueryPolicy{scoped()}} }

// ClientDay sums one client's usages over a local day of the workspace. Its
// key is (workspace_id, day, client_id); ent reads it as a view.
type ClientDay struct{ ent.View }

// Fields of a client's day.
func (ClientDay) Fields() []ent.Field {
	return []ent.Field{
		field.String("workspace_id"),
		field.Int32("day").GoType(calendar.Date(0)),
		field.String("client_id"),
		field.Int64("messages"),
		field.Int64("cost").GoType(money.Nanos(0)),
	}
}

// Annotations keep the day out of the API.
func (ClientDay) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("client_days"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (ClientDay) Policy() ent.Policy { return privacy.Policy{Query: privacy.QueryPolicy{scoped()}} }

// LateDay is how often a day of UTC changed after it was over, or a usage of it
// was taken back. Its key is (workspace_id, day); ent reads it as a view.
type LateDay struct{ ent.View }

// Fields of a late day.
func (LateDay) Fields() []ent.Field {
	return []ent.Field{
		field.String("workspace_id"),
		field.Int32("day").Comment("Counted from 1970 in UTC; the least number there is stands for every day."),
		field.Int64("changes"),
	}
}

// Annotations keep the day out of the API.
func (LateDay) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("late_days"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (LateDay) Policy() ent.Policy { return privacy.Policy{Query: privacy.QueryPolicy{scoped()}} }
