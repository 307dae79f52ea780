package hcl

import (
	"bytes"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// begin opens a template.
func (r *reader) begin(t template, size int) {
	k := quote
	if t.heredoc {
		k = heredoc
	}
	t.open = len(r.tokens)
	r.emit(k, size)
	r.tokens[t.open].template = len(r.templates)
	r.open = append(r.open, level{kind: quote, template: len(r.templates)})
	r.templates = append(r.templates, t)
}

// heredoc opens one, if one begins here.
func (r *reader) heredoc() bool {
	rest := r.src[r.at+len("<<"):]
	t := template{heredoc: true, flush: bytes.HasPrefix(rest, []byte("-"))}
	if t.flush {
		rest = rest[1:]
	}
	n := nameSize(rest, false)
	t.name = rest[:n]
	behind := rest[n:]
	lineEnd := len("\n")
	if bytes.HasPrefix(behind, []byte("\r\n")) {
		lineEnd = len("\r\n")
	}
	if n == 0 || rest[0] == '-' || '0' <= rest[0] && rest[0] <= '9' || len(behind) == 0 || lineEnd == 1 && behind[0] != '\n' {
		return false
	}
	r.begin(t, len(r.src)-r.at-len(behind)+lineEnd)
	return true
}

// checkName refuses a reference in the name of the heredoc that was opened.
func (r *reader) checkName() error {
	opened := r.tokens[len(r.tokens)-1]
	for i := r.next; i < len(r.spans) && r.spans[i].Start < opened.end; i++ {
		if r.spans[i].Start >= opened.start {
			return misplaced(r.spans[i].Start, "a reference cannot stand in the name of a heredoc")
		}
	}
	return nil
}

// text reads a part of a template: its literal text, and what comes behind that.
func (r *reader) text() error {
	in := r.open[len(r.open)-1].template
	t := &r.templates[in]
	size, err := r.literalSize(t)
	if err != nil {
		return err
	}
	r.emit(literal, size)
	r.join(in)
	switch {
	case r.src[r.at] == '$' || r.src[r.at] == '%':
		size := len("${")
		if r.at+size < len(r.src) && r.src[r.at+size] == '~' {
			size++
		}
		r.open = append(r.open, level{kind: sequence, template: in})
		r.emit(sequence, size)
		r.join(in)
		return nil
	case t.heredoc:
		line := r.line(r.at)
		r.emit(closing, len(bytes.TrimRight(line, "\r\n")))
		r.open = r.open[:len(r.open)-1]
	default:
		r.emit(closing, 1)
		r.open = r.open[:len(r.open)-1]
	}
	t.close = len(r.tokens) - 1
	r.tokens[t.close].template = in
	return nil
}

// join makes the last token a part of a template.
func (r *reader) join(in int) {
	last := len(r.tokens) - 1
	r.tokens[last].template = in
	r.templates[in].parts = append(r.templates[in].parts, last)
}

// line is the line at offset i, with its end.
func (d *document) line(i int) []byte {
	return d.src[i : i+indexOr(d.src[i:], "\n", len(d.src)-i-1)+1]
}

// literalSize is the length of the literal text that begins here: up to a sequence, or the
// end of the template.
func (r *reader) literalSize(t *template) (int, error) {
	next := r.next
	lineStart := t.heredoc && r.tokens[len(r.tokens)-1].kind == heredoc
	for i := r.at; i < len(r.src); {
		for next < len(r.spans) && r.spans[next].End <= i {
			next++
		}
		if next < len(r.spans) && r.spans[next].Start == i {
			i, lineStart = r.spans[next].End, false
			continue
		}
		if lineStart && r.closes(t, i, next) {
			return i - r.at, nil
		}
		rest := r.src[i:]
		if isSequence(rest) {
			return i - r.at, nil
		}
		c, size := rest[0], 1
		switch {
		case isDoubled(rest):
			size = len("$${")
		case !t.heredoc && c == '"':
			return i - r.at, nil
		case !t.heredoc && (c == '\n' || c == '\r'):
			return 0, errorf(i, "a quoted string does not go on behind a line end")
		case !t.heredoc && c == '\\':
			if _, size = escape(rest); size == 0 {
				return 0, r.noEscape(i)
			}
		case c == '\r' && !bytes.HasPrefix(rest, []byte("\r\n")):
			return 0, errorf(i, "a CR without a LF")
		case c >= utf8.RuneSelf:
			char, n := utf8.DecodeRune(rest)
			if char == utf8.RuneError && n == 1 {
				return 0, errorf(i, "expected UTF-8")
			}
			size = n
		}
		lineStart = t.heredoc && c == '\n'
		i += size
	}
	return 0, errorf(r.tokens[t.open].start, "the string that begins here is not closed")
}

// closes reports whether the line at i is the name of a heredoc, and so its end. One that
// has a reference is not.
func (r *reader) closes(t *template, i, next int) bool {
	line := r.line(i)
	return line[len(line)-1] == '\n' && bytes.Equal(bytes.TrimSpace(line), t.name) &&
		(next == len(r.spans) || r.spans[next].Start >= i+len(line))
}

// isSequence reports whether text begins with ${ or %{.
func isSequence(text []byte) bool {
	return len(text) > 1 && (text[0] == '$' || text[0] == '%') && text[1] == '{'
}

// isDoubled reports whether text begins with $${ or %%{.
func isDoubled(text []byte) bool {
	return len(text) > 2 && text[0] == text[1] && isSequence(text[1:])
}

// noEscape is the error for a backslash that begins none.
func (r *reader) noEscape(i int) error {
	err := secret.Errorf(secret.General, `not HCL: expected one of n r t " \ u U behind a backslash`)
	for _, s := range r.spans[r.next:] {
		if s.Start > i+1 {
			break
		}
		if s.Start == i+1 {
			err = secret.WithHint(err, `in a quoted string of HCL a literal reference is written with two backslashes: \\${secret:KEY}`)
		}
	}
	return &render.PlacedError{Offset: i, Err: err}
}
