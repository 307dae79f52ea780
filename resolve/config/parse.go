package config

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/secret/yamlerror"
)

// Bounds of a file.
const (
	maxSize  = 2 << 20
	maxDepth = 100
	maxNodes = 100_000
	maxPaths = 32 << 20
)

// parse reads a file's text into its Root.
func (f *File) parse() error {
	if len(f.Text) > maxSize {
		return f.errorf(1, 1, "more than %d MiB", maxSize>>20)
	}
	if i := invalid(f.Text); i >= 0 {
		p := f.place(i)
		return f.errorf(p.Line, p.Column, "not UTF-8 text")
	}
	node, err := f.decode()
	if err != nil || node == nil {
		return err
	}
	r := reader{file: f, open: map[*yaml.Node]bool{}}
	f.Root, err = r.node(node, at{})
	return err
}

// invalid is the offset of what is no UTF-8 text: UTF-16 is full of NUL bytes. It is -1 if
// there is none.
func invalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || r == 0 {
			return i
		}
		i += n
	}
	return -1
}

// decode reads the one document of the file.
func (f *File) decode() (node *yaml.Node, err error) {
	defer func() {
		if recover() != nil { // a slip of the library
			node, err = nil, f.errorf(1, 1, "not YAML that can be read")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(f.Text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, f.syntax(err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, f.errorf(second.Line, second.Column, "a second document; a configuration is one")
	} else if !errors.Is(err, io.EOF) {
		return nil, f.syntax(err)
	}
	return document.Content[0], nil
}

// syntax gives an error of the library its place, without what it quotes.
func (f *File) syntax(err error) error {
	offset, what := yamlerror.Read(f.Text, err)
	p := f.place(offset)
	err = f.errorf(p.Line, p.Column, "not YAML: %s", what)
	if strings.HasPrefix(what, "did not find expected ',' or") && unquoted(f.line(p.Line)) {
		err = secret.WithHint(err, "within [ ] and { } a string with a reference needs quotes around it")
	}
	return err
}

// unquoted reports whether a reference begins on a line outside of quotes.
func unquoted(line []byte) bool {
	var quote byte // in which the text is; 0: in none
	for i, c := range line {
		switch {
		case quote == 0 && bytes.HasPrefix(line[i:], []byte("${")):
			return true
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return false
}

// reader turns nodes of the library into those of this package, within bounds.
type reader struct {
	file  *File
	nodes int
	texts int                 // bytes of scalars and keys
	paths int                 // bytes of the paths of all nodes
	open  map[*yaml.Node]bool // anchors that are being read
}

// at is where a node is read to.
type at struct{ levels, path int }

// below is one level below, at a key of so many bytes.
func (a at) below(key int) at { return at{a.levels + 1, a.path + key + 1} }

func (r *reader) place(n *yaml.Node) Place { return Place{r.file, n.Line, n.Column} }

func (r *reader) errorf(n *yaml.Node, format string, args ...any) error {
	return r.file.errorf(n.Line, n.Column, format, args...)
}

// spend counts what a node takes, also where an alias repeats it.
func (r *reader) spend(n *yaml.Node, a at) error {
	r.nodes++
	r.texts += len(n.Value)
	r.paths += a.path
	switch {
	case a.levels > maxDepth:
		return r.errorf(n, "more than %d levels", maxDepth)
	case r.nodes > maxNodes:
		return r.errorf(n, "more than %d nodes, with aliases followed", maxNodes)
	case r.texts > maxSize:
		return r.errorf(n, "more than %d MiB of text, with aliases followed", maxSize>>20)
	case r.paths > maxPaths:
		return r.errorf(n, "more than %d MiB of paths, with aliases followed", maxPaths>>20)
	}
	return nil
}

func (r *reader) node(n *yaml.Node, a at) (*Node, error) {
	if n.Kind == yaml.AliasNode {
		if r.open[n.Alias] {
			return nil, r.errorf(n, "an alias within its own anchor")
		}
		return r.node(n.Alias, a.below(0))
	}
	if err := r.spend(n, a); err != nil {
		return nil, err
	}
	if n.Kind == yaml.ScalarNode {
		return &Node{Text: n.Value, Tag: tagOf(n), Place: r.place(n)}, nil
	}
	r.open[n] = true
	defer delete(r.open, n)
	if n.Kind == yaml.SequenceNode {
		return r.list(n, a)
	}
	return r.mapping(n, a)
}

// tagOf is the tag of a scalar. A tag that is written there makes nothing but a string of
// a text that is no such thing without it: what needs quotes comes out with quotes.
func tagOf(n *yaml.Node) string {
	tag := n.ShortTag()
	if n.Style&yaml.TaggedStyle == 0 {
		return tag
	}
	switch tag {
	case "!!int", "!!float", "!!bool", "!!null", "!!timestamp":
		plain := yaml.Node{Kind: yaml.ScalarNode, Value: n.Value}
		return plain.ShortTag()
	}
	return "!!str"
}

func (r *reader) list(n *yaml.Node, a at) (*Node, error) {
	list := &Node{Kind: List, Place: r.place(n)}
	for _, item := range n.Content {
		node, err := r.node(item, a.below(len("[00]")))
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, node)
	}
	return list, nil
}

func (r *reader) mapping(n *yaml.Node, a at) (*Node, error) {
	m := &Node{Kind: Map, Place: r.place(n)}
	var below []*Node
	seen := map[string]int{} // where the keys stand
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		_, twice := seen[key.Value]
		r.texts += len(key.Value)
		value, err := r.node(n.Content[i+1], a.below(len(key.Value)))
		if err != nil {
			return nil, err
		}
		switch {
		case key.ShortTag() == "!!merge":
			below = append(below, value)
			continue
		case key.Kind != yaml.ScalarNode:
			return nil, r.errorf(key, "a key that is no scalar")
		case twice:
			return nil, r.errorf(key, "the key stands twice in its map")
		}
		seen[key.Value] = len(m.Pairs)
		m.Pairs = append(m.Pairs, Pair{key.Value, value, r.place(key)})
	}
	err := r.merge(m, below, seen)
	m.note(seen)
	return m, err
}

// merge adds what merge keys bring: only keys that the map does not have itself.
func (r *reader) merge(m *Node, below []*Node, seen map[string]int) error {
	for _, from := range below {
		switch from.Kind {
		case Scalar:
			return r.file.errorf(from.Line, from.Column, "what a merge key brings is no map")
		case List:
			if err := r.merge(m, from.Items, seen); err != nil {
				return err
			}
		}
		for _, p := range from.Pairs {
			if _, found := seen[p.Key]; !found {
				seen[p.Key] = len(m.Pairs)
				m.Pairs = append(m.Pairs, p)
			}
		}
	}
	return nil
}
