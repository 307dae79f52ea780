package mask

import "strings"

// span is a part of a stream that is hidden: one occurrence of a pattern, or several that
// overlap.
type span struct {
	start, end int64
	first      int64 // the end of the occurrence that gives the name
	owner      *owner
}

// owner is a key with its mask.
type owner struct {
	key   string
	mask  []byte
	masks count
}

// before returns the one whose key is first.
func (o *owner) before(other *owner) *owner {
	if strings.Compare(other.key, o.key) < 0 {
		return other
	}
	return o
}

// named is s and t as one span. It has the name of the one that starts first; with the same
// start of the longer one, with the same length of the first key.
func (s span) named(t span) span {
	switch {
	case t.start < s.start, t.start == s.start && t.first > s.first:
		s.first, s.owner = t.first, t.owner
	case t.start == s.start && t.first == s.first:
		s.owner = s.owner.before(t.owner)
	}
	return span{min(s.start, t.start), max(s.end, t.end), s.first, s.owner}
}

// join adds s to spans, which are apart from each other and in order, none of which ends
// behind s.
func join(spans []span, s span) []span {
	for k := len(spans) - 1; k >= 0 && spans[k].end > s.start; k-- {
		s = s.named(spans[k])
		spans = spans[:k]
	}
	return append(spans, s)
}
