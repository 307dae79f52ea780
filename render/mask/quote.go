package mask

import (
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
	{{'"', `""`}},
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

// appendBackslashed writes v as bash's printf %q does where v has no control characters.
func appendBackslashed(dst, v []byte) []byte {
	for i, b := range v {
		switch {
		case strings.IndexByte(" \t\n'\"\\|&;()<>!{}*[]?^$`,", b) >= 0,
			b == '#' && i == 0,
			b == '~' && (i == 0 || v[i-1] == ':' || v[i-1] == '='):
			dst = append(dst, '\\')
		}
		dst = append(dst, b)
	}
	return dst
}

// literalStyle is how a string is written with escapes of C.
type literalStyle struct {
	short string // the characters that have an escape of one letter
	names string // and its letters
	ascii bool   // write only ASCII
	hex   bool   // \x1b, not \033
}

var literalStyles = [...]literalStyle{
	{"'\\\a\b\f\n\r\t\v\x1b", `'\abfnrtvE`, false, false}, // bash
	{"'\\\a\b\f\n\r\t\v\x1b", `'\abfnrtvE`, true, false},  // bash in the C locale
	{"'\\\a\b\f\n\r\t\v", `'\abfnrtv`, false, false},      // zsh, coreutils
	{"'\\\a\b\f\n\r\t\v", `'\abfnrtv`, true, false},
	{"'\\\n\r\t", `'\nrt`, false, true}, // Python
	{"'\\\n\r\t", `'\nrt`, true, true},  // Python's bytes
	{"\\\n\r\t", `\nrt`, false, true},   // Python in double quotes, or without quotes in the text
	{"\\\n\r\t", `\nrt`, true, true},
}

func appendLiteral(dst, v []byte, style literalStyle) []byte {
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		if short := strings.IndexByte(style.short, v[0]); short >= 0 {
			dst = append(dst, '\\', style.names[short])
		} else if r >= ' ' && r < 0x7f || !style.ascii && n > 1 && unicode.IsPrint(r) {
			dst = append(dst, v[:n]...)
		} else {
			for _, b := range v[:n] {
				dst = style.appendNumber(dst, b)
			}
		}
		v = v[n:]
	}
	return dst
}

func (style literalStyle) appendNumber(dst []byte, b byte) []byte {
	if style.hex {
		return append(dst, '\\', 'x', lowerHex[b>>4], lowerHex[b&15])
	}
	return append(dst, '\\', '0'+b>>6, '0'+b>>3&7, '0'+b&7)
}
