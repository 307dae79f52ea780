package xml

import (
	"bytes"
	"encoding/xml"
	"io"

	"github.com/xec-sh/xec-go/render"
)

// decoder is the standard library's.
type decoder struct {
	*xml.Decoder
	src        []byte
	base       int // length of the byte order mark
	start, end int // of the last token
}

func (d *document) newDecoder(src []byte) *decoder {
	body := bytes.TrimPrefix(src, []byte("\ufeff"))
	c := &decoder{Decoder: xml.NewDecoder(bytes.NewReader(body)), src: src, base: len(src) - len(body)}
	c.start, c.end = c.base, c.base
	c.Strict = true
	c.Entity = d.entities
	c.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is ASCII, as checkBytes knows
	return c
}

// next reads a token. It gives nil at the end.
func (c *decoder) next() (xml.Token, error) {
	t, err := c.RawToken()
	c.start, c.end = c.end, c.base+int(c.InputOffset())
	if err == io.EOF {
		return nil, nil
	}
	return t, err
}

func (c *decoder) raw() []byte { return c.src[c.start:c.end] }

// checkLibrary says where the library does not read the document. Its own words are not
// given, since they quote names.
func (d *document) checkLibrary() error {
	c := d.newDecoder(d.Masked)
	for {
		t, err := c.next()
		if err != nil {
			return errorf(min(c.start, len(d.Source)), "the tag or text that begins here cannot be read")
		}
		if t == nil {
			return nil
		}
	}
}

// prover reads a document and what was rendered, side by side.
type prover struct {
	*document
	texts        render.Texts
	ours, theirs *decoder
	next         int  // the first span that was not found
	found        bool // some in what is compared
}

// prove says where out is not the document with texts in it.
func (d *document) prove(out []byte, texts render.Texts) error {
	p := &prover{document: d, texts: texts, ours: d.newDecoder(d.Masked), theirs: d.newDecoder(out)}
	for p.ours.base == p.theirs.base {
		start := p.ours.end
		same, want, got := p.sameText()
		if !same {
			return render.Unproved(start)
		}
		start = p.ours.start
		if !p.sameTag(want, got) {
			return render.Unproved(start)
		}
		if want == nil {
			return nil
		}
	}
	return render.Unproved(0)
}

// sameText reports whether the text that comes next is the document's with texts in it,
// and gives the tokens behind it.
func (p *prover) sameText() (same bool, want, got xml.Token) {
	from, theirFrom := p.ours.end, p.theirs.end
	text, want, err := p.ours.text(p.decoded)
	if err != nil {
		return false, nil, nil
	}
	theirText, got, err := p.theirs.text(func(b []byte) []byte { return b })
	if err != nil || !bytes.Equal(text, theirText) {
		return false, nil, nil
	}
	if p.found {
		p.found = false
		return true, want, got
	}
	return bytes.Equal(p.Source[from:p.ours.start], p.theirs.src[theirFrom:p.theirs.start]), want, got
}

// text joins the tokens that are text, after a change of each, and gives the token behind
// them.
func (c *decoder) text(change func([]byte) []byte) (text []byte, behind xml.Token, err error) {
	for {
		t, err := c.next()
		chars, ok := t.(xml.CharData)
		if err != nil || !ok {
			return text, t, err
		}
		text = append(text, change(chars)...)
	}
}

// sameTag compares what is not text.
func (p *prover) sameTag(want, got xml.Token) bool {
	ours, ok := want.(xml.StartElement)
	theirs, ok2 := got.(xml.StartElement)
	if ok != ok2 || (want == nil) != (got == nil) || len(ours.Attr) != len(theirs.Attr) || ours.Name != theirs.Name {
		return false
	}
	for i, a := range ours.Attr {
		if a.Name != theirs.Attr[i].Name || string(p.decoded([]byte(a.Value))) != theirs.Attr[i].Value {
			return false
		}
	}
	if !p.found {
		return bytes.Equal(p.Source[p.ours.start:p.ours.end], p.theirs.raw())
	}
	p.found = false
	return bytes.Equal(withoutValues(p.ours.raw()), withoutValues(p.theirs.raw()))
}

// withoutValues gives a tag without what stands in quotes.
func withoutValues(tag []byte) (rest []byte) {
	for {
		i := bytes.IndexAny(tag, `"'`)
		if i < 0 {
			return append(rest, tag...)
		}
		rest = append(rest, tag[:i+1]...)
		_, tag, _ = bytes.Cut(tag[i+1:], tag[i:i+1])
	}
}

// decoded gives a text of the document's token with its references replaced. It knows
// where the references are and nothing of splices.
func (p *prover) decoded(rest []byte) (whole []byte) {
	for p.next < len(p.Spans) && p.Spans[p.next].Start < p.ours.end {
		span := p.Spans[p.next]
		before, behind, ok := bytes.Cut(rest, p.Masked[span.Start:span.End])
		switch {
		case span.Start < p.ours.start: // in a comment
		case !ok: // in another attribute
			return append(whole, rest...)
		default:
			whole = p.Resolve(whole, before, p.next, p.texts)
			rest = behind
			p.found = true
		}
		p.next++
	}
	return append(whole, rest...)
}
