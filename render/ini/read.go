package ini

import (
	"bytes"
	"strings"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// checkBytes looks at what the document is written in.
func (d *document) checkBytes() error {
	at := render.IndexNotText(d.Source)
	if n := loneReturn(d.Source); n >= 0 && (at < 0 || n < at) {
		return render.Errorf(n, secret.General, "not INI: a carriage return that does not end a line with a line feed")
	}
	if at >= 0 {
		return render.Errorf(at, secret.General, "not INI: expected UTF-8, without NUL bytes")
	}
	return nil
}

// loneReturn gives the offset of the first carriage return without a line feed behind it,
// or -1.
func loneReturn(text []byte) int {
	for at := 0; ; at++ {
		n := bytes.IndexByte(text[at:], '\r')
		if n < 0 {
			return -1
		}
		if at += n; !bytes.HasPrefix(text[at:], []byte("\r\n")) {
			return at
		}
	}
}

// mask makes the text that is read: the source with each reference as a word. Comments are
// found by their first characters, and so a word in them does not matter.
func (d *document) mask() (err error) {
	d.Masked, err = render.MaskUnused(d.Source, d.Spans)
	return err
}

// kind is of a line.
type kind byte

const (
	blank   kind = iota
	comment      // a whole line
	header       // of a section
	option       // a key with a value
	further      // an indented line behind an option, which may go on with its value
	other
)

// line is where a line stands, without its end, and its value if it may have one.
type line struct {
	kind        kind
	begin, stop int
	value       int
}

const blanks = " \t"

// lineAt reads the line of text at begin, which is behind one of the kind last. Next is
// where the one behind it begins.
func lineAt(text []byte, begin int, last kind) (l line, next int) {
	next = len(text)
	if n := bytes.IndexByte(text[begin:], '\n'); n >= 0 {
		next = begin + n + 1
	}
	l = line{begin: begin, stop: begin + len(bytes.TrimRight(text[begin:next], "\r\n"))}
	start := begin
	if begin == 0 && bytes.HasPrefix(text, []byte("\ufeff")) {
		start += len("\ufeff")
	}
	body := bytes.TrimLeft(text[start:l.stop], blanks)
	l.value = l.stop - len(body)
	delimiter := delimiterOf(body)
	isIndented := l.value > start && (last == option || last == further)
	switch {
	case len(body) == 0:
		l.kind = blank
	case body[0] == ';' || body[0] == '#':
		l.kind = comment
	case body[0] == '[':
		l.kind = header
	case isIndented && (delimiter < 0 || !isName(body[:delimiter])):
		l.kind = further
	case delimiter >= 0:
		l.kind = option
		l.value += delimiter + 1
		l.value += len(text[l.value:l.stop]) - len(bytes.TrimLeft(text[l.value:l.stop], blanks))
	default:
		l.kind = other
	}
	return l, next
}

// delimiterOf gives the offset of what stands between a key and a value, or -1.
func delimiterOf(body []byte) int {
	equals, colon := bytes.IndexByte(body, '='), -1
	for i, c := range body {
		if c == ':' && (i+1 == len(body) || strings.IndexByte(blanks, body[i+1]) >= 0) {
			colon = i
			break
		}
	}
	switch {
	case colon >= 0 && (equals < 0 || colon < equals):
		return colon
	case equals >= 0:
		return equals
	}
	return bytes.IndexByte(body, ':')
}

// isName reports whether text could be a key, and not the beginning of something else.
func isName(text []byte) bool {
	return !bytes.ContainsFunc(text, func(c rune) bool {
		return !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.ContainsRune("-_. \t", c))
	})
}

// read finds the values of the document that have references.
func (d *document) read() error {
	last, next := other, 0
	for at := 0; at < len(d.Masked); {
		var l line
		l, at = lineAt(d.Masked, at, last)
		if l.kind != blank && l.kind != comment {
			last = l.kind
		}
		if l.kind == header {
			name := bytes.Trim(d.Masked[l.begin:l.stop], "[] \t")
			d.systemd = d.systemd || string(name) == "Unit" || string(name) == "Service"
		}
		first := next
		for next < len(d.Spans) && d.Spans[next].Start < l.stop {
			next++
		}
		if first == next || l.kind == comment {
			continue
		}
		if err := d.take(l, first); err != nil {
			return err
		}
	}
	return nil
}

// take reads the value of a line, of whose references the first has the number first.
func (d *document) take(l line, first int) error {
	offset := d.Spans[first].Start
	switch {
	case l.kind == header:
		return misplaced(offset, "a reference cannot stand in the name of a section")
	case l.kind == other:
		return misplaced(offset, "a reference cannot stand in a line that has no value")
	case offset < l.value:
		return misplaced(offset, "a reference cannot stand in a key")
	case d.Masked[l.value] == '\'':
		return misplaced(offset, "a reference cannot stand in single quotes, which to some readers are a part of the value")
	}
	s := scalar{line: l}
	s.start, s.end = l.value, l.stop-len(d.Masked[l.begin:l.stop])+len(bytes.TrimRight(d.Masked[l.begin:l.stop], blanks))
	if l.kind == option && isQuoted(d.Masked[s.start:s.end]) {
		s.quoted = true
		s.start, s.end = s.start+1, s.end-1
	}
	s.splices = d.Find(s.start, l.stop, byteUnit)
	isMarked, from := false, l.begin
	for _, each := range s.splices {
		switch {
		case isMarked || isBehindMark(d.Masked[from:each.Start], s.quoted):
			return misplaced(each.Start, "a reference cannot stand behind ';' or '#' in a line: what follows is a comment to some readers, and a part of the value to others")
		case each.Begin < each.Start && !each.Literal:
			return misplaced(each.Start, "a value cannot stand behind a backslash: to some readers that is an escape")
		}
		isMarked = each.Literal && bytes.ContainsAny(d.Source[each.Start:each.End], ";#")
		from = each.End
	}
	d.scalars = append(d.scalars, s)
	return nil
}

// byteUnit is a unit of a value: nothing is an escape to all readers.
func byteUnit(raw []byte) (char rune, size int) { return rune(raw[0]), 1 }

// isQuoted reports whether a value is in double quotes as a whole, without a backslash.
func isQuoted(value []byte) bool {
	n := len(value) - 1
	return n > 0 && value[0] == '"' && value[n] == '"' && !bytes.ContainsAny(value[1:n], `"\`)
}

// isBehindMark reports whether some reader takes what follows text for a comment.
func isBehindMark(text []byte, quoted bool) bool {
	if !quoted {
		return bytes.ContainsAny(text, ";#")
	}
	for i := 1; i < len(text); i++ {
		if (text[i] == ';' || text[i] == '#') && strings.IndexByte(blanks, text[i-1]) >= 0 {
			return true
		}
	}
	return false
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `it can be a value, or a part of one: key = ${secret:KEY}, or in double quotes if the program knows them: key = "${secret:KEY}"`)
}
