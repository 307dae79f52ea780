package render

import "sort"

// SpansBefore gives those spans that begin before an offset.
func SpansBefore(spans []Span, offset int) []Span {
	return spans[:sort.Search(len(spans), func(i int) bool { return spans[i].Start >= offset })]
}

// Escaped reads the backslashes directly before a reference that stands at start, given
// where each of them begins. Of n of them n/2 remain: what gives way to a value or to the
// reference itself begins at begin. If n is odd the reference is literal text.
func Escaped(slashes []int, start int) (begin int, literal bool) {
	n := len(slashes)
	if n == 0 {
		return start, false
	}
	return slashes[n/2], n%2 == 1
}
