package trust

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxVisible is how many characters Visible gives, before its ellipsis.
const maxVisible = 500

// Visible shows a text on one line of a terminal, without letting it act there or look
// like another: what is not printed as a character of its own (controls, line ends,
// characters of format and direction, spaces but the ordinary one, bytes that are not
// UTF-8) is escaped as in a Go string, and so is the backslash, so that no text can feign
// an escape. Of the result it gives at most 500 characters and then "…", and cuts through
// no escape.
func Visible(text string) string {
	var b strings.Builder
	for count := 0; text != ""; {
		r, size := utf8.DecodeRuneInString(text)
		shown := visible(r, text[:size])
		if count += utf8.RuneCountInString(shown); count > maxVisible {
			return b.String() + "…"
		}
		b.WriteString(shown)
		text = text[size:]
	}
	return b.String()
}

// visible shows a character, of which text is the bytes.
func visible(r rune, text string) string {
	switch {
	case r == '\\':
		return `\\`
	case r == utf8.RuneError && len(text) == 1:
		return `\x` + strconv.FormatUint(uint64(text[0]), 16)
	case unicode.IsPrint(r) && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return text
	}
	return strings.Trim(strconv.QuoteRuneToASCII(r), "'")
}
