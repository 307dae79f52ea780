package hcl

import (
	"bytes"
	"sort"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
)

// escape gives the character that the backslash escape at the beginning of raw stands for,
// and its length; a length of 0 if it is none.
func escape(raw []byte) (char rune, size int) {
	if len(raw) < 2 {
		return 0, 0
	}
	switch raw[1] {
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case '"', '\\':
		return rune(raw[1]), 2
	case 'u':
		size = len(`\u0000`)
	case 'U':
		size = len(`\U00000000`)
	}
	if size == 0 || len(raw) < size {
		return 0, 0
	}
	code, err := strconv.ParseUint(string(raw[2:size]), 16, 32)
	if err != nil || code > unicode.MaxRune || !utf8.ValidRune(rune(code)) {
		return 0, 0
	}
	return rune(code), size
}

// unit gives the character at the beginning of raw, literal text of a template, and the
// length that it has there.
func (t *template) unit(raw []byte) (char rune, size int) {
	if raw[0] == '\\' && !t.heredoc {
		return escape(raw)
	}
	return rune(raw[0]), 1
}

// decode appends what literal text stands for: src[from:to] of a template, a part between
// references.
func (d *document) decode(dst []byte, t *template, from, to int) []byte {
	first := sort.Search(len(t.dropped), func(i int) bool { return t.dropped[i].End > from })
	dropped := t.dropped[first:]
	for from < to {
		for len(dropped) > 0 && dropped[0].End <= from {
			dropped = dropped[1:]
		}
		if len(dropped) > 0 && dropped[0].Start <= from {
			from = dropped[0].End
			continue
		}
		rest := d.src[from:to]
		switch {
		case rest[0] == '\\' && !t.heredoc:
			char, size := escape(rest)
			dst = utf8.AppendRune(dst, char)
			from += size
		case isDoubled(rest):
			dst = append(dst, rest[1:3]...)
			from += 3
		default:
			dst = append(dst, rest[0])
			from++
		}
	}
	return dst
}

// drop finds the indentation that the lines of a flush heredoc lose: as much as the line
// that has least. It is counted in what a person takes for characters, so that where a
// mark could join a blank nothing is told.
func (r *reader) drop(t *template) {
	if !t.flush {
		return
	}
	var starts []int // of lines
	least := len(r.src)
	atStart := true
	for _, part := range t.parts {
		k := r.tokens[part]
		if k.kind == sequence && atStart {
			least, atStart = 0, false
		}
		if k.kind != literal {
			continue
		}
		for at := k.start; at < k.end; {
			lineEnd := min(at+len(r.line(at)), k.end)
			whole := r.src[lineEnd-1] == '\n'
			if atStart {
				line := r.src[at:lineEnd]
				n := len(line) - len(bytes.TrimLeftFunc(line, unicode.IsSpace))
				if !(n == len(line) && whole) {
					blanks := bytes.TrimLeft(line, " \t")
					t.unclear = t.unclear || len(line)-len(blanks) != n || n > 0 && joinsBlank(blanks)
					starts = append(starts, at)
					least = min(least, n)
				}
			}
			at, atStart = lineEnd, whole
		}
	}
	for _, at := range starts {
		if least > 0 {
			t.dropped = append(t.dropped, render.Span{Start: at, End: at + least})
		}
	}
}

// joinsBlank reports whether the first character of text could be one with a blank before
// it, for a person.
func joinsBlank(text []byte) bool {
	char, _ := utf8.DecodeRune(text)
	switch {
	case len(text) == 0 || ' ' <= char && char < 0x7f:
		return false
	case '\U0001F3FB' <= char && char <= '\U0001F3FF', char == '\uFF9E', char == '\uFF9F':
		return true
	}
	return !unicode.In(char, unicode.L, unicode.N, unicode.P, unicode.S)
}
