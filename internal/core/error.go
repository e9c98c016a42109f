package core

import (
	"errors"
	"fmt"
)

// Kind says what a caller can do about an error. It is mapped to an HTTP status in one place, httpx.
type Kind int

// The kinds. KindInternal is the zero value: an error nobody classified is our fault.
const (
	KindInternal        Kind = iota // our fault; the user can only try again later
	KindInvalid                     // the request is wrong; changing it can help
	KindUnauthenticated             // sign in first
	KindForbidden                   // signed in, but not allowed
	KindNotFound                    // there is no such thing, or it is not for this caller to know
	KindConflict                    // it contradicts what is already so
	KindGone                        // it was there and has ended
	KindLimited                     // too many tries; wait
	KindUnavailable                 // something we depend on does not answer or is full
)

// Error is what crosses a package border when something is refused.
type Error struct {
	Kind    Kind
	Code    string // stable, snake_case; the key of the translated text
	Message string // Japanese, for the person at the screen: what happened and what to do next
	Err     error  // what was attempted or went wrong underneath; for the log, never for the screen
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Code + ": " + e.Err.Error()
	}
	return e.Code
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes two errors of the same code the same for errors.Is, whatever they wrap.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Because returns a copy of e that wraps a cause.
func (e *Error) Because(format string, args ...any) *Error {
	c := *e
	c.Err = fmt.Errorf(format, args...)
	return &c
}

// KindOf returns the kind of the outermost *Error in err's chain, KindInternal where there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Invalid and its siblings make an Error of their kind.
func Invalid(code, message string) *Error {
	return &Error{Kind: KindInvalid, Code: code, Message: message}
}

// Unauthenticated says that the caller has to sign in.
func Unauthenticated(code, message string) *Error {
	return &Error{Kind: KindUnauthenticated, Code: code, Message: message}
}

// Forbidden says that this caller may not.
func Forbidden(code, message string) *Error {
	return &Error{Kind: KindForbidden, Code: code, Message: message}
}

// NotFound says that there is no such thing for this caller.
func NotFound(code, message string) *Error {
	return &Error{Kind: KindNotFound, Code: code, Message: message}
}

// Conflict says that the request contradicts the present state.
func Conflict(code, message string) *Error {
	return &Error{Kind: KindConflict, Code: code, Message: message}
}

// Gone says that the thing has ended for good.
func Gone(code, message string) *Error { return &Error{Kind: KindGone, Code: code, Message: message} }

// Limited says that the caller has to wait.
func Limited(code, message string) *Error {
	return &Error{Kind: KindLimited, Code: code, Message: message}
}

// Unavailable says that something we depend on is missing, full or silent.
func Unavailable(code, message string) *Error {
	return &Error{Kind: KindUnavailable, Code: code, Message: message}
}
