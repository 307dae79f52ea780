package hcl

import (
	"bytes"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

func (f *file) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make([][]byte, len(f.spans))
	for _, s := range f.scalars {
		done := make([]string, len(s.splices))
		if f.know(s, texts, value) {
			f.done(done, s, texts)
		}
		for i, p := range s.splices {
			if !p.literal {
				all = append(all, render.Explanation{Ref: p.span, Place: f.place(s), Done: done[i]})
			}
		}
	}
	return all
}

// know puts what a string is to hold into texts, and reports whether all of it is known
// and text.
func (f *file) know(s scalar, texts [][]byte, value func(ref int) (secret.Value, bool)) bool {
	all := true
	for _, p := range s.splices {
		place := f.spans[p.span]
		texts[p.span] = f.source[place.Start:place.End]
		if !p.literal {
			v, known := value(p.span)
			texts[p.span] = v.Reveal()
			all = all && known
		}
		all = all && utf8.Valid(texts[p.span])
	}
	return all
}

// done says what is done with each value of a string.
func (f *file) done(all []string, s scalar, texts [][]byte) {
	start, _ := f.bounds(s)
	before := bytes.Clone(f.source[max(start-1, 0):start])
	out, err := f.appendScalar(before, s, texts)
	if err != nil {
		return
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
	i := 0
	f.inPlace(before, s, func(dst, text, behind []byte) []byte {
		n := len(dst)
		dst = encode(dst, text, behind)
		if all[i] = becomes; becomes == "" {
			all[i] = render.Kept(bytes.Equal(dst[n:], text), how(text, behind))
		}
		i++
		return dst
	}, texts)
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
