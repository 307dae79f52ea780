package yaml

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// places turns lines and columns of yaml.v3 into offsets. A line ends where YAML 1.1
// says: at LF, CR, CR LF, NEL, LS and PS. A column counts characters, and a byte order
// mark is none.
type places struct {
	source []byte
	starts []int // of lines
}

func newPlaces(source []byte) places {
	p := places{source, []int{0}}
	if bytes.HasPrefix(source, []byte("\ufeff")) {
		p.starts[0] = len("\ufeff")
	}
	for i := 0; i < len(source); {
		n := lineBreak(source[i:])
		if n > 0 {
			p.starts = append(p.starts, i+n)
		}
		i += max(n, 1)
	}
	return p
}

// lineBreak is the length of the line end at the start of b, 0 if there is none.
func lineBreak(b []byte) int {
	switch {
	case b[0] == '\r' && len(b) > 1 && b[1] == '\n':
		return 2
	case b[0] == '\n' || b[0] == '\r':
		return 1
	}
	for _, mark := range []string{"\u0085", "\u2028", "\u2029"} {
		if bytes.HasPrefix(b, []byte(mark)) {
			return len(mark)
		}
	}
	return 0
}

// offset is the place of a line and column, both from 1.
func (p places) offset(line, column int) int {
	i := p.starts[min(max(line, 1), len(p.starts))-1]
	for ; column > 1 && i < len(p.source); column-- {
		_, n := utf8.DecodeRune(p.source[i:])
		i += n
	}
	return i
}

// lineOf is the index of the line on which an offset lies.
func (p places) lineOf(offset int) int {
	return sort.Search(len(p.starts), func(i int) bool { return p.starts[i] > offset }) - 1
}
