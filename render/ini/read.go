package ini

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// checkBytes looks at what the document is written in.
func (d *document) checkBytes() error {
	for i := 0; i < len(d.source); {
		char, size := utf8.DecodeRune(d.source[i:])
		switch {
		case char == 0, char == utf8.RuneError && size == 1:
			return render.Errorf(i, secret.General, "not INI: expected UTF-8, without NUL bytes")
		case char == '\r' && !bytes.HasPrefix(d.source[i:], []byte("\r\n")):
			return render.Errorf(i, secret.General, "not INI: a carriage return that does not end a line with a line feed")
		}
		i += size
	}
	return nil
}

// mask makes the text that is read: the source with each reference as a word. Comments are
// found by their first characters, and so a word in them does not matter.
func (d *document) mask() error {
	begin := render.UnusedWord(d.source)
	if begin == "" {
		return render.Errorf(0, secret.General, "every word that could stand for a reference is in the text")
	}
	d.masked = render.Mask(d.source, d.spans, begin)
	return nil
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
	for at := 0; at < len(d.masked); {
		var l line
		l, at = lineAt(d.masked, at, last)
		if l.kind != blank && l.kind != comment {
			last = l.kind
		}
		if l.kind == header {
			name := bytes.Trim(d.masked[l.begin:l.stop], "[] \t")
			d.systemd = d.systemd || string(name) == "Unit" || string(name) == "Service"
		}
		first := next
		for next < len(d.spans) && d.spans[next].Start < l.stop {
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
	offset := d.spans[first].Start
	switch {
	case l.kind == header:
		return misplaced(offset, "a reference cannot stand in the name of a section")
	case l.kind == other:
		return misplaced(offset, "a reference cannot stand in a line that has no value")
	case offset < l.value:
		return misplaced(offset, "a reference cannot stand in a key")
	case d.masked[l.value] == '\'':
		return misplaced(offset, "a reference cannot stand in single quotes, which to some readers are a part of the value")
	}
	s := scalar{line: l, first: first}
	s.start, s.end = l.value, l.stop-len(d.masked[l.begin:l.stop])+len(bytes.TrimRight(d.masked[l.begin:l.stop], blanks))
	if l.kind == option && isQuoted(d.masked[s.start:s.end]) {
		s.quoted = true
		s.start, s.end = s.start+1, s.end-1
	}
	isMarked, from := false, l.begin
	for next := first; next < len(d.spans) && d.spans[next].Start < l.stop; next++ {
		span := d.spans[next]
		if isMarked || isBehindMark(d.masked[from:span.Start], s.quoted) {
			return misplaced(span.Start, "a reference cannot stand behind ';' or '#' in a line: what follows is a comment to some readers, and a part of the value to others")
		}
		each, err := d.spliceAt(next, s.start)
		if err != nil {
			return err
		}
		isMarked = isMarked || each.literal && bytes.ContainsAny(d.source[span.Start:span.End], ";#")
		s.splices = append(s.splices, each)
		from = span.End
	}
	d.scalars = append(d.scalars, s)
	return nil
}

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

// spliceAt makes the splice for a reference with backslashes before it, in a value that
// begins at start.
func (d *document) spliceAt(span, start int) (splice, error) {
	at := d.spans[span].Start
	before := d.masked[start:at]
	n := len(before) - len(bytes.TrimRight(before, `\`))
	if n > 0 && n%2 == 0 {
		return splice{}, misplaced(at, "a value cannot stand behind a backslash: to some readers that is an escape")
	}
	return splice{span: span, start: at - n + n/2, literal: n%2 == 1}, nil
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	err := secret.WithHint(secret.Errorf(secret.Invalid, "%s", why), `it can be a value, or a part of one: key = ${secret:KEY}, or in double quotes if the program knows them: key = "${secret:KEY}"`)
	return &render.PlacedError{Offset: offset, Err: err}
}
