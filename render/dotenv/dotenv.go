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
	parse   func([]byte) ([]Line, error)
	source  []byte
	masked  []byte // source, with each reference as a word
	spans   []render.Span
	lines   []Line   // of masked
	scalars []scalar // ascending
}

// scalar is a value with references in it.
type scalar struct {
	Line
	splices []splice // ascending
}

// splice is a part of a value that gives way to a secret's value, or to the reference
// as literal text.
type splice struct {
	span    int
	start   int // before the reference's Start, if backslashes go with it
	literal bool
}

// Format makes a format of parse, which gives the lines of a file in their order. An
// error of parse is given as it is; a [Stream] needs the lines before it.
func Format(parse func([]byte) ([]Line, error)) render.Format {
	return func(source []byte, spans []render.Span) (render.Document, error) {
		d := &document{parse: parse, source: source, spans: spans}
		if err := d.read(); err != nil {
			return nil, err
		}
		return d, nil
	}
}

func (d *document) read() (err error) {
	begin := unused(d.source)
	if begin == "" {
		return render.Errorf(0, secret.General, "every word that could stand for a reference is in the text")
	}
	d.masked = render.Mask(d.source, d.spans, begin)
	if d.lines, err = d.parse(d.masked); err != nil {
		return err
	}
	next := 0
	for _, line := range d.lines {
		for next < len(d.spans) && d.spans[next].Start < line.Start {
			next++
		}
		if strings.Contains(line.Name, begin) {
			return misplaced(d.spans[next-1].Start)
		}
		if line.Name != "" && next < len(d.spans) && d.spans[next].End <= line.End {
			d.scalars = append(d.scalars, scalar{line, d.find(line, next)})
		}
	}
	return nil
}

// unused gives letters that are not in source, in an order that nothing around them can
// shift, or "". They begin none of the escapes of double quotes.
func unused(source []byte) string {
	for first := byte('Z'); first >= 'A'; first-- {
		for other := byte('A'); other <= 'Z'; other++ {
			word := string(first) + strings.Repeat(string(other), 7)
			if first != other && !bytes.Contains(source, []byte(word)) {
				return word
			}
		}
	}
	return ""
}

// body is where the value stands without its quotes.
func (l Line) body() (start, end int) {
	if l.Quote == 0 {
		return l.Start, l.End
	}
	return l.Start + 1, l.End - 1
}

// find gives the splices of a line, whose first span has the number next.
func (d *document) find(line Line, next int) (all []splice) {
	i, end := line.body()
	var slashes []int // where each of the backslashes begins that stand directly before i
	for i < end && next < len(d.spans) {
		span := d.spans[next]
		if i == span.Start {
			all = append(all, spliceBehind(slashes, next, i))
			i, next, slashes = span.End, next+1, slashes[:0]
			continue
		}
		char, size := d.unit(i, line.Quote, span.Start)
		switch char {
		case '\\':
			slashes = append(slashes, i)
		case nothing:
		default:
			slashes = slashes[:0]
		}
		i += size
	}
	return all
}

// nothing is what a backslash at the end of a line stands for.
const nothing = 0

// unit gives the last byte of what stands at i, and its length with its escape. The
// next reference, at reference, is no part of an escape.
func (d *document) unit(i int, quote byte, reference int) (char byte, size int) {
	char = d.masked[i]
	if quote != '"' || char != '\\' || i+1 == reference {
		return char, 1
	}
	char = d.masked[i+1] // there is one: a closing quote has no backslash before it
	if char == '\n' {
		char = nothing
	}
	return char, 2
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
	out, err := d.splice(texts)
	if err != nil {
		return nil, err
	}
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
			if bytes.IndexByte(texts[s.span], 0) >= 0 {
				return nil, noNUL(place.Start)
			}
		}
	}
	return texts, nil
}

// splice gives the source with texts in their places.
func (d *document) splice(texts [][]byte) (out []byte, err error) {
	at := 0
	for _, s := range d.scalars {
		out = append(out, d.source[at:s.Start]...)
		if out, err = d.appendScalar(out, s, texts); err != nil {
			return nil, err
		}
		at = s.End
	}
	return append(out, d.source[at:]...), nil
}

func misplaced(offset int) error {
	return render.Errorf(offset, secret.Invalid, "a reference cannot be in the name of a variable")
}

func noNUL(offset int) error {
	err := secret.Errorf(secret.Invalid, "the value holds a NUL byte, which no variable can")
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(err, "the filter base64 encodes any bytes: ${secret:KEY|base64}")}
}
