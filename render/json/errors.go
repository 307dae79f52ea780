package json

import (
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// unexpected is the error for a token that may not stand here.
func (r *reader) unexpected(t token) error {
	what := expected[r.state]
	if r.state == after {
		what += "'" + string(rune(r.innermost()+2)) + "'"
	}
	switch t.kind {
	case ending:
		return errorf(t.start, "the document ends, expected %s", what)
	case reference:
		return misplaced(t.start, "a reference cannot stand here, expected "+what)
	}
	return errorf(t.start, "expected %s", what)
}

// noEscape is the error for a backslash that begins none.
func (r *reader) noEscape(i int) error {
	err := secret.Errorf(secret.General, `not JSON: expected one of " \ / b f n r t behind a backslash, or u and four hexadecimal digits`)
	for _, s := range r.spans {
		if s.Start == i+1 {
			err = secret.WithHint(err, `in a string of JSON a literal reference is written with two backslashes: \\${secret:KEY}`)
		}
		if s.Start > i {
			break
		}
	}
	return &render.PlacedError{Offset: i, Err: err}
}

func errorf(offset int, format string, args ...any) error {
	return render.Errorf(offset, secret.General, "not JSON: "+format, args...)
}

// inKey is the error for a reference in a key: what is looked up by it would not be found,
// or two keys could become one.
func inKey(offset int) error {
	return render.Refusal(offset, "a reference cannot stand in a key", "write the key as it is; for a literal text put two backslashes before it")
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `within double quotes it becomes part of a string: "${secret:KEY}"`)
}
