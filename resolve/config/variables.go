package config

import (
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// nodeAt is a node with its path.
type nodeAt struct {
	path string
	node *Node
}

func isVariable(path string) bool {
	return strings.HasPrefix(path, "vars.") || strings.HasPrefix(path, "vars[")
}

// variable follows a reference to a variable: visit is called with its path and node
// while it is on the stack. Of a variable that does not exist the node is nil if the
// reference has a default.
func (e *Evaluator) variable(ref *resolve.Reference, visit func(path string, n *Node) error) (*Node, error) {
	path, n, err := e.lookUp(ref)
	if err != nil || n == nil {
		return nil, err
	}
	for i, open := range e.stack {
		if rest, ok := strings.CutPrefix(open, path); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return nil, ring(append(e.stack[i:], path)...)
		}
	}
	if len(e.stack) >= maxFollowed {
		return nil, tooDeep()
	}
	e.stack = append(e.stack, path)
	defer func() { e.stack = e.stack[:len(e.stack)-1] }()
	return n, visit(path, n)
}

func ring(paths ...string) error {
	return faulty{secret.Errorf(secret.General, "variables refer to each other in a ring: %s", strings.Join(paths, " → ")), Ring}
}

func tooDeep() error {
	return faulty{secret.Errorf(secret.General, "variables refer to each other more than %d deep", maxFollowed), Deep}
}

// lookUp finds the node of a variable.
func (e *Evaluator) lookUp(ref *resolve.Reference) (path string, n *Node, err error) {
	path, n = "vars", e.Config.Root.Get("vars")
	for _, step := range steps(ref.Name) {
		next, nextPath := n.child(step, path)
		if next == nil && n != nil && n.isString() {
			led, err := e.leadsTo(path, n)
			if err != nil {
				return "", nil, err
			}
			n = led.node
			if found, foundPath := n.child(step, led.path); found != nil {
				next, nextPath = found, foundPath
			}
		}
		if next == nil {
			if ref.HasDefault {
				return "", nil, nil
			}
			return "", nil, noVariable(nextPath, n, step)
		}
		n, path = next, nextPath
	}
	return path, n, nil
}

// leadsTo gives the map or list that a string is a reference to, the string itself if it
// is none, no node if there is no such variable.
func (e *Evaluator) leadsTo(path string, n *Node) (to nodeAt, err error) {
	if known, ok := e.led[n]; ok {
		return known, nil
	}
	to = nodeAt{path, n}
	tokens, parseErr := n.parsed()
	if ref := alone(tokens); parseErr == nil && ref != nil && ref.Kind == resolve.Vars {
		if to, err = e.follow(path, ref); err != nil {
			return nodeAt{}, err
		}
	}
	if e.led == nil {
		e.led = map[*Node]nodeAt{}
	}
	e.led[n] = to
	return to, nil
}

// follow follows the reference that stands alone at a path.
func (e *Evaluator) follow(path string, ref *resolve.Reference) (to nodeAt, err error) {
	if i := slices.Index(e.leading, path); i >= 0 {
		return nodeAt{}, ring(append(e.leading[i:], path)...)
	}
	if len(e.leading) >= maxFollowed {
		return nodeAt{}, tooDeep()
	}
	e.leading = append(e.leading, path)
	defer func() { e.leading = e.leading[:len(e.leading)-1] }()
	if to.path, to.node, err = e.lookUp(ref); err != nil || to.node == nil || !to.node.isString() {
		return to, err
	}
	return e.leadsTo(to.path, to.node)
}

func noVariable(path string, in *Node, step string) error {
	var err error = faulty{secret.Errorf(secret.General, "there is no variable %s", path), Undeclared}
	var keys []string
	if in != nil {
		for _, p := range in.Pairs {
			keys = append(keys, p.Key)
		}
	}
	if near := resolve.Nearest(step, keys); near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return err
}
