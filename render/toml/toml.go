// Package toml renders TOML. A value becomes a part of a string, or a string of its
// own, and never more than that.
//
// # Dialect
//
// TOML 1.0 as github.com/pelletier/go-toml/v2 reads it, with or without a byte order
// mark. It reads some of TOML 1.1 too: \e and \xHH in basic strings, line ends and a
// last comma in inline tables, times without seconds. What is written for a value is
// of 1.0. Arrays and inline tables may be nested 10,000 deep, and there may
// be a million commas and points outside of strings.
//
// What no value can change is not looked at: whether a key is defined once, whether a
// date is in the calendar and whether a number has 64 bits.
//
// # Places
//
//	port = ${secret:PORT}        where a value may stand, also in an array or an inline
//	                             table: a basic string, since a secret is always a string
//	url = "pg://${secret:P}@db"  in any of the four strings: a part of it
//	port = 80${secret:PORT}      a part of a word: an error
//	${secret:NAME} = 1           in a key or in the name of a table, quoted or not: an
//	                             error, since a value could name another one
//	# ${secret:OLD}              in a comment: text
//
// A value that is not UTF-8 is an error: no string of TOML holds it.
//
// # How a value is put in
//
//   - basic, "…": with \" \\ \b \t \n \f \r, and \uXXXX for the other control characters
//     and DEL; every other character is itself
//   - multi-line basic, """…""": the same, but that a line feed is a line end
//   - literal, '…': as it is, if it has no ' and no control character but tabs; else the
//     string is written as a basic one
//   - multi-line literal: as it is, if that reads as the value; else the string is
//     written as a multi-line basic one, in which the document's own line ends remain
//
// TOML lets a reader make other line ends of those in a multi-line string. So a carriage
// return is always written as \r, and a line feed as \n if there is one beside it or if
// the document has lines that end in CR LF.
//
// Where an empty value would join what its reference kept apart, as a backslash at the
// end of a line and the blanks that it takes away, a multi-line basic string is written
// anew without such backslashes.
//
// # Escapes
//
// A string's own escapes come first. Of n backslashes that they leave before a reference
// n/2 remain, and if n is odd the reference is literal text, in keys too: a basic string
// writes "\\${secret:K}" for ${secret:K}, a literal one '\${secret:K}'. Outside of
// strings nothing can be escaped.
//
// # Proof
//
// The result is read again, expression by expression beside the document. What stands
// between keys and values, each key, and each value without a reference must be the same
// bytes, of the same type; each string with one must decode to the decoded text of the
// document with the values put in. The trees of the library's decoder are not compared:
// it looks for each key among all keys, and its time grows with their square.
package toml

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is a TOML document that was read.
type document struct {
	render.Spliced
	spots   []spot   // of Spans
	scalars []scalar // ascending
	crlf    bool     // lines end in CR LF, some at least
}

// scalar is a string with references in it, or a reference that stands for one.
type scalar struct {
	start, end int    // with its quotes
	quote      quote  // none, if it is a reference
	text       []byte // of Masked, decoded
	splices    []render.Splice
}

// Format reads a TOML document. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{Spliced: render.Spliced{Source: source, Spans: spans}, crlf: bytes.Contains(source, []byte("\r\n"))}
	if err := d.mask(); err != nil {
		return nil, err
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	return d.Fill(texts, d.Splices, value, check)
}

// check says whether a string can hold a text.
func check(text []byte, s render.Splice) error {
	return render.RequireUTF8(text, s, "a string of TOML holds nothing else")
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) ([]byte, error) {
	at := 0
	for _, s := range d.scalars {
		dst = append(dst, d.Source[at:s.start]...)
		dst = d.appendScalar(dst, s, texts)
		at = s.end
	}
	return append(dst, d.Source[at:]...), nil
}

// decoded gives the text of a scalar at Masked[start:end] with texts in it, given what it
// decodes to.
func (d *document) decoded(text []byte, start, end int, texts render.Texts) (whole []byte, ok bool) {
	if ref := len(render.SpansBefore(d.Spans, start)); d.Spans[ref].Start == start {
		return texts[ref], true
	}
	return d.Decoded(text, start, end, texts)
}
