package json

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	for _, s := range d.splices {
		if s.literal {
			continue
		}
		e := render.Explanation{Ref: s.span, Place: "in a string"}
		if s.bare {
			e.Place = "in place of a value"
		}
		if v, known := value(s.span); known && check(v.Reveal(), 0) == nil {
			e.Done = done(s, v.Reveal())
		}
		all = append(all, e)
	}
	return all
}

// done says what is done with a text that a string can hold.
func done(s splice, text []byte) string {
	how := render.Kept(bytes.Equal(appendEncoded(nil, text), text), render.WithEscapes)
	switch {
	case !s.bare:
		return how
	case how == render.AsItIs:
		return "as a string"
	}
	return "as a string " + how
}
