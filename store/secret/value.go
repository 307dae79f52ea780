package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// MaxValue is the size of the largest value, in bytes.
const MaxValue = 64 << 10

// hidden is what a value shows of itself.
const hidden = "[secret]"

// Value is the bytes of a secret. The zero Value is empty.
//
// The bytes lie in a closure because reflection does not look into one: a Value in
// an unexported field, whose methods fmt may not call, is printed as an address. Of
// a pointer %s and %q would show what it points to.
type Value struct {
	reveal func() []byte
}

var (
	_ fmt.Stringer   = Value{}
	_ fmt.GoStringer = Value{}
	_ fmt.Formatter  = Value{}
	_ slog.LogValuer = Value{}
)

// New returns the value b. It keeps b: the caller gives it up.
func New(b []byte) Value { return Value{func() []byte { return b }} }

// Text returns the value whose bytes are those of s.
func Text(s string) Value { return New([]byte(s)) }

// Reveal returns the bytes themselves, not a copy.
func (v Value) Reveal() []byte {
	if v.reveal == nil {
		return nil
	}
	return v.reveal()
}

// Len is the number of bytes.
func (v Value) Len() int { return len(v.Reveal()) }

// Clear overwrites the bytes with zeros.
func (v Value) Clear() { clear(v.Reveal()) }

// Check returns an error of kind Invalid unless v has 1 byte to 64 KiB. The
// error names the key and the size.
func (v Value) Check(key string) error {
	switch n := v.Len(); {
	case n == 0:
		return Errorf(Invalid, "%s: the value is empty", key)
	case n > MaxValue:
		return Errorf(Invalid, "%s: the value is longer than %d bytes (64 KiB)", key, MaxValue)
	}
	return nil
}

// String hides the value.
func (Value) String() string { return hidden }

// GoString hides the value.
func (Value) GoString() string { return hidden }

// Format hides the value, whatever the verb.
func (Value) Format(s fmt.State, _ rune) { io.WriteString(s, hidden) }

// MarshalText hides the value, in JSON, YAML and XML too.
func (Value) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON hides the value.
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// LogValue hides the value.
func (Value) LogValue() slog.Value { return slog.StringValue(hidden) }
