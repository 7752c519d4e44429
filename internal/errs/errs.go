// Package errs has the kinds of error that an operation can end with. What the user reads is a
// text key with arguments; what the log says is the wrapped error. The two never mix.
package errs

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what an error means for whoever asked.
type Kind int

// The kinds. Anything that is no *Error is Internal.
const (
	Internal        Kind = iota
	NotFound             // is not there, or is not yours
	Forbidden            // you may know that it exists, but lack the right (a module that is off, a role)
	Unauthenticated      // log in first
	Invalid              // one or more fields must be mended
	Conflict             // somebody else changed it meanwhile, or its state no longer allows this
	TooLarge             // more bytes than are allowed
	Limited              // too often; try again after RetryAfter
	Unavailable          // a queue is full or the disk is; try again after RetryAfter
	Unproved             // prove once more who you are
)

// Field is one field of a form that must be mended. Name is the form's name of the field; an
// empty Name is about the form as a whole. Key and Args make the text.
type Field struct {
	Name string
	Key  string
	Args []any
}

// Error is an error with a meaning for the user.
type Error struct {
	Kind       Kind
	Key        string // text for the user; empty means the kind's own text
	Args       []any  // name, value, name, value for the text
	Fields     []Field
	RetryAfter time.Duration
	Err        error // for the log, may be nil
}

// Error returns the text for the log.
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Key != "" {
		s += " (" + e.Key + ")"
	}
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Name, f.Key)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the error for the log.
func (e *Error) Unwrap() error { return e.Err }

// String names the kind in the log.
func (k Kind) String() string {
	return [...]string{
		"internal", "not found", "forbidden", "unauthenticated", "invalid",
		"conflict", "too large", "limited", "unavailable", "unproved",
	}[k]
}

// KindOf returns the kind of the first *Error in err's chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// New returns an error of kind k with the user's text key and its arguments.
func New(k Kind, key string, args ...any) *Error { return &Error{Kind: k, Key: key, Args: args} }

// Missing is the one answer for what does not exist and for what is not yours.
func Missing() *Error { return &Error{Kind: NotFound} }

// Fields collects what is wrong with a form.
type Fields []Field

// Add notes that the field must be mended.
func (f *Fields) Add(name, key string, args ...any) {
	*f = append(*f, Field{Name: name, Key: key, Args: args})
}

// Has reports whether the field has been noted already.
func (f Fields) Has(name string) bool {
	for _, x := range f {
		if x.Name == name {
			return true
		}
	}
	return false
}

// Err returns nil when nothing was noted, else an Invalid error with all fields.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Fields: f}
}

// FieldsOf returns the fields of an Invalid error, or nil.
func FieldsOf(err error) Fields {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Invalid {
		return e.Fields
	}
	return nil
}
