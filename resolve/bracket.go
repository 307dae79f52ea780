package resolve

// bracket remembers how far the search for a closing bracket has come, so that no
// byte is searched twice, however many references are opened on a line: between the
// offsets start and end of the text there is no closing bracket and no line feed.
type bracket struct {
	closing    byte
	start, end int64
	// long is where a reference was opened that is longer than any may be, but may
	// still turn out not to be closed on its line. While it is set, end is the end
	// of the window.
	long *Position
}

// bracketOf gives the form of the bracket that opens at buf[i].
func (s *Scanner) bracketOf(i int) *bracket {
	if s.buf[i+1] == '{' {
		return &s.brace
	}
	return &s.angle
}

// search gives the first closing bracket or line feed at or behind buf[from], the
// end of the window if there is none.
func (s *Scanner) search(b *bracket, from int) (end int, closed bool) {
	origin := s.pos.Offset - int64(s.at) // of the window in the text
	start := origin + int64(from)
	if start < b.start || start > b.end {
		b.start, b.end = start, start
	}
	for i := int(b.end - origin); i < len(s.buf); i++ {
		if c := s.buf[i]; c == b.closing || c == '\n' {
			b.end = origin + int64(i)
			return i, c == b.closing
		}
	}
	b.end = origin + int64(len(s.buf))
	return len(s.buf), false
}

// long keeps in mind where a reference was opened that is too long, if it is closed
// at all.
func (s *Scanner) long(open int) {
	if b := s.bracketOf(open); b.long == nil {
		p := s.place(open)
		b.long = &p
	}
	s.from = open + 2
}

// watch decides about what long has kept in mind, as far as the window tells.
func (s *Scanner) watch() {
	for _, b := range []*bracket{&s.brace, &s.angle} {
		if b.long == nil {
			continue
		}
		origin := s.pos.Offset - int64(s.at)
		end, closed := s.search(b, int(b.end-origin))
		if closed {
			s.fail(*b.long, tooLong())
		}
		if closed || end < len(s.buf) || s.readErr != nil {
			b.long = nil
		}
	}
}
