package config

import (
	"errors"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
)

// Ref is a reference of a string with the place where it stands.
type Ref struct {
	*resolve.Reference
	Place
}

// Refs gives the references of a string as they are written, and all that is not of the
// grammar.
func (n *Node) Refs() ([]Ref, error) {
	if !n.IsString() {
		return nil, nil
	}
	return n.told(n.parsed())
}

// CommandRefs gives the references of a shell command, in which a bare ${name} may have
// those names that are declared.
func (n *Node) CommandRefs(declared func(name string) bool) ([]Ref, error) {
	return n.told(resolve.Parse(n.Text, resolve.Command, declared))
}

// told gives references and errors with their places.
func (n *Node) told(tokens []resolve.Token, err error) ([]Ref, error) {
	refs, problems := n.placed(tokens, err)
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = placed(p.Place, "", p.err)
	}
	return refs, errors.Join(errs...)
}

// problem is why something in a string is not of the grammar.
type problem struct {
	Place
	err error
}

// placed finds the places of what was parsed.
func (n *Node) placed(tokens []resolve.Token, err error) (refs []Ref, problems []problem) {
	for _, token := range tokens {
		if token.Ref != nil {
			refs = append(refs, Ref{token.Ref, n.Place})
		}
	}
	var offsets []int64 // of problems
	for _, each := range resolve.Unjoin(err) {
		var p *resolve.PlacedError
		if errors.As(each, &p) {
			problems = append(problems, problem{n.Place, p.Err})
			offsets = append(offsets, p.Offset)
		}
	}
	s := n.search()
	for i, j := 0, 0; i < len(refs) || j < len(problems); {
		if j == len(problems) || i < len(refs) && refs[i].Offset < offsets[j] {
			refs[i].Place = s.next(refs[i].Raw)
			i++
			continue
		}
		problems[j].Place = s.next(untilBracket(n.Text[offsets[j]:]))
		j++
	}
	return refs, problems
}

// untilBracket is a reference that is not of the grammar, as far as it can be told.
func untilBracket(text string) string {
	if end := strings.IndexAny(text, "}>\n"); end >= 0 {
		return text[:end]
	}
	return text
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

// All gives the pairs of a map, none of what is no map.
func (n *Node) All() []Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// Without is a map without some of its keys.
func (n *Node) Without(keys ...string) *Node {
	rest := *n
	rest.Pairs = slices.DeleteFunc(slices.Clone(n.Pairs), func(p Pair) bool { return slices.Contains(keys, p.Key) })
	return &rest
}

// Active is the configuration without the profiles: what of them is active lies above the
// rest already.
func (c *Config) Active() *Node { return c.Root.Without("profiles") }

// At gives what stands at a path below a node, nil if nothing does.
func (n *Node) At(path string) *Node {
	for _, step := range steps(path) {
		if n == nil {
			return nil
		}
		n, _ = n.child(step, "")
	}
	return n
}

// Only is a map with those of its pairs whose keys match.
func (n *Node) Only(match func(key string) bool) *Node {
	rest := *n
	rest.Pairs = slices.DeleteFunc(slices.Clone(n.Pairs), func(p Pair) bool { return !match(p.Key) })
	return &rest
}
