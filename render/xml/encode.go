package xml

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
)

// check says whether its place can hold a text.
func (d *document) check(text []byte, s render.Splice) error {
	if badChar(text) >= 0 {
		return render.Refusal(s.Start, "the value has control characters or bytes that are not UTF-8, which XML cannot hold", render.HintBase64)
	}
	p := place(s.Place)
	isList := d.lists && (p == doubleQuote || p == singleQuote)
	if isList && (bytes.HasPrefix(text, []byte(" ")) || bytes.HasSuffix(text, []byte(" ")) || bytes.Contains(text, []byte("  "))) {
		return render.Refusal(s.Start, "the value has blanks that a reader drops if the DTD says that the attribute is a list of words",
			"the text of an element holds them, or the filter base64: ${secret:KEY|base64}")
	}
	return nil
}

// badChar gives the offset of the first character that XML cannot hold, or -1.
func badChar(b []byte) int {
	for i := 0; i < len(b); {
		if c := b[i]; ' ' <= c && c < utf8.RuneSelf {
			i++
			continue
		}
		char, size := utf8.DecodeRune(b[i:])
		if char == utf8.RuneError && size == 1 || char < ' ' && char != '\t' && char != '\n' && char != '\r' || char == 0xfffe || char == 0xffff {
			return i
		}
		i += size
	}
	return -1
}

// appendText appends value as the text of an element or the value of an attribute.
func (d *document) appendText(dst, value []byte, p place) []byte {
	plain := 0 // up to here value is written
	for i := 0; i < len(value); {
		char, size := utf8.DecodeRune(value[i:])
		isJoined := p == text && (i == 0 && char == '\n' && bytes.HasSuffix(dst, []byte("\r")) || i+1 == len(value) && char == ']')
		if isJoined || d.isEscaped(char, p) {
			dst = appendReference(append(dst, value[plain:i]...), char)
			plain = i + size
		}
		i += size
	}
	return append(dst, value[plain:]...)
}

// isEscaped reports whether a character is a reference wherever it stands in a place that
// is no CDATA section.
func (d *document) isEscaped(char rune, p place) bool {
	switch char {
	case '&', '<', '>', '\r', '\u2028', '\u2029':
		return true
	case '\t', '\n':
		return p != text
	case '"', '\'':
		return rune(p) == char
	}
	return 0x7f <= char && char < 0xa0 || d.ascii && char >= utf8.RuneSelf
}

func appendReference(dst []byte, char rune) []byte {
	switch char {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '>':
		return append(dst, "&gt;"...)
	case '"':
		return append(dst, "&quot;"...)
	}
	return fmt.Appendf(dst, "&#%d;", char)
}

const (
	opening = "<![CDATA["
	closing = "]]>"
)

// appendSection appends value within a CDATA section. Behind is what follows.
func (d *document) appendSection(dst, value, behind []byte) []byte {
	for i := 0; i < len(value); {
		char, size := utf8.DecodeRune(value[i:])
		switch {
		case char == '\r', d.ascii && char >= utf8.RuneSelf,
			char == '\n' && bytes.HasSuffix(dst, []byte("\r")):
			dst = append(appendReference(append(dst, closing...), char), opening...)
		case char == '>' && bytes.HasSuffix(dst, []byte("]]")):
			dst = append(append(dst, closing+opening...), '>')
		default:
			dst = append(dst, value[i:i+size]...)
		}
		i += size
	}
	if bytes.HasPrefix(behind, []byte(">")) && bytes.HasSuffix(dst, []byte("]]")) ||
		bytes.HasPrefix(behind, []byte("]>")) && bytes.HasSuffix(dst, []byte("]")) {
		dst = append(dst, closing+opening...)
	}
	return dst
}
