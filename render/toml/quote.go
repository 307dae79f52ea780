package toml

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/xec-sh/xec-go/render"
)

// quote is what stands at both ends of a string.
type quote string

const (
	none        quote = ""
	basic       quote = `"`
	long        quote = `"""`
	literal     quote = `'`
	longLiteral quote = `'''`
)

// quoteOf gives the quotes of a string that is not empty.
func quoteOf(raw []byte) quote {
	for _, q := range []quote{long, longLiteral, basic, literal} {
		if bytes.HasPrefix(raw, []byte(q)) {
			return q
		}
	}
	return none
}

func (q quote) isLiteral() bool { return q == literal || q == longLiteral }
func (q quote) isLong() bool    { return q == long || q == longLiteral }

// basic gives the quotes that hold any text and as many lines.
func (q quote) basic() quote {
	if q.isLong() {
		return long
	}
	return basic
}

// body is where the text between the quotes stands.
func (s scalar) body() (start, end int) { return s.start + len(s.quote), s.end - len(s.quote) }

// other is any character but a backslash.
const other = 'x'

// unit gives what stands at the beginning of raw, the content of a string, and its length
// with its escape.
func (q quote) unit(raw []byte) (char rune, size int) {
	if raw[0] != '\\' {
		return other, 1
	}
	if q.isLiteral() || len(raw) == 1 {
		return '\\', 1
	}
	switch raw[1] {
	case '\\':
		return '\\', 2
	case ' ', '\t', '\r', '\n':
		return render.NoChar, len(raw) - len(bytes.TrimLeft(raw[1:], " \t\r\n"))
	case 'x', 'u', 'U':
		size = len(`\x`) + map[byte]int{'x': 2, 'u': 4, 'U': 8}[raw[1]]
		if code, err := strconv.ParseUint(string(raw[2:min(size, len(raw))]), 16, 32); err == nil && code == '\\' {
			return '\\', size
		}
		return other, min(size, len(raw))
	}
	return other, 2
}

// appendScalar appends a string with texts in it, with its own quotes if they can hold
// them.
func (d *document) appendScalar(dst []byte, s scalar, texts render.Texts) []byte {
	if s.quote == none {
		return append(d.appendBasic(append(dst, basic...), texts[s.splices[0].Ref], false), basic...)
	}
	if d.fits(s, texts) {
		raw := d.inPlace(s, texts)
		if whole, ok := d.decoded(s.text, s.start, s.end, texts); ok && isString(raw, whole) {
			return append(dst, raw...)
		}
	}
	return d.appendAnew(dst, s, texts)
}

// fits reports whether what is put in can stand as it is, to every reader: one may make
// other line ends of those in a string.
func (d *document) fits(s scalar, texts render.Texts) bool {
	if !s.quote.isLiteral() {
		return true
	}
	for _, p := range s.splices {
		if bytes.IndexByte(texts[p.Ref], '\r') >= 0 || d.crlf && bytes.IndexByte(texts[p.Ref], '\n') >= 0 {
			return false
		}
	}
	return true
}

// inPlace gives a string of which only references, and half of the backslashes before
// them, give way.
func (d *document) inPlace(s scalar, texts render.Texts) []byte {
	return d.Append(nil, s.start, s.end, s.splices, func(dst []byte, p render.Splice) []byte {
		if s.quote.isLiteral() {
			return append(dst, texts[p.Ref]...)
		}
		return d.appendBasic(dst, texts[p.Ref], s.quote.isLong())
	})
}

// isString reports whether raw is the string text.
func isString(raw, text []byte) bool {
	r := newReader(append([]byte("k="), raw...))
	n := r.next()
	return n != nil && n.Value().Kind == unstable.String && bytes.Equal(n.Value().Data, text)
}

// appendAnew appends a string in basic quotes. Its own escapes and line ends stay.
func (d *document) appendAnew(dst []byte, s scalar, texts render.Texts) []byte {
	var body []byte
	at, end := s.body()
	trimmed := lineBreak(d.Source[at:]) != ""
	for _, p := range s.splices {
		body = s.quote.appendOwn(body, d.Source[at:p.Begin])
		body = d.appendBasic(body, texts[p.Ref], s.quote.isLong())
		at = p.End
	}
	body = s.quote.appendOwn(body, d.Source[at:end])
	dst = append(dst, s.quote.basic()...)
	if !trimmed { // then none may be, although an empty value made the first
		dst = append(dst, lineBreak(body)...)
	}
	return append(append(dst, body...), s.quote.basic()...)
}

// lineBreak is the line end at the beginning of text, or "".
func lineBreak(text []byte) string {
	for _, end := range []string{"\n", "\r\n"} {
		if bytes.HasPrefix(text, []byte(end)) {
			return end
		}
	}
	return ""
}

// appendOwn appends text of the document, from between quotes q, for basic quotes: without
// backslashes at the ends of lines, and with all others and all quotes escaped.
func (q quote) appendOwn(dst, raw []byte) []byte {
	for len(raw) > 0 {
		char, size := q.unit(raw)
		switch {
		case raw[0] == '"', char == '\\' && size == 1:
			dst = append(dst, '\\', raw[0])
		case char != render.NoChar:
			dst = append(dst, raw[:size]...)
		}
		raw = raw[size:]
	}
	return dst
}

// short are the escapes of two characters that are written.
var short = [...]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

// appendBasic appends value for basic quotes. If lines is set a line feed may stand for
// itself, but not the first character, for it could stand directly behind the quotes.
func (d *document) appendBasic(dst, value []byte, lines bool) []byte {
	lines = lines && !d.crlf && bytes.IndexByte(value, '\r') < 0
	plain := 0 // up to here value is written
	for i, c := range value {
		if c >= ' ' && c != '"' && c != '\\' && c != 0x7f || c == '\n' && lines && i > 0 {
			continue
		}
		dst = appendEscape(append(dst, value[plain:i]...), c)
		plain = i + 1
	}
	return append(dst, value[plain:]...)
}

func appendEscape(dst []byte, c byte) []byte {
	if int(c) < len(short) && short[c] != 0 {
		return append(dst, '\\', short[c])
	}
	return fmt.Appendf(dst, `\u%04X`, c)
}
