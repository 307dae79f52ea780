package toml

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
		if d.Fill(texts, s.splices, value, check) == nil {
			done = d.done(s, texts)
		}
		all = render.Explained(all, s.splices, s.quote.place(), done)
	}
	return all
}

// done says what is done with each value of a string.
func (d *document) done(s scalar, texts render.Texts) (all []string) {
	becomes := d.becomes(s, texts)
	for _, p := range s.splices {
		how := becomes
		if how == "" {
			how = render.Kept(s.quote.isLiteral() || bytes.Equal(d.appendBasic(nil, texts[p.Ref], s.quote.isLong()), texts[p.Ref]), render.WithEscapes)
		}
		all = append(all, how)
	}
	return all
}

// becomes says what a string becomes, "" if it stays and only references give way.
func (d *document) becomes(s scalar, texts render.Texts) string {
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
