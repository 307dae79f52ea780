package hcl

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
)

// prove reads out and compares it with the document with texts in it. It knows where the
// references are and nothing of splices and quotes.
func (f *file) prove(out []byte, texts render.Texts) error {
	got, err := read(out, nil)
	if err != nil {
		return render.Unproved(f.Splices[0].Start)
	}
	next, ours, theirs := 0, 0, 0
	ourEnd, theirEnd := 0, 0
	for ours < len(f.tokens) && theirs < len(got.tokens) {
		want, have := f.tokens[ours], got.tokens[theirs]
		for next < len(f.Spans) && f.Spans[next].Start < want.start {
			next++
		}
		if !bytes.Equal(f.Source[ourEnd:want.start], out[theirEnd:have.start]) {
			return render.Unproved(want.start)
		}
		ourLast, theirLast, same := f.same(got, ours, theirs, texts, next)
		if !same {
			return render.Unproved(want.start)
		}
		ourEnd, theirEnd = f.tokens[ourLast].end, got.tokens[theirLast].end
		ours, theirs = ourLast+1, theirLast+1
	}
	if !bytes.Equal(f.Source[ourEnd:], out[theirEnd:]) {
		return render.Unproved(ourEnd)
	}
	return nil
}

// same compares what begins at a token of the document and at one of the result: a string
// without sequences, or a token. It gives the last tokens of both. The span of the number
// next is the first that does not begin before.
func (f *file) same(got *document, ours, theirs int, texts render.Texts, next int) (ourLast, theirLast int, same bool) {
	want, have := f.tokens[ours], got.tokens[theirs]
	opens := want.kind == quote || want.kind == heredoc || want.kind == reference
	if opens && (have.kind == quote || have.kind == heredoc) {
		text, last, ok := f.wanted(ours, texts, next)
		if t := &got.templates[have.template]; ok && len(t.parts) == 1 && !t.unclear {
			k := got.tokens[t.parts[0]]
			return last, t.close, bytes.Equal(text, got.decode(nil, t, k.start, k.end)) && isNormal(text)
		}
	}
	switch {
	case want.kind != have.kind:
		return 0, 0, false
	case want.kind == literal && f.hasSpan(want, next):
		w, h := &f.templates[want.template], &got.templates[have.template]
		text := f.decoded(w, want, texts, next)
		return ours, theirs, !h.unclear && isNormal(text) && bytes.Equal(text, got.decode(nil, h, have.start, have.end))
	}
	return ours, theirs, bytes.Equal(f.Source[want.start:want.end], got.src[have.start:have.end])
}

// wanted gives the text of a string that begins at a token, if it has references and no
// sequences, and its last token.
func (f *file) wanted(i int, texts render.Texts, next int) (text []byte, last int, ok bool) {
	k := f.tokens[i]
	if k.kind == reference {
		return texts[next], i, true
	}
	t := &f.templates[k.template]
	if len(t.parts) != 1 || !f.hasSpan(f.tokens[t.parts[0]], next) {
		return nil, 0, false
	}
	return f.decoded(t, f.tokens[t.parts[0]], texts, next), t.close, true
}

// hasSpan reports whether a reference stands in a token. The span of the number next is the
// first that does not begin before it.
func (f *file) hasSpan(k token, next int) bool {
	return next < len(f.Spans) && f.Spans[next].Start < k.end
}
