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
	render.Spliced
	values []value // those with references, ascending
}

// value is a word with references in it.
type value struct {
	word
	splices []render.Splice
}

// Format reads a .netrc file. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{Spliced: render.Spliced{Source: source, Spans: spans, Masked: render.Mask(source, spans, filler)}}
	if at := render.IndexNotText(source); at >= 0 {
		return nil, render.Errorf(at, secret.General, "not .netrc: expected UTF-8, without NUL bytes")
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
	words, err := read(d.Masked)
	if err != nil {
		return err
	}
	next := 0
	for _, w := range words {
		for next < len(d.Spans) && d.Spans[next].Start < w.start {
			next++ // in a comment, since no other white space holds one
		}
		first := next
		for next < len(d.Spans) && d.Spans[next].Start < w.end {
			next++
		}
		if first == next {
			continue
		}
		if w.kind == isMacro {
			return misplaced(d.Spans[first].Start, w.kind)
		}
		if err := d.take(w, first); err != nil {
			return err
		}
	}
	return nil
}

// take reads a word of whose references the first has the number first.
func (d *document) take(w word, first int) error {
	if at := d.escapeIn(w, first); at >= 0 {
		return ambiguous(at)
	}
	v := value{w, d.Find(w.inner(), w.stop(), w.unit)}
	d.values = append(d.values, v)
	return d.checkSlashes(v)
}

// unit gives what stands at the beginning of raw, a part of the word before a reference,
// and its length with its escape.
func (w word) unit(raw []byte) (char rune, size int) {
	if raw[0] == '\\' && w.quoted && len(raw) > 1 {
		return rune(raw[1]), 2
	}
	return rune(raw[0]), 1
}

// escapeIn gives the offset of the first escape in quotes that not all readers know, or
// -1. A backslash before a reference, of which the first has the number next, is none.
func (d *document) escapeIn(w word, next int) int {
	for at := w.inner(); w.quoted && at < w.stop(); at++ {
		if d.Masked[at] != '\\' {
			continue
		}
		for next < len(d.Spans) && d.Spans[next].Start <= at {
			next++
		}
		if next < len(d.Spans) && d.Spans[next].Start == at+1 {
			continue
		}
		if at++; d.Masked[at] != '\\' && d.Masked[at] != '"' {
			return at - 1
		}
	}
	return -1
}

// checkSlashes refuses a backslash that is left in a word without quotes.
func (d *document) checkSlashes(v value) error {
	at := v.start
	for _, s := range v.splices {
		if !v.quoted && bytes.IndexByte(d.Source[at:s.Begin], '\\') >= 0 {
			return ambiguous(s.Start)
		}
		at = s.End
	}
	if !v.quoted && bytes.IndexByte(d.Source[at:v.end], '\\') >= 0 {
		return ambiguous(at)
	}
	return nil
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	for _, v := range d.values {
		if err := d.fillWord(texts, v, value); err != nil {
			return err
		}
	}
	return nil
}

// fillWord puts in the texts of a word, if it can hold them.
func (d *document) fillWord(texts render.Texts, v value, value render.Values) error {
	if err := d.Fill(texts, v.splices, value, check); err != nil {
		return err
	}
	if len(d.decoded(v, texts)) == 0 {
		return refused(v.splices[0].Start, "the value is empty, which no word can be")
	}
	return nil
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) ([]byte, error) {
	at := 0
	for _, v := range d.values {
		dst = append(dst, d.Source[at:v.start]...)
		dst = d.appendWord(dst, v, texts)
		at = v.end
	}
	return append(dst, d.Source[at:]...), nil
}

// appendWord appends a word with texts in it: as it stands, or in quotes.
func (d *document) appendWord(dst []byte, v value, texts render.Texts) []byte {
	if v.quoted {
		return d.Append(dst, v.start, v.end, v.splices, func(dst []byte, s render.Splice) []byte {
			return escaped(dst, texts[s.Ref])
		})
	}
	whole := d.decoded(v, texts)
	if isPlain(whole) {
		return append(dst, whole...)
	}
	return append(escaped(append(dst, '"'), whole), '"')
}

// decoded gives what a word with texts in it stands for.
func (d *document) decoded(v value, texts render.Texts) (whole []byte) {
	at := v.inner()
	for _, s := range v.splices {
		whole = append(whole, v.decode(d.Source[at:s.Begin])...)
		whole = append(whole, texts[s.Ref]...)
		at = s.End
	}
	return append(whole, v.decode(d.Source[at:v.stop()])...)
}
