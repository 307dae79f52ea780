package html

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
)

// prover reads a document and what was rendered, side by side.
type prover struct {
	*document
	texts        render.Texts
	ours, theirs *tokens
	next         int // the first scalar that was not found
}

// prove says where out is not the document with texts in it.
func (d *document) prove(out []byte, texts render.Texts) error {
	p := &prover{document: d, texts: texts, ours: newTokens(d.Masked), theirs: newTokens(out)}
	want, got := p.ours.next(), p.theirs.next()
	for {
		start := p.ours.start
		isText, isTheirs := want.kind == textToken, got.kind == textToken
		if (isText || isTheirs) && !p.sameText(want, got, isText, isTheirs) ||
			!isText && !isTheirs && !p.sameTag(want, got) {
			return render.Unproved(start)
		}
		if want.kind == ending && got.kind == ending {
			return nil
		}
		if isText == isTheirs || isText {
			want = p.ours.next()
		}
		if isText == isTheirs || isTheirs {
			got = p.theirs.next()
		}
	}
}

// has reports whether the next scalar is in our token, and gives it.
func (p *prover) has() (scalar, bool) {
	if p.next == len(p.scalars) || p.scalars[p.next].start >= p.ours.end {
		return scalar{}, false
	}
	return p.scalars[p.next], true
}

// sameText compares two texts. One that is empty is no token.
func (p *prover) sameText(want, got token, isText, isTheirs bool) bool {
	s, ok := p.has()
	if !ok || !isText {
		return isText && isTheirs && bytes.Equal(p.Source[p.ours.start:p.ours.end], p.theirs.raw())
	}
	p.next++
	s.text = []byte(want.text)
	text, ok := p.decoded(s, p.texts)
	if !isTheirs {
		return ok && len(text) == 0
	}
	return ok && string(text) == got.text
}

// sameTag compares what is not text.
func (p *prover) sameTag(want, got token) bool {
	if want.kind != got.kind || len(want.attrs) != len(got.attrs) {
		return false
	}
	ours, theirs := p.Source[p.ours.start:p.ours.end], p.theirs.raw()
	if _, ok := p.has(); !ok {
		return bytes.Equal(ours, theirs)
	}
	first := p.next
	return p.sameAttributes(want, got) && p.sameAround(theirs, p.scalars[first:p.next])
}

// sameAttributes compares what attributes say.
func (p *prover) sameAttributes(want, got token) bool {
	for i, a := range want.attrs {
		text := []byte(a.value)
		if s, ok := p.has(); ok {
			s.text = text
			if whole, ok := p.decoded(s, p.texts); ok { // else they are in another attribute
				text = whole
				p.next++
			}
		}
		if a.name != got.attrs[i].name || string(text) != got.attrs[i].value {
			return false
		}
	}
	_, ok := p.has()
	return !ok
}

// sameAround compares a tag but for the values that are scalars. Those that had no quotes have some.
func (p *prover) sameAround(theirs []byte, scalars []scalar) bool {
	ours := p.Source[p.ours.start:p.ours.end]
	want, got := attributesOf(p.ours.raw()), attributesOf(theirs)
	if len(want) != len(got) {
		return false
	}
	at, theirAt := 0, 0
	for i, a := range want {
		if len(scalars) == 0 || scalars[0].start != p.ours.start+a.start {
			continue
		}
		scalars = scalars[1:]
		b := got[i]
		if a.place == unquoted {
			b.start--
			b.end++
		}
		if !bytes.Equal(ours[at:a.start], theirs[theirAt:b.start]) {
			return false
		}
		at, theirAt = a.end, b.end
	}
	return bytes.Equal(ours[at:], theirs[theirAt:])
}
