// Package dotenv renders .env files. A value becomes a part of the value of one
// variable, and never more than that, to a .env reader as to a shell.
//
// # Dialect
//
// The syntax is not of this package: [Format] is given a func that says where names,
// values and comments stand. It has to be the dialect that store/dotenv describes:
// values bare, in single quotes, in backticks and in double quotes, where \\ \" \$ \`
// are the second character, \n \r \t a line feed, a carriage return, a tab, and a
// backslash at the end of a line goes with the line feed.
//
// # Places
//
// A value, or a part of one, also with "export" before it, also of many lines. A
// reference in a name is an error, one in a comment is text.
//
//	A=${secret:K}      stays bare if all of the value is letters, digits and
//	                   _ - . / : @ % + , = with no = at its beginning or behind a
//	                   colon, where zsh takes it for the name of a program; else
//	                   all of it is quoted
//	A=-Dp="${secret:K}"  bare, with quotes, a backslash or a ~ at its beginning, which
//	                   a shell takes for what they are and others for text: stays,
//	                   and a value that needs quotes is an error
//	A='${secret:K}'    stays, if single quotes hold what is put in; else all of it is
//	                   quoted anew
//	A=`${secret:K}`    is quoted anew: a shell would run it
//	A="${secret:K}"    stays, if what is put in needs no escape, or if the document has
//	                   a backslash, $, ` or ' in it: then what is put in has a
//	                   backslash before \ " $ and `. Else all of it is quoted anew,
//	                   since not all readers know these escapes
//
// To quote is to put single quotes around what they hold for every reader: what has no ',
// no control character, and no backslash before another one or at the end. Otherwise it
// is double quotes with those four escapes. Line ends stand for themselves. A value with
// a NUL is an error, since no environment can hold it.
//
// # Expansions
//
// The dialect expands nothing, but some readers do, and so it must not make a
// difference to them where a value begins. In double quotes the document's own $NAME
// and ${NAME} stay what they are, and a bare value with such a text (and no quote, no
// backtick and no backslash in it) is put into double quotes, not single ones. Behind
// any other $ or backtick that has no backslash before it, as in $(, ${x:- and
// $NAME: (zsh has modifiers), or directly behind $NAME, a shell could take the value
// for a part of an expansion, or run it: a reference there is an error.
//
// # Escapes
//
// The quotes' own escapes come first. Of n backslashes that they leave before a
// reference n/2 remain, and if n is odd the reference is literal text, which is encoded
// as a value would be. So A=\${secret:K} gives A='${secret:K}'. In double quotes "\$"
// before a reference counts as one backslash.
//
// # Locales
//
// In some character sets (GBK, Big5, Shift-JIS) a character may end in the byte of a
// backslash, and bash takes a byte of 0x80 and up and the backslash of an escape for
// one character. A file is not to be sourced under such a locale. Nothing is put
// between the two, because most readers of .env files would keep it.
//
// # Proof
//
// The result is parsed again. It must have the same lines; what stands around values,
// and each value without a reference, must be the same bytes; each value with one must
// be the document's own with the values put in.
package dotenv

import (
	"bytes"
	"strings"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Line is an assignment or a comment.
type Line struct {
	Name  string // what is assigned to; "" for a comment
	Value []byte // decoded
	Quote byte   // what the value is quoted with: ', " or `, or 0
	// Start and End are where the value stands in the source, with its quotes; for a
	// comment its text.
	Start, End int
}

// document is a .env file that was read.
type document struct {
	render.Spliced
	parse   func([]byte) ([]Line, error)
	lines   []Line   // of Masked
	scalars []scalar // ascending
}

// scalar is a value with references in it.
type scalar struct {
	Line
	splices []render.Splice
}

// Format makes a format of parse, which gives the lines of a file in their order. An
// error of parse is given as it is; a [Stream] needs the lines before it.
func Format(parse func([]byte) ([]Line, error)) render.Format {
	return func(source []byte, spans []render.Span) (render.Document, error) {
		d := &document{Spliced: render.Spliced{Source: source, Spans: spans}, parse: parse}
		if err := d.read(); err != nil {
			return nil, err
		}
		return d, nil
	}
}

func (d *document) read() (err error) {
	word := render.UnusedWord(d.Source)
	if d.Masked, err = render.MaskUnused(d.Source, d.Spans); err != nil {
		return err
	}
	if d.lines, err = d.parse(d.Masked); err != nil {
		return err
	}
	next := 0
	for _, line := range d.lines {
		for next < len(d.Spans) && d.Spans[next].Start < line.Start {
			next++
		}
		if strings.Contains(line.Name, word) {
			return misplaced(d.Spans[next-1].Start)
		}
		if line.Name != "" && next < len(d.Spans) && d.Spans[next].End <= line.End {
			from, to := line.body()
			d.scalars = append(d.scalars, scalar{line, d.Find(from, to, line.unit)})
		}
	}
	return nil
}

// body is where the value stands without its quotes.
func (l Line) body() (start, end int) {
	if l.Quote == 0 {
		return l.Start, l.End
	}
	return l.Start + 1, l.End - 1
}

// unit gives the last byte of what stands at the beginning of raw, a part of a value before
// a reference, and its length with its escape.
func (l Line) unit(raw []byte) (char rune, size int) {
	if l.Quote != '"' || raw[0] != '\\' || len(raw) == 1 {
		return rune(raw[0]), 1
	}
	if raw[1] == '\n' {
		return render.NoChar, 2
	}
	return rune(raw[1]), 2
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	return d.Fill(texts, d.Splices, value, check)
}

// check says whether a variable can hold a text.
func check(text []byte, s render.Splice) error {
	if bytes.IndexByte(text, 0) < 0 {
		return nil
	}
	return render.Refusal(s.Start, "the value holds a NUL byte, which no variable can", render.HintBase64)
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) (out []byte, err error) {
	at := 0
	for _, s := range d.scalars {
		dst = append(dst, d.Source[at:s.Start]...)
		if dst, err = d.appendScalar(dst, s, texts); err != nil {
			return nil, err
		}
		at = s.End
	}
	return append(dst, d.Source[at:]...), nil
}

func misplaced(offset int) error {
	return render.Errorf(offset, secret.Invalid, "a reference cannot be in the name of a variable")
}
