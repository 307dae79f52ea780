package html

import (
	"bytes"
	"slices"
	"strings"
)

// kind is of a token.
type kind byte

const (
	ending      kind = iota // behind the last token, or a tag that is not closed
	textToken               // what stands between others
	startTag                // <a>
	selfClosing             // <a/>
	endTag                  // </a>
	comment                 // and what browsers take for one: <?…>, <!…>, </…> without a letter
	doctype
)

// token is a token as the tokenization section of the HTML standard has it (WHATWG,
// 13.2.5), without CDATA sections, which only stand in foreign elements.
type token struct {
	kind  kind
	name  string // of a tag, in lower case
	text  string // of a text, decoded
	attrs []decoded
}

// decoded is an attribute of a start tag, the first of its name.
type decoded struct{ name, value string }

// tokens gives the tokens of a text and where they stand.
type tokens struct {
	src        []byte
	start, end int    // of the last token
	within     string // the element without markup whose text comes next, "" if none does
}

func newTokens(src []byte) *tokens { return &tokens{src: src} }

func (t *tokens) raw() []byte { return t.src[t.start:t.end] }

// next reads a token. What is in noscript is read as if there were no scripts.
func (t *tokens) next() token {
	t.start = t.end
	if within := t.within; within != "" {
		t.within = ""
		if t.end = rawEnd(t.src, t.start, within); t.end > t.start {
			return token{kind: textToken, text: t.rawText(within)}
		}
	}
	if t.start == len(t.src) {
		return token{}
	}
	if at := markup(t.src, t.start); at > t.start {
		t.end = at
		return token{kind: textToken, text: unescape(lineEnds(t.raw()), false)}
	}
	return t.markup()
}

// markup is where the next token that is no text begins, or the end.
func markup(src []byte, at int) int {
	for {
		n := bytes.IndexByte(src[at:], '<')
		if n < 0 || at+n+1 == len(src) {
			return len(src)
		}
		at += n
		switch c := src[at+1]; {
		case isLetter(c), c == '!', c == '?', c == '/' && at+2 < len(src):
			return at
		}
		at++
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// markup reads a token that is no text.
func (t *tokens) markup() token {
	rest := t.src[t.start:]
	switch {
	case isLetter(rest[1]), rest[1] == '/' && isLetter(rest[2]):
		return t.tag()
	case bytes.HasPrefix(rest, []byte("<!--")):
		t.end = commentEnd(t.src, t.start)
	case len(rest) >= len("<!doctype") && strings.EqualFold(string(rest[:len("<!doctype")]), "<!doctype"):
		t.end = behindAngle(t.src, t.start+len("<!doctype"))
		return token{kind: doctype}
	case rest[1] == '!' && len(rest) == len("<!"):
		t.end = len(t.src)
	default:
		t.end = behindAngle(t.src, t.start+len("<!"))
	}
	return token{kind: comment}
}

// behindAngle is behind the first '>' from at on, or the end.
func behindAngle(src []byte, at int) int {
	if n := bytes.IndexByte(src[at:], '>'); n >= 0 {
		return at + n + 1
	}
	return len(src)
}

// commentEnd is behind the comment that begins at at.
func commentEnd(src []byte, at int) int {
	at += len("<!--")
	for _, short := range []string{">", "->"} {
		if bytes.HasPrefix(src[at:], []byte(short)) {
			return at + len(short)
		}
	}
	for {
		n := bytes.Index(src[at:], []byte("--"))
		if n < 0 {
			return len(src)
		}
		at += n
		behind := bytes.TrimLeft(src[at:], "-")
		end := len(src) - len(behind)
		for _, close := range []string{">", "!>"} {
			if bytes.HasPrefix(behind, []byte(close)) {
				return end + len(close)
			}
		}
		at = end
	}
}

// tag reads a tag. One that is not closed is no token.
func (t *tokens) tag() token {
	end := tagEnd(t.src, t.start)
	if end == 0 {
		t.end = len(t.src)
		return token{}
	}
	t.end = end
	raw := t.raw()
	isEnd := raw[1] == '/'
	from := 1
	if isEnd {
		from = 2
	}
	tok := token{kind: endTag, name: lower(raw[from:until(raw, from, blanks+"/>")])}
	if isEnd {
		return tok
	}
	tok.kind = startTag
	attributes := attributesOf(raw)
	for _, a := range attributes {
		if !a.twice {
			tok.attrs = append(tok.attrs, decoded{a.name, unescape(lineEnds(raw[a.start:a.end]), true)})
		}
	}
	if n := len(attributes); raw[len(raw)-2] == '/' && (n == 0 || attributes[n-1].place != unquoted || attributes[n-1].end < len(raw)-1) {
		tok.kind = selfClosing
	}
	if slices.Contains(withoutMarkup, tok.name) {
		t.within = tok.name
	}
	return tok
}

// tagEnd is behind the tag that begins at at, 0 if it is not closed.
func tagEnd(src []byte, at int) int {
	at += len("<a")
	for at < len(src) && !isBlankOr(src[at], "/>") {
		at++
	}
	for at < len(src) {
		switch {
		case isBlankOr(src[at], "/"):
			at++
		case src[at] == '>':
			return at + 1
		default:
			at = attributeEnd(src, at)
		}
	}
	return 0
}

// attributeEnd is behind the attribute whose name begins at at.
func attributeEnd(src []byte, at int) int {
	for at++; at < len(src) && !isBlankOr(src[at], "/>="); {
		at++
	}
	equals := len(src) - len(bytes.TrimLeft(src[at:], blanks))
	if equals == len(src) || src[equals] != '=' {
		return at
	}
	at = len(src) - len(bytes.TrimLeft(src[equals+1:], blanks))
	switch {
	case at == len(src) || src[at] == '>':
		return at
	case src[at] == '"' || src[at] == '\'':
		n := bytes.IndexByte(src[at+1:], src[at])
		if n < 0 {
			return len(src)
		}
		return at + 1 + n + 1
	}
	for at < len(src) && !isBlankOr(src[at], ">") {
		at++
	}
	return at
}

func isBlankOr(c byte, chars string) bool {
	return strings.IndexByte(blanks, c) >= 0 || strings.IndexByte(chars, c) >= 0
}

// lineEnds gives a text with line feeds for the line ends of other systems.
func lineEnds(text []byte) string {
	return strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", "\n")
}
