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
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is a properties file that was read.
type document struct {
	source  []byte
	masked  []byte // source, with each reference as a word
	spans   []render.Span
	scalars []scalar // ascending
}

// scalar is a value with references in it.
type scalar struct {
	entry
	splices []splice
}

// splice is a part of a value that gives way to a reference's value, or to the reference
// as literal text.
type splice struct {
	span    int
	start   int // before the reference's Start, if backslashes go with it
	literal bool
}

// Format reads a properties file. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{source: source, spans: spans, masked: render.Mask(source, spans, filler)}
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
		e := nextEntry(d.masked, at)
		if err := d.skip(&next, e.start); err != nil {
			return err
		}
		if e.start == len(d.masked) {
			return nil
		}
		if err := checkEscapes(d.masked, e); err != nil {
			return err
		}
		if next < len(d.spans) && d.spans[next].Start < e.value {
			return misplaced(d.spans[next].Start)
		}
		if next < len(d.spans) && d.spans[next].Start < e.end {
			s := d.scalar(e, next)
			next += len(s.splices)
			d.scalars = append(d.scalars, s)
		}
		at = e.end
	}
}

// skip passes by the references before end, which are in comments. A reader that does not
// know them must see the same comments.
func (d *document) skip(next *int, end int) error {
	for ; *next < len(d.spans) && d.spans[*next].Start < end; *next++ {
		s := d.spans[*next]
		if n := bytes.IndexAny(d.source[s.Start:s.End], "\r\n"); n >= 0 {
			return render.Errorf(s.Start+n, secret.General, "a comment ends within a reference")
		}
	}
	return nil
}

// scalar finds the references of an entry, of which the first has the number next.
func (d *document) scalar(e entry, next int) scalar {
	s := scalar{entry: e}
	var slashes []int // where each of the backslashes begins that stand directly before i
	for i := e.value; i < e.end && next < len(d.spans); {
		if i == d.spans[next].Start {
			s.splices = append(s.splices, spliceBehind(slashes, next, i))
			i, next, slashes = d.spans[next].End, next+1, slashes[:0]
			continue
		}
		char, size := unit(d.masked[i:e.end])
		if d.masked[i] == '\\' && i+1 == d.spans[next].Start {
			char, size = '\\', 1
		}
		switch char {
		case '\\':
			slashes = append(slashes, i)
		case nothing:
		default:
			slashes = slashes[:0]
		}
		i += size
	}
	return s
}

// spliceBehind makes the splice for a reference at start with backslashes before it.
func spliceBehind(slashes []int, span, start int) splice {
	begin, literal := render.Escaped(slashes, start)
	return splice{span: span, start: begin, literal: literal}
}

func (d *document) Refs() []int {
	var refs []int
	for _, scalar := range d.scalars {
		for _, s := range scalar.splices {
			if !s.literal {
				refs = append(refs, s.span)
			}
		}
	}
	return refs
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	if len(d.scalars) == 0 {
		return bytes.Clone(d.source), nil
	}
	texts, err := d.texts(value)
	if err != nil {
		return nil, err
	}
	out := d.splice(texts)
	if err := d.prove(out, texts); err != nil {
		return nil, err
	}
	return out, nil
}

// texts gives what takes the place of each span: its value, or itself. That of a span
// in a comment is nil.
func (d *document) texts(value func(ref int) secret.Value) ([][]byte, error) {
	texts := make([][]byte, len(d.spans))
	for _, scalar := range d.scalars {
		for _, s := range scalar.splices {
			place := d.spans[s.span]
			texts[s.span] = d.source[place.Start:place.End]
			if !s.literal {
				texts[s.span] = value(s.span).Reveal()
			}
			if !utf8.Valid(texts[s.span]) {
				return nil, notUTF8(place.Start)
			}
		}
	}
	return texts, nil
}

// splice gives the source with texts in their places.
func (d *document) splice(texts [][]byte) (out []byte) {
	at := 0
	for _, scalar := range d.scalars {
		for _, s := range scalar.splices {
			out = append(out, d.source[at:s.start]...)
			out = appendEncoded(out, texts[s.span])
			at = d.spans[s.span].End
		}
	}
	return append(out, d.source[at:]...)
}

// prove says where out is not the document with texts in it.
func (d *document) prove(out []byte, texts [][]byte) error {
	at, theirAt, next := 0, 0, 0
	for {
		ours, theirs := nextEntry(d.masked, at), nextEntry(out, theirAt)
		begin := theirAt + ours.value - at // of the value in out
		if begin > theirs.value || !bytes.Equal(d.source[at:ours.value], out[theirAt:begin]) {
			return unproved(at)
		}
		if next < len(d.scalars) && d.scalars[next].start == ours.start {
			if !d.isValue(d.scalars[next], theirs, out, begin, texts) {
				return unproved(ours.value)
			}
			next++
		} else if !bytes.Equal(d.source[ours.value:ours.end], out[begin:theirs.end]) {
			return unproved(ours.value)
		}
		if ours.start == len(d.masked) && theirs.start == len(out) {
			return nil
		}
		at, theirAt = ours.end, theirs.end
	}
}

// isValue reports whether an entry of out has the value of a scalar with texts in it, which
// was written at begin. Line ends that go on may come to be before the value, if a text is
// empty, but no blanks and no separator.
func (d *document) isValue(s scalar, e entry, out []byte, begin int, texts [][]byte) bool {
	return checkEscapes(out, e) == nil && len(decode(out[begin:e.value])) == 0 &&
		bytes.Equal(d.decoded(s, texts), decode(out[e.value:e.end]))
}

// decoded gives the decoded text of a value with texts in it.
func (d *document) decoded(s scalar, texts [][]byte) (whole []byte) {
	at := s.value
	for _, each := range s.splices {
		whole = append(whole, decode(d.source[at:each.start])...)
		whole = append(whole, texts[each.span]...)
		at = d.spans[each.span].End
	}
	return append(whole, decode(d.source[at:s.end])...)
}

// unproved is the error for a place behind which the result would be read as another
// document.
func unproved(offset int) error {
	err := secret.Errorf(secret.Invalid, "with the values put in, the document would be read as another one from here on")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "give the text around the reference another form")}
}

// misplaced is the error for a reference in a key.
func misplaced(offset int) error {
	err := secret.Errorf(secret.Invalid, "a reference cannot stand in a key: a value could name another one")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "it can be a value, or a part of one: key = ${secret:KEY}")}
}

func notUTF8(offset int) error {
	err := secret.Errorf(secret.Invalid, "the value is not UTF-8, and Java's strings hold nothing else")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "the filter base64 encodes any bytes: ${secret:KEY|base64}")}
}
