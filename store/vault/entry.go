package vault

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// The fields of an entry that are xec's.
const (
	valueField    = "value"
	encodingField = "encoding"
	base64Name    = "base64"
)

// state is what has become of an entry.
type state int

const (
	absent    state = iota // there is none
	live                   // it has fields
	deleted                // its version is marked as deleted
	destroyed              // the fields of its version are gone for good
)

// entry is what the server has under a key.
type entry struct {
	state   state
	fields  map[string]any
	version uint64 // of version 2
	changed string // when it was deleted
}

// newEntry reads an answer; false where it has another shape.
func newEntry(data map[string]any, version int) (entry, bool) {
	if version == 1 {
		return entry{state: live, fields: data}, true
	}
	meta, ok := data["metadata"].(map[string]any)
	if !ok {
		return entry{}, false
	}
	e := entry{state: live}
	if e.version, ok = number(meta["version"]); !ok {
		return entry{}, false
	}
	e.changed, _ = meta["deletion_time"].(string)
	e.fields, ok = data["data"].(map[string]any)
	gone, _ := meta["destroyed"].(bool)
	switch {
	case gone:
		e.state, e.fields = destroyed, nil
	case !ok && data["data"] == nil:
		e.state = deleted
	case !ok:
		return entry{}, false
	}
	return e, true
}

// number reads a whole number, as the client gives it.
func number(v any) (uint64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	u, err := strconv.ParseUint(n.String(), 10, 64)
	return u, err == nil
}

// value is the secret in the entry.
func (e entry) value(key string) (secret.Value, error) {
	name, ok := e.field()
	if !ok {
		return secret.Value{}, e.unclear(key)
	}
	text, ok := asText(e.fields[name])
	if !ok {
		return secret.Value{}, secret.Errorf(secret.General, "%s: the field %q is neither a text nor a number, true or false", key, name)
	}
	encoding := ""
	if name == valueField {
		encoding, _ = e.fields[encodingField].(string)
	}
	b, err := decoded(key, text, encoding)
	if err != nil {
		return secret.Value{}, err
	}
	v := secret.New(b)
	return v, v.Check(key)
}

// field is the name of the field that is the secret.
func (e entry) field() (string, bool) {
	if _, ok := e.fields[valueField]; ok {
		return valueField, true
	}
	for name := range e.fields {
		return name, len(e.fields) == 1
	}
	return "", false
}

func (e entry) unclear(key string) error {
	if len(e.fields) == 0 {
		return secret.Errorf(secret.General, "%s: the entry has no field", key)
	}
	names := slices.Sorted(maps.Keys(e.fields))
	if len(names) > 5 {
		names = append(names[:5], "…")
	}
	err := secret.Errorf(secret.General, "%s: the entry has %d fields (%s), and none is called %q", key, len(e.fields), strings.Join(names, ", "), valueField)
	return secret.WithHint(err, "put the secret into a field %q of that entry", valueField)
}

// asText gives texts, and what has one text only.
func asText(field any) (string, bool) {
	switch f := field.(type) {
	case string:
		return f, true
	case json.Number:
		return f.String(), true
	case bool:
		return strconv.FormatBool(f), true
	}
	return "", false
}

func decoded(key, text, encoding string) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "utf-8", "utf8", "text":
		return []byte(text), nil
	case base64Name:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, secret.Errorf(secret.Encryption, "%s: the field %q is not the base64 that the field %q says it is", key, valueField, encodingField)
		}
		return b, nil
	}
	return nil, secret.Errorf(secret.General, "%s: the field %q names an encoding that is neither base64 nor utf-8", key, encodingField)
}

// with gives the fields of the entry with another value.
func (e entry) with(value secret.Value) map[string]any {
	fields := maps.Clone(e.fields)
	if fields == nil {
		fields = map[string]any{}
	}
	b := value.Reveal()
	delete(fields, encodingField)
	if utf8.Valid(b) {
		fields[valueField] = string(b)
		return fields
	}
	fields[valueField], fields[encodingField] = base64.StdEncoding.EncodeToString(b), base64Name
	return fields
}

// holds reports whether value is what the entry has.
func (e entry) holds(value secret.Value) bool {
	v, err := e.value("")
	return e.state == live && err == nil && string(v.Reveal()) == string(value.Reveal())
}

// missing is the error for an entry that has no fields.
func (e entry) missing(key string) error {
	switch e.state {
	case deleted:
		when := e.changed
		if t, err := time.Parse(time.RFC3339Nano, e.changed); err == nil {
			when = t.UTC().Format(time.DateTime) + " UTC"
		}
		err := secret.Errorf(secret.NotFound, "secret %q is deleted: its version %d is marked as deleted since %s", key, e.version, when)
		return &goneError{err, e}
	case destroyed:
		err := secret.Errorf(secret.NotFound, "secret %q is destroyed: the value of its version %d is gone for good", key, e.version)
		return &goneError{err, e}
	}
	return store.NotFound(key)
}

// goneError is the error for a secret whose newest version was deleted or destroyed.
type goneError struct {
	error
	entry entry
}

func (e *goneError) Unwrap() error { return e.error }
