package yaml

import (
	"fmt"
	"strings"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
)

// printable reports whether YAML lets a character stand for itself.
func printable(r rune) bool {
	switch {
	case r == '\t' || r >= ' ' && r < 0x7f:
		return true
	case r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffe' || r == '\uffff':
		return false
	}
	return true
}

// doubleQuoted writes text between double quotes, on one line.
func doubleQuoted(text string) string { return `"` + escaped(text) + `"` }

// escaped writes text for the inside of double quotes.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case printable(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// singleQuoted writes text between single quotes, if they can hold it.
func singleQuoted(text string) (string, bool) {
	for _, r := range text {
		if !printable(r) || r == '\t' {
			return "", false
		}
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'", true
}

// quoted writes text between the quotes that show it best.
func quoted(text string) string {
	if single, ok := singleQuoted(text); ok {
		return single
	}
	return doubleQuoted(text)
}

// special are words that YAML 1.1 or 1.2 takes for something else than a string.
var special = strings.Fields("y n yes no on off true false null nan inf")

// isWord reports whether text, as a plain scalar, is the string text to every reader:
// it begins with a letter, "_" or "/", has only characters that mean nothing to YAML, and
// is no special word.
func isWord(text string, flow bool) bool {
	if text == "" || !isLetter(text[0]) && text[0] != '_' && text[0] != '/' {
		return false
	}
	for i := range len(text) {
		if !standsPlain(text, i, flow) {
			return false
		}
	}
	for _, word := range special {
		if strings.EqualFold(text, word) {
			return false
		}
	}
	return true
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// standsPlain reports whether text[i] can stand in a plain scalar.
func standsPlain(text string, i int, flow bool) bool {
	b := text[i]
	switch {
	case isLetter(b) || '0' <= b && b <= '9' || strings.IndexByte("_./-+@%=~$^()", b) >= 0:
		return true
	case b == ':' && !flow: // before a character that is no blank
		return i+1 < len(text) && text[i+1] > ' '
	case b == ':':
		return i+1 < len(text) && isLetterDigitSlash(text[i+1])
	case b == '{' || b == '}':
		return !flow
	case b == ' ': // one, between words
		return i+1 < len(text) && isLetterDigitSlash(text[i+1])
	case b == ',' || b == ';' || b == '&' || b == '?' || b == '*' || b == '!':
		return !flow && i+1 < len(text)
	}
	return false
}

func isLetterDigitSlash(b byte) bool {
	return isLetter(b) || '0' <= b && b <= '9' || b == '/'
}

// change replaces source[start:end].
type change struct {
	start, end int
	text       string
}

// decoded is the text of a scalar with texts in it, and half of the backslashes before
// them.
func (t *template) decoded(s *scalar, texts render.Texts) string {
	first, last := s.splices[0], s.splices[len(s.splices)-1]
	whole, _ := t.Decoded([]byte(s.node.Value), first.Start, last.End, texts) // where they were found
	return string(whole)
}

// encode gives the changes that put texts into a scalar.
func (t *template) encode(s *scalar, texts render.Texts) []change {
	text := t.decoded(s, texts)
	style := s.node.Style
	switch {
	case style&(yamlv3.LiteralStyle|yamlv3.FoldedStyle) != 0:
		return t.encodeBlock(s, text, texts)
	case s.respelled:
		return []change{{s.start, s.end, quoted(text)}}
	case style&yamlv3.DoubleQuotedStyle != 0:
		return s.inPlace(func(v string) string { return blanksEscaped(escaped(v), s.multiline) }, texts)
	case style&yamlv3.SingleQuotedStyle != 0:
		if _, ok := singleQuoted(text); !ok && !s.multiline || s.multiline && !s.each(texts, standsInLines) {
			return []change{{s.start, s.end, doubleQuoted(text)}}
		}
		return s.inPlace(func(v string) string { return strings.ReplaceAll(v, "'", "''") }, texts)
	case isWord(text, s.flow) && !s.multiline, s.multiline && s.each(texts, func(v string) bool { return isWord(v, s.flow) }):
		return s.inPlace(func(v string) string { return v }, texts)
	}
	return []change{{s.start, s.end, quoted(text)}}
}

// each reports whether all that is put into a scalar is what is asked for.
func (s *scalar) each(texts render.Texts, is func(string) bool) bool {
	for _, p := range s.splices {
		if !is(string(texts[p.Ref])) {
			return false
		}
	}
	return true
}

// standsInLines reports whether text can stand within single quotes over several lines, of
// which each loses the blanks at its ends.
func standsInLines(text string) bool {
	_, ok := singleQuoted(text)
	return ok && text != "" && text == strings.Trim(text, " ")
}

// inPlace replaces only the references of a scalar, and half of the backslashes before
// them.
func (s *scalar) inPlace(encode func(string) string, texts render.Texts) (changes []change) {
	for _, p := range s.splices {
		changes = append(changes, change{p.Begin, p.End, encode(string(texts[p.Ref]))})
	}
	return changes
}

// blanksEscaped keeps a blank at either end of a value from being folded away where the
// scalar has several lines.
func blanksEscaped(text string, multiline bool) string {
	if !multiline || text == "" {
		return text
	}
	inner := strings.Trim(text, " ")
	n := strings.Index(text, inner)
	return strings.Repeat(`\x20`, n) + inner + strings.Repeat(`\x20`, len(text)-n-len(inner))
}
