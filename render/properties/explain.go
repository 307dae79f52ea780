package properties

import (
	"bytes"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

// Explain implements render.Explainer. Values are encoded one by one.
func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	for _, scalar := range d.scalars {
		for _, s := range scalar.splices {
			if s.literal {
				continue
			}
			e := render.Explanation{Ref: s.span, Place: "in a value"}
			if v, known := value(s.span); known && utf8.Valid(v.Reveal()) {
				encoded := appendEncoded(nil, v.Reveal())
				e.Done = render.Kept(bytes.Equal(encoded, v.Reveal()), render.WithEscapes)
				clear(encoded)
			}
			all = append(all, e)
		}
	}
	return all
}
