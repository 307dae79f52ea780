package mask

// class is a class of patterns by their lengths. Short ones have a matcher of their own, for
// the filter skips no more bytes than the shortest pattern has.
type class struct {
	automaton  *automaton
	beginnings [][]byte
	least      int
	arena      []byte
}

const (
	// long is from where on patterns are in the class of the long ones.
	long = 16
	// beginning is how many bytes of a pattern the filter may look at.
	beginning = 24
)

// build makes the matchers for entries.
func build(entries []entry) (matchers []*matcher) {
	var short, middle, others class
	for _, e := range entries {
		if len(e.value) < whole {
			short.add([]byte(e.value), e.owner)
			continue
		}
		forms([]byte(e.value), func(form []byte) {
			if len(form) < long {
				middle.add(form, e.owner)
			} else {
				others.add(form, e.owner)
			}
		})
	}
	for _, c := range []*class{&short, &middle, &others} {
		if c.automaton != nil {
			matchers = append(matchers, c.matcher(c == &short))
		}
	}
	return matchers
}

func (c *class) add(form []byte, o *owner) {
	if c.automaton == nil {
		c.automaton, c.least = newAutomaton(), beginning
	}
	c.least = min(c.least, len(form))
	if c.automaton.insert(form, o) < min(len(form), beginning) {
		at := len(c.arena)
		c.arena = append(c.arena, form[:min(len(form), beginning)]...)
		c.beginnings = append(c.beginnings, c.arena[at:])
	}
}

func (c *class) matcher(bounded bool) *matcher {
	c.automaton.finish()
	return &matcher{c.automaton, newFilter(c.beginnings, c.least), bounded}
}
