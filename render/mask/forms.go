package mask

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

const (
	// least is the length below which a value is not hidden.
	least = 4
	// whole is the length from which on a value is hidden in all forms.
	whole = 8
	// large is the length above which what is no text is not looked for in the forms of
	// texts.
	large = 4096
)

// forms calls add with each form in which value may stand in a stream. A form may come
// more than once, and is valid until add returns.
func forms(value []byte, add func([]byte)) {
	f := former{add: add}
	f.value(value)
	if bare := bytes.TrimRight(value, "\r\n"); len(bare) >= whole && len(bare) < len(value) {
		f.value(bare)
	}
}

// former makes forms in a buffer that it uses again.
type former struct {
	add     func([]byte)
	scratch []byte
}

func (f *former) value(v []byte) {
	if len(v) < whole {
		if len(v) >= least {
			f.add(v)
		}
		return
	}
	f.text(v)
	f.lines(v)
	f.base64(v)
	f.scratch = hex.AppendEncode(f.scratch[:0], v)
	f.add(f.scratch)
	f.add(bytes.ToUpper(f.scratch))
	if isPlain(v) || len(v) > large && isBinary(v) {
		return // every other form is the value itself, or nobody writes it
	}
	f.escapes(v)
}

// isBinary reports whether v is no text.
func isBinary(v []byte) bool { return !utf8.Valid(v) || bytes.IndexByte(v, 0) >= 0 }

// isPlain reports whether v consists of ASCII letters and digits, which no escape changes.
func isPlain(v []byte) bool {
	for _, b := range v {
		if !isAlnum(b) {
			return false
		}
	}
	return true
}

func isAlnum(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9'
}

// text adds a form, and what a terminal makes of its line ends.
func (f *former) text(form []byte) {
	if len(form) < whole {
		return
	}
	f.add(form)
	if bytes.IndexByte(form, '\n') >= 0 {
		f.add(bytes.ReplaceAll(form, []byte("\n"), []byte("\r\n")))
	}
}

func (f *former) lines(v []byte) {
	if bytes.IndexByte(v, '\n') < 0 {
		return
	}
	for line := range bytes.SplitSeq(v, []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) >= whole && !bytes.HasPrefix(line, []byte("-----BEGIN")) && !bytes.HasPrefix(line, []byte("-----END")) {
			f.add(line)
		}
	}
}

// base64 adds what base64 makes of v behind 0, 1 and 2 bytes (of a multiple of 3), without
// the characters that these bytes, or those behind v, have a part in.
func (f *former) base64(v []byte) {
	for shift := range 3 {
		padded := append(make([]byte, shift, shift+len(v)), v...)
		first, last := (shift*8+5)/6, len(padded)*8/6
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			f.scratch = alphabet.AppendEncode(f.scratch[:0], padded)
			f.add(f.scratch[first:last])
			if shift == 0 {
				f.broken(f.scratch[first:last])
			}
		}
	}
}

// broken adds base64 with line ends.
func (f *former) broken(encoded []byte) {
	for _, width := range []int{64, 76} {
		if len(encoded) <= width {
			continue
		}
		for _, end := range []string{"\n", "\r\n"} {
			var b []byte
			for rest := encoded; len(rest) > 0; {
				if b != nil {
					b = append(b, end...)
				}
				n := min(width, len(rest))
				b, rest = append(b, rest[:n]...), rest[n:]
			}
			f.add(b)
		}
	}
}

// escapes adds the forms in which only some bytes are written in another way.
func (f *former) escapes(v []byte) {
	made := func(b []byte) {
		f.scratch = b
		f.text(b)
	}
	for _, style := range jsonStyles {
		made(appendJSON(f.scratch[:0], v, style))
	}
	for _, style := range jsonStyles[:2] {
		made(appendJSON(f.scratch[:0], appendJSON(nil, v, style), style))
	}
	for _, style := range urlStyles {
		made(appendURL(f.scratch[:0], v, style))
		style.lower = true
		made(appendURL(f.scratch[:0], v, style))
	}
	for _, style := range markupStyles {
		made(appendReplaced(f.scratch[:0], v, style))
	}
	for _, style := range quoteStyles {
		made(appendReplaced(f.scratch[:0], v, style))
	}
	for _, style := range literalStyles {
		made(appendLiteral(f.scratch[:0], v, style))
	}
	for _, style := range wordStyles {
		made(appendWord(f.scratch[:0], v, style))
	}
	made(appendRuns(f.scratch[:0], v))
	made(unquoted(strconv.AppendQuote(f.scratch[:0], string(v))))
	made(unquoted(strconv.AppendQuoteToASCII(f.scratch[:0], string(v))))
}

func unquoted(b []byte) []byte { return b[1 : len(b)-1] }
