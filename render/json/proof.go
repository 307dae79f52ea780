package json

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// prove reads out and the document side by side and says where out is not the document
// with texts in it. It knows where the references are and nothing of splices.
func (d *document) prove(out []byte, texts [][]byte) error {
	ours, theirs := newReader(d.masked, d.spans, d.part), newReader(out, nil, d.part)
	for {
		ourGap, theirGap := ours.at, theirs.at
		want, _ := ours.next() // which was read before
		got, err := theirs.next()
		switch {
		case !bytes.Equal(d.source[ourGap:want.start], out[theirGap:got.start]):
			return unproved(ourGap)
		case err != nil, !d.same(want, got, out[got.start:got.end], texts, len(d.spans)-len(ours.spans)):
			return unproved(want.start)
		case want.kind == ending:
			return nil
		}
	}
}

// same reports whether raw is the token got, and is what want says with texts in it.
// The span of the number next is the first that does not end before want.
func (d *document) same(want, got token, raw []byte, texts [][]byte, next int) bool {
	if want.kind == reference {
		return got.kind == text && bytes.Equal(decode(raw[1:len(raw)-1]), texts[next])
	}
	if want.kind != got.kind {
		return false
	}
	if want.kind != text || next == len(d.spans) || d.spans[next].Start >= want.end {
		return bytes.Equal(raw, d.source[want.start:want.end])
	}
	return bytes.Equal(decode(raw[1:len(raw)-1]), d.decoded(want, texts, next))
}

// decoded gives the decoded text of a string with its references replaced.
func (d *document) decoded(t token, texts [][]byte, next int) []byte {
	var all []byte
	at := t.start + 1
	for ; next < len(d.spans) && d.spans[next].Start < t.end; next++ {
		before := decode(d.masked[at:d.spans[next].Start])
		n := len(before) - len(bytes.TrimRight(before, `\`))
		all = append(all, before[:len(before)-n+n/2]...)
		if n%2 == 1 {
			all = append(all, d.source[d.spans[next].Start:d.spans[next].End]...)
		} else {
			all = append(all, texts[next]...)
		}
		at = d.spans[next].End
	}
	return append(all, decode(d.masked[at:t.end-1])...)
}

// unproved is the error for a place at which the result would be read as another
// document.
func unproved(offset int) error {
	err := secret.Errorf(secret.Invalid, "with the values put in, the document would be read as another one from here on")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "give the text around the reference another form")}
}
