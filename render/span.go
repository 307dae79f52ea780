package render

import "sort"

// SpansBefore gives those spans that begin before an offset.
func SpansBefore(spans []Span, offset int) []Span {
	return spans[:sort.Search(len(spans), func(i int) bool { return spans[i].Start >= offset })]
}
