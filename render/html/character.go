package html

import (
	"html"
	"strconv"
	"strings"
	"unicode"
)

// unescape decodes character references. In an attribute a name without a semicolon is
// none if it goes on, or an equals sign follows.
func unescape(text string, inAttribute bool) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		n := referenceSize(after)
		name, rest := after[:n], after[n:]
		closed := strings.HasPrefix(rest, ";")
		if closed {
			rest = rest[1:]
		}
		switch {
		case name == "":
			out.WriteString("&" + after[:len(after)-len(rest)])
		case isBeyond(name):
			out.WriteString("\ufffd")
		case name[0] == '#' || closed && !inAttribute:
			out.WriteString(html.UnescapeString("&" + name + ";"))
		case closed:
			out.WriteString(unescapeClosed(name))
		case inAttribute:
			out.WriteString(unescapeOpen(name, rest))
		default:
			out.WriteString(html.UnescapeString("&" + name))
		}
		text = rest
	}
}

// referenceSize is the length of what may be the name or number of a character reference.
func referenceSize(text string) int {
	digits := "0123456789"
	head := 0
	switch {
	case strings.HasPrefix(text, "#x"), strings.HasPrefix(text, "#X"):
		head, digits = 2, "0123456789abcdefABCDEF"
	case strings.HasPrefix(text, "#"):
		head = 1
	default:
		return len(text) - len(strings.TrimLeftFunc(text, func(c rune) bool { return c != '#' && isOfReference(c) }))
	}
	if n := len(text[head:]) - len(strings.TrimLeft(text[head:], digits)); n > 0 {
		return head + n
	}
	return 0
}

// isBeyond reports whether a number is that of no character, as large as it may be.
func isBeyond(name string) bool {
	digits, isHex := strings.CutPrefix(strings.ToLower(name), "#x")
	base := 16
	if !isHex {
		digits, base = strings.TrimPrefix(name, "#"), 10
	}
	if digits == name {
		return false
	}
	n, err := strconv.ParseUint(digits, base, 64)
	return err != nil || n > unicode.MaxRune
}

// unescapeClosed decodes a name with a semicolon in an attribute, if all of it is one.
func unescapeClosed(name string) string {
	text := html.UnescapeString("&" + name + ";")
	if strings.HasSuffix(text, ";") && text != ";" {
		return "&" + name + ";"
	}
	return text
}

// unescapeOpen decodes a name without a semicolon in an attribute, if all of it is one.
func unescapeOpen(name, rest string) string {
	text := html.UnescapeString("&" + name)
	last := text[len(text)-1]
	if strings.HasPrefix(rest, "=") || isLetter(last) || '0' <= last && last <= '9' {
		return "&" + name
	}
	return text
}
