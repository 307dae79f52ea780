// Package dotenv is the syntax of .env files. It says where names, values and
// comments stand and what bytes a value is; it is pure and total, expands
// nothing, runs nothing and knows nothing of environments.
//
// # Grammar
//
//	file       = [ BOM ] { line }
//	line       = blanks [ comment | assignment ] end
//	assignment = [ "export" blank blanks ] NAME blanks "=" blanks [ value ]
//	             blanks [ comment ]
//	comment    = "#", then anything up to the end of the line
//	NAME       = [A-Za-z_][A-Za-z0-9_.-]*
//	blank      = space or tab
//	end        = LF, CR LF or the end of the file, also with a CR before it
//
// A comment behind a value has a blank before it: A=b#c has no comment, and
// A=#c is the value "#c", as in a shell. NAME is what shells call a name, and
// '.' and '-', which xec's keys may hold.
//
// # Values
//
//	A=text     up to the end of the line or a comment, without the blanks at
//	           both ends; quotes and backslashes in it are ordinary bytes
//	A='text'   every byte as it stands, line ends too
//	A=`text`   the same, for text with both other quotes in it
//	A="text"   may span lines; \\ \" \$ \` are the second character; \n \r \t
//	           are line feed, carriage return, tab; a backslash at the end of
//	           a line goes, with the line feed; any other backslash stays;
//	           "a""b" is one value, as in a shell
//
// A shell reads \n in double quotes as two characters, a .env file by custom as
// one. A writer that puts no backslash before an n, an r or a t, except one
// that is itself escaped, is read alike by both.
//
// A quoted value keeps the line ends it is written with, CR LF too: so a
// backslash before CR LF is "any other backslash". Behind the closing quote
// only blanks and a comment may follow. An empty value is a value.
//
// $X, ${X}, $(x) and `x` are plain bytes everywhere. The bytes need not be
// UTF-8; a NUL byte is refused, since no environment can hold it.
//
// # What this is not
//
// Not a shell: no A="b"'c' (but A="b""c"), no a=1 b=2 on one line, no arrays, no here-documents.
// Not YAML: no "A: b".
package dotenv

import (
	"bytes"
	"fmt"

	"github.com/xec-sh/xec-go/store/secret"
)

// Line is an assignment or a comment. A comment behind a value is part of
// neither.
type Line struct {
	Number int    // of the line it begins on, from 1
	Name   string // what is assigned to; "" for a comment
	// Value is the decoded value; for a comment what stands behind the '#'. It
	// shares src's memory where nothing had to be decoded.
	Value []byte
	Quote Quote
	// Start and End are where the value stands in src, with its quotes: any
	// other value may be put in place of src[Start:End]. An empty value without
	// quotes stands right behind the '='.
	Start, End int
}

// IsComment reports whether the line is a comment.
func (l Line) IsComment() bool { return l.Name == "" }

// Quote is how a value is quoted: the quote itself, or 0.
type Quote byte

const (
	None     Quote = 0
	Single   Quote = '\''
	Double   Quote = '"'
	Backtick Quote = '`'
)

func (q Quote) String() string {
	switch q {
	case Single:
		return "single quote"
	case Double:
		return "double quote"
	case Backtick:
		return "backtick"
	}
	return "no quote"
}

// SyntaxError says where a text stops being a .env file, and why.
type SyntaxError struct {
	Offset       int // in bytes, from 0
	Line, Column int // from 1, in bytes; no column for a whole line
	Reason       string
}

func (e *SyntaxError) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// Parse returns the assignments and comments of src in their order; where src stops being
// a .env file, those before, with a *[SyntaxError] of kind secret.Invalid.
// The error quotes nothing of src: what looks like a name on a line that is
// wrong may be a piece of a value that lacks its quotes.
func Parse(src []byte) ([]Line, error) {
	if i := bytes.IndexByte(src, 0); i >= 0 {
		number := 1 + bytes.Count(src[:i], []byte("\n"))
		return nil, invalid(&SyntaxError{Offset: i, Line: number, Reason: "a NUL byte; is the text UTF-16?"})
	}
	p := parser{src: src}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		p.next = len("\ufeff")
	}
	var lines []Line
	for p.nextLine() {
		line, err := p.line()
		if err != nil {
			return lines, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func invalid(e *SyntaxError) error { return secret.Errorf(secret.Invalid, "%w", e) }
