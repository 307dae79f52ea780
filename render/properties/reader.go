package properties

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// entry is a key with a value, and where they stand. At the end of a text it is empty.
type entry struct{ start, value, end int }

// nextEntry reads the entry that follows at. It passes by comments and empty lines.
func nextEntry(text []byte, at int) entry {
	start := skipLines(text, at)
	value := skipBlanks(text, scan(text, start, "=: \t\f"))
	if value < len(text) && (text[value] == '=' || text[value] == ':') {
		value = skipBlanks(text, value+1)
	}
	return entry{start, value, scan(text, value, "")}
}

// skipLines goes to the next key.
func skipLines(text []byte, at int) int {
	for at < len(text) {
		switch c := text[at]; {
		case isBlank(c), c == '\r', c == '\n':
			at++
		case c == '#', c == '!':
			n := bytes.IndexAny(text[at:], "\r\n")
			if n < 0 {
				return len(text)
			}
			at += n
		default:
			n := joinSize(text[at:])
			if n == 0 {
				return at
			}
			at += n
		}
	}
	return at
}

// scan gives the offset of the first of chars that is not escaped, or of the line's end.
func scan(text []byte, at int, chars string) int {
	for at < len(text) {
		c := text[at]
		if c == '\r' || c == '\n' || bytes.IndexByte([]byte(chars), c) >= 0 {
			return at
		}
		at += size(text[at:])
	}
	return at
}

// size is the length of the character at the beginning of text, with its escape. That of
// \u is two, for what follows are characters that end nothing.
func size(text []byte) int {
	if n := joinSize(text); n > 0 {
		return n
	}
	if text[0] == '\\' && len(text) > 1 {
		return 2
	}
	return 1
}

// skipBlanks goes to the next character but blanks in the logical line.
func skipBlanks(text []byte, at int) int {
	for at < len(text) {
		n := joinSize(text[at:])
		if n == 0 && isBlank(text[at]) {
			n = 1
		}
		if n == 0 {
			break
		}
		at += n
	}
	return at
}

// joinSize is the length of the backslash, the line end and the blanks at the beginning of
// text that go on with a line; 0 if there are none.
func joinSize(text []byte) int {
	if len(text) < 2 || text[0] != '\\' || text[1] != '\r' && text[1] != '\n' {
		return 0
	}
	n := 2
	if bytes.HasPrefix(text[1:], []byte("\r\n")) {
		n++
	}
	for n < len(text) && isBlank(text[n]) {
		n++
	}
	return n
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\f' }

// nothing is what the end of a line stands for that goes on.
const nothing = -1

// unit gives what stands at the beginning of raw, and its length with its escape. It is
// half of a character, if raw has half of a surrogate pair.
func unit(raw []byte) (char rune, length int) {
	if n := joinSize(raw); n > 0 {
		return nothing, n
	}
	if raw[0] != '\\' {
		return rune(raw[0]), 1
	}
	if len(raw) == 1 { // at the end of the file
		return nothing, 1
	}
	switch raw[1] {
	case 't':
		return '\t', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 'f':
		return '\f', 2
	case 'u':
		if code, ok := codeUnit(raw); ok {
			return code, 6
		}
	}
	return rune(raw[1]), 2
}

// codeUnit reads a \u escape.
func codeUnit(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	code, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(code), err == nil
}

// checkEscapes says where an entry has a \u without four digits, which Java refuses.
func checkEscapes(text []byte, e entry) error {
	for i := e.start; i < e.end; i += size(text[i:]) {
		if _, ok := codeUnit(text[i:e.end]); !ok && bytes.HasPrefix(text[i:e.end], []byte(`\u`)) {
			return render.Errorf(i, secret.General, `not properties: expected four hexadecimal digits behind \u`)
		}
	}
	return nil
}

// decode gives what raw, a value, stands for. Half of a surrogate pair is written as UTF-8
// would write it if it could, so that no two values decode alike that are not.
func decode(raw []byte) (text []byte) {
	for len(raw) > 0 {
		char, n := unit(raw)
		switch {
		case char == nothing:
		case raw[0] != '\\' || n == 2:
			text = append(text, byte(char))
		case utf16.IsSurrogate(char):
			var whole bool
			if text, whole = appendSurrogate(text, char, raw[n:]); whole {
				n += 6
			}
		default:
			text = utf8.AppendRune(text, char)
		}
		raw = raw[n:]
	}
	return text
}

// appendSurrogate appends half of a pair, or the whole if the other half follows.
func appendSurrogate(text []byte, char rune, behind []byte) (_ []byte, whole bool) {
	if second, ok := codeUnit(behind); ok {
		if pair := utf16.DecodeRune(char, second); pair != utf8.RuneError {
			return utf8.AppendRune(text, pair), true
		}
	}
	return append(text, 0xe0|byte(char>>12), 0x80|byte(char>>6)&0x3f, 0x80|byte(char)&0x3f), false
}

// short are the escapes of two characters that are written.
var short = [...]byte{'\\': '\\', '\t': 't', '\n': 'n', '\r': 'r', '\f': 'f'}

// appendEncoded appends value as a value, or a part of one.
func appendEncoded(dst, value []byte) []byte {
	for i := 0; i < len(value); {
		char, n := utf8.DecodeRune(value[i:])
		switch {
		case int(char) < len(short) && short[char] != 0:
			dst = append(dst, '\\', short[char])
		case i == 0 && bytes.ContainsRune([]byte(" =:#!"), char):
			dst = append(dst, '\\', byte(char))
		case char < ' ' || char >= 0x7f:
			for _, unit := range utf16.Encode([]rune{char}) {
				dst = fmt.Appendf(dst, `\u%04X`, unit)
			}
		default:
			dst = append(dst, byte(char))
		}
		i += n
	}
	return dst
}
