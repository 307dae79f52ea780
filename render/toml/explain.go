package toml

import (
	"bytes"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make([][]byte, len(d.spans))
	for _, s := range d.scalars {
		becomes, known := "", d.know(s, texts, value)
		if known {
			becomes = d.becomes(s, texts)
		}
		for _, p := range s.splices {
			e := render.Explanation{Ref: p.span, Place: s.quote.place(), Done: becomes}
			if p.literal {
				continue
			}
			if known && becomes == "" {
				e.Done = render.Kept(s.quote.isLiteral() || bytes.Equal(d.appendBasic(nil, texts[p.span], s.quote.isLong()), texts[p.span]), render.WithEscapes)
			}
			all = append(all, e)
		}
	}
	return all
}

// know puts what a string is to hold into texts, and reports whether all of it is known
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
		all = all && utf8.Valid(texts[p.span])
	}
	return all
}

// becomes says what a string becomes, "" if it stays and only references give way.
func (d *document) becomes(s scalar, texts [][]byte) string {
	raw := d.appendScalar(nil, s, texts)
	switch after := quoteOf(raw); {
	case s.quote == none:
		return "as " + after.name()
	case after != s.quote:
		return "which becomes " + after.name()
	case !bytes.Equal(raw, d.inPlace(s, texts)):
		return "which is written anew"
	}
	return ""
}

// place says where a reference between quotes stands.
func (q quote) place() string {
	if q == none {
		return "in place of a value"
	}
	return "in " + q.name()
}

func (q quote) name() string {
	switch q {
	case basic:
		return "a basic string"
	case long:
		return "a multi-line basic string"
	case literal:
		return "a literal string"
	}
	return "a multi-line literal string"
}
