package html

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make([][]byte, len(d.spans))
	for _, s := range d.scalars {
		done := make([]string, len(s.splices))
		if d.know(s, texts, value) {
			d.done(done, s, texts)
		}
		for i, p := range s.splices {
			if !p.literal {
				all = append(all, render.Explanation{Ref: p.span, Place: s.place.String(), Done: done[i]})
			}
		}
	}
	return all
}

// know puts what a scalar is to hold into texts, and reports whether all of it is known
// and can be held.
func (d *document) know(s scalar, texts [][]byte, value func(ref int) (secret.Value, bool)) bool {
	all := true
	for _, p := range s.splices {
		span := d.spans[p.span]
		texts[p.span] = d.source[span.Start:span.End]
		if !p.literal {
			v, known := value(p.span)
			texts[p.span] = v.Reveal()
			all = all && known
		}
		all = all && d.check(texts[p.span], s, p) == nil
	}
	return all && !(s.isURL && isScript(d.decoded(s, texts)))
}

// done says what is done with each value of a scalar, and nothing of any if a place into
// which nothing is put brings together a line end.
func (d *document) done(all []string, s scalar, texts [][]byte) {
	quote := s.place
	if quote == unquoted {
		quote = place(d.appendScalar(nil, s, texts)[0])
	}
	var out []byte
	at := s.start
	for i, p := range s.splices {
		out = s.appendOwn(out, d.source[at:p.start], quote)
		at = d.spans[p.span].End
		n := len(out)
		out = d.appendText(out, texts[p.span], quote)
		if len(out) == n && bytes.HasSuffix(out, []byte("\r")) && bytes.HasPrefix(d.source[at:], []byte("\n")) {
			clear(all)
			return
		}
		all[i] = render.Kept(bytes.Equal(out[n:], texts[p.span]), render.WithEscapes)
	}
}

// String says where a reference stands.
func (p place) String() string {
	switch p {
	case text:
		return "in the text of an element"
	case unquoted:
		return "in an attribute without quotes, which gets some"
	case doubleQuote:
		return "in an attribute in double quotes"
	}
	return "in an attribute in single quotes"
}
