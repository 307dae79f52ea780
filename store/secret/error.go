package secret

import (
	"errors"
	"fmt"
)

// Kind says what went wrong, as far as an exit code can tell. A Kind is an
// error so that errors.Is can ask for it; it is never returned bare.
type Kind uint8

const (
	General    Kind = iota // anything else
	Invalid                // arguments, keys, values or references that are not of the grammar
	NotFound               // a secret that does not exist
	Encryption             // a wrong key or passphrase, a damaged or altered store
	Permission             // files, a refused provider, an unapproved configuration
)

var kindNames = [...]string{"error", "invalid", "not found", "encryption error", "permission denied"}

// Error names the kind.
func (k Kind) Error() string { return kindNames[k] }

// Error is a message for a person, with its kind and, where there is one, a
// hint at what to do.
type Error struct {
	Kind Kind
	Hint string
	err  error
}

// Errorf formats as fmt.Errorf does, %w included, and gives the result a kind.
func Errorf(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, err: fmt.Errorf(format, args...)}
}

// WithHint returns err with a hint. An error that has one keeps it.
func WithHint(err error, format string, args ...any) error {
	if Hint(err) != "" {
		return err
	}
	return &Error{Kind: KindOf(err), Hint: fmt.Sprintf(format, args...), err: err}
}

func (e *Error) Error() string { return e.err.Error() }

// Unwrap gives the wrapped error.
func (e *Error) Unwrap() error { return e.err }

// Is reports whether target is the error's kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// KindOf is the kind of the outermost error in err's tree that has one, General
// if none has. Of several errors joined into one an Invalid one decides, then
// the first: what is not of the grammar has to be mended first.
func KindOf(err error) Kind {
	switch e := err.(type) {
	case nil:
		return General
	case *Error:
		return e.Kind
	case interface{ Unwrap() []error }:
		kind := General
		for _, each := range e.Unwrap() {
			if k := KindOf(each); k == Invalid || kind == General {
				kind = k
			}
			if kind == Invalid {
				break
			}
		}
		return kind
	}
	return KindOf(errors.Unwrap(err))
}

// Hint is the hint of the outermost error in err's chain that has one, or "".
func Hint(err error) string {
	for ; err != nil; err = errors.Unwrap(err) {
		if e, ok := err.(*Error); ok && e.Hint != "" {
			return e.Hint
		}
	}
	return ""
}
