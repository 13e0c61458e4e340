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
		if f.Code == fault.Internal {
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
	case code == "INVALID_PAGINATION": // entgql's
		return fault.Wrap(err, fault.Invalid, "%s.", strings.TrimSuffix(shown.Message, "."))
	case code != "":
		return nil
	case argument != "":
		return &fault.Error{Code: fault.Invalid, Field: argument, Message: fmt.Sprintf("%s: %s.", argument, strings.TrimSuffix(shown.Message, ".")), Cause: err}
	case database.IsBadValue(err):
		return fault.Wrap(err, fault.Invalid, "A value in where can't be one of that field.")
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
	names := make([]string, 0, len(of)-depth)
	for _, element := range of[depth:] {
		switch e := element.(type) {
		case ast.PathName:
			names = append(names, string(e))
		case ast.PathIndex:
			names = append(names, strconv.Itoa(int(e)))
		}
	}
	return strings.Join(names, ".")
}

// recoverer turns a panic in a resolver into an error of that field.
func recoverer(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, what any) error {
		log.ErrorContext(ctx, "panic", "what", what, "stack", string(debug.Stack()))
		return fault.New(fault.Internal, "Something went wrong on the server; the log has the cause.")
	}
}
