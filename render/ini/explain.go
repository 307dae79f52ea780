package ini

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make([][]byte, len(d.spans))
	last, next := other, 0
	for at := 0; next < len(d.scalars); {
		var l line
		l, at = lineAt(d.masked, at, last)
		if s := d.scalars[next]; s.begin == l.begin {
			next++
			done := ""
			if d.know(s, texts, value) && d.isRead(s, d.source[l.stop:at], texts, last) {
				done = render.AsItIs
			}
			all = append(all, s.explanations(done)...)
		}
		if l.kind != blank && l.kind != comment {
			last = l.kind
		}
	}
	return all
}

// know puts what a line is to hold into texts, and reports whether all of it is known and
// can be held.
func (d *document) know(s scalar, texts [][]byte, value func(ref int) (secret.Value, bool)) bool {
	all := true
	for _, p := range s.splices {
		span := d.spans[p.span]
		texts[p.span] = d.source[span.Start:span.End]
		if p.literal {
			continue
		}
		v, known := value(p.span)
		texts[p.span] = v.Reveal()
		all = all && known && d.check(texts[p.span], s, p) == nil
	}
	return all
}

// isRead reports whether every reader finds texts in their line, which ends in end and is
// behind one of the kind last.
func (d *document) isRead(s scalar, end []byte, texts [][]byte, last kind) bool {
	begin := min(s.begin, 1) // only where a file begins a byte order mark can be
	out, at := bytes.Clone(d.source[s.begin-begin:s.begin]), s.begin
	for _, p := range s.splices {
		out = append(out, d.source[at:p.start]...)
		out = append(out, texts[p.span]...)
		at = d.spans[p.span].End
	}
	out = append(append(out, d.source[at:s.stop]...), end...)
	l, next := lineAt(out, begin, last)
	return next == len(out) && d.sameLine(s, l, out, texts) && bytes.Equal(out[l.stop:], end)
}

// explanations tells the same of each value in a line.
func (s scalar) explanations(done string) (all []render.Explanation) {
	for _, p := range s.splices {
		if !p.literal {
			all = append(all, render.Explanation{Ref: p.span, Place: s.place(), Done: done})
		}
	}
	return all
}

// place says where the references of a line stand.
func (s scalar) place() string {
	switch {
	case s.kind == further:
		return "in a line that goes on with a value"
	case s.quoted:
		return "in a value in double quotes"
	}
	return "in a value"
}
