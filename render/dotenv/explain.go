package dotenv

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
		all = render.Explained(all, s.splices, placeOf(s.Quote), done)
	}
	return all
}

// done says what is done with what is put into a value, nothing if the place cannot hold it.
func (d *document) done(s scalar, texts render.Texts) (all []string) {
	becomes, ok := d.becomes(s, texts)
	if !ok {
		return nil
	}
	for _, p := range s.splices {
		how := becomes
		if how == "" {
			how = render.Kept(s.Quote != '"' || bytes.Equal(appendEscaped(nil, texts[p.Ref]), texts[p.Ref]), render.WithEscapes)
		}
		all = append(all, how)
	}
	return all
}

// becomes says what a value becomes, "" if it stays as it is quoted, and whether the
// place can hold it.
func (d *document) becomes(s scalar, texts render.Texts) (what string, ok bool) {
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
