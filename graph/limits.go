package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"

	"github.com/contatore/contatore/internal/fault"
)

const (
	// maxWords is how many words a document may have beside the values in it:
	// the names of fields, aliases, fragments and variables. The work of
	// validating them, and the depth of its stack, is their square.
	maxWords = 2_000
	// maxPage is the most entries of a connection's page; defaultPage is what
	// a connection gives where neither first nor last says.
	maxPage, defaultPage = 500, 50
	// maxDepth is the deepest nesting of fields; tools ask for the schema 15
	// deep.
	maxDepth = 20
	// maxAliases is how many fields of an operation may have another name;
	// maxSchemaAliases, how many of introspection, where each may repeat much
	// of the schema to who has no key.
	maxAliases, maxSchemaAliases = 100, 10
	// maxComplexity is the most that the fields of an operation may cost: 1
	// each, statsCost for stats and its shorthands, learnCost for what is
	// learned from half a year of days, budgetCost for a budget, deliveryCost for
	// each delivery of an alert, and below a connection or another list all of it
	// times its size.
	maxComplexity, statsCost, learnCost, budgetCost, deliveryCost = 20_000, 100, 100, 20, 5
)

// sizes are those of the lists that are no connections but take long all the
// same: what their argument first says, else about what there is.
var sizes = map[string]int{
	"Query.apiKeys":           defaultPage,
	"Query.alertChannels":     20,
	"Alert.deliveries":        20,
	"AlertChannel.deliveries": 20,
	"AlertDelivery.attempts":  3,
}

// limits refuses operations that ask for too much, or for what can't be, before
// any of their fields is resolved.
type limits struct{ extension }

// MutateOperationParameters refuses a document that is too much work to
// validate.
func (limits) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	if len(params.Query) > maxWords && words(params.Query) > maxWords {
		return refusal(fault.New(fault.TooComplex, "The document has more than %d names of fields, aliases, fragments and variables. Hand a list over as one variable, or send several requests.", maxWords))
	}
	return nil
}

// words counts the names outside of parentheses, and the variables.
func words(text string) int {
	l := lexer.New(&ast.Source{Input: text})
	n, open := 0, 0
	for {
		token, err := l.ReadToken()
		if err != nil { // the parser gets no further
			return n
		}
		switch token.Kind {
		case lexer.EOF:
			return n
		case lexer.ParenL:
			open++
		case lexer.ParenR:
			open--
		case lexer.Dollar:
			n++
		case lexer.Name:
			if open <= 0 {
				n++
			}
		default:
		}
	}
}

// MutateOperationContext refuses an operation beyond a limit.
func (limits) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	t := tally{variables: op.Variables}
	for _, v := range op.Variables {
		t.null = t.null || v == nil
	}
	t.walk(op.Operation.SelectionSet, 1, 1)
	if t.over != nil {
		return refusal(t.over)
	}
	return nil
}

// tally adds an operation up and stops at the first limit, so that its work is
// bounded whatever the fragments unfold to.
type tally struct {
	variables map[string]any
	// null: one of them is.
	null                         bool
	cost, aliases, schemaAliases int
	over                         *fault.Error
}

// walk adds up a selection that is resolved so many times.
func (t *tally) walk(set ast.SelectionSet, depth, times int) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			t.directives(s.Directives)
			t.arguments(s.Arguments)
			t.field(s, depth, times)
		case *ast.InlineFragment:
			t.directives(s.Directives)
			t.walk(s.SelectionSet, depth, times)
		case *ast.FragmentSpread:
			t.directives(s.Directives)
			t.walk(s.Definition.SelectionSet, depth, times)
		}
		if t.over != nil {
			return
		}
	}
}

// directives looks at the arguments of directives.
func (t *tally) directives(list ast.DirectiveList) {
	for _, d := range list {
		t.arguments(d.Arguments)
	}
}

// arguments looks for a null where there must be a value, which a variable with
// a default may bring there: gqlgen takes it for a text, or panics over it.
func (t *tally) arguments(list ast.ArgumentList) {
	for _, a := range list {
		if t.null {
			t.value(a.Name, a.Value)
		}
	}
}

func (t *tally) value(path string, v *ast.Value) {
	if v.Kind == ast.Variable && v.ExpectedType != nil && v.ExpectedType.NonNull {
		if given, ok := t.variables[v.Raw]; ok && given == nil {
			t.over = fault.Field(path, "%s: cannot be null.", path)
		}
	}
	for i, child := range v.Children {
		t.value(path+"."+nameOf(child, i), child.Value)
	}
}

func (t *tally) field(f *ast.Field, depth, times int) {
	schema := strings.HasPrefix(f.Name, "__") || strings.HasPrefix(f.ObjectDefinition.Name, "__")
	cost := 1
	size, list := sizes[f.ObjectDefinition.Name+"."+f.Name]
	switch {
	case f.ObjectDefinition.Name != "UsageStats" && (f.Name == "stats" || f.Name == "peakHours" || f.Name == "topClients"):
		cost = statsCost
	case f.ObjectDefinition.Name == "UsageStats" && (f.Name == "forecast" || f.Name == "anomalies"):
		cost = learnCost
	case f.Definition.Type.Name() == "Budget":
		cost = budgetCost
	case f.Name == "deliveries":
		cost = deliveryCost * t.page(f, size)
	}
	t.cost += times * cost
	if f.Alias != f.Name {
		t.aliases++
		if schema {
			t.schemaAliases++
		}
	}
	switch {
	case t.over != nil:
	case depth > maxDepth:
		t.over = fault.New(fault.TooComplex, "The operation nests fields more than %d deep.", maxDepth)
	case t.aliases > maxAliases:
		t.over = fault.New(fault.TooComplex, "The operation has more than %d aliases.", maxAliases)
	case t.schemaAliases > maxSchemaAliases:
		t.over = fault.New(fault.TooComplex, "The operation has more than %d aliases of the schema's own fields.", maxSchemaAliases)
	case t.cost > maxComplexity:
		t.over = fault.New(fault.TooComplex, "The operation's complexity is over %d: a field costs 1, stats %d, a forecast or anomalies %d, a budget %d, a delivery %d, and an entry of a page or list all that is asked of it. Ask for smaller pages or less of each.", maxComplexity, statsCost, learnCost, budgetCost, deliveryCost)
	}
	if t.over != nil {
		return
	}
	if list || strings.HasSuffix(f.Definition.Type.Name(), "Connection") {
		page := t.page(f, cmp.Or(size, defaultPage))
		if page > maxPage {
			t.over = fault.New(fault.TooComplex, "A page has at most %d entries; %s asks for %d.", maxPage, f.Name, page)
			return
		}
		times *= max(page, 1)
	}
	t.walk(f.SelectionSet, depth+1, times)
}

// page is how many entries a connection's or list's field asks for, size where
// it doesn't say.
func (t *tally) page(f *ast.Field, size int) int {
	page := -1
	arguments := f.ArgumentMap(t.variables)
	for _, name := range []string{"first", "last"} {
		if n, ok := whole(arguments[name]); ok {
			page = max(page, n)
		}
	}
	if page < 0 { // negative ones are refused where they are answered
		return size
	}
	return page
}

// whole reads an Int argument as gqlgen does; ok is false where none is given.
func whole(v any) (n int, ok bool) {
	switch v.(type) {
	case int64, int, string, json.Number:
		n, err := graphql.UnmarshalInt(v)
		return n, err == nil
	}
	return 0, false
}
