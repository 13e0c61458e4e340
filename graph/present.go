package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/contatore/contatore/ent"
	"github.com/contatore/contatore/internal/database"
	"github.com/contatore/contatore/internal/fault"
)

// presenter makes what people see of an error: a sentence, its code and the
// argument at fault. Causes go to the log.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		f := faultOf(ctx, err, shown)
		if f == nil {
			return shown
		}
		if f.Code == fault.Internal && !errors.Is(ctx.Err(), context.Canceled) { // who left is no failure
			log.ErrorContext(ctx, "request failed", "path", shown.Path.String(), "error", err)
		}
		return &gqlerror.Error{Message: f.Message, Path: shown.Path, Locations: shown.Locations, Extensions: extensions(f)}
	}
}

func extensions(f *fault.Error) map[string]any {
	e := map[string]any{"code": f.Code}
	if f.Field != "" {
		e["field"] = f.Field
	}
	return e
}

// faultOf turns whatever comes out of gqlgen and the resolvers into a fault;
// nil for an error that says enough by itself, as those of a document do.
func faultOf(ctx context.Context, err error, shown *gqlerror.Error) *fault.Error {
	argument := argumentOf(ctx, shown.Path)
	var f *fault.Error
	switch code, _ := shown.Extensions["code"].(string); {
	case errors.As(err, &f):
		if argument != "" && f.Field == "" {
			f = &fault.Error{Code: f.Code, Field: argument, Message: f.Message, Cause: f.Cause}
		}
		return f
	case code != "":
		return nil
	case argument == "after" || argument == "before": // entgql's error speaks of its encoding
		return &fault.Error{Code: fault.Invalid, Field: argument, Message: argument + " is no cursor; take one from an answer.", Cause: err}
	case argument != "":
		return &fault.Error{Code: fault.Invalid, Field: argument, Message: fmt.Sprintf("%s: %s.", argument, strings.TrimSuffix(shown.Message, ".")), Cause: err}
	case errors.Is(err, ent.ErrEmptyAlertWhereInput), errors.Is(err, ent.ErrEmptyCustomerWhereInput), errors.Is(err, ent.ErrEmptyUsageWhereInput), errors.Is(err, ent.ErrEmptyWorkspaceWhereInput):
		return fault.Field("where", "A not, an and or an or in where has no condition in it.")
	case database.IsBadValue(err):
		return fault.Field("where", "A value in where can't be one of that field.")
	}
	return fault.Of(err)
}

// argumentOf is the path of the argument whose value could not be read, empty
// where the error is another: gqlgen puts it behind the path of the field.
func argumentOf(ctx context.Context, of ast.Path) string {
	field := graphql.GetFieldContext(ctx)
	if field == nil {
		return ""
	}
	depth := len(field.Path())
	if len(of) <= depth {
		return ""
	}
	return dotted(of[depth:])
}

// dotted is a path as extensions.field writes it.
func dotted(path ast.Path) string {
	names := make([]string, 0, len(path))
	for _, element := range path {
		switch e := element.(type) {
		case ast.PathName:
			names = append(names, string(e))
		case ast.PathIndex:
			names = append(names, strconv.Itoa(int(e)))
		}
	}
	return strings.Join(names, ".")
}

// maxErrors is how many errors of one document are shown.
const maxErrors = 10

// refusals are what people see of an operation that was not executed: of a
// variable that is not of its type, the argument that it was for.
func refusals(ctx context.Context, op *graphql.OperationContext, errs gqlerror.List) gqlerror.List {
	path := errs[0].Path
	if len(path) < 2 || path[0] != ast.PathName("variable") || op.Operation == nil {
		return errs[:min(len(errs), maxErrors)]
	}
	if err := admit(ctx, op.Operation); err != nil {
		return gqlerror.List{err}
	}
	field := dotted(path[1:])
	name, rest, _ := strings.Cut(field, ".")
	if place := placeOf(name, op.Operation.SelectionSet, map[string]bool{}); place != "" {
		field = strings.TrimSuffix(place+"."+rest, ".")
	}
	return gqlerror.List{refusal(fault.Field(field, "%s: %s.", field, errs[0].Message))}
}

// placeOf is the path of the first argument in which a variable stands, empty
// where none does. seen are the fragments that were looked into.
func placeOf(variable string, set ast.SelectionSet, seen map[string]bool) string {
	for _, s := range set {
		var below ast.SelectionSet
		switch s := s.(type) {
		case *ast.Field:
			for _, a := range s.Arguments {
				if place := placeIn(variable, a.Name, a.Value); place != "" {
					return place
				}
			}
			below = s.SelectionSet
		case *ast.InlineFragment:
			below = s.SelectionSet
		case *ast.FragmentSpread:
			if !seen[s.Name] {
				seen[s.Name] = true
				below = s.Definition.SelectionSet
			}
		}
		if place := placeOf(variable, below, seen); place != "" {
			return place
		}
	}
	return ""
}

func placeIn(variable, path string, v *ast.Value) string {
	if v.Kind == ast.Variable && v.Raw == variable {
		return path
	}
	for i, child := range v.Children {
		if place := placeIn(variable, path+"."+nameOf(child, i), child.Value); place != "" {
			return place
		}
	}
	return ""
}

// nameOf is a field's name, or the place of an entry of a list.
func nameOf(child *ast.ChildValue, i int) string {
	if child.Name == "" {
		return strconv.Itoa(i)
	}
	return child.Name
}

// recoverer turns a panic in a resolver into an error of that field.
func recoverer(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, what any) error {
		log.ErrorContext(ctx, "panic", "what", what, "stack", string(debug.Stack()))
		return fault.New(fault.Internal, "Something went wrong on the server; the log has the cause.")
	}
}
