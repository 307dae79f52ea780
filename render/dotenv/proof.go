package dotenv

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
)

// prove parses out and compares it with the lines of the document, with texts in them.
// It knows where the references are and nothing of splices and quotes.
func (d *document) prove(out []byte, texts render.Texts) error {
	lines, err := d.parse(out)
	if err != nil {
		return render.Unproved(d.scalars[0].Start)
	}
	next, ourEnd, theirEnd := 0, 0, 0
	for i, want := range d.lines {
		for next < len(d.Spans) && d.Spans[next].Start < want.Start {
			next++
		}
		if i == len(lines) || want.Name != lines[i].Name ||
			!bytes.Equal(d.Source[ourEnd:want.Start], out[theirEnd:lines[i].Start]) ||
			!d.same(want, lines[i], out, texts, next) {
			return render.Unproved(want.Start)
		}
		ourEnd, theirEnd = want.End, lines[i].End
	}
	if len(lines) > len(d.lines) || !bytes.Equal(d.Source[ourEnd:], out[theirEnd:]) {
		return render.Unproved(ourEnd)
	}
	return nil
}

// same reports whether the value of got is that of want with texts in it. The span of
// the number next is the first that does not begin before want.
func (d *document) same(want, got Line, out []byte, texts render.Texts, next int) bool {
	if want.Name == "" || next == len(d.Spans) || d.Spans[next].Start >= want.End {
		return want.Quote == got.Quote && bytes.Equal(d.Source[want.Start:want.End], out[got.Start:got.End])
	}
	value, ok := d.Decoded(want.Value, want.Start, want.End, texts)
	return ok && bytes.Equal(value, got.Value)
}
