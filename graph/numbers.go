package graph

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// numbers brings the numbers of requests to a form that loses nothing and
// fails nowhere but in the judgement of the field they are for: gqlparser would
// read 0.1 as a float64, and refuse a whole batch over one integer of 20 digits.
type numbers struct {
	extension
	schema *ast.Schema
	kept   documents
}

// MutateOperationParameters narrows the integers among the variables.
func (n numbers) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if len(params.Variables) == 0 {
		return nil
	}
	doc, ok := n.kept.Get(ctx, params.Query)
	if !ok {
		var err error
		if doc, err = parser.ParseQuery(&ast.Source{Input: params.Query}); err != nil {
			return nil //nolint:nilerr // the executor reads it again, and tells
		}
	}
	if op := doc.Operations.ForName(params.OperationName); op != nil {
		for _, v := range op.VariableDefinitions {
			n.narrow(v.Type, params.Variables, v.Variable)
		}
	}
	return nil
}

// narrow goes through the member of an object that is of a type, where there
// is one.
func (n numbers) narrow(t *ast.Type, of map[string]any, name string) {
	value, ok := of[name]
	if !ok {
		return
	}
	def := n.schema.Types[t.Name()]
	if def == nil || def.Kind != ast.InputObject && def.Name != "Int" {
		return
	}
	list, many := value.([]any)
	if !many {
		list = []any{value}
	}
	for i, v := range list {
		switch v := v.(type) {
		case json.Number:
			list[i] = integer(v)
		case map[string]any:
			for _, f := range def.Fields {
				n.narrow(f.Type, v, f.Name)
			}
		}
	}
	if !many {
		of[name] = list[0]
	}
}

// integer is a number that stands where an Int is wanted: the nearest one that
// 64 bits hold where it is whole, since every Int has its bounds within them;
// else a text that is none.
func integer(n json.Number) any {
	if whole, err := n.Int64(); err == nil {
		return whole
	}
	f, _ := n.Float64() // infinite where it is beyond that
	switch {
	case f >= math.MaxInt64:
		return int64(math.MaxInt64)
	case f <= math.MinInt64:
		return int64(math.MinInt64)
	case f == math.Trunc(f):
		return int64(f)
	}
	return n.String()
}

// ruleSet is the validation of documents: gqlparser's, and before its judgement
// of values the literals brought to their form.
func ruleSet() *rules.Rules {
	set := rules.NewDefaultRules()
	set.AddRule("ExactNumbers", func(observers *core.Events, _ core.AddErrFunc) { // they run by name
		observers.OnValue(func(_ *core.Walker, v *ast.Value) { exact(v) })
		// A response is sent in one piece, which @defer leaves to the server.
		observers.OnInlineFragment(func(_ *core.Walker, f *ast.InlineFragment) { f.Directives = undeferred(f.Directives) })
		observers.OnFragmentSpread(func(_ *core.Walker, f *ast.FragmentSpread) { f.Directives = undeferred(f.Directives) })
	})
	return set
}

// exact turns a number for a scalar that reads texts too into one, and narrows
// an Int.
func exact(v *ast.Value) {
	if v.Kind != ast.IntValue && v.Kind != ast.FloatValue {
		return
	}
	kind := ""
	if v.Definition != nil {
		kind = v.Definition.Name
	}
	switch {
	case kind == "Int" && v.Kind == ast.IntValue:
		if whole, ok := integer(json.Number(v.Raw)).(int64); ok {
			v.Raw = strconv.FormatInt(whole, 10)
		}
	case kind == "ID" && v.Kind == ast.FloatValue, kind == "Int", kind == "Float", kind == "String", kind == "Boolean":
		// As it should be, or gqlparser's to refuse.
	case v.Definition == nil || v.Definition.Kind == ast.Scalar:
		v.Kind = ast.StringValue
	}
}

func undeferred(list ast.DirectiveList) ast.DirectiveList {
	return slices.DeleteFunc(list, func(d *ast.Directive) bool { return d.Name == "defer" })
}
