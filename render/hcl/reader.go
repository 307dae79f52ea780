package hcl

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// reader reads a document. It needs some bytes of memory for each level of nesting, and no
// stack.
type reader struct {
	*document
	next int     // the first span that does not end before at
	at   int     // where the next token begins
	open []level // what has to be closed, the innermost last
}

// level is what has to be closed: by ) ] or }, or a template.
type level struct {
	kind      kind // '(', '[', '{', sequence, or quote for a template
	template  int
	questions int // of ?:, to which no colon has come
}

// read reads the tokens of a document in which references stand at spans.
func read(src []byte, spans []render.Span) (*document, error) {
	r := reader{document: &document{src: src, spans: spans}}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		r.at = len("\ufeff")
	}
	for r.at < len(src) {
		step := r.plain
		if n := len(r.open); n > 0 && r.open[n-1].kind == quote {
			step = r.text
		}
		if err := step(); err != nil {
			return nil, err
		}
	}
	if n := len(r.open); n > 0 {
		return nil, errorf(len(src), "the document ends, and something is not closed")
	}
	for i := range r.templates {
		r.drop(&r.templates[i])
	}
	return r.document, nil
}

// emit adds a token that ends size bytes behind its start, and goes there.
func (r *reader) emit(k kind, size int) {
	t := token{kind: k, start: r.at, end: r.at + size, template: -1}
	r.tokens = append(r.tokens, t)
	r.at = t.end
}

// span is the next span, if it begins before offset.
func (r *reader) span(offset int) (s render.Span, ok bool) {
	for r.next < len(r.spans) && r.spans[r.next].End <= r.at {
		r.next++
	}
	if r.next == len(r.spans) || r.spans[r.next].Start >= offset {
		return s, false
	}
	return r.spans[r.next], true
}

// plain reads what is not within a string: one token, or what stands between two.
func (r *reader) plain() error {
	rest := r.src[r.at:]
	if s, ok := r.span(r.at + 1); ok {
		r.emit(reference, s.End-r.at)
		return nil
	}
	switch c := rest[0]; {
	case c == ' ' || c == '\t':
		r.at++
	case c == '\n':
		r.lineEnd(1)
	case c == '\r' && bytes.HasPrefix(rest, []byte("\r\n")):
		r.lineEnd(2)
	case c == '#', bytes.HasPrefix(rest, []byte("//")):
		r.at += indexOr(rest, "\n", len(rest))
		if r.src[r.at-1] == '\r' && r.at < len(r.src) {
			r.at--
		}
	case bytes.HasPrefix(rest, []byte("/*")):
		n := bytes.Index(rest[2:], []byte("*/"))
		if n < 0 {
			return errorf(r.at, "the comment that begins here is not closed")
		}
		r.at += len("/*") + n + len("*/")
	case c == '"':
		r.begin(template{}, 1)
	case bytes.HasPrefix(rest, []byte("<<")) && r.heredoc():
		return r.checkName()
	case bytes.IndexByte([]byte("([{"), c) >= 0:
		r.open = append(r.open, level{kind: kind(c)})
		r.emit(kind(c), 1)
	case bytes.IndexByte([]byte(")]}"), c) >= 0, bytes.HasPrefix(rest, []byte("~}")):
		return r.closeBracket()
	default:
		return r.other()
	}
	return nil
}

func indexOr(text []byte, sep string, otherwise int) int {
	if n := bytes.Index(text, []byte(sep)); n >= 0 {
		return n
	}
	return otherwise
}

// lineEnd passes by a line end, which is a token only in a body or an object.
func (r *reader) lineEnd(size int) {
	if n := len(r.open); n > 0 && r.open[n-1].kind != '{' {
		r.at += size
		return
	}
	r.emit(newline, size)
}

// other reads words and operators.
func (r *reader) other() error {
	rest := r.src[r.at:]
	if n := r.wordSize(); n > 0 {
		r.emit(word, n)
		return nil
	}
	if bytes.HasPrefix(rest, []byte("=>")) {
		r.emit(arrow, 2)
		return nil
	}
	for _, two := range []string{"==", "!=", "<=", ">=", "&&", "||"} {
		if bytes.HasPrefix(rest, []byte(two)) {
			r.emit(operator, 2)
			return nil
		}
	}
	if bytes.IndexByte([]byte("=.,*/%+-<>!?:"), rest[0]) < 0 {
		return errorf(r.at, "expected none of the characters that have no meaning here")
	}
	r.emit(r.single(kind(rest[0])), 1)
	return nil
}

// single gives the kind of an operator of one byte.
func (r *reader) single(k kind) kind {
	var in *level
	if n := len(r.open); n > 0 {
		in = &r.open[n-1]
	}
	switch {
	case k == '>':
		return operator
	case k == '?' && in != nil:
		in.questions++
	case k == ':' && in != nil && in.questions > 0:
		in.questions--
	case k == ':' && in != nil && in.kind == '{':
		return keyColon
	}
	return k
}

// wordSize is the length of the word that begins here, up to a reference.
func (r *reader) wordSize() int {
	limit := len(r.src)
	if s, ok := r.span(limit); ok {
		limit = s.Start
	}
	number := '0' <= r.src[r.at] && r.src[r.at] <= '9'
	return nameSize(r.src[r.at:limit], number)
}

// nameSize is the length of the identifier or number at the beginning of text.
func nameSize(text []byte, number bool) int {
	for i := 0; i < len(text); {
		char, size := utf8.DecodeRune(text[i:])
		isWord := char == '_' || unicode.IsLetter(char) || unicode.IsDigit(char) ||
			i > 0 && (unicode.In(char, unicode.Mn, unicode.Mc, unicode.Pc) || char == '-' && !number)
		if !isWord {
			return i
		}
		i += size
	}
	return len(text)
}

// closeBracket reads ) ] or }, or the end of a sequence.
func (r *reader) closeBracket() error {
	c := kind(r.src[r.at])
	n := len(r.open) - 1
	switch {
	case n < 0:
	case r.open[n].kind == sequence && (c == '}' || c == '~'):
		in := r.open[n].template
		r.open = r.open[:n]
		size := 1
		if c == '~' {
			size = 2
		}
		r.emit(end, size)
		r.tokens[len(r.tokens)-1].template = in
		return nil
	case r.open[n].kind == '(' && c == ')', r.open[n].kind == '[' && c == ']', r.open[n].kind == '{' && c == '}':
		r.open = r.open[:n]
		r.emit(c, 1)
		return nil
	}
	return errorf(r.at, "this bracket closes none that is open")
}

func errorf(offset int, format string, args ...any) error {
	return render.Errorf(offset, secret.General, "not HCL: "+format, args...)
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `behind = and within quotes it becomes part of a string: name = "${secret:KEY}"`)
}
