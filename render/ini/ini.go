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
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _, _ render.Format = Format, Raw

// document is an INI file that was read.
type document struct {
	render.Spliced
	scalars []scalar // ascending
	systemd bool
	raw     bool // no reader takes a '%' for itself
}

// scalar is the value in a line with references in it.
type scalar struct {
	line
	start, end int // without its quotes
	splices    []render.Splice
	quoted     bool // in double quotes
}

// Format reads an INI file. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	return (&document{Spliced: render.Spliced{Source: source, Spans: spans}}).parsed()
}

// Raw is Format for a file whose readers do not interpolate: there a '%' is itself.
func Raw(source []byte, spans []render.Span) (render.Document, error) {
	return (&document{Spliced: render.Spliced{Source: source, Spans: spans}, raw: true}).parsed()
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

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	for _, s := range d.scalars {
		if err := d.fillScalar(texts, s, value); err != nil {
			return err
		}
	}
	return nil
}

// fillScalar puts in the texts of a line, if every reader finds them there.
func (d *document) fillScalar(texts render.Texts, scalar scalar, value render.Values) error {
	return d.Fill(texts, scalar.splices, value, func(text []byte, s render.Splice) error {
		if s.Literal {
			return nil
		}
		return d.check(text, scalar, s)
	})
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) ([]byte, error) {
	return d.Append(dst, 0, len(d.Source), d.Splices, texts.Plain), nil
}
