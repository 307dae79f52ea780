package config

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Set gives the text of a configuration with value at a path, in place of what stands there or
// in addition: maps and lists that lack are made, an item may be added behind the last of a
// list. name is that of the file, for errors.
func Set(name string, text []byte, path string, value *Node) ([]byte, error) {
	return edit(name, text, path, value)
}

// Unset gives the text of a configuration without what stands at a path.
func Unset(name string, text []byte, path string) ([]byte, error) {
	return edit(name, text, path, nil)
}

// Text is the value that a person means by a text: a number, true or false where it is
// written like one, else a string.
func Text(text string) *Node {
	n := &Node{Text: text, Tag: "!!str"}
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		switch v.(type) {
		case bool:
			n.Tag = "!!bool"
		case float64:
			if !strings.ContainsAny(text, "eE") { // in which readers of YAML differ
				n.Tag = plainTag(text)
			}
		}
	}
	return n
}

// JSON is the value that a text of JSON means.
func JSON(text string) (*Node, error) {
	if !json.Valid([]byte(text)) {
		return nil, secret.Errorf(secret.Invalid, "not JSON")
	}
	f := &File{Text: []byte(text)}
	if err := f.parse(); err != nil {
		return nil, secret.Errorf(secret.Invalid, "not JSON that a configuration takes")
	}
	return f.Root, nil
}

// Step is one key or index of a path.
type Step struct {
	Key     string
	IsIndex bool // [0]
}

// Path parts a path into its keys and indices.
func Path(path string) ([]Step, error) {
	var all []Step
	for rest := path; rest != ""; {
		step, behind, ok := nextStep(rest)
		if !ok || step.Key == "" {
			err := secret.Errorf(secret.Invalid, "not a path")
			return nil, secret.WithHint(err, `write keys with dots between them, as in vars.port, tasks.deploy.steps[0], vars["a.b"]`)
		}
		all, rest = append(all, step), behind
		if strings.HasPrefix(rest, ".") && len(rest) > 1 && rest[1] != '[' {
			rest = rest[1:]
		} else if rest != "" && rest[0] != '[' {
			rest = "."
		}
	}
	if len(all) == 0 {
		return nil, secret.Errorf(secret.Invalid, "the path is empty")
	}
	return all, nil
}

// nextStep takes a key or an index from the front of a path.
func nextStep(path string) (step Step, rest string, ok bool) {
	if path[0] != '[' {
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		return Step{Key: path[:end]}, path[end:], !strings.ContainsAny(path[:end], `]"`)
	}
	if quoted, err := strconv.QuotedPrefix(path[1:]); err == nil {
		key, err := strconv.Unquote(quoted)
		rest, ok = strings.CutPrefix(path[1+len(quoted):], "]")
		return Step{Key: key}, rest, ok && err == nil
	}
	key, rest, ok := strings.Cut(path[1:], "]")
	_, err := strconv.ParseUint(key, 10, 31)
	return Step{key, true}, rest, ok && err == nil
}

// Look gives what stands at the steps of a path below a node, nil if nothing does.
func (n *Node) Look(steps []Step) *Node {
	for _, step := range steps {
		if n == nil {
			return nil
		}
		n, _ = n.child(step.Key, "")
	}
	return n
}

func edit(name string, text []byte, path string, value *Node) ([]byte, error) {
	steps, err := Path(path)
	if err != nil {
		return nil, err
	}
	body, marked := bytes.CutPrefix(text, []byte(resolve.ByteOrderMark))
	f := &File{Name: name, Text: body}
	if err := f.parse(); err != nil {
		return nil, err
	}
	node, err := f.decode()
	if err != nil {
		return nil, err
	}
	if value != nil && isQuoted(node, steps) {
		value = &Node{Kind: value.Kind, Text: value.Text, Tag: "!!str", Pairs: value.Pairs, Items: value.Items}
	}
	want, err := f.Root.edited(steps, value)
	if err != nil {
		return nil, err
	}
	e := editor{file: f, unit: 2, newline: "\n"}
	e.look(node)
	changed, err := e.edit(node, steps, value)
	if err != nil {
		return nil, err
	}
	after := &File{Name: name, Text: changed}
	if err := after.parse(); err != nil || !same(after.Root, want) {
		return nil, byHand("this place cannot be changed without changing others")
	}
	if err := after.checkShape(after.Root, ""); err != nil {
		return nil, err
	}
	if marked {
		changed = slices.Concat([]byte(resolve.ByteOrderMark), changed)
	}
	return changed, nil
}

func byHand(format string, args ...any) error {
	return secret.WithHint(secret.Errorf(secret.General, format, args...), "change it in an editor")
}

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

// editor changes one place of a text.
type editor struct {
	file    *File
	unit    int    // of indentation
	newline string // as the file has it
}

// look tells how the file is written.
func (e *editor) look(root *yaml.Node) {
	if i := bytes.IndexByte(e.file.Text, '\n'); i > 0 && e.file.Text[i-1] == '\r' {
		e.newline = "\r\n"
	}
	if unit := unitOf(root); unit > 0 {
		e.unit = unit
	}
}

// unitOf is by how much a map in a map is indented, 0 if it has none.
func unitOf(n *yaml.Node) int {
	if n == nil || n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 {
		return 0
	}
	for i := 1; i < len(n.Content); i += 2 {
		below := n.Content[i]
		if below.Kind == yaml.MappingNode && below.Style&yaml.FlowStyle == 0 && below.Line > n.Content[i-1].Line {
			return max(0, below.Column-n.Column)
		}
	}
	return 0
}

// isQuoted reports whether what stands at a path is a text in quotes or a block, and so a
// string whatever is written there.
func isQuoted(n *yaml.Node, steps []Step) bool {
	for _, step := range steps {
		if n == nil || n.Kind != yaml.MappingNode && n.Kind != yaml.SequenceNode {
			return false
		}
		at := find(n, step.Key)
		if at < 0 {
			return false
		}
		n = n.Content[at]
	}
	return n != nil && n.Kind == yaml.ScalarNode && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// replaced gives the text with bytes from one offset to another replaced.
func (e *editor) replaced(from, to int, by string) []byte {
	return slices.Concat(e.file.Text[:from], []byte(by), e.file.Text[to:])
}

// edit goes down to the place and changes it.
func (e *editor) edit(root *yaml.Node, steps []Step, value *Node) ([]byte, error) {
	if root == nil || root.Kind == yaml.ScalarNode {
		if value == nil {
			return nil, secret.Errorf(secret.General, "there is no such key")
		}
		return e.appended(steps, value)
	}
	node, indent, outer := root, root.Column-1, 0
	for i, step := range steps {
		if node.Kind == yaml.AliasNode || node.Anchor != "" {
			return nil, byHand("%q lies within an anchor or an alias, which stand for several places", step.Key)
		}
		at := find(node, step.Key)
		if unit := unitOf(node); unit > 0 {
			e.unit = unit
		} else if i > 0 && node.Style&yaml.FlowStyle == 0 && node.Kind == yaml.MappingNode && node.Column-1 > outer {
			e.unit = node.Column - 1 - outer
		}
		last := i == len(steps)-1
		switch {
		case at < 0 && value == nil:
			return nil, byHand("%q comes from elsewhere", step.Key)
		case at < 0:
			return e.insert(node, indent, steps[i:], value)
		case last && value == nil:
			return e.remove(node, indent, at)
		}
		child := node.Content[at]
		if empty := child.Kind == yaml.ScalarNode && child.ShortTag() == "!!null"; last || empty {
			return e.replace(node, indent, at, steps[i+1:], value)
		}
		node, outer = child, indent
		if child.Style&yaml.FlowStyle == 0 {
			indent = child.Column - 1
		}
	}
	return nil, byHand("this place cannot be changed")
}

// find gives the index in Content of what stands at a step, -1 if nothing does.
func find(n *yaml.Node, step string) int {
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
			return i
		}
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Kind == yaml.ScalarNode && key.Value == step && key.ShortTag() != "!!merge" {
			return i + 1
		}
	}
	return -1
}
