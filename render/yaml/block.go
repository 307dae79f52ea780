package yaml

import (
	"bytes"
	"strings"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
)

// block is where the parts of a literal or folded scalar stand in the source.
type block struct {
	header  int // end of the header's indicators
	lineEnd int // end of the header's line, before its line end
	end     int // end of the last line that is not blank, before its line end
	indent  int
}

// encodeBlock puts values into a block, or makes it double-quoted.
func (t *template) encodeBlock(s *scalar, text string, texts render.Texts) []change {
	b, ok := t.block(s)
	if ok && !s.respelled && t.holdsAll(s, texts) {
		indent := strings.Repeat(" ", b.indent)
		newline := t.lineEndAt(b.lineEnd)
		return s.inPlace(func(v string) string { return indented(v, newline, indent) }, texts)
	}
	return []change{
		{s.start, b.header, doubleQuoted(text)},
		{b.lineEnd, b.end, ""},
	}
}

// indented gives a value its lines in a block; an empty line gets no indentation.
func indented(value, newline, indent string) string {
	lines := strings.Split(value, "\n")
	for i, line := range lines {
		if i > 0 && line != "" {
			lines[i] = indent + line
		}
	}
	return strings.Join(lines, newline)
}

// lineEndAt is the line end at an offset, a line feed where there is none.
func (t *template) lineEndAt(offset int) string {
	if offset < len(t.Source) {
		return string(t.Source[offset : offset+lineBreak(t.Source[offset:])])
	}
	return "\n"
}

// block finds the parts of a block; ok is false if its indentation cannot be told.
func (t *template) block(s *scalar) (b block, ok bool) {
	d := t.Masked
	i := s.start + 1
	for i < len(d) && strings.IndexByte("+-0123456789", d[i]) >= 0 {
		i++
	}
	b.header = i
	for i < len(d) && lineBreak(d[i:]) == 0 {
		i++
	}
	b.lineEnd, b.end = i, i
	inValue := firstLine(s.node.Value)
	for i < len(d) {
		i += lineBreak(d[i:])
		start := i
		for i < len(d) && lineBreak(d[i:]) == 0 {
			i++
		}
		line := d[start:i]
		blanks := len(line) - len(bytes.TrimLeft(line, " "))
		switch {
		case len(bytes.Trim(line, " \t")) == 0 && !ok:
		case !ok:
			b.indent = blanks - (len(inValue) - len(strings.TrimLeft(inValue, " ")))
			if ok = b.indent > 0; !ok {
				return t.blockByReferences(s, b), false
			}
			b.end = i
		case len(bytes.Trim(line, " \t")) == 0 && blanks <= b.indent:
		case blanks < b.indent:
			return b, true
		default:
			b.end = i
		}
	}
	return b, ok
}

// blockByReferences bounds a block whose indentation is unknown by its last line that holds a
// reference; if there is more the proof finds it.
func (t *template) blockByReferences(s *scalar, b block) block {
	end := s.splices[len(s.splices)-1].End
	for end < len(t.Source) && lineBreak(t.Source[end:]) == 0 {
		end++
	}
	b.end = end
	return b
}

// firstLine is the first line of a text that is not blank.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if strings.Trim(line, " \t\r\n") != "" {
			return line
		}
	}
	return ""
}

// holdsAll reports whether a block can hold all its values in place.
func (t *template) holdsAll(s *scalar, texts render.Texts) bool {
	folded := s.node.Style&yamlv3.FoldedStyle != 0
	for _, p := range s.splices {
		if !t.holds(string(texts[p.Ref]), folded, p.Span) {
			return false
		}
	}
	return true
}

// holds reports whether a block can hold a value at a place: no character that cannot
// stand there, no line that begins or ends with a blank where the value does, no line
// end at its end.
func (t *template) holds(value string, folded bool, at render.Span) bool {
	for _, r := range value {
		if !printable(r) && r != '\n' {
			return false
		}
	}
	if folded && strings.Contains(value, "\n") || strings.HasSuffix(value, "\n") || strings.HasPrefix(value, "\n") {
		return false
	}
	first := t.Source[t.places.starts[t.places.lineOf(at.Start)]:at.Start]
	beginsLine := len(bytes.Trim(first, " ")) == 0
	endsLine := at.End == len(t.Source) || lineBreak(t.Source[at.End:]) > 0
	blankFirst := value == "" || strings.IndexByte(" \t", value[0]) >= 0
	blankLast := value == "" || strings.IndexByte(" \t", value[len(value)-1]) >= 0
	if folded && (blankFirst || blankLast) {
		return false
	}
	if strings.Contains(value, "\n") && hasBlankLine(value) {
		return false
	}
	return !(beginsLine && blankFirst) && !(endsLine && blankLast)
}

// hasBlankLine reports whether a line of blanks stands in value, which a block might take
// for an empty one.
func hasBlankLine(value string) bool {
	for line := range strings.Lines(value) {
		if text := strings.TrimRight(line, "\n"); text != "" && strings.Trim(text, " \t") == "" {
			return true
		}
	}
	return false
}
