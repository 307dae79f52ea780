package toml

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// spot is where a reference stands, before the text is read.
type spot byte

const (
	inString spot = iota
	inComment
	alone  // outside of both
	inWord // outside of both, beside what is neither blank nor punctuation
)

// mask makes the text that is read: the source in which each reference within a string
// is a word, and each that stands alone is a string itself, of the same length. A comment
// is as it was, for that is how other readers see it.
func (d *document) mask() error {
	var err error
	if d.Masked, err = render.MaskUnused(d.Source, d.Spans); err != nil {
		return err
	}
	d.spots = make([]spot, len(d.Spans))
	next, parts := 0, 0
	for at := 0; at < len(d.Masked); {
		start, end := island(d.Masked, at)
		parts += bytes.Count(d.Masked[at:start], []byte(",")) + bytes.Count(d.Masked[at:start], []byte("."))
		next = d.mark(next, start, end)
		at = end
	}
	if parts > maxParts {
		return render.Errorf(0, secret.General, "more than %d commas and points outside of strings", maxParts)
	}
	return nil
}

// maxParts keeps the library from filling the memory. It holds 50 bytes and more for each
// value of an array and each part of a key.
const maxParts = 1 << 20

// mark gives the references before end their spots, from the number next on, and gives the
// next number. Before start there is no string and no comment, from there on there is one.
func (d *document) mark(next, start, end int) int {
	for ; next < len(d.Spans) && d.Spans[next].Start < start; next++ {
		d.spots[next] = d.quote(d.Spans[next])
	}
	for ; next < len(d.Spans) && d.Spans[next].Start < end; next++ {
		if d.Source[start] == '#' {
			s := d.Spans[next]
			copy(d.Masked[s.Start:s.End], d.Source[s.Start:s.End])
			d.spots[next] = inComment
		}
	}
	return next
}

// island finds the next comment or string behind at. Where there is none it is empty,
// at the end.
func island(text []byte, at int) (start, end int) {
	n := bytes.IndexAny(text[at:], `#"'`)
	if n < 0 {
		return len(text), len(text)
	}
	start = at + n
	switch mark := text[start]; {
	case mark == '#':
		n := bytes.IndexByte(text[start:], '\n')
		if n < 0 {
			return start, len(text)
		}
		return start, start + n
	case bytes.HasPrefix(text[start:], []byte{mark, mark, mark}):
		return start, longEnd(text, start)
	}
	return start, shortEnd(text, start)
}

// shortEnd is where the string of one line ends that begins at start. That it has no other
// lines is seen later.
func shortEnd(text []byte, start int) int {
	mark := text[start]
	for i := start + 1; i < len(text); i++ {
		switch {
		case text[i] == mark:
			return i + 1
		case text[i] == '\\' && mark == '"':
			i++
		}
	}
	return len(text)
}

// longEnd is where the multi-line string ends that begins at start. It may end in five
// quotes, of which three close it.
func longEnd(text []byte, start int) int {
	mark := text[start]
	for i := start + 3; i < len(text); i++ {
		switch {
		case text[i] == '\\' && mark == '"':
			i++
		case text[i] == mark:
			n := 1
			for n < 5 && i+n < len(text) && text[i+n] == mark {
				n++
			}
			if n >= 3 {
				return i + n
			}
			i += n - 1
		}
	}
	return len(text)
}

// quote makes a string of a reference that stands alone. One in a word stays a word; a
// quote counts as a part of one, for a reference must open or close no other string.
func (d *document) quote(s render.Span) spot {
	before := d.Masked[max(s.Start-1, 0):s.Start]
	behind := d.Masked[s.End:min(s.End+1, len(d.Masked))]
	if len(before) > 0 && isWord(before) || len(behind) > 0 && isWord(behind) || s.End-s.Start < len(`""`) {
		return inWord
	}
	d.Masked[s.Start], d.Masked[s.End-1] = '"', '"'
	return alone
}

// isWord reports whether text has neither blanks nor punctuation in it.
func isWord(text []byte) bool { return !bytes.ContainsAny(text, " \t\r\n=.,[]{}#") }
