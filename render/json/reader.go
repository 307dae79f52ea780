package json

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// kind is of a token. One that is punctuation is its own kind.
type kind byte

const (
	ending    kind = 0   // behind the last token
	text      kind = '"' // a string, with its quotes
	word      kind = 'w' // a number or a literal
	reference kind = 'r' // a reference that stands for a value
)

// token is at src[start:end].
type token struct {
	kind       kind
	start, end int
	key        bool
}

// reader gives the tokens of src. It needs one byte of memory for each level of
// nesting, and no stack.
type reader struct {
	src   []byte
	plain []byte        // src with its references as they are, which is how they stay in comments
	spans []render.Span // of the references in src; those are left that do not end before the last token
	at    int           // where the next token is looked for
	within
	partial bool // src may end anywhere between two tokens
}

func newReader(src, plain []byte, spans []render.Span, p part) *reader {
	r := &reader{src: src, plain: plain, spans: spans, within: within{p.from.state, slices.Clone(p.from.open)}, partial: !p.last}
	if p.first && bytes.HasPrefix(src, []byte("\ufeff")) {
		r.at = len("\ufeff")
	}
	return r
}

// next reads a token. It gives the ending for ever when there are no more. With an
// error comes a token whose start is right.
func (r *reader) next() (token, error) {
	if err := r.skip(); err != nil {
		return token{start: r.at}, err
	}
	for len(r.spans) > 0 && r.spans[0].End <= r.at {
		r.spans = r.spans[1:]
	}
	if len(r.spans) > 0 && r.spans[0].Start < r.at {
		return token{start: r.at}, render.Errorf(r.spans[0].Start, secret.Invalid, "a comment ends within this reference")
	}
	t := token{kind: r.kind(), start: r.at}
	t.key = r.state == key && t.kind == text
	if !r.accept(t.kind) {
		return t, r.unexpected(t)
	}
	size, err := r.size(t)
	t.end = t.start + size
	r.at = t.end
	return t, err
}

// skip goes to the next byte that is neither white space nor of a comment.
func (r *reader) skip() error {
	for r.at < len(r.src) {
		switch c := r.src[r.at]; c {
		case ' ', '\t', '\n', '\r':
			r.at++
		case '/':
			if err := r.skipComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (r *reader) skipComment() error {
	rest := r.plain[r.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		n := bytes.IndexAny(rest, "\r\n")
		if n < 0 {
			n = len(rest)
		}
		r.at += n
	case bytes.HasPrefix(rest, []byte("/*")):
		n := bytes.Index(rest[2:], []byte("*/"))
		if n < 0 {
			return errorf(r.at, "the comment that begins here is not closed")
		}
		r.at += len("/*") + n + len("*/")
	default:
		return errorf(r.at, "expected a comment behind '/'")
	}
	return nil
}

// kind is that of the token which begins here.
func (r *reader) kind() kind {
	if r.at == len(r.src) {
		return ending
	}
	switch c := r.src[r.at]; c {
	case '{', '}', '[', ']', ':', ',', '"':
		return kind(c)
	}
	if len(r.spans) > 0 && r.spans[0].Start == r.at {
		return reference
	}
	return word
}

// size is the length of the token that begins here.
func (r *reader) size(t token) (int, error) {
	switch t.kind {
	case ending:
		return 0, nil
	case text:
		return r.textSize()
	case word, reference:
		return r.wordSize()
	}
	return 1, nil
}

func (r *reader) wordSize() (int, error) {
	w := r.src[r.at:]
	if n := bytes.IndexAny(w, " \t\r\n{}[],:\"/"); n >= 0 {
		w = w[:n]
	}
	switch {
	case len(r.spans) > 0 && r.spans[0].Start < r.at+len(w):
		if s := r.spans[0]; s.Start != r.at || s.End != r.at+len(w) {
			return 0, misplaced(s.Start, "a reference cannot be a part of a word")
		}
	case !json.Valid(w): // of what has no quotes and no brackets, numbers and literals are valid
		return 0, errorf(r.at, "expected %s", "a value: a string in double quotes, a number, true, false or null")
	}
	return len(w), nil
}

func (r *reader) textSize() (int, error) {
	for i := r.at + 1; i < len(r.src); {
		switch c := r.src[i]; {
		case c == '"':
			return i + 1 - r.at, r.checkText(i)
		case c < ' ':
			return 0, errorf(i, "expected an escape for a control character, or a closing quote")
		case c == '\\':
			_, n := unit(r.src[i:])
			if n == 0 {
				return 0, r.noEscape(i)
			}
			i += n
		default:
			i++
		}
	}
	return 0, errorf(r.at, "the string that begins here is not closed")
}

// checkText says where the string that ends at end is not UTF-8.
func (r *reader) checkText(end int) error {
	if utf8.Valid(r.src[r.at:end]) {
		return nil
	}
	i := r.at
	for {
		char, n := utf8.DecodeRune(r.src[i:end])
		if char == utf8.RuneError && n <= 1 {
			return errorf(i, "expected UTF-8")
		}
		i += n
	}
}
