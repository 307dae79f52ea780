package xml

import "bytes"

// skip passes by what stands between two marks. It looks at the source, in which there
// are no references to a reader that does not know them.
func (r *reader) skip(begin, end, what string) error {
	n := bytes.Index(r.Source[r.at+len(begin):], []byte(end))
	if n < 0 {
		return errorf(r.at, "the %s that begins here is not closed", what)
	}
	return r.pass(r.at+len(begin)+n+len(end), what)
}

// pass takes the references in comments before end for text. Elsewhere there can be none:
// a value has no form there in which every reader finds it.
func (r *reader) pass(end int, what string) error {
	comment := namedPlace{r.at, r.at}
	for ; r.next < len(r.Spans) && r.Spans[r.next].Start < end; r.next++ {
		s := r.Spans[r.next]
		if s.End > end {
			return errorf(s.Start, "the %s ends within a reference", what)
		}
		for comment.end <= s.Start && comment.start >= 0 {
			comment = nextComment(r.Source[:end], comment.end)
		}
		if comment.start < 0 || comment.start > s.Start {
			return misplaced(s.Start, "a reference cannot stand in a "+what)
		}
		copy(r.Masked[s.Start:s.End], r.Source[s.Start:s.End])
	}
	r.at = end
	return nil
}

// nextComment is where the next comment stands, -1 if there is none.
func nextComment(text []byte, at int) namedPlace {
	begin := bytes.Index(text[at:], []byte("<!--"))
	if begin < 0 {
		return namedPlace{-1, len(text)}
	}
	begin += at
	if n := bytes.Index(text[begin:], []byte("-->")); n >= 0 {
		return namedPlace{begin, begin + n + len("-->")}
	}
	return namedPlace{begin, len(text)}
}

func (r *reader) skipDoctype() error {
	if r.rooted || r.doctype {
		return errorf(r.at, "a DOCTYPE cannot stand here")
	}
	end := doctypeEnd(r.Source, r.at)
	if end < 0 {
		return errorf(r.at, "the DOCTYPE that begins here is not closed")
	}
	r.doctype = true
	r.lists = bytes.Contains(r.Source[r.at:end], []byte("<!ATTLIST"))
	return r.pass(end, "DOCTYPE")
}

// doctypeEnd is where the DOCTYPE ends that begins at start, or -1.
func doctypeEnd(text []byte, start int) int {
	depth := 0
	for i := start; i < len(text); {
		end := ""
		switch c := text[i]; {
		case bytes.HasPrefix(text[i:], []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(text[i:], []byte("<?")):
			end = "?>"
		case c == '"', c == '\'':
			end = string(c)
		case c == '<':
			depth++
		case c == '>':
			depth--
		}
		i++
		if end != "" {
			n := bytes.Index(text[i:], []byte(end))
			if n < 0 {
				return -1
			}
			i += n + len(end)
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}
