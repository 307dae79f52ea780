package render

import (
	"bytes"
	"errors"

	"github.com/xec-sh/xec-go/store/secret"
)

// Splice is a part of a document that gives way to the value of a reference, or to the
// reference as literal text.
type Splice struct {
	Ref     int  // the number of the reference's span
	Span         // which is here too
	Begin   int  // where it gives way from: before Start, if backslashes go with it
	Literal bool // an odd number of them says that the reference is text
	Place   byte // of the kinds of places that the format has, if it has several
}

// Spliced is a document in which references have been found: what all formats do with one.
type Spliced struct {
	Source  []byte // as it is
	Masked  []byte // as it is read, with a word in the place of each reference
	Spans   []Span
	Splices []Splice // ascending
}

// NoChar is what a unit of a scalar is that stands for no character, as the end of a line
// with a backslash before it.
const NoChar rune = -1

// Find adds the splices of the scalar whose content is Masked[from:to], and gives them.
// Unit gives the character at the beginning of raw, which ends before the next reference,
// and the length of its escape: what is a backslash there, and what is none, the format
// knows.
func (d *Spliced) Find(from, to int, unit func(raw []byte) (char rune, size int)) []Splice {
	before := len(d.Splices)
	var slashes []int // where each of the backslashes begins that stand directly before at
	at := from
	for ref := len(SpansBefore(d.Spans, from)); ref < len(d.Spans) && d.Spans[ref].Start < to; ref++ {
		for span := d.Spans[ref]; at < span.Start; {
			char, size := unit(d.Masked[at:span.Start])
			switch char {
			case '\\':
				slashes = append(slashes, at)
			case NoChar:
			default:
				slashes = slashes[:0]
			}
			at += size
		}
		d.Splices = append(d.Splices, spliceBehind(slashes, ref, d.Spans[ref]))
		at, slashes = d.Spans[ref].End, slashes[:0]
	}
	return d.Splices[before:len(d.Splices):len(d.Splices)]
}

// spliceBehind makes the splice of a reference, given where each of the backslashes begins
// that stand directly before it. Of n of them n/2 remain.
func spliceBehind(slashes []int, ref int, span Span) Splice {
	s := Splice{Ref: ref, Span: span, Begin: span.Start, Literal: len(slashes)%2 == 1}
	if len(slashes) > 0 {
		s.Begin = slashes[len(slashes)/2]
	}
	return s
}

// Refs gives the numbers of those spans that are references.
func (d *Spliced) Refs() (refs []int) {
	for _, s := range d.Splices {
		if !s.Literal {
			refs = append(refs, s.Ref)
		}
	}
	return refs
}

// Texts are what takes the place of each span: a value, or where the reference is literal
// text itself. That of a span in a comment is nil.
type Texts [][]byte

// Plain appends a text as it is.
func (t Texts) Plain(dst []byte, s Splice) []byte { return append(dst, t[s.Ref]...) }

// Values gives the value of a reference, if it is known.
type Values func(ref int) (v secret.Value, known bool)

// errUnknown is why texts cannot be looked at.
var errUnknown = errors.New("a value is not known")

// Fill puts in the texts of splices. It asks for all their values, and gives an error if
// one of them is not known, else the first one of check, which says whether its place can
// hold a text.
func (d *Spliced) Fill(texts Texts, splices []Splice, value Values, check func(text []byte, s Splice) error) error {
	all := true
	for _, s := range splices {
		texts[s.Ref] = d.Source[s.Start:s.End]
		if !s.Literal {
			v, known := value(s.Ref)
			texts[s.Ref] = v.Reveal()
			all = all && known
		}
	}
	if !all {
		return errUnknown
	}
	for _, s := range splices {
		if err := check(texts[s.Ref], s); err != nil {
			return err
		}
	}
	return nil
}

// Proved is Render for a format: the texts are found, written in their places, and proved,
// or nothing is given. Fill is [Spliced.Fill] for all splices. Write appends the document
// with the texts in it; prove says where out is another one.
func (d *Spliced) Proved(value func(ref int) secret.Value,
	fill func(texts Texts, value Values) error,
	write func(dst []byte, texts Texts) ([]byte, error),
	prove func(out []byte, texts Texts) error,
) ([]byte, error) {
	if len(d.Splices) == 0 {
		return bytes.Clone(d.Source), nil
	}
	texts := make(Texts, len(d.Spans))
	if err := fill(texts, func(ref int) (secret.Value, bool) { return value(ref), true }); err != nil {
		return nil, err
	}
	out, err := write(make([]byte, 0, d.room(texts)), texts)
	if err != nil {
		return nil, err
	}
	if err := prove(out, texts); err != nil {
		return nil, err
	}
	return out, nil
}

// room is how many bytes the document has with texts in it, if few of them are escaped.
func (d *Spliced) room(texts Texts) int {
	size := len(d.Source)
	for _, text := range texts {
		size += len(text) + len(text)/8 + len(`""`)
	}
	return size
}

// Append appends Source[from:to], with what encode appends in the place of each of its
// splices.
func (d *Spliced) Append(dst []byte, from, to int, splices []Splice, encode func(dst []byte, s Splice) []byte) []byte {
	for _, s := range splices {
		dst = encode(append(dst, d.Source[from:s.Begin]...), s)
		from = s.End
	}
	return append(dst, d.Source[from:to]...)
}

// Decoded gives the text of a scalar at Masked[from:to] with texts in it, given what it
// decodes to. It reports whether all words of its references are there. Like Resolve it is
// for the proof: it knows where references are, and nothing of splices.
func (d *Spliced) Decoded(text []byte, from, to int, texts Texts) (whole []byte, ok bool) {
	for ref := len(SpansBefore(d.Spans, from)); ref < len(d.Spans) && d.Spans[ref].Start < to; ref++ {
		span := d.Spans[ref]
		before, behind, found := bytes.Cut(text, d.Masked[span.Start:span.End])
		if !found {
			return nil, false
		}
		whole, text = d.Resolve(whole, before, ref, texts), behind
	}
	return append(whole, text...), true
}

// Resolve appends a decoded text and what stands for the reference behind it. Of n
// backslashes at its end n/2 remain.
func (d *Spliced) Resolve(dst, before []byte, ref int, texts Texts) []byte {
	n := len(before) - len(bytes.TrimRight(before, `\`))
	dst = append(dst, before[:len(before)-n+n/2]...)
	if n%2 == 1 {
		span := d.Spans[ref]
		return append(dst, d.Source[span.Start:span.End]...)
	}
	return append(dst, texts[ref]...)
}
