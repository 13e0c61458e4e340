package graph

import (
	"context"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/contatore/contatore/internal/analytics"
)

// figures writes lists of figures, which have up to some thousand entries of a
// few values each: gqlgen would give every entry a goroutine and every value a
// context of its own.
type figures struct{ extension }

// InterceptField leaves to gqlgen what is no such list.
func (figures) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	found, err := next(ctx)
	switch found.(type) {
	case []analytics.DailyUsage, []analytics.HourUsage, []analytics.HeatmapCell, []analytics.ClientUsage, []analytics.LabelUsage,
		[]analytics.MonthlyUsage, []analytics.ClientSegment, []analytics.ForecastDay, []analytics.Anomaly:
		if list := written(ctx, reflect.ValueOf(found)); list != nil {
			return list, err
		}
	}
	return found, err
}

// written is what is selected of a list's entries; nil where that is more than
// their fields' values. As gqlgen does it, an entry's type has its name in the
// schema, and its fields theirs but for the case.
func written(ctx context.Context, list reflect.Value) graphql.Marshaler {
	entry := list.Type().Elem()
	selected := graphql.CollectFields(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections, []string{entry.Name()})
	type column struct {
		key   string
		index []int // none: the type's name
		write func(io.Writer, reflect.Value)
	}
	columns := make([]column, len(selected))
	for i, s := range selected {
		c := column{key: strconv.Quote(s.Alias) + ":"} // a name is of letters, digits and _
		if s.Name == "__typename" {
			c.write = func(w io.Writer, _ reflect.Value) { graphql.MarshalString(entry.Name()).MarshalGQL(w) }
		} else if field, ok := entry.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, s.Name) }); ok && field.IsExported() {
			c.index, c.write = field.Index, writer(field.Type)
		}
		if c.write == nil {
			return nil
		}
		columns[i] = c
	}
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, "[")
		for i := range list.Len() {
			if i > 0 {
				_, _ = io.WriteString(w, ",")
			}
			_, _ = io.WriteString(w, "{")
			for k, c := range columns {
				if k > 0 {
					_, _ = io.WriteString(w, ",")
				}
				_, _ = io.WriteString(w, c.key)
				c.write(w, list.Index(i).FieldByIndex(c.index))
			}
			_, _ = io.WriteString(w, "}")
		}
		_, _ = io.WriteString(w, "]")
	})
}

// writer writes values of a type; nil where only gqlgen can.
func writer(t reflect.Type) func(io.Writer, reflect.Value) {
	switch {
	case t.Kind() == reflect.Pointer:
		some := writer(t.Elem())
		if some == nil {
			return nil
		}
		return func(w io.Writer, v reflect.Value) {
			if v.IsNil() {
				graphql.Null.MarshalGQL(w)
			} else {
				some(w, v.Elem())
			}
		}
	case t.Implements(reflect.TypeFor[graphql.Marshaler]()):
		return func(w io.Writer, v reflect.Value) {
			m, _ := v.Interface().(graphql.Marshaler) // it is one
			m.MarshalGQL(w)
		}
	case t.Kind() == reflect.String:
		return func(w io.Writer, v reflect.Value) { graphql.MarshalString(v.String()).MarshalGQL(w) }
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		return func(w io.Writer, v reflect.Value) { graphql.MarshalInt64(v.Int()).MarshalGQL(w) }
	case t.Kind() == reflect.Float64:
		return func(w io.Writer, v reflect.Value) { graphql.MarshalFloat(v.Float()).MarshalGQL(w) }
	}
	return nil
}
