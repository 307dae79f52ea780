package json

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	for _, s := range d.Splices {
		if s.Literal {
			continue
		}
		e := render.Explanation{Ref: s.Ref, Place: "in a string"}
		if s.Place == bare {
			e.Place = "in place of a value"
		}
		if v, known := value(s.Ref); known && check(v.Reveal(), s) == nil {
			e.Done = done(s, v.Reveal())
		}
		all = append(all, e)
	}
	return all
}

// done says what is done with a text that a string can hold.
func done(s render.Splice, text []byte) string {
	how := render.Kept(bytes.Equal(appendEncoded(nil, text), text), render.WithEscapes)
	switch {
	case s.Place != bare:
		return how
	case how == render.AsItIs:
		return "as a string"
	}
	return "as a string " + how
}
