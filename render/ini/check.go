package ini

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
)

const (
	elsewise = "${secret:KEY|base64} encodes any bytes; --format text writes the value as it is"
	inQuotes = `if the program knows double quotes, put them around it: key = "${secret:KEY}"`
)

// check says whether every reader reads value where it stands.
func (d *document) check(value []byte, scalar scalar, s render.Splice) error {
	refuse := func(hint, why string) error {
		return render.Refusal(s.Start, "the value has "+why, hint)
	}
	before, behind := d.Masked[scalar.start:s.Begin], d.Masked[s.End:scalar.end]
	switch {
	case !utf8.Valid(value) || bytes.ContainsFunc(value, isControl):
		return refuse(elsewise, "a line end, a control character or bytes that are not UTF-8, which no value of an INI file holds")
	case bytes.ContainsAny(value, `\"`):
		return refuse(elsewise, "a backslash or a double quote, which some readers of INI files take for themselves")
	case bytes.IndexByte(value, '%') >= 0 && !d.raw:
		return refuse("--format ini-raw is for programs that do not replace it (pip, git, npm, MySQL); "+elsewise, "a '%', which Python's configparser and systemd take for themselves")
	case bytes.IndexByte(value, '%') >= 0 && d.systemd:
		return refuse(elsewise, "a '%', which systemd takes for itself")
	case bytes.Contains(value, []byte("${")), isSplit(before, value, behind):
		return refuse(elsewise, "a '${', or makes one, which some readers of INI files replace")
	case d.systemd && bytes.IndexByte(value, '$') >= 0:
		return refuse(elsewise, "a '$', which systemd takes for itself")
	case scalar.quoted && isBehindMark(append(before[max(0, len(before)-1):len(before):len(before)], value...), true):
		return refuse(elsewise, "a ';' or '#' behind a blank, which is a comment to some readers of INI files")
	case scalar.quoted:
		return nil
	case bytes.ContainsAny(value, ";#'"):
		return refuse(inQuotes, "a ';', a '#' or a single quote, which some readers of INI files take for themselves")
	case d.systemd && bytes.IndexByte(value, ' ') >= 0:
		return refuse(`put double quotes around it: Environment="NAME=${secret:KEY}"`, "a blank, at which systemd may divide it")
	}
	return d.checkEnds(value, scalar, s, refuse)
}

// checkEnds looks at what a value without quotes begins and ends with.
func (d *document) checkEnds(value []byte, scalar scalar, s render.Splice, refuse func(hint, why string) error) error {
	first, _ := utf8.DecodeRune(value)
	last, _ := utf8.DecodeLastRune(value)
	isFirst, isLast := s.Begin == scalar.start, s.End == scalar.end
	switch {
	case len(value) == 0 && (!isFirst || !isLast || scalar.kind == further):
		if isFirst || isLast {
			return refuse(elsewise, "nothing in it, where what is left begins or ends with something else")
		}
	case isFirst && isWhite(first), isLast && isWhite(last):
		return refuse(inQuotes, "white space at its beginning or end, which readers of INI files drop")
	case scalar.kind == further && (isFirst && first == '[' || bytes.ContainsAny(value, "=:") && isName(d.Masked[scalar.start:s.Begin])):
		return refuse("begin the value in the line of its key", "a '[', '=' or ':', which makes another line of one that goes on with a value")
	}
	return nil
}

// isSplit reports whether value makes a "${" with what is around it.
func isSplit(before, value, behind []byte) bool {
	return bytes.HasSuffix(before, []byte("$")) && bytes.HasPrefix(value, []byte("{")) ||
		bytes.HasSuffix(value, []byte("$")) && (bytes.HasPrefix(behind, []byte("{")) || isReference(behind))
}

// isReference reports whether a masked text could begin with a reference, whose value is
// not known here.
func isReference(masked []byte) bool {
	return len(masked) > 0 && strings.IndexByte(render.WordLetters, masked[0]) >= 0
}

// isControl reports what no line holds, or what a reader takes for the end of one.
func isControl(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' }

// isWhite reports what a reader trims.
func isWhite(c rune) bool { return unicode.IsSpace(c) || c == '\ufeff' }
