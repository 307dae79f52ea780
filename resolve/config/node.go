package config

import (
	"slices"

	"github.com/xec-sh/xec-go/store/secret"
)

// Kind is what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Map
	List
)

func (k Kind) String() string { return [...]string{"scalar", "map", "list"}[k] }

// Node is a part of a configuration.
type Node struct {
	Kind  Kind
	Text  string // of a scalar, as it is written
	Tag   string // of a scalar: !!str, or what it is without quotes: !!int, !!float, !!bool, !!null, …
	Pairs []Pair // of a map, in their order
	Items []*Node
	Place

	where    map[string]int // where the keys of a large map stand in Pairs; nil: nobody has noted it
	resolved *secret.Value  // of a string that was resolved: it may hold secrets
	extent   extent         // of a node that was resolved
}

// Value is the text of a scalar, resolved if the node was.
func (n *Node) Value() secret.Value {
	if n.resolved != nil {
		return *n.resolved
	}
	return secret.Text(n.Text)
}

// Pair is a key of a map and what stands there.
type Pair struct {
	Key   string
	Value *Node
	Place // of the key
}

// isString reports whether the node is a string, in which references are read.
func (n *Node) isString() bool { return n.Kind == Scalar && n.Tag == "!!str" }

// IsNull reports whether there is nothing.
func (n *Node) IsNull() bool { return n == nil || n.Kind == Scalar && n.Tag == "!!null" }

// Get gives what stands at a key of a map, nil if nothing does.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	if n.where != nil {
		if i, found := n.where[key]; found {
			return n.Pairs[i].Value
		}
		return nil
	}
	for i := range n.Pairs {
		if n.Pairs[i].Key == key {
			return n.Pairs[i].Value
		}
	}
	return nil
}

// manyPairs is from how many pairs on a key is not looked for among all: who goes through the
// tasks by their names would else do so for each.
const manyPairs = 32

// note keeps where the keys of a map stand, if it is a large one.
func (n *Node) note(at map[string]int) {
	if len(n.Pairs) >= manyPairs {
		n.where = at
	}
}

// All gives the pairs of a map, none of what is no map.
func (n *Node) All() []Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// Each calls visit for a node and all below it, with their paths.
func (n *Node) Each(path string, visit func(path string, n *Node)) {
	if n == nil {
		return
	}
	visit(path, n)
	for _, p := range n.Pairs {
		p.Value.Each(Join(path, p.Key), visit)
	}
	for i, item := range n.Items {
		item.Each(index(path, i), visit)
	}
}

// Without is a map without some of its keys.
func (n *Node) Without(keys ...string) *Node {
	rest := *n
	rest.where = nil
	rest.Pairs = slices.DeleteFunc(slices.Clone(n.Pairs), func(p Pair) bool { return slices.Contains(keys, p.Key) })
	return &rest
}

// Only is a map with those of its pairs whose keys match.
func (n *Node) Only(match func(key string) bool) *Node {
	rest := *n
	rest.where = nil
	rest.Pairs = slices.DeleteFunc(slices.Clone(n.Pairs), func(p Pair) bool { return !match(p.Key) })
	return &rest
}
