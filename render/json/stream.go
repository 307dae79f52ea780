package json

import (
	"github.com/xec-sh/xec-go/render"
)

// stream carries from one part to the next what a reader knows.
type stream struct {
	from  within
	begun bool
}

// NewStream gives a stream of one JSON text. Its parts end behind a token.
func NewStream() render.Stream { return &stream{} }

func (s *stream) Next(window []byte, spans []render.Span, last bool) (render.Document, int, error) {
	p := part{first: !s.begun, last: last, from: s.from}
	d := newDocument(window, spans, p)
	r := newReader(d.Masked, d.Source, spans, p)
	end, err := d.readTokens(r)
	if err != nil {
		return nil, 0, err
	}
	if end == 0 && !last {
		return nil, 0, nil
	}
	d.cut(end)
	s.begun, s.from = true, r.within
	return d, end, nil
}

// readTokens reads as many tokens as are whole and gives where the last of them ends. What
// does not read on may be cut off by the window's end: it is an error only in the last.
func (d *document) readTokens(r *reader) (end int, err error) {
	for {
		before := r.within
		innermost := r.innermost()
		t, err := r.next()
		if (err != nil || t.end == len(d.Source)) && r.partial {
			r.undo(before, innermost)
			return end, nil
		}
		if err != nil {
			return 0, err
		}
		if err := d.find(t, len(d.Spans)-len(r.spans)); err != nil {
			return 0, err
		}
		if end = t.end; t.kind == ending {
			return len(d.Source), nil
		}
	}
}

// undo goes back to before a token, which has opened or closed one bracket at most.
func (r *reader) undo(before within, innermost kind) {
	r.state = before.state
	switch {
	case len(r.open) > len(before.open):
		r.open = r.open[:len(before.open)]
	case len(r.open) < len(before.open):
		r.open = append(r.open, innermost)
	}
}

// cut leaves the first n bytes of a window.
func (d *document) cut(n int) {
	d.Source, d.Masked = d.Source[:n], d.Masked[:n]
	d.Spans = render.SpansBefore(d.Spans, n)
}
