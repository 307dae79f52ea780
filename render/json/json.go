// Package json renders JSON. A value becomes a part of a string, or a string of its
// own, and never more than that.
//
// # Dialect
//
// RFC 8259, and beyond it:
//
//   - comments, from // to the end of the line (LF or CR) and between /* and */
//   - a comma behind the last element of an array and the last member of an object
//   - several values in a row, or none, as in NDJSON
//   - a byte order mark at the beginning
//
// So tsconfig.json and a log of JSON lines are read. All else is strict: numbers,
// literals, escapes, no control characters within strings, strings in UTF-8. An object
// may hold a key twice; whether it does is not looked at, before or after. Nesting may
// be of any depth.
//
// # Places
//
//	{"url": "pg://app:${secret:P}@db"}   within a string: the value as the content of
//	                                     a JSON string
//	{"${secret:NAME}": 1}                in a key: an error, since two keys could
//	                                     become one
//	{"port": ${secret:PORT}}             where a value may stand: a string with its
//	                                     quotes, since a secret is always a string
//	{"port": 80${secret:PORT}}           a part of a word: an error
//	{${secret:NAME}: 1}                  where no value may stand: an error
//	// ${secret:OLD}                     in a comment: text, which must not end it
//
// The content of a string has \" and \\, the control characters and DEL, U+2028 and
// U+2029 as escapes; every other character is itself. A value that is not UTF-8 is an
// error.
//
// # Escapes
//
// A string's own escapes come first. Of n backslashes that they leave before a
// reference n/2 remain, and if n is odd the reference is literal text: "\\${secret:K}"
// stands for ${secret:K}, "\\\\${secret:K}" for a backslash and the value. A single
// backslash there is no escape of JSON, and an error. Outside of strings nothing can
// be escaped.
//
// # Proof
//
// The result is read again, token by token beside the document. What stands between
// tokens, and each token without a reference, must be the same bytes; each string with
// one must decode to the decoded text of the document with the values put in.
package json

import (
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is a JSON text that was read.
type document struct {
	render.Spliced
	part part
}

// part says which part of a text a document is.
type part struct {
	first, last bool
	from        within // what is known where it begins
}

// whole is the one part of a text that is read at once.
var whole = part{first: true, last: true}

// bare is the place of a reference outside of a string.
const bare = 'b'

// filler stands for references while a document is read. It is none that could continue an
// escape, a number or a literal. Words may be alike: they are told apart by where they
// stand.
const filler = "Q"

// Format reads a JSON document. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := newDocument(source, spans, whole)
	r := newReader(d.Masked, d.Source, spans, whole)
	for {
		t, err := r.next()
		if err != nil {
			return nil, err
		}
		if err := d.find(t, len(spans)-len(r.spans)); err != nil {
			return nil, err
		}
		if t.kind == ending {
			return d, nil
		}
	}
}

func newDocument(source []byte, spans []render.Span, p part) *document {
	return &document{render.Spliced{Source: source, Masked: render.Mask(source, spans, filler), Spans: spans}, p}
}

// find adds the splices of a token. The span of the number next is the first that does
// not end before it.
func (d *document) find(t token, next int) error {
	if t.kind == reference {
		d.Splices = append(d.Splices, render.Splice{Ref: next, Span: d.Spans[next], Begin: t.start, Place: bare})
	}
	if t.kind != text || next == len(d.Spans) || d.Spans[next].Start >= t.end {
		return nil
	}
	for _, s := range d.Find(t.start+1, t.end-1, unit) {
		if t.key && !s.Literal {
			return inKey(s.Start)
		}
	}
	return nil
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	return d.Fill(texts, d.Splices, value, check)
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) ([]byte, error) {
	return d.Append(dst, 0, len(d.Source), d.Splices, func(dst []byte, s render.Splice) []byte {
		if s.Place != bare {
			return appendEncoded(dst, texts[s.Ref])
		}
		return append(appendEncoded(append(dst, '"'), texts[s.Ref]), '"')
	}), nil
}
