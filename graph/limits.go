package graph

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/internal/fault"
)

const (
	// maxPage is the most entries of a connection's page; defaultPage is what
	// a connection gives where neither first nor last says.
	maxPage, defaultPage = 500, 50
	// maxDepth is the deepest nesting of fields.
	maxDepth = 15
	// maxAliases is how many fields of an operation may have another name.
	maxAliases = 100
	// maxComplexity is the most that the fields of an operation may cost: 1
	// each, statsCost for stats and its shorthands, and below a connection all
	// of it times the page's size.
	maxComplexity, statsCost = 20_000, 100
)

// limits refuses operations that ask for too much, before any of their fields
// is resolved.
type limits struct{}

// ExtensionName is for gqlgen.
func (limits) ExtensionName() string { return "limits" }

// Validate is for gqlgen.
func (limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses an operation beyond a limit.
func (limits) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	t := tally{variables: op.Variables}
	t.walk(op.Operation.SelectionSet, 1, 1)
	if t.over != nil {
		return refusal(t.over)
	}
	return nil
}

// tally adds an operation up and stops at the first limit, so that its work is
// bounded whatever the fragments unfold to.
type tally struct {
	variables     map[string]any
	cost, aliases int
	over          *fault.Error
}

// walk adds up a selection that is resolved so many times.
func (t *tally) walk(set ast.SelectionSet, depth, times int) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			t.field(s, depth, times)
		case *ast.InlineFragment:
			t.walk(s.SelectionSet, depth, times)
		case *ast.FragmentSpread:
			t.cost++ // so that empty fragments of fragments come to an end
			t.walk(s.Definition.SelectionSet, depth, times)
		}
		if t.over != nil {
			return
		}
	}
}

func (t *tally) field(f *ast.Field, depth, times int) {
	if strings.HasPrefix(f.Name, "__") {
		return // gqlparser bounds introspection
	}
	if f.Alias != f.Name {
		t.aliases++
	}
	cost := 1
	if f.ObjectDefinition.Name != "UsageStats" && (f.Name == "stats" || f.Name == "peakHours" || f.Name == "topClients") {
		cost = statsCost
	}
	t.cost += times * cost
	switch {
	case depth > maxDepth:
		t.over = fault.New(fault.TooComplex, "The operation nests fields more than %d deep.", maxDepth)
	case t.aliases > maxAliases:
		t.over = fault.New(fault.TooComplex, "The operation has more than %d aliases.", maxAliases)
	case t.cost > maxComplexity:
		t.over = fault.New(fault.TooComplex, "The operation's complexity is over %d: a field costs 1, stats %d, and an entry of a connection's page all that is asked of it. Ask for smaller pages or less of each.", maxComplexity, statsCost)
	}
	if t.over != nil {
		return
	}
	if strings.HasSuffix(f.Definition.Type.Name(), "Connection") {
		page := t.page(f)
		if page > maxPage {
			t.over = fault.New(fault.TooComplex, "A page has at most %d entries; %s asks for %d.", maxPage, f.Name, page)
			return
		}
		times *= max(page, 1)
	}
	t.walk(f.SelectionSet, depth+1, times)
}

// page is how many entries a connection's field asks for.
func (t *tally) page(f *ast.Field) int {
	page := -1
	arguments := f.ArgumentMap(t.variables)
	for _, name := range []string{"first", "last"} {
		if n, ok := whole(arguments[name]); ok {
			page = max(page, n)
		}
	}
	if page < 0 { // negative ones are entgql's to refuse
		return defaultPage
	}
	return page
}

// whole reads an Int argument; ok is false where none is given.
func whole(v any) (n int, ok bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}
