package netrc

import (
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

// Explain implements render.Explainer.
func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make([][]byte, len(d.spans))
	for _, v := range d.values {
		place, done := "in a word", d.done(v, texts, value)
		if v.quoted {
			place = "in a word in double quotes"
		}
		for _, s := range v.splices {
			if !s.literal {
				all = append(all, render.Explanation{Ref: s.span, Place: place, Done: done})
			}
		}
	}
	return all
}

// done says what becomes of a word, "" if that cannot be told.
func (d *document) done(v value, texts [][]byte, value func(ref int) (secret.Value, bool)) string {
	for _, s := range v.splices {
		span := d.spans[s.span]
		texts[s.span] = d.source[span.Start:span.End]
		if s.literal {
			continue
		}
		known, ok := value(s.span)
		if texts[s.span] = known.Reveal(); !ok || unheld(texts[s.span]) != "" {
			return ""
		}
	}
	whole := d.decoded(v, texts)
	switch {
	case len(whole) == 0:
		return ""
	case !v.quoted && !isPlain(whole):
		return "which becomes quoted"
	}
	return render.Kept(!v.quoted || len(escaped(nil, whole)) == len(whole), render.WithEscapes)
}
