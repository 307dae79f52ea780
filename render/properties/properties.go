// Package properties renders Java properties. A value becomes a part of the value of one
// key, and never more than that.
//
// # Dialect
//
// What java.util.Properties.load reads: lines that end in LF, CR or CR LF; comments that
// begin with '#' or '!'; a key, then '=', ':' or white space, then a value; a backslash at
// the end of a line, which goes on in the next one without the blanks at its beginning;
// the escapes \t \n \r \f and \uXXXX, and a backslash before any other character, which
// stands for that character.
//
// A file may be in ISO-8859-1, as load has it of a stream, or in UTF-8, as a resource
// bundle. It does not say so. So what is put in is ASCII, with \uXXXX for all else, and
// what is there is not looked at. A byte order mark is none to Java, but a part of the
// first key.
//
// # Places
//
//	key = pg://${secret:P}@db    a value, or a part of one, also in a line that goes on
//	key ${secret:K}              the same
//	${secret:K} = value          in a key: an error, since a value could name another one
//	# ${secret:K}                in a comment: text
//
// # How a value is put in
//
// With \\ \t \n \r \f, with \uXXXX for other control characters and what is not ASCII, in
// two of them where Java has two characters, and with a backslash before a first character
// that is a blank, '=', ':', '#' or '!'. A value that is not UTF-8 is an error.
//
// # Escapes
//
// The format's own escapes come first. Of n backslashes that they leave directly before a
// reference n/2 remain, and if n is odd the reference is literal text. A backslash that
// has the reference itself behind it counts as one. So \${secret:K} and \\${secret:K} both
// stand for ${secret:K}, and \\\\${secret:K} for a backslash and the value.
//
// # Proof
//
// The result is read again, key by key beside the document. Keys, what stands between them
// and values, and each value without a reference must be the same bytes; each value with
// one must decode to the document's own with the values put in.
package properties

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is a properties file that was read.
type document struct {
	render.Spliced
	scalars []scalar // ascending
}

// scalar is a value with references in it.
type scalar struct {
	entry
	splices []render.Splice
}

// Format reads a properties file. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{Spliced: render.Spliced{Source: source, Spans: spans, Masked: render.Mask(source, spans, filler)}}
	if at := bytes.IndexByte(source, 0); at >= 0 {
		return nil, render.Errorf(at, secret.General, "not properties: a NUL byte, as in UTF-16")
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d, nil
}

// filler stands for references while a document is read. It is none that could continue an
// escape. Words may be alike: they are told apart by where they stand.
const filler = "Q"

// read finds the values of the document that have references.
func (d *document) read() error {
	next := 0 // span that is looked for
	for at := 0; ; {
		e := nextEntry(d.Masked, at)
		if err := d.skip(&next, e.start); err != nil {
			return err
		}
		if e.start == len(d.Masked) {
			return nil
		}
		if err := checkEscapes(d.Masked, e); err != nil {
			return err
		}
		if next < len(d.Spans) && d.Spans[next].Start < e.value {
			return misplaced(d.Spans[next].Start)
		}
		if next < len(d.Spans) && d.Spans[next].Start < e.end {
			s := scalar{e, d.Find(e.value, e.end, spliceUnit)}
			next += len(s.splices)
			d.scalars = append(d.scalars, s)
		}
		at = e.end
	}
}

// skip passes by the references before end, which are in comments. A reader that does not
// know them must see the same comments.
func (d *document) skip(next *int, end int) error {
	for ; *next < len(d.Spans) && d.Spans[*next].Start < end; *next++ {
		s := d.Spans[*next]
		if n := bytes.IndexAny(d.Source[s.Start:s.End], "\r\n"); n >= 0 {
			return render.Errorf(s.Start+n, secret.General, "a comment ends within a reference")
		}
	}
	return nil
}

// spliceUnit is unit for text before a reference. A backslash that has it behind it is one.
func spliceUnit(raw []byte) (char rune, length int) {
	if len(raw) == 1 && raw[0] == '\\' {
		return '\\', 1
	}
	return unit(raw)
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	return d.Fill(texts, d.Splices, value, check)
}

// check says whether a value can hold a text.
func check(text []byte, s render.Splice) error {
	return render.RequireUTF8(text, s, "Java's strings hold nothing else")
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) ([]byte, error) {
	return d.Append(dst, 0, len(d.Source), d.Splices, func(dst []byte, s render.Splice) []byte {
		return appendEncoded(dst, texts[s.Ref])
	}), nil
}

// prove says where out is not the document with texts in it.
func (d *document) prove(out []byte, texts render.Texts) error {
	at, theirAt, next := 0, 0, 0
	for {
		ours, theirs := nextEntry(d.Masked, at), nextEntry(out, theirAt)
		begin := theirAt + ours.value - at // of the value in out
		if begin > theirs.value || !bytes.Equal(d.Source[at:ours.value], out[theirAt:begin]) {
			return render.Unproved(at)
		}
		if next < len(d.scalars) && d.scalars[next].start == ours.start {
			if !d.isValue(d.scalars[next], theirs, out, begin, texts) {
				return render.Unproved(ours.value)
			}
			next++
		} else if !bytes.Equal(d.Source[ours.value:ours.end], out[begin:theirs.end]) {
			return render.Unproved(ours.value)
		}
		if ours.start == len(d.Masked) && theirs.start == len(out) {
			return nil
		}
		at, theirAt = ours.end, theirs.end
	}
}

// isValue reports whether an entry of out has the value of a scalar with texts in it, which
// was written at begin. Line ends that go on may come to be before the value, if a text is
// empty, but no blanks and no separator.
func (d *document) isValue(s scalar, e entry, out []byte, begin int, texts render.Texts) bool {
	return checkEscapes(out, e) == nil && len(decode(out[begin:e.value])) == 0 &&
		bytes.Equal(d.decoded(s, texts), decode(out[e.value:e.end]))
}

// decoded gives the decoded text of a value with texts in it.
func (d *document) decoded(s scalar, texts render.Texts) (whole []byte) {
	at := s.value
	for _, each := range s.splices {
		whole = append(whole, decode(d.Source[at:each.Begin])...)
		whole = append(whole, texts[each.Ref]...)
		at = each.End
	}
	return append(whole, decode(d.Source[at:s.end])...)
}

// misplaced is the error for a reference in a key.
func misplaced(offset int) error {
	return render.Refusal(offset, "a reference cannot stand in a key: a value could name another one", "it can be a value, or a part of one: key = ${secret:KEY}")
}
