package mask

// matcher finds the patterns of one class of lengths.
type matcher struct {
	*automaton
	*filter
	// bounded is set if a span counts only where its neighbours are no letters or digits.
	bounded bool
}

// text is a piece of a stream.
type text struct {
	bytes  []byte
	before []byte // bytes before it; 8, or all there are
	start  int64  // the position of bytes[0]
}

// at is the byte at i, which may be before bytes. Before the stream there is none, shown as 0.
func (t text) at(i int) byte {
	switch {
	case i >= 0:
		return t.bytes[i]
	case len(t.before)+i >= 0:
		return t.before[len(t.before)+i]
	}
	return 0
}

// cursor is how far a matcher is with a stream: in state, which is the longest end of the
// stream that begins a pattern and has not become the whole of one.
type cursor struct {
	state   node
	pending []span // at most one: it ends the stream, and what comes next decides
	found   []span // in the order of their ends
	taken   int    // how many of found are no longer needed
	work    int    // steps done, for tests
}

const (
	// lookahead is how many bytes the automaton reads at least before the filter takes over
	// again. More than the depth of a shallow node, so that it never goes back to where it began.
	lookahead = 4
	// tail is how many bytes at the end of a text are left to the automaton. The filter would
	// have to give them back.
	tail = 64
)

// scan reads a piece and appends to c.found the spans that end in it.
func (m *matcher) scan(c *cursor, t text) {
	m.decide(c, t)
	i := m.run(c, t, 0)
	for i < len(t.bytes) {
		// No span begins before i and ends behind it.
		hit := m.filter.next(t.bytes, i+m.stride-1)
		c.work += (hit-i)/m.stride + 1
		i = m.run(c, t, hit-m.stride+1)
	}
	m.disregard(c, t)
}

// run feeds the automaton from i on, until less than lookahead bytes may begin a pattern,
// and returns where these begin; at the end of the text it returns that.
func (m *matcher) run(c *cursor, t text, i int) int {
	n, begin, p := c.state, i, t.bytes
	for i < len(p) {
		n = m.step(c, n, p[i])
		i++
		f := m.flags[n]
		if f&(ends|leaf|shallow) == 0 {
			continue
		}
		if f&ends != 0 {
			m.report(c, t, n, i)
		}
		for m.flags[n]&leaf != 0 {
			n = m.fail[n]
			c.work++
		}
		if f = m.flags[n]; f&shallow != 0 && i-begin >= lookahead && len(p)-i > tail {
			c.state = root
			return i - int(f>>depthShift)
		}
	}
	c.state = n
	return i
}

// step is [automaton.next], counted.
func (m *matcher) step(c *cursor, n node, b byte) node {
	for {
		c.work++
		child := m.child(n, b)
		if child != root || n == root {
			return child
		}
		n = m.fail[n]
	}
}

// report adds the longest span that ends before i with node n.
func (m *matcher) report(c *cursor, t text, n node, i int) {
	longest, _ := m.ending.get(n, 0)
	if !m.bounded {
		c.add(m.span(t, int(longest), i))
		return
	}
	for k := int(longest); k >= 0; k = m.patterns[k].shorter {
		if isAlnum(t.at(i - m.patterns[k].length - 1)) {
			continue
		}
		switch {
		case i == len(t.bytes):
			c.pending = append(c.pending[:0], m.span(t, k, i))
		case !isAlnum(t.bytes[i]):
			c.add(m.span(t, k, i))
		}
		return
	}
}

func (m *matcher) span(t text, pattern, end int) span {
	p := &m.patterns[pattern]
	e := t.start + int64(end)
	start := e - int64(p.length)
	return span{start, e, e, p.owner}
}

// decide adds the pending span if the first byte of t lets it.
func (m *matcher) decide(c *cursor, t text) {
	if len(c.pending) > 0 && len(t.bytes) > 0 {
		if !isAlnum(t.bytes[0]) {
			c.add(c.pending[0])
		}
		c.pending = c.pending[:0]
	}
}

// disregard makes the state forget what cannot become a span for its left neighbour.
func (m *matcher) disregard(c *cursor, t text) {
	for m.bounded && c.state != root && isAlnum(t.at(len(t.bytes)-m.depth(c.state)-1)) {
		c.state = m.fail[c.state]
	}
}

// add appends s, or makes it one with the last if it begins within that. A text of which
// every byte ends a span would have a long list otherwise.
func (c *cursor) add(s span) {
	if k := len(c.found); k > 0 && c.found[k-1].start < s.start && s.start < c.found[k-1].end {
		c.found[k-1].end = s.end
		return
	}
	c.found = append(c.found, s)
}

// kept is how many bytes at the end of the stream, which is at position end, are needed.
func (m *matcher) kept(c *cursor, end int64) int {
	depth := m.depth(c.state)
	if len(c.pending) > 0 {
		depth = max(depth, int(end-c.pending[0].start))
	}
	return depth
}
