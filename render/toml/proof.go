package toml

import (
	"bytes"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/xec-sh/xec-go/render"
)

// prover reads a document and what was rendered, side by side.
type prover struct {
	d                *document
	texts            render.Texts
	out              []byte
	ours, theirs     *reader
	ourEnd, theirEnd int // of what was found to be the same
	next             int // the first span that does not begin before ourEnd
}

// prove says where out is not the document with texts in it.
func (d *document) prove(out []byte, texts render.Texts) error {
	p := &prover{d: d, texts: texts, out: out, ours: newReader(d.Masked), theirs: newReader(out)}
	for {
		want, got := p.ours.next(), p.theirs.next()
		if want == nil && got == nil && p.theirs.parser.Error() == nil && bytes.Equal(d.Source[p.ourEnd:], out[p.theirEnd:]) {
			return nil
		}
		if want == nil || got == nil || !p.same(want, got) {
			return render.Unproved(p.ourEnd)
		}
	}
}

// same reports whether got is want with texts in it.
func (p *prover) same(want, got *unstable.Node) bool {
	if want.Kind != got.Kind {
		return false
	}
	switch want.Kind {
	case unstable.Table, unstable.ArrayTable, unstable.Array, unstable.InlineTable:
		return p.sameAll(want.Child(), got.Child())
	case unstable.KeyValue:
		return p.sameAll(want.Value().Next(), got.Value().Next()) && p.same(want.Value(), got.Value())
	}
	return p.sameScalar(want, got)
}

// sameAll is same for nodes and those that follow them.
func (p *prover) sameAll(want, got *unstable.Node) bool {
	for want.Valid() && got.Valid() {
		if !p.same(want, got) {
			return false
		}
		want, got = want.Next(), got.Next()
	}
	return !want.Valid() && !got.Valid()
}

// sameScalar compares keys and scalars, and what stands before them.
func (p *prover) sameScalar(want, got *unstable.Node) bool {
	ourStart, ourEnd := p.ours.place(want)
	theirStart, theirEnd := p.theirs.place(got)
	if !bytes.Equal(p.d.Source[p.ourEnd:ourStart], p.out[p.theirEnd:theirStart]) {
		return false
	}
	p.ourEnd, p.theirEnd = ourStart, theirStart // where it is, if it is another
	if !p.sameText(want, got, ourStart, ourEnd, p.out[theirStart:theirEnd]) {
		return false
	}
	p.ourEnd, p.theirEnd = ourEnd, theirEnd
	return true
}

// sameText reports whether got, written as raw, is want at [start:end] with texts in it.
func (p *prover) sameText(want, got *unstable.Node, start, end int, raw []byte) bool {
	for p.next < len(p.d.Spans) && p.d.Spans[p.next].Start < start {
		p.next++
	}
	if p.next == len(p.d.Spans) || p.d.Spans[p.next].Start >= end {
		return bytes.Equal(p.d.Source[start:end], raw)
	}
	text, ok := p.d.decoded(want.Data, start, end, p.texts)
	return ok && bytes.Equal(got.Data, text)
}
