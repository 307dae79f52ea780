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
//	// ${secret:OLD}                     in a comment: text
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
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is a JSON text that was read.
type document struct {
	source []byte
	masked []byte // source, with each reference as a word
	spans  []render.Span
	part   part
	splices
}

// part says which part of a text a document is.
type part struct {
	first, last bool
	from        within // what is known where it begins
}

// whole is the one part of a text that is read at once.
var whole = part{first: true, last: true}

// splices are ascending.
type splices []splice

// splice is a part of the source that gives way to a reference's value, or to the
// reference as literal text.
type splice struct {
	span    int
	start   int // before the reference's Start, if backslashes go with it
	literal bool
	bare    bool // outside of a string
}

// Format reads a JSON document. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{source: source, masked: render.Mask(source, spans, filler), spans: spans, part: whole}
	r := newReader(d.masked, spans, whole)
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

// filler stands for references while a document is read. It is none that could continue an
// escape, a number or a literal. Words may be alike: they are told apart by where they
// stand.
const filler = "Q"

// find adds the splices of a token. The span of the number next is the first that does
// not end before it.
func (d *document) find(t token, next int) error {
	if t.kind == reference {
		d.splices = append(d.splices, splice{span: next, start: t.start, bare: true})
	}
	if t.kind != text || next == len(d.spans) || d.spans[next].Start >= t.end {
		return nil
	}
	var slashes []int // where each of the backslashes begins that stand directly before i
	for i := t.start + 1; i < t.end-1; {
		if next < len(d.spans) && i == d.spans[next].Start {
			s := spliceBehind(slashes, next, i)
			if t.key && !s.literal {
				return inKey(i)
			}
			d.splices = append(d.splices, s)
			i, next, slashes = d.spans[next].End, next+1, slashes[:0]
			continue
		}
		char, size := unit(d.masked[i:])
		if char == '\\' {
			slashes = append(slashes, i)
		} else {
			slashes = slashes[:0]
		}
		i += size
	}
	return nil
}

// spliceBehind makes the splice for a reference at start with backslashes before it.
func spliceBehind(slashes []int, span, start int) splice {
	begin, literal := render.Escaped(slashes, start)
	return splice{span: span, start: begin, literal: literal}
}

func (d *document) Refs() []int {
	var refs []int
	for _, s := range d.splices {
		if !s.literal {
			refs = append(refs, s.span)
		}
	}
	return refs
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	if len(d.splices) == 0 {
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
	for _, s := range d.splices {
		place := d.spans[s.span]
		texts[s.span] = d.source[place.Start:place.End]
		if !s.literal {
			texts[s.span] = value(s.span).Reveal()
		}
		if err := check(texts[s.span], place.Start); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// splice gives the source with texts in their places.
func (d *document) splice(texts [][]byte) []byte {
	size := len(d.source)
	for _, text := range texts {
		size += len(text) + len(text)/8 + len(`""`)
	}
	out := make([]byte, 0, size)
	at := 0
	for _, s := range d.splices {
		out = append(out, d.source[at:s.start]...)
		if s.bare {
			out = append(out, '"')
		}
		out = appendEncoded(out, texts[s.span])
		if s.bare {
			out = append(out, '"')
		}
		at = d.spans[s.span].End
	}
	return append(out, d.source[at:]...)
}
