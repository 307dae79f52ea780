package mask

import (
	"slices"
	"sort"
)

// node is a beginning of a pattern, the root the empty one.
type node = uint32

const root node = 0

// The flags of a node. The last two bits are the depth of a shallow one.
const (
	chains     uint8 = 1 << iota // the node that is next in number is a child
	forks                        // there are other children
	ends                         // a pattern is a suffix of the node
	shallow                      // the depth is at most 3
	leaf                         // there are no children
	depthShift = 6
)

// automaton is the one of Aho and Corasick, in about 6 bytes a node. Nodes that a pattern
// adds to those before it are numbered in a row (a chain), so that most children need no
// pointer; the others are in a table.
type automaton struct {
	flags []uint8
	label []byte // the last byte of each node
	fail  []node // the longest proper suffix of each node that is a node
	root  [256]node
	forks table
	// ending maps a node to the longest pattern that is its suffix.
	ending   table
	chains   []chain // by first node
	patterns []pattern
}

// chain is a row of nodes, the first of which is a child of parent.
type chain struct {
	first, parent node
	depth         int // of the first
}

// pattern is a form of a value.
type pattern struct {
	length  int
	owner   *owner
	shorter int // the longest other pattern that is a suffix, or -1
}

func newAutomaton() *automaton {
	return &automaton{flags: []uint8{shallow}, label: []byte{0}}
}

// insert adds a pattern, and returns how many of its first bytes it has in common with
// the others.
func (a *automaton) insert(p []byte, o *owner) (common int) {
	n := root
	for common < len(p) {
		c := a.child(n, p[common])
		if c == root {
			break
		}
		n = c
		common++
	}
	if common < len(p) {
		n = a.grow(n, common, p[common:])
	}
	if a.flags[n]&ends != 0 {
		i, _ := a.ending.get(n, 0)
		a.patterns[i].owner = a.patterns[i].owner.before(o)
	} else {
		a.flags[n] |= ends
		a.ending.put(n, 0, uint32(len(a.patterns)))
		a.patterns = append(a.patterns, pattern{len(p), o, -1})
	}
	return common
}

// grow adds nodes for the bytes of rest below n, and returns the last.
func (a *automaton) grow(n node, depth int, rest []byte) node {
	first := node(len(a.label))
	switch {
	case n == root:
		a.root[rest[0]] = first
	case n+1 == first: // n ends the last chain, which goes on
		a.flags[n] |= chains
	default:
		a.flags[n] |= forks
		a.forks.put(n, rest[0], first)
	}
	if n == root || n+1 != first {
		a.chains = append(a.chains, chain{first, n, depth + 1})
	}
	a.label = append(a.label, rest...)
	for i := range rest {
		flag := chains
		if i == len(rest)-1 {
			flag = 0
		}
		if d := depth + 1 + i; d <= 3 {
			flag |= shallow | uint8(d)<<depthShift
		}
		a.flags = append(a.flags, flag)
	}
	return node(len(a.label) - 1)
}

// child is the child of n for b, the root if there is none.
func (a *automaton) child(n node, b byte) node {
	if n == root {
		return a.root[b]
	}
	f := a.flags[n]
	if f&chains != 0 && a.label[n+1] == b {
		return n + 1
	}
	if f&forks != 0 {
		c, _ := a.forks.get(n, b)
		return c
	}
	return root
}

// next is the longest suffix of n and b that is a node.
func (a *automaton) next(n node, b byte) node {
	for {
		c := a.child(n, b)
		if c != root || n == root {
			return c
		}
		n = a.fail[n]
	}
}

// depth is the length of n.
func (a *automaton) depth(n node) int {
	if a.flags[n]&shallow != 0 {
		return int(a.flags[n] >> depthShift)
	}
	i := sort.Search(len(a.chains), func(i int) bool { return a.chains[i].first > n }) - 1
	return a.chains[i].depth + int(n-a.chains[i].first)
}

// finish sets the failures, from the shallow nodes to the deep ones.
func (a *automaton) finish() {
	a.fail = make([]node, len(a.label))
	begins := slices.Clone(a.chains)
	slices.SortStableFunc(begins, func(x, y chain) int { return x.depth - y.depth })
	var level []node // all nodes of one depth
	for depth := 1; len(level) > 0 || len(begins) > 0; depth++ {
		kept := level[:0]
		for _, n := range level {
			if a.flags[n]&chains != 0 {
				a.link(n, n+1)
				kept = append(kept, n+1)
			}
		}
		level = kept
		for len(begins) > 0 && begins[0].depth == depth {
			a.link(begins[0].parent, begins[0].first)
			level = append(level, begins[0].first)
			begins = begins[1:]
		}
	}
}

// link sets what n, a child of parent, gets from its suffixes.
func (a *automaton) link(parent, n node) {
	if parent != root {
		a.fail[n] = a.next(a.fail[parent], a.label[n])
	}
	if a.flags[n]&(chains|forks) == 0 {
		a.flags[n] |= leaf
	}
	if a.flags[a.fail[n]]&ends == 0 {
		return
	}
	shorter, _ := a.ending.get(a.fail[n], 0)
	if a.flags[n]&ends != 0 {
		longest, _ := a.ending.get(n, 0)
		a.patterns[longest].shorter = int(shorter)
		return
	}
	a.flags[n] |= ends
	a.ending.put(n, 0, shorter)
}
