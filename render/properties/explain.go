package properties

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

// Explain implements render.Explainer. Values are encoded one by one.
func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	for _, s := range d.Splices {
		if s.Literal {
			continue
		}
		e := render.Explanation{Ref: s.Ref, Place: "in a value"}
		if v, known := value(s.Ref); known && check(v.Reveal(), s) == nil {
			encoded := appendEncoded(nil, v.Reveal())
			e.Done = render.Kept(bytes.Equal(encoded, v.Reveal()), render.WithEscapes)
			clear(encoded)
		}
		all = append(all, e)
	}
	return all
}
