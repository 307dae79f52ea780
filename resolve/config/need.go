package config

import "github.com/xec-sh/xec-go/resolve"

// Need notes what a node needs: secrets to Secret, what is wrong to Problem.
func (e *Evaluator) Need(path string, n *Node) { e.need(path, n) }

// need is Need, and gives how many variables a node leads through. What of the variables
// was noted before is not looked at again.
func (e *Evaluator) need(path string, n *Node) (deep int) {
	if n == nil {
		return 0
	}
	if isVariable(path) {
		this := nodeAt{path, n}
		if known, ok := e.noted[this]; ok {
			return known
		}
		if e.noted == nil {
			e.noted = map[nodeAt]int{}
		}
		e.noted[this] = 0
		defer func() { e.noted[this] = deep }()
	}
	for i := range n.Pairs {
		deep = max(deep, e.need(Join(path, n.Pairs[i].Key), n.Pairs[i].Value))
	}
	for i, item := range n.Items {
		deep = max(deep, e.need(index(path, i), item))
	}
	if n.isString() {
		deep = e.needText(path, n)
	}
	return deep
}

// needText notes what a string needs. A variable is on the stack meanwhile, whoever has
// led to it.
func (e *Evaluator) needText(path string, n *Node) (deep int) {
	if isVariable(path) && (len(e.stack) == 0 || e.stack[len(e.stack)-1] != path) {
		e.stack = append(e.stack, path)
		defer func() { e.stack = e.stack[:len(e.stack)-1] }()
	}
	refs, problems := n.placed(e.parsed(n))
	return e.needRefs(path, refs, problems)
}

// NeedCommand is Need for a shell command.
func (e *Evaluator) NeedCommand(path string, n *Node) {
	refs, problems := n.placed(e.parsedCommand(n))
	e.needRefs(path, refs, problems)
}

// HoldsSecret reports whether a reference in a node leads to a secret, by way of variables
// too.
func (c *Config) HoldsSecret(n *Node) (found bool) {
	known := func(string) (string, bool) { return "", true }
	e := Evaluator{
		Config: c, Env: known, Param: known, Problem: func(Place, string, error) {},
		Secret: func(Place, string, *resolve.Reference) { found = true },
	}
	e.Need("", n)
	return found
}

// needRefs notes what the references of a text need, and what is wrong with it.
func (e *Evaluator) needRefs(path string, refs []Ref, problems []problem) (deep int) {
	for _, p := range problems {
		e.Problem(p.Place, path, p.err)
	}
	for _, ref := range refs {
		led, err := e.needRef(ref.Place, path, ref.Reference)
		if err != nil {
			e.Problem(ref.Place, path, err)
		}
		deep = max(deep, led)
	}
	return deep
}

// needRef notes what a reference needs, and gives how many variables it leads through.
func (e *Evaluator) needRef(place Place, path string, ref *resolve.Reference) (deep int, err error) {
	switch ref.Kind {
	case resolve.Secret:
		e.Secret(place, path, ref)
		return 0, nil
	case resolve.Cmd:
		return 0, e.Acting.check(place.File)
	case resolve.Vars:
		if _, ok := e.above(ref.Name); ok {
			return 0, nil
		}
		_, err := e.variable(ref, func(target string, n *Node) error {
			deep = e.need(target, n)
			if len(e.stack)+deep > maxFollowed { // what was noted before is on no stack
				return tooDeep()
			}
			deep++
			return nil
		})
		if err != nil {
			return 0, err
		}
		return deep, nil
	}
	_, err = e.named(ref)
	return 0, err
}
