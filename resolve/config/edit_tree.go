package config

import (
	"slices"
	"strconv"

	"github.com/xec-sh/xec-go/store/secret"
)

// edited is what a tree must be when a value has been set, or taken away where it is nil.
func (n *Node) edited(steps []Step, value *Node) (*Node, error) {
	if len(steps) == 0 {
		return value, nil
	}
	step := steps[0].Key
	if n != nil && n.Kind == List || n.IsNull() && steps[0].IsIndex {
		return n.editedItem(steps, value)
	}
	if !n.IsNull() && n.Kind != Map {
		return nil, secret.Errorf(secret.General, "%q would be below a text", step)
	}
	if steps[0].IsIndex {
		return nil, secret.WithHint(secret.Errorf(secret.General, "[%s] would be in a map", step), "a key that looks like a number is written [%q]", step)
	}
	made := &Node{Kind: Map}
	if n != nil {
		made.Pairs = slices.Clone(n.Pairs)
	}
	i := slices.IndexFunc(made.Pairs, func(p Pair) bool { return p.Key == step })
	if i < 0 && value == nil {
		return nil, secret.Errorf(secret.General, "there is no such key")
	}
	if i < 0 {
		below, err := (*Node)(nil).edited(steps[1:], value)
		made.Pairs = append(made.Pairs, Pair{Key: step, Value: below})
		return made, err
	}
	below, err := made.Pairs[i].Value.edited(steps[1:], value)
	if below == nil {
		made.Pairs = slices.Delete(made.Pairs, i, i+1)
	} else {
		made.Pairs[i].Value = below
	}
	return made, err
}

func (n *Node) editedItem(steps []Step, value *Node) (*Node, error) {
	made := &Node{Kind: List}
	if n != nil {
		made.Items = slices.Clone(n.Items)
	}
	i, err := strconv.Atoi(steps[0].Key)
	if err != nil || i < 0 || i > len(made.Items) || i == len(made.Items) && value == nil {
		return nil, secret.Errorf(secret.General, "the list has %d items, counted from [0]", len(made.Items))
	}
	if i == len(made.Items) {
		below, err := (*Node)(nil).edited(steps[1:], value)
		made.Items = append(made.Items, below)
		return made, err
	}
	below, err := n.Items[i].edited(steps[1:], value)
	if below == nil {
		made.Items = slices.Delete(made.Items, i, i+1)
	} else {
		made.Items[i] = below
	}
	return made, err
}

// same reports whether two trees hold the same.
func same(a, b *Node) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull() || isEmpty(a) && isEmpty(b)
	}
	return a.Kind == b.Kind && a.Text == b.Text && (a.Kind != Scalar || a.Tag == b.Tag) &&
		slices.EqualFunc(a.Pairs, b.Pairs, func(a, b Pair) bool { return a.Key == b.Key && same(a.Value, b.Value) }) &&
		slices.EqualFunc(a.Items, b.Items, same)
}

// isEmpty reports whether nothing is left: a file whose only key was taken away is empty.
func isEmpty(n *Node) bool { return n.IsNull() || n.Kind == Map && len(n.Pairs) == 0 }
