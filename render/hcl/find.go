package hcl

import (
	"bytes"
	"slices"

	"github.com/xec-sh/xec-go/render"
)

// find finds the scalars of the document that have references.
func (f *file) find() error {
	next := 0
	for i, k := range f.tokens {
		for next < len(f.Spans) && f.Spans[next].Start < k.start {
			next++ // in a comment
		}
		if next == len(f.Spans) || f.Spans[next].Start >= k.end {
			continue
		}
		switch k.kind {
		case reference:
			s := render.Splice{Ref: next, Span: f.Spans[next], Begin: k.start}
			f.Splices = append(f.Splices, s)
			f.scalars = append(f.scalars, scalar{-1, []render.Splice{s}})
			if err := f.checkPlace(i, i, k.start); err != nil {
				return err
			}
		case literal:
			s := scalar{k.template, f.Find(k.start, k.end, f.templates[k.template].unit)}
			f.scalars = append(f.scalars, s)
			if err := f.checkString(s, i); err != nil {
				return err
			}
			next += len(s.splices)
		default:
			return misplaced(f.Spans[next].Start, "a reference cannot stand here")
		}
	}
	return nil
}

// checkString says whether references can stand in a string, of which the token i is a part.
func (f *file) checkString(s scalar, i int) error {
	t := &f.templates[s.template]
	first := s.splices[0].Start
	literal := true
	for _, each := range s.splices {
		literal = literal && each.Literal
	}
	switch {
	case t.unclear:
		return misplaced(first, "a reference cannot stand in a <<- heredoc that is indented by other characters than blanks and tabs")
	case f.strips(f.tokens[i-1]), f.strips(f.tokens[i+1]):
		return misplaced(first, "a reference cannot stand beside a ~, which takes blanks away")
	case literal:
		return nil
	}
	return f.checkPlace(t.open, t.close, first)
}

// strips reports whether a token has a ~, which takes away the blanks beside it.
func (f *file) strips(k token) bool {
	return (k.kind == sequence || k.kind == end) && bytes.IndexByte(f.src[k.start:k.end], '~') >= 0
}

// checkPlace says whether a string, or a reference that stands for one, may be where the
// tokens first to last are. A wrong one is told at offset.
func (f *file) checkPlace(first, last, offset int) error {
	before, behind := newline, newline
	if first > 0 {
		before = f.tokens[first-1].kind
	}
	if last+1 < len(f.tokens) {
		behind = f.tokens[last+1].kind
	}
	switch {
	case before == newline, behind == '=', behind == keyColon, behind == arrow:
		return misplaced(offset, "a reference cannot stand in a name or a key")
	case before == word && !f.isOneOf(first-1, "in", "if"), behind == word && !f.isOneOf(last+1, "if"):
	case bytes.IndexByte(mayPrecede, byte(before)) >= 0 && bytes.IndexByte(mayFollow, byte(behind)) >= 0:
		return nil
	}
	return misplaced(offset, "a reference cannot stand here")
}

// mayPrecede and mayFollow are the kinds of tokens between which a value may stand.
var (
	mayPrecede = []byte{'=', '(', '[', '{', ',', ':', '?', '*', '/', '%', '+', '-', '<', '!', byte(operator), byte(arrow), byte(keyColon), byte(sequence), byte(word)}
	mayFollow  = []byte{')', ']', '}', ',', ':', '?', '*', '/', '%', '+', '-', '<', byte(operator), byte(newline), byte(end), byte(word)}
)

// isOneOf reports whether a token is one of the words.
func (f *file) isOneOf(i int, words ...string) bool {
	k := f.tokens[i]
	return slices.Contains(words, string(f.src[k.start:k.end]))
}
