package hcl

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
)

// appendScalar appends a string with texts in it: a quoted one stays, a heredoc if it can
// hold them.
func (f *file) appendScalar(dst []byte, s scalar, texts render.Texts) ([]byte, error) {
	if s.template < 0 {
		text := texts[s.splices[0].Ref]
		if !isNormal(text) {
			return nil, notNormal(s.splices[0].Start)
		}
		return append(appendQuoted(append(dst, '"'), text, nil), '"'), nil
	}
	t := &f.templates[s.template]
	k := f.literal(s)
	whole := f.decoded(t, k, texts, s.splices[0].Ref)
	switch {
	case !isNormal(whole):
		return nil, notNormal(s.splices[0].Start)
	case len(whole) == 0 && f.isAlone(t, texts):
		return nil, render.Refusal(s.splices[0].Start, "without a value here the string would be HCL's own ${…} alone, which need not be a string", "take the filter away that leaves nothing, or the default")
	case !t.heredoc:
		return f.inPlace(dst, s, appendQuoted, texts), nil
	}
	out := f.inPlace(nil, s, f.lines(t), texts)
	switch {
	case !f.whole(s):
		if !f.fits(s, texts) {
			return nil, noFit(s.splices[0].Start)
		}
		return append(dst, out...), nil
	case f.isHeredoc(out, whole):
		return append(dst, out...), nil
	}
	return append(appendQuoted(append(dst, '"'), whole, nil), '"'), nil
}

// isAlone reports whether a template, with texts in it, is one ${…} and nothing else: HCL
// takes that for the expression itself, whatever its type.
func (f *file) isAlone(t *template, texts render.Texts) bool {
	sequences := 0
	for _, i := range t.parts {
		k := f.tokens[i]
		if k.kind == sequence {
			sequences++
			if f.src[k.start] != '$' {
				return false
			}
			continue
		}
		next, _ := slices.BinarySearchFunc(f.Spans, k.start, func(s render.Span, at int) int { return cmp.Compare(s.Start, at) })
		if len(f.decoded(t, k, texts, next)) > 0 {
			return false
		}
	}
	return sequences == 1
}

// literal is the token of a scalar's literal text.
func (f *file) literal(s scalar) token {
	at := s.splices[0].Start
	parts := f.templates[s.template].parts
	i := sort.Search(len(parts), func(i int) bool { return f.tokens[parts[i]].end > at })
	return f.tokens[parts[i]]
}

// inPlace appends a scalar of which only references, and half of the backslashes before
// them, give way. What encode appends comes before the text behind.
func (f *file) inPlace(dst []byte, s scalar, encode func(dst, text, behind []byte) []byte, texts render.Texts) []byte {
	start, end := f.bounds(s)
	return f.Append(dst, start, end, s.splices, func(dst []byte, p render.Splice) []byte {
		return encode(dst, texts[p.Ref], f.Source[p.End:])
	})
}

// appendQuoted appends a text for double quotes, behind what is in dst.
func appendQuoted(dst, text, behind []byte) []byte {
	for i := 0; i < len(text); {
		char, size := utf8.DecodeRune(text[i:])
		next, last := behind, i+size == len(text)
		if !last {
			next = text[i+size:]
		}
		before := dst[len(dst)-1] // there is a quote at least
		switch {
		case char == '"' || char == '\\':
			dst = append(dst, '\\', byte(char))
		case char == '\n':
			dst = append(dst, '\\', 'n')
		case char == '\r':
			dst = append(dst, '\\', 'r')
		case char == '\t':
			dst = append(dst, '\\', 't')
		case isSign(char) && (bytes.HasPrefix(next, []byte("{")) || last && isSequence(behind) && rune(behind[0]) == char):
			dst = appendSign(dst, byte(char), before, last)
		case char < ' ', char == 0x7f, char == '{' && i == 0 && isSign(rune(before)):
			dst = fmt.Appendf(dst, `\u%04x`, char)
		default:
			dst = append(dst, text[i:i+size]...)
		}
		i += size
	}
	return dst
}

// isSign reports whether a character may begin a sequence.
func isSign(char rune) bool { return char == '$' || char == '%' }

// appendSign appends the $ or % of what would be a sequence. It is doubled, unless there is
// the same before it, or what is behind it is the document's.
func appendSign(dst []byte, sign, before byte, last bool) []byte {
	if before == sign || last {
		return fmt.Appendf(dst, `\u%04x`, sign)
	}
	return append(dst, sign, sign)
}

// appendLines appends a text for a heredoc, with an indentation before its further lines
// but empty ones. Whether it reads as the text is seen later.
func appendLines(dst, text, behind, indent []byte) []byte {
	for i, c := range text {
		next := behind
		if i+1 < len(text) {
			next = text[i+1:]
		}
		if isSequence(text[i:]) {
			dst = append(dst, c)
		}
		dst = append(dst, c)
		if c == '\n' && !bytes.HasPrefix(next, []byte("\n")) {
			dst = append(dst, indent...)
		}
	}
	return dst
}

// lines gives appendLines with the indentation that all lines of a heredoc lose.
func (f *file) lines(t *template) func(dst, text, behind []byte) []byte {
	var indent []byte
	if len(t.dropped) > 0 {
		indent = f.Source[t.dropped[0].Start:t.dropped[0].End]
	}
	return func(dst, text, behind []byte) []byte { return appendLines(dst, text, behind, indent) }
}

// isHeredoc reports whether raw is one heredoc that stands for text.
func (f *file) isHeredoc(raw, text []byte) bool {
	if !isPlain(text) {
		return false
	}
	d, err := read(append(append([]byte("k="), raw...), '\n'), nil)
	if err != nil {
		return false
	}
	t := &d.templates[0]
	if len(t.parts) != 1 || t.unclear || t.close != len(d.tokens)-2 { // there is a line end behind it
		return false
	}
	k := d.tokens[t.parts[0]]
	return bytes.Equal(d.decode(nil, t, k.start, k.end), text)
}

// isPlain reports whether a heredoc may hold a text: no control characters but tabs and
// line ends, and those as LF or CR LF.
func isPlain(text []byte) bool {
	for i, c := range text {
		switch {
		case c == '\t' || c == '\n':
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
		case c < ' ' || c == 0x7f:
			return false
		}
	}
	return true
}

// fits reports whether a heredoc with sequences can hold what is put into a part of it: one
// line that begins with no blank.
func (f *file) fits(s scalar, texts render.Texts) bool {
	for _, p := range s.splices {
		text := texts[p.Ref]
		if len(text) == 0 || bytes.IndexByte(text, '\n') >= 0 || !isPlain(text) || bytes.IndexByte([]byte(" \t"), text[0]) >= 0 || joinsBlank(text) {
			return false
		}
	}
	return true
}

func notNormal(offset int) error {
	return render.Refusal(offset, "the text with the value in it is not in the normal form C of Unicode, into which HCL would bring it", render.HintBase64)
}

func noFit(offset int) error {
	return render.Refusal(offset, "a heredoc that has ${…} or %{…} in it cannot hold the value", `a quoted string can: "${secret:KEY}"`)
}
