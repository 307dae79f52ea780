package yaml

import (
	"bytes"
	"crypto/sha256"
	"strings"

	"github.com/xec-sh/xec-go/render"
)

// words are what references become while a document is read, each of the length of its
// span, so that all places stay: a mark that stands nowhere else, the number of the span in
// letters, and as many letters more as there are bytes.
type words struct {
	spans []render.Span
	mark  string
}

const (
	markSize   = 5
	numberSize = 5 // letters, of 26: 11 million spans
)

// mask gives a copy of a document with words in it.
func (w words) mask(document []byte) []byte {
	masked := bytes.Clone(document)
	for i, span := range w.spans {
		copy(masked[span.Start:span.End], w.word(i))
	}
	return masked
}

// word is what stands for a span.
func (w words) word(i int) string {
	var number [numberSize]byte
	for k, n := numberSize-1, i; k >= 0; k, n = k-1, n/26 {
		number[k] = byte('a' + n%26)
	}
	return w.mark + string(number[:]) + strings.Repeat("x", w.size(i)-markSize-numberSize)
}

// size is the length of a span and its word.
func (w words) size(ref int) int { return w.spans[ref].End - w.spans[ref].Start }

// find gives the first word in text, and where it begins; -1 if there is none.
func (w words) find(text string) (at, ref int) {
	at = strings.Index(text, w.mark)
	if at < 0 {
		return -1, 0
	}
	for _, letter := range text[at+markSize : at+markSize+numberSize] {
		ref = ref*26 + int(letter-'a')
	}
	return at, ref
}

// freeMark gives a capital and four small letters that the document does not hold. They
// come from its digest, so that no document can be made to hold them all.
func freeMark(document []byte) string {
	digest := sha256.Sum256(document)
	for {
		mark := []byte("Q")
		for _, b := range digest[:markSize-1] {
			mark = append(mark, 'a'+b%26)
		}
		if !bytes.Contains(document, mark) {
			return string(mark)
		}
		digest = sha256.Sum256(digest[:])
	}
}
