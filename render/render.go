package render

import "github.com/xec-sh/xec-go/store/secret"

// Span is where a reference stands in a document: document[Start:End], with its
// brackets, without backslashes before it.
type Span struct{ Start, End int }

// Format reads a document in which references stand at spans, in the order of the
// document, none within another, each of [MinSpan] bytes or more. For reading, a reference
// counts as one plain word. An error says its place, most as a *[PlacedError]: it is of
// kind secret.General if the document is not of the format, and of kind secret.Invalid if
// a reference stands where none can.
type Format func(document []byte, spans []Span) (Document, error)

// MinSpan is the length of the shortest reference that a format can tell from the text
// around it.
const MinSpan = 10

// Document is a document whose references can be given values.
type Document interface {
	// Refs gives the numbers of those spans that are references, ascending. The
	// others are escaped, or stand in a comment.
	Refs() []int
	// Render gives the document with the value of each reference in its place. It
	// proves what it gives: read again, it is the document's own tree with the values
	// put in. An error is a *[PlacedError] of kind secret.Invalid: a place cannot
	// carry its value; its hint says what to do.
	Render(value func(ref int) secret.Value) ([]byte, error)
}

// Stream reads a document that may be larger than memory, part by part.
type Stream interface {
	// Next reads a part of the document: the beginning of window, which is what is left of
	// the document or, unless last, some of it. It takes as much as can be read whatever
	// follows, and gives its length n; n is 0 where that takes a larger window. No window
	// ends within a reference, or what may become one. Spans and errors are as those of a
	// Format, within the window. With last, all of it is the part.
	Next(window []byte, spans []Span, last bool) (part Document, n int, err error)
}
