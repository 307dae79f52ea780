package netrc

import (
	"slices"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

// Explain implements render.Explainer.
func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make(render.Texts, len(d.Spans))
	for _, v := range d.values {
		place := "in a word"
		if v.quoted {
			place = "in a word in double quotes"
		}
		var done []string
		if d.fillWord(texts, v, value) == nil {
			done = slices.Repeat([]string{d.done(v, texts)}, len(v.splices))
		}
		all = render.Explained(all, v.splices, place, done)
	}
	return all
}

// done says what becomes of a word.
func (d *document) done(v value, texts render.Texts) string {
	whole := d.decoded(v, texts)
	if !v.quoted && !isPlain(whole) {
		return "which becomes quoted"
	}
	return render.Kept(!v.quoted || len(escaped(nil, whole)) == len(whole), render.WithEscapes)
}
