package html

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
)

// check says whether a scalar can hold a text.
func check(text []byte, scalar scalar, s render.Splice) error {
	switch {
	case badChar(text) >= 0:
		return render.Refusal(s.Start, "the value has control characters or bytes that are not UTF-8, which HTML cannot hold", render.HintBase64)
	case scalar.isTrimmed && s.Begin == scalar.start && (len(text) == 0 || text[0] == '\n'):
		return render.Refusal(s.Start, "browsers drop a line end at the beginning of this element", "write a line end before the reference: that is the one that is dropped")
	}
	return nil
}

// badChar gives the offset of the first character that HTML should not hold, or -1. What
// is behind DEL in Unicode has no character references: they stand for others.
func badChar(b []byte) int {
	for i := 0; i < len(b); {
		char, size := utf8.DecodeRune(b[i:])
		switch {
		case char == '\t', char == '\n', char == '\r', char == '\f':
		case char < ' ', 0x7f <= char && char < 0xa0, char == utf8.RuneError && size == 1:
			return i
		}
		i += size
	}
	return -1
}

// appendScalar appends a scalar with texts in it. One without quotes gets some, of those
// that are not in it if there are such.
func (d *document) appendScalar(dst []byte, s scalar, texts render.Texts) []byte {
	p := s.place
	if p == unquoted {
		p = doubleQuote
		if bytes.IndexByte(d.Masked[s.start:s.end], '"') >= 0 {
			p = singleQuote
		}
		dst = append(dst, byte(p))
	}
	at := s.start
	for _, each := range s.splices {
		dst = s.appendOwn(dst, d.Source[at:each.Begin], p)
		dst = d.appendText(dst, texts[each.Ref], p)
		at = each.End
	}
	dst = s.appendOwn(dst, d.Source[at:s.end], p)
	if s.place == unquoted {
		dst = append(dst, byte(p))
	}
	return dst
}

// appendOwn appends text of the document, for quotes that are perhaps not its own.
func (s scalar) appendOwn(dst, own []byte, p place) []byte {
	if s.place == unquoted && p == singleQuote {
		own = bytes.ReplaceAll(own, []byte("'"), []byte("&#39;"))
	}
	return append(dst, own...)
}

// appendText appends value as text or within quotes.
func (d *document) appendText(dst, value []byte, p place) []byte {
	plain := 0 // up to here value is written
	for i := 0; i < len(value); {
		char, size := utf8.DecodeRune(value[i:])
		isJoined := i == 0 && char == '\n' && bytes.HasSuffix(dst, []byte("\r"))
		if isJoined || d.isEscaped(char, p) {
			dst = appendReference(append(dst, value[plain:i]...), char)
			plain = i + size
		}
		i += size
	}
	return append(dst, value[plain:]...)
}

func (d *document) isEscaped(char rune, p place) bool {
	switch char {
	case '&', '<', '>', '\r':
		return true
	case '"', '\'':
		return rune(p) == char
	}
	return d.ascii && char >= utf8.RuneSelf
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

// isScript reports whether a URL is a text in a script language. Browsers skip blanks
// before it, and tabs and line ends within.
func isScript(url []byte) bool {
	scheme, _, ok := bytes.Cut(url, []byte(":"))
	if !ok {
		return false
	}
	name := strings.TrimFunc(string(scheme), func(c rune) bool { return c <= ' ' })
	name = strings.ToLower(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(name))
	return name == "javascript" || name == "vbscript"
}
