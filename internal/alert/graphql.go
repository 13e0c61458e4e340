package alert

import (
	"io"

	"github.com/99designs/gqlgen/graphql"

	"github.com/contatore/contatore/internal/fault"
)

// MarshalJSON writes a text that is JSON already: GraphQL's scalar JSON. So
// every digit of an amount is what it was.
func MarshalJSON(text string) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, text) })
}

// UnmarshalJSON is what a scalar must have; no input has this one.
func UnmarshalJSON(any) (string, error) {
	return "", fault.New(fault.Invalid, "JSON is no input.")
}
