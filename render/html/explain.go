package html

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make(render.Texts, len(d.Spans))
	for _, s := range d.scalars {
		var done []string
		if d.fillScalar(texts, s, value) == nil {
			done = d.done(s, texts)
		}
		all = render.Explained(all, s.splices, s.place.String(), done)
	}
	return all
}

// done says what is done with each value of a scalar, and nothing of any if a place into
// which nothing is put brings together a line end.
func (d *document) done(s scalar, texts render.Texts) (all []string) {
	quote := s.place
	if quote == unquoted {
		quote = place(d.appendScalar(nil, s, texts)[0])
	}
	var out []byte
	at := s.start
	for _, p := range s.splices {
		out = s.appendOwn(out, d.Source[at:p.Begin], quote)
		at = p.End
		n := len(out)
		out = d.appendText(out, texts[p.Ref], quote)
		if len(out) == n && bytes.HasSuffix(out, []byte("\r")) && bytes.HasPrefix(d.Source[at:], []byte("\n")) {
			return nil
		}
		all = append(all, render.Kept(bytes.Equal(out[n:], texts[p.Ref]), render.WithEscapes))
	}
	return all
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
