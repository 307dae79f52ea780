package json

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
)

// prove reads out and the document side by side and says where out is not the document
// with texts in it. It knows where the references are and nothing of splices.
func (d *document) prove(out []byte, texts render.Texts) error {
	ours, theirs := newReader(d.Masked, d.Source, d.Spans, d.part), newReader(out, out, nil, d.part)
	for {
		ourGap, theirGap := ours.at, theirs.at
		want, _ := ours.next() // which was read before
		got, err := theirs.next()
		switch {
		case !bytes.Equal(d.Source[ourGap:want.start], out[theirGap:got.start]):
			return render.Unproved(ourGap)
		case err != nil, !d.same(want, got, out[got.start:got.end], texts, len(d.Spans)-len(ours.spans)):
			return render.Unproved(want.start)
		case want.kind == ending:
			return nil
		}
	}
}

// same reports whether raw is the token got, and is what want says with texts in it.
// The span of the number next is the first that does not end before want.
func (d *document) same(want, got token, raw []byte, texts render.Texts, next int) bool {
	if want.kind == reference {
		return got.kind == text && bytes.Equal(decode(raw[1:len(raw)-1]), texts[next])
	}
	if want.kind != got.kind {
		return false
	}
	if want.kind != text || next == len(d.Spans) || d.Spans[next].Start >= want.end {
		return bytes.Equal(raw, d.Source[want.start:want.end])
	}
	return bytes.Equal(decode(raw[1:len(raw)-1]), d.decoded(want, texts, next))
}

// decoded gives the decoded text of a string with its references replaced.
func (d *document) decoded(t token, texts render.Texts, next int) (all []byte) {
	at := t.start + 1
	for ; next < len(d.Spans) && d.Spans[next].Start < t.end; next++ {
		all = d.Resolve(all, decode(d.Masked[at:d.Spans[next].Start]), next, texts)
		at = d.Spans[next].End
	}
	return append(all, decode(d.Masked[at:t.end-1])...)
}
