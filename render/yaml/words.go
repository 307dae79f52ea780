package yaml

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/render"
)

// words is a document in which each reference has become one word of the same length,
// so that all places stay: a mark that stands nowhere else, the number of the span in
// letters, and as many letters more as there are bytes.
type words struct {
	document []byte
	spans    []render.Span
	mark     string
}

const (
	markSize   = 5
	numberSize = 5 // letters, of 26: 11 million spans
)

func newWords(document []byte, spans []render.Span) *words {
	w := &words{document: slices.Clone(document), spans: spans, mark: freeMark(document)}
	for i, span := range spans {
		copy(w.document[span.Start:span.End], w.word(i))
	}
	return w
}

// word is what stands for a span.
func (w *words) word(i int) string {
	var number [numberSize]byte
	for k, n := numberSize-1, i; k >= 0; k, n = k-1, n/26 {
		number[k] = byte('a' + n%26)
	}
	return w.mark + string(number[:]) + strings.Repeat("x", w.size(i)-markSize-numberSize)
}

// size is the length of a span and its word.
func (w *words) size(span int) int { return w.spans[span].End - w.spans[span].Start }

// find gives the first word in text, and where it begins; -1 if there is none.
func (w *words) find(text string) (at, span int) {
	at = strings.Index(text, w.mark)
	if at < 0 {
		return -1, 0
	}
	for _, letter := range text[at+markSize : at+markSize+numberSize] {
		span = span*26 + int(letter-'a')
	}
	return at, span
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
