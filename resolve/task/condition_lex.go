package task

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/resolve"
)

// lexer takes a condition apart.
type lexer struct {
	text    string // as it was written
	masked  string // with a NUL for each reference
	offsets []int  // of each byte of masked in text
	refs    []*resolve.Reference
	at      int
}

// lex gives the words of a condition, the last of which is its end.
func lex(text string, tokens []resolve.Token) (words []node, err error) {
	l := lexer{text: text}
	var masked strings.Builder
	end := 0
	for _, t := range tokens {
		if t.Ref != nil {
			masked.WriteByte(0)
			l.offsets = append(l.offsets, int(t.Ref.Offset))
			l.refs = append(l.refs, t.Ref)
			end = int(t.Ref.Offset) + len(t.Ref.Raw)
			continue
		}
		masked.Write(t.Literal)
		for i := range t.Literal {
			l.offsets = append(l.offsets, min(end+i, len(text)))
		}
	}
	l.masked, l.offsets = masked.String(), append(l.offsets, len(text))
	for {
		w, err := l.next()
		if err != nil {
			return nil, err
		}
		if words = append(words, w); w.op == ending {
			return words, nil
		}
	}
}

var operators = []string{"||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")"}

func (l *lexer) next() (node, error) {
	for l.at < len(l.masked) && strings.IndexByte(" \t\r\n", l.masked[l.at]) >= 0 {
		l.at++
	}
	rest := l.masked[l.at:]
	w := node{op: ending, offset: l.offsets[l.at]}
	if rest == "" {
		return w, nil
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			w.op = op
			l.at += len(op)
			return w, nil
		}
	}
	switch rest[0] {
	case 0:
		w.op, w.parts = refers, l.parts(1)
		return w, nil
	case '"', '\'':
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return w, misread(l.text, w.offset, "the quote is not closed")
		}
		l.at++
		w.op, w.parts = quoted, l.parts(end)
		l.at++
		return w, nil
	}
	n := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-"))
	if n == 0 {
		char, _ := utf8.DecodeRuneInString(rest)
		return w, misread(l.text, w.offset, "unexpected character "+strconv.QuoteRune(char))
	}
	w.op, w.parts = word, l.parts(n)
	if _, err := parseNumber(w.parts[0].Literal); err == nil {
		w.op = number
	}
	return w, nil
}

// parts gives the next n bytes, with references in their places.
func (l *lexer) parts(n int) (parts []resolve.Token) {
	text := l.masked[l.at : l.at+n]
	l.at += n
	for {
		literal, rest, found := strings.Cut(text, "\x00")
		if literal != "" || !found && parts == nil {
			parts = append(parts, resolve.Token{Literal: []byte(literal)})
		}
		if !found {
			return parts
		}
		parts = append(parts, resolve.Token{Ref: l.refs[0]})
		l.refs, text = l.refs[1:], rest
	}
}
