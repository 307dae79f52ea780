package json

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
)

// check says whether a JSON string can hold a text.
func check(text []byte, s render.Splice) error {
	return render.RequireUTF8(text, s, "a string of JSON holds nothing else")
}

// short are the escapes of two characters that are written.
var short = [...]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

// appendEncoded appends value as the content of a string. Beyond what JSON asks for it
// escapes DEL, which terminals act on, and the line ends that JavaScript once knew and
// JSON does not.
func appendEncoded(dst, value []byte) []byte {
	plain := 0 // up to here value is written
	for i := 0; i < len(value); {
		c, size := rune(value[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(value[i:])
		}
		if isEscaped(c) {
			dst = appendEscape(append(dst, value[plain:i]...), c)
			plain = i + size
		}
		i += size
	}
	return append(dst, value[plain:]...)
}

func isEscaped(c rune) bool {
	return c < ' ' || c == '"' || c == '\\' || c == 0x7f || c == '\u2028' || c == '\u2029'
}

func appendEscape(dst []byte, c rune) []byte {
	if int(c) < len(short) && short[c] != 0 {
		return append(dst, '\\', short[c])
	}
	return fmt.Appendf(dst, `\u%04x`, c)
}

// long are the characters that escapes of two characters stand for.
var long = [...]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unit gives the character at the beginning of raw, the content of a string, and the
// length of its escape; a length of 0 if there is a backslash and no escape. Of what is
// no escape it gives the first byte. A \u escape that is half of a surrogate pair is
// that half.
func unit(raw []byte) (char rune, size int) {
	switch {
	case raw[0] != '\\':
		return rune(raw[0]), 1
	case len(raw) < 2:
		return 0, 0
	case raw[1] == 'u':
		return unicodeUnit(raw)
	case int(raw[1]) < len(long) && long[raw[1]] != 0:
		return long[raw[1]], 2
	}
	return 0, 0
}

// unicodeUnit is unit for a \u escape, or for two that are a surrogate pair.
func unicodeUnit(raw []byte) (char rune, size int) {
	first, ok := codeUnit(raw)
	if !ok {
		return 0, 0
	}
	if second, ok := codeUnit(raw[6:]); ok {
		if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return first, 6
}

// codeUnit reads a \u escape.
func codeUnit(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	u, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(u), err == nil
}

// decode gives what raw, the content of a string, stands for. Half of a surrogate pair
// is written as UTF-8 would write it if it could, so that no two strings decode alike
// that are not.
func decode(raw []byte) []byte {
	var text []byte
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(text, raw...)
		}
		text = append(text, raw[:i]...)
		char, size := unit(raw[i:])
		if utf16.IsSurrogate(char) {
			text = append(text, 0xe0|byte(char>>12), 0x80|byte(char>>6)&0x3f, 0x80|byte(char)&0x3f)
		} else {
			text = utf8.AppendRune(text, char)
		}
		raw = raw[i+size:]
	}
}
