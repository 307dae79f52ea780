package mask

import "io"

// stream is one stream of bytes that is being masked. Positions count its bytes from 0. It
// keeps what was read from the position kept on, and the 8 bytes before that, which may be
// neighbours.
type stream struct {
	set      *state
	values   uint64 // how many values the matchers know
	matchers []*matcher
	cursors  []cursor
	spans    []span // found and not shown, apart from each other, in order
	end      int64  // how much was read
	kept     int64  // what may begin a pattern that is not complete begins here
	shown    int64  // what is before was written, or is covered by a mask that was
	masked   int64  // where the last mask's span ends
	memory   memory
	out      output
}

// block is how much is searched at once: what several matchers read should stay in the
// processor's caches.
const block = 64 << 10

// neighbours is how many bytes before a text are remembered: a value of 7 bytes, of which all
// may have been read before, and the one beside it.
const neighbours = 8

// write reads p and writes what can be written.
func (s *stream) write(p []byte) error {
	for len(p) > 0 {
		n := min(len(p), block)
		s.refresh()
		s.read(p[:n])
		p = p[n:]
	}
	return s.out.flush()
}

func (s *stream) read(p []byte) {
	start := s.end
	s.search(text{p, s.memory.last(neighbours), start})
	s.show(s.kept, p, start)
	s.memory.add(p, start, s.kept-neighbours)
}

// refresh takes the matchers of the set if there are new values. They read again what is
// kept.
func (s *stream) refresh() {
	if s.set.added.Load() == s.values {
		return
	}
	s.matchers, s.values = s.set.matchers()
	s.cursors = make([]cursor, len(s.matchers))
	s.spans = nil
	kept := int(s.end - s.kept)
	again, before := s.memory.last(kept), s.memory.last(kept+neighbours)
	s.search(text{again, before[:len(before)-kept], s.kept})
}

// search looks for spans in t, the next bytes of the stream.
func (s *stream) search(t text) {
	s.end = t.start + int64(len(t.bytes))
	s.kept = s.end
	for i, m := range s.matchers {
		c := &s.cursors[i]
		m.scan(c, t)
		s.kept = min(s.kept, s.end-int64(m.kept(c, s.end)))
	}
	s.merge()
}

// merge takes what the matchers found, in the order of the ends.
func (s *stream) merge() {
	for {
		var first *cursor
		for i := range s.cursors {
			c := &s.cursors[i]
			if c.taken < len(c.found) && (first == nil || c.found[c.taken].end < first.found[first.taken].end) {
				first = c
			}
		}
		if first == nil {
			break
		}
		s.spans = join(s.spans, first.found[first.taken])
		first.taken++
	}
	for i := range s.cursors {
		s.cursors[i].found, s.cursors[i].taken = s.cursors[i].found[:0], 0
	}
}

// show writes everything before limit, and the masks of the spans that begin before it. p
// begins at start; what is before that is in the memory.
func (s *stream) show(limit int64, p []byte, start int64) {
	shown := 0
	for _, next := range s.spans {
		if next.start >= limit {
			break
		}
		s.cover(next, p, start)
		shown++
	}
	if s.spans = s.spans[shown:]; len(s.spans) == 0 {
		s.spans = nil
	}
	s.raw(limit, p, start)
}

// cover writes the mask of a span, or takes it into the last one.
func (s *stream) cover(next span, p []byte, start int64) {
	s.raw(next.start, p, start)
	if next.end <= s.shown {
		return
	}
	// A span that overlaps with the last mask belongs to it, unless bytes were let go behind it.
	if next.start >= s.masked || s.shown != s.masked {
		s.out.add(next.owner.mask)
		next.owner.masks.Add(1)
	}
	s.shown, s.masked = next.end, next.end
}

// raw writes what was not shown before limit.
func (s *stream) raw(limit int64, p []byte, start int64) {
	if s.shown < start && s.shown < limit {
		n := min(limit, start) - s.shown
		s.out.add(s.memory.last(int(start - s.shown))[:n])
		s.shown += n
	}
	if s.shown < limit {
		s.out.add(p[s.shown-start : limit-start])
		s.shown = limit
	}
}

// pause lets go of all but the beginning of more than 3 bytes of a pattern.
func (s *stream) pause() error {
	depth, pending := 0, []span(nil)
	for i, m := range s.matchers {
		depth = max(depth, m.depth(s.cursors[i].state))
		pending = append(pending, s.cursors[i].pending...)
	}
	if depth > 3 && !s.covered(s.end-int64(depth), pending) {
		return nil
	}
	return s.release(pending)
}

// covered reports whether a complete span covers the stream from position on.
func (s *stream) covered(position int64, pending []span) bool {
	for _, ends := range pending {
		if ends.start <= position {
			return true
		}
	}
	k := len(s.spans) - 1
	return k >= 0 && s.spans[k].end == s.end && s.spans[k].start <= position
}

// release shows everything. The pending spans count.
func (s *stream) release(pending []span) error {
	for _, ends := range pending {
		s.spans = join(s.spans, ends)
	}
	for i := range s.cursors {
		s.cursors[i].pending = nil
	}
	s.show(s.end, nil, s.end)
	return s.out.flush()
}

// close shows everything: the stream has ended.
func (s *stream) close() error {
	s.refresh()
	var pending []span
	for i := range s.cursors {
		pending = append(pending, s.cursors[i].pending...)
	}
	return s.release(pending)
}

// waiting reports whether something is kept back.
func (s *stream) waiting() bool { return s.shown < s.end }

// memory is the last bytes of a stream.
type memory struct {
	bytes []byte
	from  int // what is before was forgotten, and is still there to save a copy
}

// last returns the last n bytes, or all that there are.
func (m *memory) last(n int) []byte {
	return m.bytes[max(m.from, len(m.bytes)-n):]
}

// add adds p, which begins at start, and forgets what is before keep.
func (m *memory) add(p []byte, start, keep int64) {
	if keep >= start {
		m.bytes, m.from = append(m.bytes[:0], p[keep-start:]...), 0
		return
	}
	m.from = max(m.from, len(m.bytes)-int(start-keep))
	if m.from > len(m.bytes)/2 {
		m.bytes, m.from = m.bytes[:copy(m.bytes, m.bytes[m.from:])], 0
	}
	m.bytes = append(m.bytes, p...)
}

// output collects what is written.
type output struct {
	dst io.Writer
	buf []byte
	err error
}

// direct is the size from which on bytes are not collected.
const direct = 16 << 10

func (o *output) add(p []byte) {
	if len(p) >= direct {
		o.flush()
		o.send(p)
		return
	}
	o.buf = append(o.buf, p...)
	if len(o.buf) >= block {
		o.flush()
	}
}

// flush writes what was collected. It returns the first error there was.
func (o *output) flush() error {
	o.send(o.buf)
	o.buf = o.buf[:0]
	return o.err
}

func (o *output) send(p []byte) {
	if o.err != nil || len(p) == 0 {
		return
	}
	n, err := o.dst.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	o.err = err
}
