package yaml

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
)

// stream has nothing to carry from one part to the next: documents of YAML share nothing.
type stream struct{}

// NewStream gives a stream of YAML documents. Its parts end before a line of three dashes.
func NewStream() render.Stream { return stream{} }

func (stream) Next(window []byte, spans []render.Span, last bool) (render.Document, int, error) {
	n := len(window)
	if !last {
		if n = lastStart(window); n == 0 {
			return nil, 0, nil
		}
	}
	part, err := Format(window[:n], render.SpansBefore(spans, n))
	return part, n, err
}

// lastStart is where the last document of a window begins, 0 if it is not known to begin
// in it. Nothing else has three dashes at the start of a line: scalars may not.
func lastStart(window []byte) int {
	for end := len(window); ; {
		i := bytes.LastIndex(window[:end], []byte("\n---"))
		if i < 0 {
			return 0
		}
		behind := window[i+len("\n---"):]
		if len(behind) > 0 && bytes.IndexByte([]byte(" \t\r\n"), behind[0]) >= 0 && !isDirective(window[:i]) {
			return i + 1
		}
		end = i
	}
}

// isDirective reports whether a directive is the last of a text but for blank lines and
// comments. It belongs to the document behind it.
func isDirective(text []byte) bool {
	for {
		i := bytes.LastIndexByte(text, '\n')
		line := bytes.TrimSpace(text[i+1:])
		switch {
		case bytes.HasPrefix(text[i+1:], []byte("%")):
			return true
		case i < 0 || len(line) > 0 && line[0] != '#':
			return false
		}
		text = text[:i]
	}
}
