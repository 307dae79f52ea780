package html

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

func (t *tokens) rawText(within string) string {
	text := lineEnds(t.raw())
	if within == "title" || within == "textarea" {
		return unescape(text, false)
	}
	return text
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

// elements without markup: their text ends with their end tag alone.
var withoutMarkup = []string{"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"}

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

// rawEnd is where the text of an element without markup ends that begins at at.
func rawEnd(src []byte, at int, name string) int {
	switch name {
	case "plaintext":
		return len(src)
	case "script":
		return scriptEnd(src, at)
	}
	for {
		n := bytes.Index(src[at:], []byte("</"))
		if n < 0 {
			return len(src)
		}
		if at += n; isEndTag(src[at:], name) {
			return at
		}
		at += len("</")
	}
}

// isEndTag reports whether an end tag of that name begins here.
func isEndTag(rest []byte, name string) bool { return isTag(rest, "</"+name) }

func isTag(rest []byte, head string) bool {
	return len(rest) > len(head) && strings.EqualFold(string(rest[:len(head)]), head) && isBlankOr(rest[len(head)], "/>")
}

// scriptEnd is rawEnd for a script, in which <!-- hides a script within it (13.2.5.15 and
// those behind it).
func scriptEnd(src []byte, at int) int {
	escaped, double := false, false
	for ; at < len(src); at++ {
		rest := src[at:]
		switch {
		case rest[0] == '-' && escaped && bytes.HasPrefix(rest, []byte("-->")):
			escaped, double = false, false
		case rest[0] != '<':
		case !escaped && bytes.HasPrefix(rest, []byte("<!--")):
			escaped = true
			at++ // the dashes may be those of -->
		case isEndTag(rest, "script"):
			if !double {
				return at
			}
			double = false
		case escaped && isTag(rest, "<script"):
			double = true
		}
	}
	return len(src)
}

// lineEnds gives a text with line feeds for the line ends of other systems.
func lineEnds(text []byte) string {
	return strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", "\n")
}

// unescape decodes character references. In an attribute a name without a semicolon is
// none if it goes on, or an equals sign follows.
func unescape(text string, inAttribute bool) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		n := referenceSize(after)
		name, rest := after[:n], after[n:]
		closed := strings.HasPrefix(rest, ";")
		if closed {
			rest = rest[1:]
		}
		switch {
		case name == "":
			out.WriteString("&" + after[:len(after)-len(rest)])
		case isBeyond(name):
			out.WriteString("\ufffd")
		case name[0] == '#' || closed && !inAttribute:
			out.WriteString(html.UnescapeString("&" + name + ";"))
		case closed:
			out.WriteString(unescapeClosed(name))
		case inAttribute:
			out.WriteString(unescapeOpen(name, rest))
		default:
			out.WriteString(html.UnescapeString("&" + name))
		}
		text = rest
	}
}

// referenceSize is the length of what may be the name or number of a character reference.
func referenceSize(text string) int {
	digits := "0123456789"
	head := 0
	switch {
	case strings.HasPrefix(text, "#x"), strings.HasPrefix(text, "#X"):
		head, digits = 2, "0123456789abcdefABCDEF"
	case strings.HasPrefix(text, "#"):
		head = 1
	default:
		return len(text) - len(strings.TrimLeftFunc(text, func(c rune) bool { return c != '#' && isOfReference(c) }))
	}
	if n := len(text[head:]) - len(strings.TrimLeft(text[head:], digits)); n > 0 {
		return head + n
	}
	return 0
}

// isBeyond reports whether a number is that of no character, as large as it may be.
func isBeyond(name string) bool {
	digits, isHex := strings.CutPrefix(strings.ToLower(name), "#x")
	base := 16
	if !isHex {
		digits, base = strings.TrimPrefix(name, "#"), 10
	}
	if digits == name {
		return false
	}
	n, err := strconv.ParseUint(digits, base, 64)
	return err != nil || n > unicode.MaxRune
}

// unescapeClosed decodes a name with a semicolon in an attribute, if all of it is one.
func unescapeClosed(name string) string {
	text := html.UnescapeString("&" + name + ";")
	if strings.HasSuffix(text, ";") && text != ";" {
		return "&" + name + ";"
	}
	return text
}

// unescapeOpen decodes a name without a semicolon in an attribute, if all of it is one.
func unescapeOpen(name, rest string) string {
	text := html.UnescapeString("&" + name)
	last := text[len(text)-1]
	if strings.HasPrefix(rest, "=") || isLetter(last) || '0' <= last && last <= '9' {
		return "&" + name
	}
	return text
}
