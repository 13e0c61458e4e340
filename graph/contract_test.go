package graph_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/contatore/contatore/internal/testkit"
)

// later are the parts of the contract that come with later issues; until then
// they are absent.
const later = ``

// served is the schema as the server tells it.
type served struct {
	Types []servedType
}

type servedType struct {
	Kind, Name, Description string
	Fields, InputFields     []servedField
	EnumValues              []servedField
}

type servedField struct {
	Name, Description string
	Type              *typeRef
	DefaultValue      *string
	Args              []servedField
}

type typeRef struct {
	Kind, Name string
	OfType     *typeRef
}

// String is the type as the schema language writes it.
func (t *typeRef) String() string {
	switch {
	case t == nil:
		return ""
	case t.Kind == "NON_NULL":
		return t.OfType.String() + "!"
	case t.Kind == "LIST":
		return "[" + t.OfType.String() + "]"
	}
	return t.Name
}

const introspection = `query IntrospectionQuery { __schema {
	queryType { name } mutationType { name } subscriptionType { name }
	types { ...FullType }
	directives { name description locations args { ...InputValue } }
} }
fragment FullType on __Type {
	kind name description
	fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields { ...InputValue }
	interfaces { ...TypeRef }
	enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
	possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type {
	kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
		kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
	} } } } }
}`

func TestServedSchemaHoldsTheContract(t *testing.T) {
	t.Parallel()
	const copied = "testdata/contract.graphql"
	text, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	original, err := os.ReadFile("../../shared/contract/schema.graphql")
	if err == nil && !bytes.Equal(text, original) {
		t.Errorf("%s is not the contract any more: copy it anew", copied)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	contract, err := parser.ParseSchema(&ast.Source{Name: copied, Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, testkit.SQLiteURL(t))
	schema := decode[struct {
		Schema served `json:"__schema"`
	}](t, h.data(t, nobody, introspection, nil)).Schema

	c := comparison{t, strings.Fields(later)}
	for _, want := range contract.Definitions {
		i := slices.IndexFunc(schema.Types, func(s servedType) bool { return s.Name == want.Name })
		if !c.expected(want.Name, i >= 0) {
			continue
		}
		got := schema.Types[i]
		if got.Kind != string(want.Kind) {
			t.Errorf("%s is of the kind %s, want %s", want.Name, got.Kind, want.Kind)
		}
		c.described(want.Name, got.Description, want.Description)
		fields := got.Fields
		if want.Kind == ast.InputObject {
			fields = got.InputFields
		}
		for _, f := range want.Fields {
			path := want.Name + "." + f.Name
			if got := c.find(path, fields, f.Name); got != nil {
				c.same(path, *got, f.Type, f.DefaultValue, f.Description)
				c.arguments(path, *got, f.Arguments)
			}
		}
		for _, v := range want.EnumValues {
			path := want.Name + "." + v.Name
			if got := c.find(path, got.EnumValues, v.Name); got != nil {
				c.described(path, got.Description, v.Description)
			}
		}
		if want.Kind == ast.InputObject {
			c.optional(want.Name, got.InputFields, func(name string) bool { return want.Fields.ForName(name) != nil })
		}
	}
}

type comparison struct {
	*testing.T
	later []string
}

// expected tells whether a part of the contract must be there, and fails where
// it is not as it must.
func (c comparison) expected(path string, found bool) bool {
	c.Helper()
	if absent := slices.Contains(c.later, path); absent == found {
		c.Errorf("%s: served %v, want %v", path, found, !absent)
	}
	return found
}

func (c comparison) find(path string, in []servedField, name string) *servedField {
	c.Helper()
	i := slices.IndexFunc(in, func(f servedField) bool { return f.Name == name })
	if !c.expected(path, i >= 0) {
		return nil
	}
	return &in[i]
}

func (c comparison) same(path string, got servedField, want *ast.Type, value *ast.Value, description string) {
	c.Helper()
	if got.Type.String() != want.String() {
		c.Errorf("%s is %s, want %s", path, got.Type, want)
	}
	switch {
	case (got.DefaultValue == nil) != (value == nil):
		c.Errorf("%s has a default %v, want %v", path, got.DefaultValue, value)
	case value != nil && *got.DefaultValue != value.String():
		c.Errorf("%s has the default %s, want %s", path, *got.DefaultValue, value)
	}
	c.described(path, got.Description, description)
}

func (c comparison) arguments(path string, got servedField, want ast.ArgumentDefinitionList) {
	c.Helper()
	for _, a := range want {
		at := path + "(" + a.Name + ")"
		if got := c.find(at, got.Args, a.Name); got != nil {
			c.same(at, *got, a.Type, a.DefaultValue, a.Description)
		}
	}
	c.optional(path, got.Args, func(name string) bool { return want.ForName(name) != nil })
}

// optional wants what the contract doesn't know to be left out at will.
func (c comparison) optional(path string, got []servedField, known func(name string) bool) {
	c.Helper()
	for _, f := range got {
		if !known(f.Name) && f.Type.Kind == "NON_NULL" && f.DefaultValue == nil {
			c.Errorf("%s wants %s, which the contract doesn't know", path, f.Name)
		}
	}
}

func (c comparison) described(path, got, want string) {
	c.Helper()
	if want != "" && got != want {
		c.Errorf("%s is described as %q, want %q", path, got, want)
	}
}
