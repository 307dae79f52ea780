package config

import (
	"errors"
	"fmt"

	"github.com/xec-sh/xec-go/resolve"
)

// Ref is a reference of a string with the place where it stands.
type Ref struct {
	*resolve.Reference
	Place
}

// Refs gives the references of a string as they are written, and all that is not of the
// grammar.
func (n *Node) Refs() (refs []Ref, err error) {
	if !n.IsString() {
		return nil, nil
	}
	tokens, parseErr := n.parsed()
	var errs []error
	for _, each := range each(parseErr) {
		errs = append(errs, placed(n.placeAt(each), "", withoutPlace(each)))
	}
	count := map[string]int{}
	for _, token := range tokens {
		if token.Ref == nil {
			continue
		}
		refs = append(refs, Ref{token.Ref, n.placeOf(token.Ref.Raw, count[token.Ref.Raw])})
		count[token.Ref.Raw]++
	}
	return refs, errors.Join(errs...)
}

// Each calls visit for a node and all below it, with their paths.
func (n *Node) Each(path string, visit func(path string, n *Node)) {
	if n == nil {
		return
	}
	visit(path, n)
	for _, p := range n.Pairs {
		p.Value.Each(join(path, p.Key), visit)
	}
	for i, item := range n.Items {
		item.Each(fmt.Sprintf("%s[%d]", path, i), visit)
	}
}

// All gives the pairs of a map, none of what is no map.
func (n *Node) All() []Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// Active is the configuration without the profiles: what of them is active lies above the
// rest already.
func (c *Config) Active() *Node { return without(c.Root, "profiles") }
