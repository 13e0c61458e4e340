// Package fault is an error with a code for machines, a sentence for people
// and a cause for the log.
//
// In comes what went wrong, as the package that knows says it; out come the
// code and the sentence that every transport shows. It must never show a
// cause to a person: causes hold SQL, paths and other people's data.
package fault

import (
	"errors"
	"fmt"
)

// Code names a kind of fault, the same over GraphQL, REST and commands.
type Code string

// The codes of the public contract.
const (
	Unauthenticated   Code = "UNAUTHENTICATED"
	Forbidden         Code = "FORBIDDEN"
	WorkspaceNotFound Code = "WORKSPACE_NOT_FOUND"
	CustomerNotFound  Code = "CUSTOMER_NOT_FOUND"
	ChannelNotFound   Code = "CHANNEL_NOT_FOUND"
	DeliveryNotFound  Code = "DELIVERY_NOT_FOUND"
	InvalidRange      Code = "INVALID_RANGE"
	Invalid           Code = "INVALID"
	InvalidParameter  Code = "INVALID_PARAMETER"
	Conflict          Code = "CONFLICT"
	TooComplex        Code = "TOO_COMPLEX"
	Overloaded        Code = "OVERLOADED"
	Unavailable       Code = "UNAVAILABLE"
	Internal          Code = "INTERNAL"
)

// Error is one fault.
type Error struct {
	Code Code
	// Field is the path of the argument at fault, such as
	// input.prices.0.price; empty where it is none's.
	Field string
	// Message is for people: what went wrong, where, what to do.
	Message string
	// Cause is for the log; may be nil.
	Cause error
}

// Error is the message and, for the log, the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes a fault from a sentence.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Field makes an INVALID fault of one argument.
func Field(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes a fault with a cause for the log.
func Wrap(cause error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// CodeOf is the code of the fault inside err: Internal where it holds none,
// empty for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Of is the fault inside err; an error without one becomes Internal, with a
// sentence that gives nothing away and err as its cause. Nil for nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, Internal, "Something went wrong on the server; the log has the cause.")
}
