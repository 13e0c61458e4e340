package graph

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"entgo.io/contrib/entgql"
	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/contatore/contatore/internal/auth"
	"github.com/contatore/contatore/internal/fault"
)

// maxConditions is how many values, groups and orders a connection may be
// asked for by: databases bound the depth of an expression and the number of
// its parameters.
const maxConditions = 100

// enter is what a connection begins with: the gate, the arguments that entgql
// leaves to the database or reads wrongly, the page where none is named, and a
// context in which entgql finds what was selected.
func enter(ctx context.Context, first, last *int, after, before *entgql.Cursor[string]) (_ context.Context, from, to *int, _ error) {
	if _, err := auth.Require(ctx, auth.Read); err != nil {
		return nil, nil, nil, err
	}
	field := graphql.GetFieldContext(ctx).Field
	arguments := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	c := conditions{uuids: field.Name != "workspaces"}
	c.judge("where", "where", arguments["where"])
	c.judge("orderBy", "orderBy", arguments["orderBy"])
	c.place("after", after, arguments["orderBy"])
	c.place("before", before, arguments["orderBy"])
	switch {
	case c.fault != nil:
		return nil, nil, nil, c.fault
	case first != nil && last != nil:
		return nil, nil, nil, fault.Field("last", "Give either first or last, not both.")
	case before != nil && (first != nil || after != nil):
		return nil, nil, nil, fault.Field("before", "before goes with last alone.")
	case after != nil && last != nil:
		return nil, nil, nil, fault.Field("after", "after goes with first alone.")
	case first != nil && *first < 0:
		return nil, nil, nil, fault.Field("first", "first is %d; it must be 0 to %d.", *first, maxPage)
	case last != nil && *last < 0:
		return nil, nil, nil, fault.Field("last", "last is %d; it must be 0 to %d.", *last, maxPage)
	case first == nil && last == nil && before != nil:
		last = new(defaultPage)
	case first == nil && last == nil:
		first = new(defaultPage)
	}
	return visible(ctx), first, last, nil
}

// conditions judges where, orderBy and cursors as they were sent, so that both
// databases refuse the same and the fault names the argument.
type conditions struct {
	// uuids: the connection's ids are this server's.
	uuids bool
	n     int
	fault *fault.Error
}

// judge looks at a value of an argument; name is the field's that it is for.
func (c *conditions) judge(path, name string, v any) {
	c.n++
	if c.n > maxConditions && c.fault == nil {
		c.fault = fault.New(fault.TooComplex, "where and orderBy have more than %d conditions.", maxConditions)
	}
	if c.fault != nil {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			c.judge(path+"."+name, name, v[name])
		}
	case []any:
		for i := range v {
			c.judge(path+"."+strconv.Itoa(i), name, v[i])
		}
	case string:
		switch {
		case strings.ContainsRune(v, 0):
			c.fault = fault.Field(path, "%s holds a NUL character or is not valid UTF-8.", path)
		case c.uuids && isID(name) && !isUUID(v):
			c.fault = fault.Field(path, "%s is no id of this server; those look like 018d0c2e-7f3a-7c51-9c3e-2b8f6a4d1e07.", path)
		}
	case int64, json.Number:
		tokens := strings.HasPrefix(name, "inputTokens") || strings.HasPrefix(name, "outputTokens")
		if n, ok := whole(v); ok && tokens && (n < 0 || n > math.MaxInt32) {
			c.fault = fault.Field(path, "%s is %d; it must be 0 to %d.", path, n, math.MaxInt32)
		}
	}
}

func isID(name string) bool {
	return slices.Contains([]string{"id", "idNEQ", "idIn", "idNotIn", "idGT", "idGTE", "idLT", "idLTE"}, name)
}

func isUUID(text string) bool {
	id, err := uuid.Parse(text)
	return err == nil && id.String() == text
}

// place judges a cursor: one that this server did not make could hold anything,
// and one of another order means nothing.
func (c *conditions) place(argument string, cursor *entgql.Cursor[string], orderBy any) {
	if cursor == nil || c.fault != nil {
		return
	}
	orders, many := orderBy.([]any)
	if !many && orderBy != nil {
		orders = []any{orderBy} // GraphQL takes one for a list
	}
	values, ok := cursor.Value.([]any)
	ok = (ok || cursor.Value == nil) && len(values) == len(orders) &&
		!strings.ContainsRune(cursor.ID, 0) && (!c.uuids || isUUID(cursor.ID))
	for i := 0; ok && i < len(values); i++ {
		order, _ := orders[i].(map[string]any)
		switch v := values[i].(type) {
		case int64:
			ok = order["field"] == "CREATED_AT" || order["field"] == "PRICE"
		case string:
			ok = order["field"] != "CREATED_AT" && order["field"] != "PRICE" && !strings.ContainsRune(v, 0)
		default:
			ok = false
		}
	}
	if !ok {
		c.fault = fault.Field(argument, "%s is no cursor of this connection in this order; take one from its answer.", argument)
	}
}

// visible is a context in which entgql, which looks for the fields of a
// connection by their aliases and fills pageInfo from the edges alone, takes
// everything for selected where it would overlook something.
func visible(ctx context.Context) context.Context {
	asked := map[string]bool{}
	for _, f := range graphql.CollectFieldsCtx(ctx, nil) {
		asked[f.Name] = true
		if f.Alias != f.Name {
			return unselected{ctx}
		}
		for _, below := range graphql.CollectFields(graphql.GetOperationContext(ctx), f.Selections, nil) {
			if below.Alias != below.Name {
				return unselected{ctx}
			}
		}
	}
	if asked["pageInfo"] && !asked["edges"] {
		return unselected{ctx}
	}
	return ctx
}

// unselected is a context outside of any field.
type unselected struct{ context.Context }

func (u unselected) Value(key any) any {
	value := u.Context.Value(key)
	if _, ok := value.(*graphql.FieldContext); ok {
		return nil
	}
	return value
}

// pointers is what entgql takes a list as.
func pointers[T any](list []T) []*T {
	p := make([]*T, len(list))
	for i := range list {
		p[i] = &list[i]
	}
	return p
}
