package dotenv

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// appendScalar appends a value with texts in it, in quotes that can hold it.
func (d *document) appendScalar(dst []byte, s scalar, texts render.Texts) ([]byte, error) {
	own, whole := d.literal(s, texts)
	switch {
	case s.Quote == '"' && (isPutIn(s, texts, isUnescaped) || bytes.ContainsAny(own, "\\$`'") || !fitsSingle(whole)):
		return d.appendDouble(dst, s, texts)
	case s.Quote == '\'' && isPutIn(s, texts, fitsSingle):
		return append(append(append(dst, '\''), whole...), '\''), nil
	case s.Quote == 0 && isBare(whole):
		return append(dst, whole...), nil
	case s.Quote == 0 && d.isMixed(s):
		return d.appendRaw(dst, s, texts)
	case s.Quote == 0 && bytes.IndexByte(own, '$') >= 0 && !bytes.ContainsAny(own, "\\'\"`"):
		return d.appendDouble(dst, s, texts)
	}
	return appendQuoted(dst, whole), nil
}

// literal gives the text between the quotes of a value: the document's own of it, and all
// of it.
func (d *document) literal(s scalar, texts render.Texts) (own, whole []byte) {
	from, to := s.body()
	nothing := func(dst []byte, _ render.Splice) []byte { return dst }
	return d.Append(nil, from, to, s.splices, nothing), d.Append(nil, from, to, s.splices, texts.Plain)
}

// isPutIn reports whether all that is put into a value is what is asked for.
func isPutIn(s scalar, texts render.Texts, is func([]byte) bool) bool {
	for _, p := range s.splices {
		if !is(texts[p.Ref]) {
			return false
		}
	}
	return true
}

// isUnescaped reports whether text stands in double quotes as it is.
func isUnescaped(text []byte) bool { return !bytes.ContainsAny(text, "\\\"$`") }

// fitsSingle reports whether single quotes hold text, to every reader: python-dotenv knows
// \\ and \' there.
func fitsSingle(text []byte) bool {
	for i, b := range text {
		isPair := b == '\\' && (i+1 == len(text) || text[i+1] == '\\' || text[i+1] == '\n')
		if isPair || b == '\'' || b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

// isMixed reports whether a bare value has quotes, escapes or a ~ of its own: a shell takes
// these for what they are, and a reader of .env files for text. Backslashes before a
// reference are its escapes.
func (d *document) isMixed(s scalar) bool {
	at, end := s.body()
	if d.Source[at] == '~' {
		return true
	}
	for _, p := range s.splices {
		if bytes.ContainsAny(bytes.TrimRight(d.Source[at:p.Begin], `\`), "\\'\"`") {
			return true
		}
		at = p.End
	}
	return bytes.ContainsAny(d.Source[at:end], "\\'\"`")
}

// appendRaw appends a bare value in which only what is put in has changed.
func (d *document) appendRaw(dst []byte, s scalar, texts render.Texts) ([]byte, error) {
	at, end := s.body()
	for _, p := range s.splices {
		own := d.Source[at:p.Begin]
		switch {
		case !isBare(texts[p.Ref]):
			return nil, mixed(p.Start)
		case !isClosed(own):
			return nil, inExpansion(p.Start)
		}
		dst = append(append(dst, own...), texts[p.Ref]...)
		at = p.End
	}
	return append(dst, d.Source[at:end]...), nil
}

// isBare reports whether value needs no quotes, to any reader. To zsh a word that
// begins with '=' is the path of a program, and behind a colon one begins.
func isBare(value []byte) bool {
	for i, b := range value {
		letter := 'a' <= b|0x20 && b|0x20 <= 'z'
		if !letter && (b < '0' || b > '9') && bytes.IndexByte([]byte("_-./:@%+,="), b) < 0 {
			return false
		}
		if b == '=' && (i == 0 || value[i-1] == ':') {
			return false
		}
	}
	return len(value) > 0
}

// appendQuoted appends value in the quotes that most readers read alike.
func appendQuoted(dst, value []byte) []byte {
	if !fitsSingle(value) || bytes.IndexByte(value, '\t') >= 0 {
		return append(appendEscaped(append(dst, '"'), value), '"')
	}
	return append(append(append(dst, '\''), value...), '\'')
}

// appendEscaped appends value for double quotes. Four bytes mean something there to a
// shell; an escaped backslash also keeps the \n of a value from being read as a line
// feed by .env readers.
func appendEscaped(dst, value []byte) []byte {
	for {
		i := bytes.IndexAny(value, "\\\"$`")
		if i < 0 {
			return append(dst, value...)
		}
		dst = append(append(dst, value[:i]...), '\\', value[i])
		value = value[i+1:]
	}
}

// appendDouble appends a value in double quotes. The document's own text of it stays
// as it is, and must be text for double quotes.
func (d *document) appendDouble(dst []byte, s scalar, texts render.Texts) ([]byte, error) {
	at, end := s.body()
	dst = append(dst, '"')
	closed := true
	for _, p := range s.splices {
		own := d.Source[at:p.Begin]
		closed = closed && isClosed(own)
		if !closed && !p.Literal {
			return nil, inExpansion(p.Start)
		}
		dst = appendEscaped(append(dst, own...), texts[p.Ref])
		at = p.End
	}
	return append(append(dst, d.Source[at:end]...), '"'), nil
}

// isClosed reports whether every expansion that a shell makes of text, from between
// double quotes, certainly ends in it, whatever comes behind.
func isClosed(text []byte) bool {
	for i := 0; i < len(text); {
		switch text[i] {
		case '\\':
			i += 2
		case '`':
			return false
		case '$':
			n := expansion(text[i:])
			if n == 0 {
				return false
			}
			i += n
		default:
			i++
		}
	}
	return true
}

// expansion is the length of the ${NAME} or $NAME at the beginning of text, 0 if there
// is none or it may be more than that.
func expansion(text []byte) int {
	braced := len(text) > 1 && text[1] == '{'
	start := 1
	if braced {
		start = 2
	}
	end := start
	for end < len(text) && secret.IsNameByte(text[end]) {
		end++
	}
	rest := text[end:]
	switch {
	case end == start, len(rest) == 0, '0' <= text[start] && text[start] <= '9':
		return 0
	case braced && rest[0] == '}':
		return end + 1
	case braced, rest[0] == ':', rest[0] == '[', rest[0] >= 0x80, bytes.HasPrefix(rest, []byte("\\\n")):
		return 0
	}
	return end
}

func mixed(offset int) error {
	return render.Refusal(offset, "the value needs quotes, and the text around it has some, or escapes, that only shells take for what they are",
		`put quotes around the whole: NAME="... ${secret:KEY}"`)
}

func inExpansion(offset int) error {
	return render.Refusal(offset, "a shell could take the value for a part of what it expands or runs",
		"before a reference write ${NAME} for a variable and, in double quotes, \\$ and \\` for the characters themselves; in single quotes nothing is expanded")
}
