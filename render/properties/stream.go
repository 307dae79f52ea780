package properties

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
)

// stream has nothing to carry from one part to the next: they end with entries.
type stream struct{}

// NewStream gives a stream of a properties file. Its parts end with the line of an entry.
func NewStream() render.Stream { return stream{} }

func (stream) Next(window []byte, spans []render.Span, last bool) (render.Document, int, error) {
	n := len(window)
	if !last {
		if n = whole(render.Mask(window, spans, filler)); n == 0 {
			return nil, 0, nil
		}
	}
	part, err := Format(window[:n], render.SpansBefore(spans, n))
	return part, n, err
}

// whole is how much of a masked text is entries that nothing behind it can go on with.
// Behind a carriage return a reference may go on, of which the end is not seen yet: that is
// no end of a line to those who look for references.
func whole(text []byte) (n int) {
	for at, line := 0, 0; ; {
		e := nextEntry(text, at)
		if e.start == len(text) || e.end+1 >= len(text) {
			return n
		}
		end := e.end + 1
		if text[e.end] == '\r' && text[end] == '\n' {
			end++
		}
		if text[end-1] == '\n' || bytes.IndexByte(text[line:end], '$') < 0 {
			n = end
		}
		if i := bytes.LastIndexByte(text[at:end], '\n'); i >= 0 {
			line = at + i + 1
		}
		at = e.end
	}
}
