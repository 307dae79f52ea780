package config

import (
	"bytes"
	"slices"
	"strconv"

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
	if hasOtherBreaks(body) {
		return nil, byHand("a line ends in something else than a line feed, so that no place can be told")
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

// hasOtherBreaks reports whether a text has what the library takes for the end of a line and
// places do not: a carriage return alone, U+0085, U+2028, U+2029.
func hasOtherBreaks(text []byte) bool {
	for i, b := range text {
		if b == '\r' && !bytes.HasPrefix(text[i:], []byte("\r\n")) {
			return true
		}
	}
	return bytes.ContainsAny(text, "\u0085\u2028\u2029")
}

func byHand(format string, args ...any) error {
	return secret.WithHint(secret.Errorf(secret.General, format, args...), "change it in an editor")
}

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
