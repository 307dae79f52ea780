package ini

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"github.com/xec-sh/xec-go/render"
)

// prove says where out is not the document with texts in it.
func (d *document) prove(out []byte, texts render.Texts) error {
	at, theirAt, next := 0, 0, 0
	last, theirLast := other, other
	for at < len(d.Masked) || theirAt < len(out) {
		begin, theirBegin := at, theirAt
		ours, theirs := line{}, line{}
		ours, at = lineAt(d.Masked, at, last)
		theirs, theirAt = lineAt(out, theirAt, theirLast)
		if ours.kind != blank && ours.kind != comment {
			last, theirLast = ours.kind, theirs.kind
		}
		isSame := false
		if next < len(d.scalars) && d.scalars[next].begin == begin {
			isSame = d.sameLine(d.scalars[next], theirs, out, texts) &&
				bytes.Equal(d.Source[ours.stop:at], out[theirs.stop:theirAt])
			next++
		} else {
			isSame = bytes.Equal(d.Source[begin:at], out[theirBegin:theirAt])
		}
		if !isSame {
			return unproved(begin)
		}
	}
	return nil
}

// sameLine reports whether every reader finds in a line of out what it finds in that of a
// scalar, with texts in it.
func (d *document) sameLine(s scalar, l line, out []byte, texts render.Texts) bool {
	want, got := d.Masked[s.begin:s.value], out[l.begin:min(l.value, l.stop)]
	if s.kind != l.kind || !bytes.Equal(want, got) || bytes.IndexByte(out[l.begin:l.stop], '\r') >= 0 {
		return false
	}
	own := d.withLiterals(s)
	for _, read := range []reading{plain, inline, git, npm} {
		if d.filled(read(own), s, texts) != read(string(out[l.value:l.stop])) {
			return false
		}
	}
	return true
}

// withLiterals gives the value of a line with those references that are literal text as
// what they are, and the others as words.
func (d *document) withLiterals(s scalar) string {
	var own strings.Builder
	at := s.value
	for _, each := range s.splices {
		if each.Literal {
			own.Write(d.Masked[at:each.Begin])
			own.Write(d.Source[each.Start:each.End])
			at = each.End
		}
	}
	own.Write(d.Masked[at:s.stop])
	return own.String()
}

// filled gives what a reader finds with its references replaced.
func (d *document) filled(rest string, s scalar, texts render.Texts) string {
	var whole strings.Builder
	for _, each := range s.splices {
		if each.Literal {
			continue
		}
		before, behind, ok := strings.Cut(rest, string(d.Masked[each.Start:each.End]))
		if !ok { // the reader refuses the line
			break
		}
		whole.WriteString(before)
		whole.Write(texts[each.Ref])
		rest = behind
	}
	return whole.String() + rest
}

// reading is what a reader makes of what stands behind a key.
type reading func(text string) string

// unread is what a reader makes of what it refuses.
const unread = "\x00"

// plain is configparser's.
func plain(text string) string { return strings.TrimSpace(text) }

var inlineComment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[ \t])[;#].*`) })

// inline is configparser's with inline comments.
func inline(text string) string { return plain(inlineComment().ReplaceAllString(text, "")) }

// git is git config's.
func git(text string) string {
	var value []byte
	kept := 0 // up to here blanks are not the last
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ';' || c == '#'):
			return string(value[:kept])
		case !quoted && (c == ' ' || c == '\t'):
			if len(value) > 0 {
				value = append(value, c)
			}
			continue
		case c == '\\':
			i++
			if i == len(text) {
				return unread // it goes on in the next line
			}
			n := strings.IndexByte(`tbn\"`, text[i])
			if n < 0 {
				return unread
			}
			value = append(value, "\t\b\n\\\""[n])
		default:
			value = append(value, c)
		}
		kept = len(value)
	}
	if quoted {
		return unread
	}
	return string(value[:kept])
}

// npm is that of npm's package ini.
func npm(text string) string {
	text = strings.TrimSpace(text)
	if n := len(text) - 1; n > 0 && (text[0] == '"' || text[0] == '\'') && text[n] == text[0] {
		if text[0] == '\'' {
			text = text[1:n]
		}
		var decoded string
		if json.Unmarshal([]byte(text), &decoded) == nil {
			return decoded
		}
		return text
	}
	var value []byte
	escaped := false
	for _, c := range []byte(text) {
		isMark := c == ';' || c == '#'
		switch {
		case escaped && (isMark || c == '\\'):
			value = append(value, c)
		case escaped:
			value = append(value, '\\', c)
		case isMark:
			return strings.TrimSpace(string(value))
		case c == '\\':
			escaped = true
			continue
		default:
			value = append(value, c)
		}
		escaped = false
	}
	return strings.TrimSpace(string(value))
}

// unproved is the error for a line that would be read as another one.
func unproved(offset int) error {
	return render.Refusal(offset, "with the values put in, some reader of INI files would read another text from here on", elsewise)
}
