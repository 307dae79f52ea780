package dotenv

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// stream has next to nothing to carry from one part to the next: they end with lines.
type stream struct {
	parse func([]byte) ([]Line, error)
	begun bool
}

// Stream makes streams of .env files of parse, as Format does a format.
func Stream(parse func([]byte) ([]Line, error)) func() render.Stream {
	return func() render.Stream { return &stream{parse: parse} }
}

func (s *stream) Next(window []byte, spans []render.Span, last bool) (render.Document, int, error) {
	if s.begun && bytes.HasPrefix(window, []byte("\ufeff")) {
		return nil, 0, render.Errorf(0, secret.Invalid, "a byte order mark within the file")
	}
	n := len(window)
	if !last {
		if n = s.whole(window, spans); n == 0 {
			return nil, 0, nil
		}
	}
	s.begun = true
	part, err := Format(s.parse)(window[:n], render.SpansBefore(spans, n))
	return part, n, err
}

// whole is how much of a window is lines that are whole, whatever follows. Of a value of
// many lines that the window cuts off the closing quote is missing.
func (s *stream) whole(window []byte, spans []render.Span) int {
	n := bytes.LastIndexByte(window, '\n') + 1
	masked, err := render.MaskUnused(window, spans)
	if err != nil {
		return n // Format says so
	}
	lines, err := s.parse(masked[:n])
	if err == nil {
		return n
	}
	if len(lines) == 0 {
		return 0
	}
	end := lines[len(lines)-1].End
	return end + bytes.IndexByte(window[end:], '\n') + 1
}
