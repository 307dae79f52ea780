package render

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/store/secret"
)

// Mask gives a copy of a document in which a word stands in the place of each span: as much
// of it as has room, with its last letter to the end of the span.
func Mask(document []byte, spans []Span, word string) []byte {
	masked := bytes.Clone(document)
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			masked[i] = word[min(i-s.Start, len(word)-1)]
		}
	}
	return masked
}

// MaskUnused gives a [Mask] with an [UnusedWord]. Without one the document is not read.
func MaskUnused(document []byte, spans []Span) ([]byte, error) {
	word := UnusedWord(document)
	if word == "" {
		return nil, Errorf(0, secret.General, "every word that could stand for a reference is in the text")
	}
	return Mask(document, spans, word), nil
}

// WordLetters are what the words of [UnusedWord] consist of. They begin no escape of the
// usual ones and are no hexadecimal digits.
const WordLetters = "QZYXWVTSRPONMLKJIHG"

// UnusedWord gives a word for [Mask] that is not in a document, with letters in an order
// that nothing around them can shift; "" if all of them are in it.
func UnusedWord(document []byte) string {
	for _, first := range WordLetters {
		for _, other := range WordLetters {
			word := string(first) + strings.Repeat(string(other), 7)
			if first != other && !bytes.Contains(document, []byte(word)) {
				return word
			}
		}
	}
	return ""
}

// IndexNotText gives the offset of the first NUL byte, or byte that is not of UTF-8, in a
// text that has neither; else -1.
func IndexNotText(text []byte) int {
	for i := 0; i < len(text); {
		char, size := utf8.DecodeRune(text[i:])
		if char == 0 || char == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
