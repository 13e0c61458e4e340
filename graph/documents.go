package graph

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
)

// maxDocuments is how many parsed documents are kept.
const maxDocuments = 1000

// documents keeps parsed and validated documents, and brings their numbers to
// a form that loses nothing: gqlparser would read 0.1 as a float64, and panic
// over an integer of 20 digits.
type documents struct{ kept *lru.LRU[*ast.QueryDocument] }

func newDocuments() documents { return documents{lru.New[*ast.QueryDocument](maxDocuments)} }

// Get finds a document by its text.
func (d documents) Get(ctx context.Context, text string) (*ast.QueryDocument, bool) {
	return d.kept.Get(ctx, text)
}

// Add is called with each document before it is executed for the first time,
// when nobody else has it yet.
func (d documents) Add(ctx context.Context, text string, doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			exact(v.DefaultValue)
		}
		exactDirectives(op.Directives)
		exactSelection(op.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		exactSelection(fragment.SelectionSet)
	}
	// A batch written into its document is not sent again, and large.
	const longest = 64 << 10
	if len(text) <= longest {
		d.kept.Add(ctx, text, doc)
	}
}

func exactSelection(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			for _, a := range s.Arguments {
				exact(a.Value)
			}
			exactDirectives(s.Directives)
			exactSelection(s.SelectionSet)
		case *ast.InlineFragment:
			exactDirectives(s.Directives)
			exactSelection(s.SelectionSet)
		case *ast.FragmentSpread:
			exactDirectives(s.Directives)
		}
	}
}

func exactDirectives(list ast.DirectiveList) {
	for _, d := range list {
		for _, a := range d.Arguments {
			exact(a.Value)
		}
	}
}

// exact turns a number into its text where the text says more: the scalars
// read both. What the text can't be is refused by its scalar.
func exact(v *ast.Value) {
	if v == nil {
		return
	}
	switch v.Kind {
	case ast.FloatValue:
		v.Kind = ast.StringValue
	case ast.IntValue:
		if _, err := strconv.ParseInt(v.Raw, 10, 64); err != nil {
			v.Kind = ast.StringValue
		}
	default:
	}
	for _, child := range v.Children {
		exact(child.Value)
	}
}
