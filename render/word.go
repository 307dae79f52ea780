package render

import (
	"bytes"
	"strings"
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
