package resolve

import (
	"bytes"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// find gives where the next reference opens, or -1 if there is none that the
// window can tell.
func (s *Scanner) find() int {
	for s.from < len(s.buf) {
		open := s.candidate()
		if open < 0 {
			break
		}
		yes, more := s.opens(open)
		if yes {
			return open
		}
		if more && s.readErr == nil {
			s.from = open
			return -1
		}
		s.from = open + 2
	}
	s.from = max(s.from, s.settled())
	return -1
}

// candidate gives the next place that looks like an opening bracket, or -1. To look
// for '$' is three times as fast as to look for a word, where '$' is rare; in a Text
// with many the word is looked for instead.
func (s *Scanner) candidate() int {
	for i, others := s.from, 0; ; i++ {
		j := bytes.IndexByte(s.buf[i:], '$')
		if j < 0 || i+j+1 >= len(s.buf) {
			return -1
		}
		i += j
		if s.buf[i+1] == '{' || s.buf[i+1] == '<' {
			return i
		}
		if others++; others > manyDollars && s.dialect.isText() {
			return s.word(i)
		}
	}
}

// manyDollars is how many that open no bracket are passed over one by one.
const manyDollars = 16

// word gives the next place, from i on, at which a reference of a Text opens, or -1.
func (s *Scanner) word(i int) int {
	for start := i; ; i++ {
		j := bytes.Index(s.buf[i:], []byte("secret:"))
		if j < 0 {
			return -1
		}
		i += j
		if i-2 >= start && s.buf[i-2] == '$' && (s.buf[i-1] == '{' || s.buf[i-1] == '<') {
			return i - 2
		}
	}
}

// opens reports whether xec's reference opens at buf[i], and whether more has to
// be read to tell.
func (s *Scanner) opens(i int) (yes, more bool) {
	body := s.buf[i+2:]
	begin := body[:min(len(body), longestOpening)]
	brace := s.buf[i+1] == '{'
	switch {
	case s.dialect == Config && brace:
		return true, false
	case s.dialect == Config:
		return hasPrefix(begin, Config), false
	case s.dialect == Command && brace && s.isDeclared(body):
		return true, false
	}
	return begins(begin, s.dialect)
}

// isDeclared reports whether body is a declared name and a closing bracket.
func (s *Scanner) isDeclared(body []byte) bool {
	end := bytes.IndexByte(body[:min(len(body), secret.MaxKey)], '}')
	return end > 0 && s.declared != nil && s.declared(string(body[:end]))
}

// hasPrefix reports whether body begins with one of the prefixes of the dialect.
func hasPrefix(body []byte, d Dialect) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(string(body), prefix.text) && !(prefix.synonym && d.isText()) {
			return true
		}
	}
	return false
}

// begins reports whether body, the text behind an opening bracket, begins what
// would be xec's reference in a Text or Command, and whether more of it has to be
// seen to tell.
func begins(body []byte, d Dialect) (yes, more bool) {
	for _, prefix := range prefixes {
		if prefix.synonym && d.isText() || d.isText() && prefix.kind != Secret {
			continue
		}
		rest, ok := bytes.CutPrefix(body, []byte(prefix.text))
		if !ok {
			more = more || strings.HasPrefix(prefix.text, string(body))
			continue
		}
		if len(rest) == 0 {
			return false, true
		}
		return follows(rest[0], prefix.kind), false
	}
	return false, more
}

// follows reports whether b may follow the prefix of a reference.
func follows(b byte, k Kind) bool {
	letter := 'a' <= b|0x20 && b|0x20 <= 'z'
	switch k {
	case Secret:
		return letter
	case Cmd:
		return letter || slices.Contains([]byte("/.~_"), b)
	}
	return letter || b == '_' || b >= '0' && b <= '9'
}
