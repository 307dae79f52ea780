package hcl

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// kind is of a token. One that is punctuation of one byte is its own kind.
type kind byte

const (
	newline   kind = '\n' // where it is no blank
	word      kind = 'w'  // an identifier or a number
	operator  kind = 'o'  // of two bytes, but =>
	arrow     kind = '>'  // =>, and > and >=, which are told apart by nobody
	reference kind = 'r'  // a reference outside of strings
	quote     kind = '"'  // which opens a string
	heredoc   kind = 'h'  // <<NAME or <<-NAME with its line end
	literal   kind = 'l'  // what stands between the parts of a string, maybe nothing
	sequence  kind = '$'  // ${ or %{, maybe with ~
	end       kind = 'e'  // of a sequence: }, maybe with ~
	closing   kind = 'c'  // of a string: " or the line of a heredoc's name
	keyColon  kind = 'k'  // : behind the key of an object, and none of ?:
)

// token is at src[start:end].
type token struct {
	kind       kind
	start, end int
	template   int // of which it is a part; its number, -1 outside
}

// template is a string: quoted, or a heredoc.
type template struct {
	flush   bool // the heredoc is <<-
	heredoc bool
	name    []byte // of a heredoc
	open    int    // its first token
	parts   []int  // its literal tokens, and the beginnings of its sequences
	close   int    // its last token
	// dropped is the indentation that a heredoc does not have in its text, ascending;
	// unclear says that it cannot be told.
	dropped []render.Span
	unclear bool
}

// document is a text as its tokens.
type document struct {
	src       []byte
	spans     []render.Span
	tokens    []token
	templates []template
}

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

func errorf(offset int, format string, args ...any) error {
	return render.Errorf(offset, secret.General, "not HCL: "+format, args...)
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `behind = and within quotes it becomes part of a string: name = "${secret:KEY}"`)
}
