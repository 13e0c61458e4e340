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

// Budget limits what a workspace, or one of its clients, spends in a month. Its
// key is (workspace_id, client_id); ent reads it as a view, as it does the
// rollups, and internal/ledger alone writes it.
type Budget struct{ ent.View }

// Fields of a budget.
func (Budget) Fields() []ent.Field {
	return []ent.Field{
		field.String("workspace_id"),
		field.String("client_id").Comment("Empty for the workspace's own."),
		field.Int64("monthly_limit").GoType(money.Nanos(0)),
		field.String("thresholds").Comment("Percents of the limit, ascending, as a JSON list."),
		field.String("enforcement").Comment("NOTIFY or BLOCK."),
		field.Int("version").Comment("How often it was set."),
		field.Int64("updated_at").GoType(calendar.Instant(0)),
	}
}

// Annotations keep the table out of the API, which has a type of its own.
func (Budget) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("budgets"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (Budget) Policy() ent.Policy { return privacy.Policy{Query: privacy.QueryPolicy{scoped()}} }

// MonthCost is what a budget's workspace or client spent in a local calendar
// month. Its key is (workspace_id, client_id, month); ent reads it as a view. The
// cost is cost_high * 2^32 + cost_low nanos: a month may hold more than a row of the
// other rollups.
type MonthCost struct{ ent.View }

// Fields of a month.
func (MonthCost) Fields() []ent.Field {
	return []ent.Field{
		field.String("workspace_id"),
		field.String("client_id").Comment("Empty for the whole workspace."),
		field.Int32("month").GoType(calendar.Month(0)),
		field.Int64("cost_high"),
		field.Int64("cost_low").Comment("0 to 2^32 - 1."),
		field.Int64("ceiling").GoType(money.Nanos(0)).Optional().Nillable().
			Comment("Above it, whoever counts must look at the budget first; none: never. Below 0: the row doesn't hold the whole month."),
	}
}

// Annotations keep the month out of the API.
func (MonthCost) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("month_costs"), entgql.Skip()}
}

// Policy narrows to the caller's workspaces.
func (MonthCost) Policy() ent.Policy { return privacy.Policy{Query: privacy.QueryPolicy{scoped()}} }
