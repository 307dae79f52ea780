package netrc

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// kind is what a word is to the file.
type kind byte

const (
	isKeyword kind = iota
	isValue        // of the keyword before it
	isMacro        // the name of a macro with its text, as one word
)

// word is where a word stands, with its quotes.
type word struct {
	kind       kind
	start, end int
	quoted     bool
}

// inner is where a word begins behind its quote, and stop is where it ends before it.
func (w word) inner() int {
	if w.quoted {
		return w.start + 1
	}
	return w.start
}

func (w word) stop() int {
	if w.quoted {
		return w.end - 1
	}
	return w.end
}

const (
	white = " \t\r\n"
	mark  = "\ufeff"
)

// hasValue are the keywords with a value behind them.
var hasValue = []string{"machine", "login", "user", "password", "account", "port", "protocol"}

// read gives the words of a file, without comments.
func read(text []byte) (words []word, err error) {
	next, at := isKeyword, 0
	if bytes.HasPrefix(text, []byte(mark)) {
		at = len(mark)
	}
	for at = skip(text, at); at < len(text); at = skip(text, at) {
		if next == isKeyword && text[at] == '#' {
			at = lineEnd(text, at)
			continue
		}
		w := word{kind: next, start: at}
		if err := w.scan(text); err != nil {
			return nil, err
		}
		switch next {
		case isValue:
			next = isKeyword
		case isMacro:
			next = isKeyword
			w.end = macroEnd(text, w.end)
		default:
			if next, err = behind(text, w); err != nil {
				return nil, err
			}
		}
		words = append(words, w)
		at = w.end
	}
	if next != isKeyword {
		return nil, render.Errorf(len(text), secret.General, "not .netrc: a word is missing behind the last one")
	}
	return words, nil
}

// behind says of what kind the word behind a keyword is.
func behind(text []byte, w word) (kind, error) {
	switch name := string(text[w.start:w.end]); {
	case name == "default":
		return isKeyword, nil
	case name == "macdef":
		return isMacro, nil
	case slices.Contains(hasValue, name):
		return isValue, nil
	}
	if n := bytes.IndexByte(text[w.start:w.end], 0); n >= 0 {
		return 0, misplaced(w.start+n, isKeyword)
	}
	return 0, render.Errorf(w.start, secret.General, "not .netrc: expected one of machine, default, login, password, account, macdef")
}

// scan finds the end of the word that begins at w.start.
func (w *word) scan(text []byte) error {
	w.end = len(text)
	if n := bytes.IndexAny(text[w.start:], white); n >= 0 {
		w.end = w.start + n
	}
	if w.quoted = text[w.start] == '"'; !w.quoted {
		return nil
	}
	for i := w.start + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] != '\n':
			i++
		case text[i] == '"':
			w.end = i + 1
			if w.end < len(text) && bytes.IndexByte([]byte(white), text[w.end]) < 0 {
				return render.Errorf(w.end, secret.General, "not .netrc: expected white space behind a word in quotes")
			}
			return nil
		case text[i] == '\n':
			return render.Errorf(w.start, secret.General, "not .netrc: the double quote is not closed in its line")
		}
	}
	return render.Errorf(w.start, secret.General, "not .netrc: the double quote is not closed")
}

// skip goes to the next character but white space.
func skip(text []byte, at int) int {
	return len(text) - len(bytes.TrimLeft(text[at:], white))
}

// lineEnd gives the offset of the line feed behind at, or the length of text.
func lineEnd(text []byte, at int) int {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(text)
}

// macroEnd gives the offset of the empty line behind at, or the length of text.
func macroEnd(text []byte, at int) int {
	for at = lineEnd(text, at); at < len(text); {
		next := lineEnd(text, at+1)
		if len(bytes.TrimRight(text[at+1:next], "\r")) == 0 {
			return at
		}
		at = next
	}
	return at
}

// decode gives what raw stands for, a part of the word: curl's reading.
func (w word) decode(raw []byte) []byte {
	if !w.quoted {
		return raw
	}
	return unescaped(raw)
}

// unescaped takes the backslashes away that are escapes in quotes.
func unescaped(raw []byte) (text []byte) {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			i++
		}
		text = append(text, raw[i])
	}
	return text
}

// escaped appends text as it stands in quotes.
func escaped(dst, text []byte) []byte {
	for _, c := range text {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return dst
}

// isPlain reports whether text needs no quotes.
func isPlain(text []byte) bool {
	return text[0] != '#' && !bytes.ContainsAny(text, white+`"\`)
}

// check says whether a word can hold a text.
func check(text []byte, s render.Splice) error {
	switch {
	case s.Literal:
		return nil
	case !utf8.Valid(text):
		return refused(s.Start, "the value is not UTF-8, which some readers of .netrc refuse")
	case bytes.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\t' }):
		return refused(s.Start, "the value has a line end or another control character, which no word of a .netrc holds")
	}
	return nil
}
