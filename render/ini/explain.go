package ini

import (
	"bytes"
	"slices"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make(render.Texts, len(d.Spans))
	last, next := other, 0
	for at := 0; next < len(d.scalars); {
		var l line
		l, at = lineAt(d.Masked, at, last)
		if s := d.scalars[next]; s.begin == l.begin {
			next++
			var done []string
			if d.fillScalar(texts, s, value) == nil && d.isRead(s, d.Source[l.stop:at], texts, last) {
				done = slices.Repeat([]string{render.AsItIs}, len(s.splices))
			}
			all = render.Explained(all, s.splices, s.place(), done)
		}
		if l.kind != blank && l.kind != comment {
			last = l.kind
		}
	}
	return all
}

// isRead reports whether every reader finds texts in their line, which ends in end and is
// behind one of the kind last.
func (d *document) isRead(s scalar, end []byte, texts render.Texts, last kind) bool {
	begin := min(s.begin, 1) // only where a file begins a byte order mark can be
	out := append(d.Append(nil, s.begin-begin, s.stop, s.splices, texts.Plain), end...)
	l, next := lineAt(out, begin, last)
	return next == len(out) && d.sameLine(s, l, out, texts) && bytes.Equal(out[l.stop:], end)
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
