package hcl

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

func (f *file) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make(render.Texts, len(f.Spans))
	for _, s := range f.scalars {
		var done []string
		if f.Fill(texts, s.splices, value, check) == nil {
			done = f.done(s, texts)
		}
		all = render.Explained(all, s.splices, f.place(s), done)
	}
	return all
}

// done says what is done with each value of a string.
func (f *file) done(s scalar, texts render.Texts) (all []string) {
	start, _ := f.bounds(s)
	before := bytes.Clone(f.Source[max(start-1, 0):start])
	out, err := f.appendScalar(before, s, texts)
	if err != nil {
		return nil
	}
	becomes, encode := "", appendQuoted
	switch {
	case s.template < 0:
		becomes = "as a quoted string"
	case !f.templates[s.template].heredoc:
	case f.whole(s) && out[len(before)] == '"':
		becomes = "which becomes a quoted string"
	default:
		encode = f.lines(&f.templates[s.template])
	}
	how := func(text, behind []byte) string {
		if s.template >= 0 && f.templates[s.template].heredoc && bytes.Equal(appendLines(nil, text, behind, nil), text) {
			return "its lines indented"
		}
		return render.WithEscapes
	}
	f.inPlace(before, s, func(dst, text, behind []byte) []byte {
		n := len(dst)
		dst = encode(dst, text, behind)
		done := becomes
		if done == "" {
			done = render.Kept(bytes.Equal(dst[n:], text), how(text, behind))
		}
		all = append(all, done)
		return dst
	}, texts)
	return all
}

// place says where a reference stands.
func (f *file) place(s scalar) string {
	switch {
	case s.template < 0:
		return "in place of a value"
	case f.templates[s.template].heredoc:
		return "in a heredoc"
	}
	return "in a quoted string"
}
