package render

import (
	"fmt"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/store/secret"
)

// PlacedError is an error at an offset of a document, in bytes.
type PlacedError struct {
	Offset int
	Err    error
}

// Errorf makes a *PlacedError of a kind.
func Errorf(offset int, kind secret.Kind, format string, args ...any) error {
	return &PlacedError{offset, secret.Errorf(kind, format, args...)}
}

func (e *PlacedError) Error() string { return fmt.Sprintf("byte %d: %v", e.Offset, e.Err) }

// Unwrap gives the error without its place.
func (e *PlacedError) Unwrap() error { return e.Err }

// Refusal is the error for a reference that cannot stand where it does, or a value that its
// place cannot carry, with a hint that says what to do.
func Refusal(offset int, why, hint string) error {
	return &PlacedError{offset, secret.WithHint(secret.Errorf(secret.Invalid, "%s", why), "%s", hint)}
}

// HintBase64 is what to do about a value of which a format holds not all bytes.
const HintBase64 = "the filter base64 encodes any bytes: ${secret:KEY|base64}"

// RequireUTF8 is the check of a format whose texts are UTF-8; only says of what, as "a string
// of TOML holds nothing else".
func RequireUTF8(text []byte, s Splice, only string) error {
	if utf8.Valid(text) {
		return nil
	}
	return Refusal(s.Start, "the value is not UTF-8, and "+only, HintBase64)
}

// Unproved is the error for a place at which the result would be read as another document.
func Unproved(offset int) error {
	return Refusal(offset, "with the values put in, the document would be read as another one from here on", "give the text around the reference another form")
}
