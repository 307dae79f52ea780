// Package netrc renders .netrc files, in which programs look for the login of a machine. A
// value becomes one word, or a part of one, and every common reader reads it as the same.
//
// # Dialect
//
// The file is words with white space between them: blanks, tabs, line ends in LF or CR LF.
// "machine", "login", "user", "password", "account", "port" and "protocol" each have the
// word behind them for a value. "default" has none. "macdef" has a name, and what follows
// up to an empty line is its text. Where such a word could stand, '#' begins a comment,
// which ends with the line. A word that begins with a double quote ends with the next one;
// in it a backslash stands before a character that is meant as it is. Any other word ends
// at white space. The file is in UTF-8, with or without a byte order mark.
//
// That is what curl (and git through it), wget and Python's netrc have in common. A
// backslash in a word without quotes is itself to curl and an escape to Python, and "\n" in
// quotes is a line end to curl and an n to Python: neither can stand in a word with a
// reference. Go's command and some other programs do not know quotes:
// to them only a value is right that needs none.
//
// # Places
//
//	password ${secret:K}      a value, or a part of one
//	login "me ${secret:K}"    a value in double quotes, or a part of that
//	# ${secret:K}             in a comment: text
//	${secret:K} …             where one of the words above is meant, or in a macro: an error
//
// # How a value is put in
//
// It is written as it is, if the whole word still needs no quotes: if it holds no white
// space, no double quote, no backslash, and does not begin with '#'. Else the word is
// written anew in double quotes, with a backslash before each '"' and '\'. So is a value in
// a word that has quotes.
//
// A word that would be empty, and a value with a line end, another control character, or
// bytes that are not UTF-8 are errors: one or the other reader has no way to hold them.
//
// # Escapes
//
// Backslashes are counted in the decoded word; the one of "\${" in quotes counts too. If
// n of them are directly before a reference n/2 remain, and if n is odd the reference is
// literal text. In a word without quotes n can only be one.
//
// # Proof
//
// The result is read into words again, each as curl and as Python would read it. There must
// be as many words, with the same white space and comments between them, and each must be
// the template's own with the values put in.
package netrc

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is a .netrc file that was read.
type document struct {
	source []byte
	masked []byte // source, with each reference as a word
	spans  []render.Span
	values []value // those with references, ascending
}

// value is a word with references in it.
type value struct {
	word
	splices []splice
}

// splice is a part of a word that gives way to a reference's value, or to the reference
// as literal text.
type splice struct {
	span    int
	start   int // before the reference's Start, if backslashes go with it
	literal bool
}

// Format reads a .netrc file. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{source: source, spans: spans, masked: render.Mask(source, spans, filler)}
	if err := checkBytes(source); err != nil {
		return nil, err
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d, nil
}

// filler stands for references while a file is read, which has no NUL bytes itself. Words
// may be alike: they are told apart by where they stand.
const filler = "\x00"

// read finds the values that have references, and refuses these elsewhere.
func (d *document) read() error {
	words, err := read(d.masked)
	if err != nil {
		return err
	}
	next := 0
	for _, w := range words {
		for next < len(d.spans) && d.spans[next].Start < w.start {
			next++ // in a comment, since no other white space holds one
		}
		first := next
		for next < len(d.spans) && d.spans[next].Start < w.end {
			next++
		}
		if first == next {
			continue
		}
		if w.kind == isMacro {
			return misplaced(d.spans[first].Start, w.kind)
		}
		if err := d.take(w, first, next); err != nil {
			return err
		}
	}
	return nil
}

// take reads a word that has the references from first up to next.
func (d *document) take(w word, first, next int) error {
	v := value{word: w}
	var slashes []int // where each of the backslashes begins that stand directly before i
	for i := w.inner(); i < w.stop(); {
		if first < next && i == d.spans[first].Start {
			begin, literal := render.Escaped(slashes, i)
			v.splices = append(v.splices, splice{first, begin, literal})
			i, first, slashes = d.spans[first].End, first+1, slashes[:0]
			continue
		}
		isSlash, size := d.masked[i] == '\\', 1
		if isSlash && w.quoted && (first == next || i+1 != d.spans[first].Start) {
			if isSlash, size = d.masked[i+1] == '\\', 2; !isSlash && d.masked[i+1] != '"' {
				return ambiguous(i)
			}
		}
		if isSlash {
			slashes = append(slashes, i)
		} else {
			slashes = slashes[:0]
		}
		i += size
	}
	d.values = append(d.values, v)
	return d.checkSlashes(v)
}

// checkSlashes refuses a backslash that is left in a word without quotes.
func (d *document) checkSlashes(v value) error {
	at := v.start
	for _, s := range v.splices {
		if !v.quoted && bytes.IndexByte(d.source[at:s.start], '\\') >= 0 {
			return ambiguous(d.spans[s.span].Start)
		}
		at = d.spans[s.span].End
	}
	if !v.quoted && bytes.IndexByte(d.source[at:v.end], '\\') >= 0 {
		return ambiguous(at)
	}
	return nil
}

func (d *document) Refs() []int {
	var refs []int
	for _, v := range d.values {
		for _, s := range v.splices {
			if !s.literal {
				refs = append(refs, s.span)
			}
		}
	}
	return refs
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	if len(d.values) == 0 {
		return bytes.Clone(d.source), nil
	}
	texts, err := d.texts(value)
	if err != nil {
		return nil, err
	}
	var out []byte
	at := 0
	for _, v := range d.values {
		out = append(out, d.source[at:v.start]...)
		out = append(out, d.encoded(v, texts)...)
		at = v.end
	}
	out = append(out, d.source[at:]...)
	return out, d.prove(out, texts)
}

// texts gives what takes the place of each span: its value, or itself. That of a span in a
// comment is nil.
func (d *document) texts(value func(ref int) secret.Value) ([][]byte, error) {
	texts := make([][]byte, len(d.spans))
	for _, v := range d.values {
		for _, s := range v.splices {
			span := d.spans[s.span]
			texts[s.span] = d.source[span.Start:span.End]
			if s.literal {
				continue
			}
			texts[s.span] = value(s.span).Reveal()
			if why := unheld(texts[s.span]); why != "" {
				return nil, refused(span.Start, why)
			}
		}
		if len(d.decoded(v, texts)) == 0 {
			return nil, refused(d.spans[v.splices[0].span].Start, "the value is empty, which no word can be")
		}
	}
	return texts, nil
}

// encoded gives a word with texts in it: as it stands, or in quotes.
func (d *document) encoded(v value, texts [][]byte) []byte {
	if whole := d.decoded(v, texts); !v.quoted {
		if isPlain(whole) {
			return whole
		}
		return append(escaped([]byte{'"'}, whole), '"')
	}
	var out []byte
	at := v.start
	for _, s := range v.splices {
		out = append(out, d.source[at:s.start]...)
		out = escaped(out, texts[s.span])
		at = d.spans[s.span].End
	}
	return append(out, d.source[at:v.end]...)
}

// decoded gives what a word with texts in it stands for.
func (d *document) decoded(v value, texts [][]byte) (whole []byte) {
	at := v.inner()
	for _, s := range v.splices {
		whole = append(whole, v.decode(d.source[at:s.start])...)
		whole = append(whole, texts[s.span]...)
		at = d.spans[s.span].End
	}
	return append(whole, v.decode(d.source[at:v.stop()])...)
}
