package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// maxDocuments is how many parsed documents are kept.
	maxDocuments = 200
	// maxKept is the longest of them, in bytes: a parsed one takes up to a
	// hundred times the memory of its text, and what is longer holds values
	// that are not sent again.
	maxKept = 8 << 10
)

// documents keeps parsed and validated documents.
type documents struct{ kept *lru.LRU[*ast.QueryDocument] }

func newDocuments() documents { return documents{lru.New[*ast.QueryDocument](maxDocuments)} }

// Get finds a document by its text.
func (d documents) Get(ctx context.Context, text string) (*ast.QueryDocument, bool) {
	return d.kept.Get(ctx, text)
}

// Add keeps a document that is valid.
func (d documents) Add(ctx context.Context, text string, doc *ast.QueryDocument) {
	if len(text) <= maxKept {
		d.kept.Add(ctx, text, doc)
	}
}
