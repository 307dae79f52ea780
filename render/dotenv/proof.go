package dotenv

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// prove parses out and compares it with the lines of the document, with texts in them.
// It knows where the references are and nothing of splices and quotes.
func (d *document) prove(out []byte, texts [][]byte) error {
	lines, err := d.parse(out)
	if err != nil {
		return unproved(d.scalars[0].Start)
	}
	next, ourEnd, theirEnd := 0, 0, 0
	for i, want := range d.lines {
		for next < len(d.spans) && d.spans[next].Start < want.Start {
			next++
		}
		if i == len(lines) || want.Name != lines[i].Name ||
			!bytes.Equal(d.source[ourEnd:want.Start], out[theirEnd:lines[i].Start]) ||
			!d.same(want, lines[i], out, texts, next) {
			return unproved(want.Start)
		}
		ourEnd, theirEnd = want.End, lines[i].End
	}
	if len(lines) > len(d.lines) || !bytes.Equal(d.source[ourEnd:], out[theirEnd:]) {
		return unproved(ourEnd)
	}
	return nil
}

// same reports whether the value of got is that of want with texts in it. The span of
// the number next is the first that does not begin before want.
func (d *document) same(want, got Line, out []byte, texts [][]byte, next int) bool {
	if want.Name == "" || next == len(d.spans) || d.spans[next].Start >= want.End {
		return want.Quote == got.Quote && bytes.Equal(d.source[want.Start:want.End], out[got.Start:got.End])
	}
	value, ok := d.decoded(want, texts, next)
	return ok && bytes.Equal(value, got.Value)
}

// decoded gives the decoded value of a line with its references replaced, and whether
// all were found in it.
func (d *document) decoded(line Line, texts [][]byte, next int) (value []byte, ok bool) {
	rest := line.Value
	for ; next < len(d.spans) && d.spans[next].Start < line.End; next++ {
		span := d.spans[next]
		before, behind, ok := bytes.Cut(rest, d.masked[span.Start:span.End])
		if !ok {
			return nil, false
		}
		n := len(before) - len(bytes.TrimRight(before, `\`))
		value = append(value, before[:len(before)-n+n/2]...)
		if n%2 == 1 {
			value = append(value, d.source[span.Start:span.End]...)
		} else {
			value = append(value, texts[next]...)
		}
		rest = behind
	}
	return append(value, rest...), true
}

// unproved is the error for a place at which the result would be read as another
// document.
func unproved(offset int) error {
	err := secret.Errorf(secret.Invalid, "with the values put in, the document would be read as another one from here on")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "give the text around the reference another form")}
}
