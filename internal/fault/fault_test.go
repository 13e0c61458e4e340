package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/contatore/contatore/internal/fault"
)

// secret is what a cause may hold and nobody may see.
const secret = "dial tcp 10.0.0.7: password authentication failed for ada@example.org"

func TestCodeOf(t *testing.T) {
	t.Parallel()
	forbidden := fault.New(fault.Forbidden, "No.")
	for name, c := range map[string]struct {
		err  error
		want fault.Code
	}{
		"nil":                 {nil, ""},
		"fault":               {forbidden, fault.Forbidden},
		"field":               {fault.Field("input.price", "No."), fault.Invalid},
		"wrapped once":        {fmt.Errorf("track: %w", forbidden), fault.Forbidden},
		"wrapped twice":       {fmt.Errorf("batch: %w", fmt.Errorf("track: %w", forbidden)), fault.Forbidden},
		"joined":              {errors.Join(io.EOF, forbidden), fault.Forbidden},
		"outermost":           {fault.Wrap(forbidden, fault.Unavailable, "Away."), fault.Unavailable},
		"cause of no fault":   {fault.Wrap(io.EOF, fault.Overloaded, "Full."), fault.Overloaded},
		"no fault":            {io.EOF, fault.Internal},
		"no fault, wrapped":   {fmt.Errorf("read: %w", io.EOF), fault.Internal},
		"quoted, not wrapped": {fmt.Errorf("track: %v", forbidden), fault.Internal}, //nolint:errorlint // the difference is the point
	} {
		if got := fault.CodeOf(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	if got := fault.Of(nil); got != nil {
		t.Errorf("of nil: %v", got)
	}
	inner := fault.Field("input.price", "price is %d.", -1)
	for _, err := range []error{inner, fmt.Errorf("track: %w", inner), errors.Join(io.EOF, inner)} {
		if got := fault.Of(err); got != inner {
			t.Errorf("of %v: %v, want the fault inside", err, got)
		}
	}
	outer := fault.Wrap(inner, fault.Unavailable, "Away.")
	if got := fault.Of(fmt.Errorf("track: %w", outer)); got != outer {
		t.Errorf("of a fault in a fault: %v, want the outer one", got)
	}
}

func TestOfGivesNothingAway(t *testing.T) {
	t.Parallel()
	cause := errors.New(secret)
	for name, err := range map[string]error{
		"no fault":         cause,
		"wrapped":          fmt.Errorf("query: %w", cause),
		"joined":           errors.Join(cause, io.EOF),
		"cause of a fault": fault.Wrap(cause, fault.Unavailable, "The database is away."),
		"around a fault":   fmt.Errorf("%s: %w", secret, fault.New(fault.Forbidden, "No.")),
	} {
		got := fault.Of(err)
		if shown := string(got.Code) + got.Field + got.Message; strings.Contains(shown, "10.0.0.7") || strings.Contains(shown, "ada@") {
			t.Errorf("%s: people see %q", name, shown)
		}
		if got.Message == "" {
			t.Errorf("%s: people see nothing", name)
		}
		if name != "around a fault" && !errors.Is(got, cause) {
			t.Errorf("%s: the log does not see the cause", name)
		}
	}
}

func TestErrorIsForTheLog(t *testing.T) {
	t.Parallel()
	plain := fault.New(fault.Conflict, "%q is taken by %d.", "ada", 2)
	if plain.Error() != `"ada" is taken by 2.` || plain.Unwrap() != nil || plain.Field != "" || plain.Code != fault.Conflict {
		t.Errorf("%+v", plain)
	}
	field := fault.Field("input.prices.0.price", "price is %s.", "odd")
	if field.Error() != "price is odd." || field.Field != "input.prices.0.price" || field.Code != fault.Invalid || field.Cause != nil {
		t.Errorf("%+v", field)
	}
	wrapped := fault.Wrap(io.ErrUnexpectedEOF, fault.Invalid, "The input is cut off at line %d.", 7)
	if wrapped.Error() != "The input is cut off at line 7.: unexpected EOF" || wrapped.Message != "The input is cut off at line 7." {
		t.Errorf("%q, of which people see %q", wrapped.Error(), wrapped.Message)
	}
	if !errors.Is(fmt.Errorf("import: %w", wrapped), io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
}

// Clients tell faults apart by these words, so none may change.
func TestCodesAreThePublicContract(t *testing.T) {
	t.Parallel()
	got := []fault.Code{
		fault.Unauthenticated, fault.Forbidden, fault.WorkspaceNotFound, fault.CustomerNotFound, fault.InvalidRange, fault.Invalid,
		fault.InvalidParameter, fault.Conflict, fault.TooComplex, fault.Overloaded, fault.Unavailable, fault.Internal,
	}
	const want = "[UNAUTHENTICATED FORBIDDEN WORKSPACE_NOT_FOUND CUSTOMER_NOT_FOUND INVALID_RANGE INVALID INVALID_PARAMETER CONFLICT TOO_COMPLEX OVERLOADED UNAVAILABLE INTERNAL]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}
