package transfer

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// notUnicode says why the string that is written as raw, valid JSON with its
// quotes, is not a sequence of characters, or "". The decoder would put U+FFFD
// in place of what is wrong: another value than the file's.
func notUnicode(raw []byte) string {
	switch {
	case !utf8.Valid(raw):
		return "the value is not UTF-8"
	case bytes.Contains(raw, []byte(`\u`)) && hasLoneSurrogate(raw):
		return `the value has a \u escape that is half of a surrogate pair`
	}
	return ""
}

func hasLoneSurrogate(raw []byte) bool {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return false
		}
		raw = raw[i:]
		first, n := escape(raw)
		if utf16.IsSurrogate(first) {
			second, m := escape(raw[n:])
			if utf16.DecodeRune(first, second) == unicode.ReplacementChar {
				return true
			}
			n += m
		}
		raw = raw[n:]
	}
}

// escape is the code unit of the \u escape at the start of raw, and its length.
// Anything else gives no surrogate and, for an escape, its length.
func escape(raw []byte) (unit rune, n int) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, min(2, len(raw))
	}
	u, _ := strconv.ParseUint(string(raw[2:6]), 16, 16) // valid JSON has four hex digits
	return rune(u), 6
}
