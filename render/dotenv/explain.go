package dotenv

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make([][]byte, len(d.spans))
	for _, s := range d.scalars {
		becomes, known := "", d.know(s, texts, value)
		if known {
			becomes, known = d.becomes(s, texts)
		}
		for _, p := range s.splices {
			e := render.Explanation{Ref: p.span, Place: placeOf(s.Quote), Done: becomes}
			if p.literal {
				continue
			}
			if known && becomes == "" {
				e.Done = render.Kept(s.Quote != '"' || bytes.Equal(appendEscaped(nil, texts[p.span]), texts[p.span]), render.WithEscapes)
			}
			all = append(all, e)
		}
	}
	return all
}

// know puts what a value is to hold into texts, and reports whether all of it is known
// and can be held.
func (d *document) know(s scalar, texts [][]byte, value func(ref int) (secret.Value, bool)) bool {
	all := true
	for _, p := range s.splices {
		place := d.spans[p.span]
		texts[p.span] = d.source[place.Start:place.End]
		if !p.literal {
			v, known := value(p.span)
			texts[p.span] = v.Reveal()
			all = all && known
		}
		all = all && bytes.IndexByte(texts[p.span], 0) < 0
	}
	return all
}

// becomes says what a value becomes, "" if it stays as it is quoted, and whether the
// place can hold it.
func (d *document) becomes(s scalar, texts [][]byte) (what string, ok bool) {
	out, err := d.appendScalar(nil, s, texts)
	if err != nil {
		return "", false
	}
	switch after := out[0]; { // a bare value begins with no quote
	case after == s.Quote, s.Quote == 0 && after != '\'' && after != '"':
		return "", true
	case after == '"':
		return "which becomes double-quoted", true
	}
	return "which becomes single-quoted", true
}

// placeOf says where a reference stands in a value.
func placeOf(quote byte) string {
	switch quote {
	case '"':
		return "in a double-quoted value"
	case '\'':
		return "in a single-quoted value"
	case '`':
		return "in a value in backticks"
	}
	return "in a bare value"
}
