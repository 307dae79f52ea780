package mask

import (
	"strings"
	"unicode/utf8"
)

// jsonStyle is how an encoder writes a string. The zero jsonStyle escapes only what it has
// to.
type jsonStyle struct {
	numbered string // ASCII characters written as \u00XX although they need not be
	ascii    bool   // write only ASCII
	lines    bool   // escape U+2028 and U+2029
	long     bool   // \u0008 and \u000c, not \b and \f
	slash    bool   // \/ for /
	upper    bool   // hexadecimal in upper case
	invalid  invalid
}

// invalid says what becomes of a byte that is not of UTF-8.
type invalid uint8

const (
	asItIs      invalid = iota
	replaced            // U+FFFD
	replacedEsc         // \ufffd
	surrogate           // U+DC00 plus the byte, as Python's surrogateescape
)

// jsonStyles are those of encoders in use. The first two are also applied twice.
var jsonStyles = [...]jsonStyle{
	{},
	{numbered: "<>&", lines: true, invalid: replacedEsc},             // Go
	{numbered: "<>&", lines: true, invalid: replacedEsc, long: true}, // Go before 1.22
	{lines: true, invalid: replacedEsc},                              // Go without SetEscapeHTML
	{lines: true, invalid: replacedEsc, long: true},
	{numbered: "<>&", lines: true},                      // Rails
	{numbered: "\x7f", ascii: true, invalid: surrogate}, // Python
	{invalid: surrogate},                                // Python with ensure_ascii=False
	{ascii: true, invalid: replacedEsc},
	{ascii: true, upper: true, invalid: replacedEsc}, // Jackson with ESCAPE_NON_ASCII
	{upper: true},                         // Jackson
	{invalid: replaced},                   // JSON.stringify
	{numbered: "\x7f", invalid: replaced}, // jq
	{numbered: "\x7f", ascii: true, invalid: replacedEsc}, // jq -a
	{slash: true},
	{slash: true, lines: true}, // PHP with JSON_UNESCAPED_UNICODE
	{slash: true, ascii: true}, // PHP
	{slash: true, invalid: replaced},
	{numbered: "<>&='", lines: true}, // Gson
	{numbered: "\"&'+<>`\x7f", ascii: true, upper: true, invalid: replacedEsc}, // .NET
}

func appendJSON(dst, v []byte, style jsonStyle) []byte {
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		switch {
		case r < utf8.RuneSelf:
			dst = style.appendASCII(dst, byte(r))
		case r == utf8.RuneError && n == 1:
			dst = style.appendInvalid(dst, v[0])
		case style.ascii, style.lines && (r == 0x2028 || r == 0x2029):
			dst = style.appendUnit(dst, r)
		default:
			dst = append(dst, v[:n]...)
		}
		v = v[n:]
	}
	return dst
}

func (style jsonStyle) appendASCII(dst []byte, b byte) []byte {
	const short = "\"\\\b\f\n\r\t"
	i := strings.IndexByte(short, b)
	switch {
	case strings.IndexByte(style.numbered, b) >= 0, style.long && (b == '\b' || b == '\f'):
		return style.appendUnit(dst, rune(b))
	case i >= 0:
		return append(dst, '\\', `"\bfnrt`[i])
	case b < ' ':
		return style.appendUnit(dst, rune(b))
	case b == '/' && style.slash:
		return append(dst, `\/`...)
	}
	return append(dst, b)
}

func (style jsonStyle) appendInvalid(dst []byte, b byte) []byte {
	switch style.invalid {
	case replaced:
		return utf8.AppendRune(dst, utf8.RuneError)
	case replacedEsc:
		return style.appendUnit(dst, utf8.RuneError)
	case surrogate:
		return style.appendUnit(dst, 0xdc00+rune(b))
	}
	return append(dst, b)
}

// appendUnit writes r as one or two UTF-16 units.
func (style jsonStyle) appendUnit(dst []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		dst = style.appendUnit(dst, 0xd800+r>>10)
		r = 0xdc00 + r&0x3ff
	}
	digits := lowerHex
	if style.upper {
		digits = upperHex
	}
	return append(dst, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
)
