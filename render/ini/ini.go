// Package ini renders INI files. A value becomes a part of the value of one key, and
// every common reader reads it as the same text.
//
// # Dialect
//
// INI has no standard, and a file does not say who reads it. So the dialect is what these
// have in common, and a value that one of them would read otherwise is an error:
//
//   - Python's configparser, with % interpolation and without, with inline comments and
//     without (pip.conf, .pypirc, supervisord.conf, setup.cfg)
//   - git config (.gitconfig)
//   - npm's ini (.npmrc)
//   - the option files of MySQL (my.cnf), odbc.ini, and systemd's units
//
// A line is a section's header in brackets; a comment, if its first character but blanks
// is ';' or '#'; a key with '=' and a value; or a key with ':' and a value, if a blank or
// nothing is behind the colon, or if there is no '='. An indented line behind a value may
// go on with it. A ';' or '#' within a line begins a comment to some readers and none to
// others. Lines end in LF or CR LF. The file is in UTF-8, with or without a byte order
// mark.
//
// What no value can change is not looked at: whether a line is any of these, whether a key
// stands twice.
//
// # Places
//
//	key = pg://${secret:P}@db    a part of a value
//	key = "${secret:K}"          the whole value in double quotes, or a part of that
//	  https://${secret:P}@host   a line that goes on with a value
//	key = '${secret:K}'          in single quotes: an error, since to most readers they
//	                             are quotes, and to some a part of the value
//	${secret:K} = value          in a key, a header, or a line that is no value: an error
//	key = a # ${secret:K}        behind a ';' or '#' in a line: an error, since it is a
//	                             comment to some readers only
//	; ${secret:K}                in a comment: text
//
// # What a value can be
//
// It is written as it is, for there is no escape that all readers know. An error is one
//
//   - with a line end, a tab, any other control character, U+2028 or U+2029, or that is
//     not UTF-8
//   - with a backslash, a double quote, or "${", all of which some reader replaces
//   - with a '%', unless [Raw] reads the file: it is for those whose readers do not know
//     interpolation, among them pip, twine, git, npm and MySQL
//   - with ';', '#' or a single quote, with white space at the beginning or end of the
//     line's value, unless the document has double quotes around the value; within these
//     no ';' or '#' may stand behind a blank
//   - in a file with a section [Unit] or [Service], which is systemd's: with '$', and
//     outside of double quotes with a blank
//
// Quotes are not put around a value: configparser takes them for a part of it. Whoever
// writes them into the document knows its reader.
//
// INI has no types: what a reader makes of true or 0123 is its own affair.
//
// # Escapes
//
// Backslashes are counted as they stand, also in quotes. If n of them are directly before a
// reference and n is odd, n/2 remain and the reference is literal text. An even number but
// none is an error, since to some readers the last one would be an escape of the value's
// first character.
//
// # Proof
//
// The result is split into lines again. Those without a reference must be the same bytes.
// Each line with one is read in the ways of configparser, with inline comments and
// without, of git and of npm, and each must find what it finds in the document's line,
// with the values put in.
package ini

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _, _ render.Format = Format, Raw

// document is an INI file that was read.
type document struct {
	source  []byte
	masked  []byte // source, with each reference as a word
	spans   []render.Span
	scalars []scalar // ascending
	systemd bool
	raw     bool // no reader takes a '%' for itself
}

// scalar is the value in a line with references in it.
type scalar struct {
	line
	start, end int // without its quotes
	first      int // number of its first span
	splices    []splice
	quoted     bool // in double quotes
}

// splice is a part of a value that gives way to a reference's value, or to the reference
// as literal text.
type splice struct {
	span    int
	start   int // before the reference's Start, if backslashes go with it
	literal bool
}

// Format reads an INI file. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	return (&document{source: source, spans: spans}).parsed()
}

// Raw is Format for a file whose readers do not interpolate: there a '%' is itself.
func Raw(source []byte, spans []render.Span) (render.Document, error) {
	return (&document{source: source, spans: spans, raw: true}).parsed()
}

// parsed gives the document, read.
func (d *document) parsed() (render.Document, error) {
	if err := d.checkBytes(); err != nil {
		return nil, err
	}
	if err := d.mask(); err != nil {
		return nil, err
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d, nil
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
			span := d.spans[s.span]
			texts[s.span] = d.source[span.Start:span.End]
			if s.literal {
				continue
			}
			texts[s.span] = value(s.span).Reveal()
			if err := d.check(texts[s.span], scalar, s); err != nil {
				return nil, err
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
			out = append(out, texts[s.span]...)
			at = d.spans[s.span].End
		}
	}
	return append(out, d.source[at:]...)
}
