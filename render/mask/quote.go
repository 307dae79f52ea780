package mask

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// replacement is a byte and what is written for it.
type replacement struct {
	from byte
	to   string
}

// quoteStyles write some bytes in another way within quotes.
var quoteStyles = [...][]replacement{
	{{'\'', `'\''`}},
	{{'\'', `'"'"'`}},
	{{'\'', `''`}},
	{{'\'', `\'`}, {'\\', `\\`}}, // fish, JavaScript, PHP
	{{'"', `""`}},
	{{'$', `$$`}},
	{{'"', `\"`}, {'\\', `\\`}, {'$', `\$`}, {'`', "\\`"}},
	{{'"', `\"`}, {'\\', `\\`}, {'$', `\$`}, {'`', "\\`"}, {'!', `\!`}},
}

// markupStyles are the escapes of XML and HTML as encoders write them.
var markupStyles = [...][]replacement{
	{{'&', "&amp;"}, {'<', "&lt;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'"', "&quot;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#039;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#x27;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#x27;"}, {'/', "&#x2F;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#x27;"}, {'`', "&#x60;"}, {'=', "&#x3D;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&#34;"}, {'\'', "&#39;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&#34;"}, {'\'', "&#39;"}, {'\t', "&#x9;"}, {'\n', "&#xA;"}, {'\r', "&#xD;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\t', "&#9;"}, {'\n', "&#10;"}, {'\r', "&#13;"}},
	{{'&', "&amp;"}, {'<', "&lt;"}, {'"', "&quot;"}, {'\t', "&#9;"}, {'\n', "&#10;"}, {'\r', "&#13;"}},
	{{'&', "&#38;"}, {'<', "&#60;"}, {'>', "&#62;"}, {'"', "&#34;"}, {'\'', "&#39;"}},
	{{'&', "&#x26;"}, {'<', "&#x3c;"}, {'>', "&#x3e;"}, {'"', "&#x22;"}, {'\'', "&#x27;"}},
	{{'&', "&#x26;"}, {'<', "&#x3C;"}, {'>', "&#x3E;"}, {'"', "&#x22;"}, {'\'', "&#x27;"}},
}

func appendReplaced(dst, v []byte, style []replacement) []byte {
next:
	for _, b := range v {
		for _, r := range style {
			if b == r.from {
				dst = append(dst, r.to...)
				continue next
			}
		}
		dst = append(dst, b)
	}
	return dst
}

// appendRuns writes v for single quotes as dash does: the single quotes in a row are together
// in double ones. Behind those that end v there may be nothing more.
func appendRuns(dst, v []byte) []byte {
	for i, b := range v {
		if b == '\'' && (i == 0 || v[i-1] != '\'') {
			dst = append(dst, `'"`...)
		}
		dst = append(dst, b)
		if b == '\'' && (i+1 == len(v) || v[i+1] != '\'') {
			dst = append(dst, `"'`...)
		}
	}
	return bytes.TrimSuffix(dst, []byte(`"'`))
}

// wordStyle is how a shell writes a word without quotes.
type wordStyle struct {
	special string // the characters with a backslash before them
	first   string // those that have it only in front
	assign  string // those that have it also behind : and =
	dollar  bool   // $'\n' for what keeps does not have
	keeps   charset
}

var wordStyles = [...]wordStyle{
	{" \t\n'\"\\|&;()<>!{}*[]?^$`,", "#~", "~", false, 0},  // bash
	{" '\"\\|&;()<>{}*[]?^$`#", "=~", "", true, printable}, // zsh
	{" '\"\\|&;()<>{}*[]?^$`#", "=~", "", true, valid},
	{" '\"\\|&;()<>{}*[]?^$`#!", "=~", "", true, printable}, // zsh with a history
}

func appendWord(dst, v []byte, style wordStyle) []byte {
	for i := 0; i < len(v); {
		b := v[i]
		r, n := utf8.DecodeRune(v[i:])
		switch {
		case style.dollar && !style.keeps.has(r, n):
			dst = append(dst, "$'"...)
			dst = appendLiteral(dst, v[i:i+n], literalStyle{zshEscapes, zshLetters, style.keeps, octal})
			dst = append(dst, '\'')
		case strings.IndexByte(style.special, b) >= 0,
			i == 0 && strings.IndexByte(style.first, b) >= 0,
			i > 0 && (v[i-1] == ':' || v[i-1] == '=') && strings.IndexByte(style.assign, b) >= 0:
			dst = append(dst, '\\', b)
		default:
			dst = append(dst, v[i:i+n]...)
		}
		i += n
	}
	return dst
}

// literalStyle is how a string is written with escapes of C.
type literalStyle struct {
	short   string // the characters that have an escape of one letter
	letters string // and these letters
	keeps   charset
	number  number
}

// charset says which characters stand for themselves.
type charset uint8

const (
	printable charset = iota
	valid             // all but control characters, for what can be printed is not the same everywhere
	ascii
)

func (k charset) has(r rune, n int) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= ' ' && r != 0x7f
	case n == 1 || k == ascii:
		return false
	}
	return k == printable && unicode.IsPrint(r) || k == valid && r > 0x9f
}

// number says how the others are written.
type number uint8

const (
	octal       number = iota // \303\251
	hexadecimal               // \xc3\xa9
	runes                     // \xe9, \u20ac, \U0001f511
)

const (
	bashEscapes = "'\\\a\b\f\n\r\t\v\x1b"
	bashLetters = `'\abfnrtvE`
	zshEscapes  = "'\\\a\b\f\n\r\t\v!"
	zshLetters  = `'\abfnrtv!`
)

var literalStyles = [...]literalStyle{
	{bashEscapes, bashLetters, printable, octal},
	{bashEscapes, bashLetters, valid, octal},
	{bashEscapes, bashLetters, ascii, octal},
	{zshEscapes, zshLetters, printable, octal},
	{zshEscapes, zshLetters, valid, octal},
	{zshEscapes, zshLetters, ascii, octal},
	{"\"\\\a\b\f\n\r\t\v", `"\abfnrtv`, printable, octal}, // C, git
	{"\"\\\a\b\f\n\r\t\v", `"\abfnrtv`, ascii, octal},
	{"'\\\n\r\t", `'\nrt`, printable, runes},   // Python
	{"'\\\n\r\t", `'\nrt`, ascii, runes},       // Python's ascii
	{"'\\\n\r\t", `'\nrt`, ascii, hexadecimal}, // Python's bytes
	{"\\\n\r\t", `\nrt`, printable, runes},     // Python where no quote is in the way
	{"\\\n\r\t", `\nrt`, ascii, runes},
	{"\\\n\r\t", `\nrt`, ascii, hexadecimal},
}

func appendLiteral(dst, v []byte, style literalStyle) []byte {
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		if i := strings.IndexByte(style.short, v[0]); i >= 0 {
			dst = append(dst, '\\', style.letters[i])
		} else if style.keeps.has(r, n) {
			dst = append(dst, v[:n]...)
		} else {
			dst = style.number.append(dst, v[:n], r)
		}
		v = v[n:]
	}
	return dst
}

func (f number) append(dst, char []byte, r rune) []byte {
	if f == runes && len(char) > 1 && r > 0xff {
		if r > 0xffff {
			return fmt.Appendf(dst, `\U%08x`, r)
		}
		return fmt.Appendf(dst, `\u%04x`, r)
	}
	if f == runes && char[0] >= utf8.RuneSelf && len(char) == 1 {
		return fmt.Appendf(dst, `\udc%02x`, char[0]) // a byte that is not of UTF-8
	}
	if f == runes {
		char = []byte{byte(r)}
	}
	for _, b := range char {
		if f == octal {
			dst = append(dst, '\\', '0'+b>>6, '0'+b>>3&7, '0'+b&7)
		} else {
			dst = append(dst, '\\', 'x', lowerHex[b>>4], lowerHex[b&15])
		}
	}
	return dst
}
