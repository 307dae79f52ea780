package yaml

import (
	"bytes"
	"slices"
	"strings"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// template is a document whose references have been found in its scalars.
type template struct {
	render.Spliced
	words   words
	nodes   []*yamlv3.Node // of Masked
	places  places
	scalars []*scalar
}

// scalar is a scalar in which references stand.
type scalar struct {
	node       *yamlv3.Node
	start, end int // in the source, without tag and anchor; end of a block is 0
	flow       bool
	multiline  bool
	respelled  bool // a backslash before a reference is written as another escape
	splices    []render.Splice
}

// locate finds the scalar of each span. What is in none must be in a comment.
func (t *template) locate() error {
	found := make([]bool, len(t.Spans))
	for _, node := range t.nodes {
		if err := t.walk(node, false, false, found); err != nil {
			return err
		}
	}
	var comments []render.Span
	for i, is := range found {
		if is {
			continue
		}
		if !t.inComment(t.Spans[i].Start) {
			return misplaced(t.Spans[i].Start)
		}
		comments = append(comments, t.Spans[i])
	}
	return t.reread(comments)
}

// reread reads the document with references in comments as they are, for that is how they
// stay: in one can be what no comment holds, or a comment's end.
func (t *template) reread(comments []render.Span) error {
	unusual := func(r rune) bool { return r < ' ' || r > '~' }
	if !slices.ContainsFunc(comments, func(s render.Span) bool { return bytes.ContainsFunc(t.Source[s.Start:s.End], unusual) }) {
		return nil
	}
	masked := bytes.Clone(t.Masked)
	for _, s := range comments {
		copy(masked[s.Start:], t.Source[s.Start:s.End])
	}
	nodes, err := parse(masked)
	if err != nil {
		return err
	}
	same := func(want, got *yamlv3.Node) bool { return new(prover).same(want, got) }
	if !slices.EqualFunc(t.nodes, nodes, same) {
		return render.Errorf(comments[0].Start, secret.General, "not YAML: a comment ends within a reference")
	}
	return nil
}

func misplaced(offset int) error {
	return render.Errorf(offset, secret.Invalid, "a reference cannot stand in an anchor, an alias, a tag or a directive")
}

// inComment reports whether what stands at offset, in no scalar, is in a comment.
func (t *template) inComment(offset int) bool {
	line := t.Source[t.places.starts[t.places.lineOf(offset)]:offset]
	for i, b := range line {
		if b == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return true
		}
	}
	return false
}

func (t *template) walk(node *yamlv3.Node, flow, key bool, found []bool) error {
	flow = flow || node.Style&yamlv3.FlowStyle != 0
	for _, name := range []string{node.Anchor, node.Tag} {
		if at, span := t.words.find(name); at >= 0 {
			return misplaced(t.Spans[span].Start)
		}
	}
	switch node.Kind {
	case yamlv3.AliasNode:
		if at, span := t.words.find(node.Value); at >= 0 {
			return misplaced(t.Spans[span].Start)
		}
		return nil
	case yamlv3.ScalarNode:
		return t.scalar(node, flow, key, found)
	}
	for i, child := range node.Content {
		inKey := key || node.Kind == yamlv3.MappingNode && i%2 == 0
		if err := t.walk(child, flow, inKey, found); err != nil {
			return err
		}
	}
	return nil
}

// inKey refuses a reference in a key: what is looked up by it would not be found, or two
// keys could become one.
func inKey(offset int) error {
	return render.Refusal(offset, "a reference cannot stand in a key", "write the key as it is; for a literal text put a backslash before it")
}

// notText are the tags of scalars that are no strings.
var notText = []string{"!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge"}

// tagged refuses a reference in a scalar that is said to be no string.
func tagged(offset int) error {
	return render.Refusal(offset, "a secret is a string, and the tag of this scalar says that it is something else", "leave the tag out, or say !!str")
}

// scalar keeps a scalar if references stand in it.
func (t *template) scalar(node *yamlv3.Node, flow, key bool, found []bool) error {
	s := &scalar{node: node, flow: flow}
	text := node.Value
	for {
		at, ref := t.words.find(text)
		if at < 0 {
			break
		}
		slashes := at - len(strings.TrimRight(text[:at], `\`))
		if key && slashes%2 == 0 {
			return inKey(t.Spans[ref].Start)
		}
		s.splices = append(s.splices, t.splice(s, ref, slashes))
		found[ref] = true
		text = text[at+t.words.size(ref):]
	}
	if len(s.splices) == 0 {
		return nil
	}
	if node.Style&yamlv3.TaggedStyle != 0 && slices.Contains(notText, node.ShortTag()) {
		return tagged(s.splices[0].Start)
	}
	t.scalars = append(t.scalars, s)
	t.Splices = append(t.Splices, s.splices...)
	return t.bound(s)
}

// splice makes the splice of a reference with backslashes before it in the decoded scalar.
func (t *template) splice(s *scalar, ref, slashes int) render.Splice {
	span, size := t.Spans[ref], 1
	if s.node.Style&yamlv3.DoubleQuotedStyle != 0 {
		size = len(`\\`)
	}
	before := t.Source[:span.Start]
	s.respelled = s.respelled || len(before)-len(bytes.TrimRight(before, `\`)) != size*slashes
	return render.Splice{Ref: ref, Span: span, Begin: span.Start - size*(slashes-slashes/2), Literal: slashes%2 == 1}
}

// bound finds where the scalar begins and ends in the source.
func (t *template) bound(s *scalar) error {
	document := t.Masked
	s.start = skipProperties(document, t.places.offset(s.node.Line, s.node.Column))
	first := s.splices[0].Start
	switch quote := document[s.start]; {
	case s.node.Style&(yamlv3.LiteralStyle|yamlv3.FoldedStyle) != 0:
		if quote != '|' && quote != '>' {
			return unbound(first)
		}
		return nil
	case s.node.Style&yamlv3.SingleQuotedStyle != 0:
		s.end = endOfSingle(document, s.start)
	case s.node.Style&yamlv3.DoubleQuotedStyle != 0:
		s.end = endOfDouble(document, s.start)
	default:
		s.end = endOfPlain(document, s.start, s.node.Value)
	}
	last := s.splices[len(s.splices)-1].End
	if s.start > first || s.end < last {
		return unbound(first)
	}
	s.multiline = t.places.lineOf(s.start) != t.places.lineOf(s.end)
	return nil
}

// unbound refuses a scalar whose place is not where the reader says: nothing is guessed.
func unbound(offset int) error {
	return render.Errorf(offset, secret.Invalid, "this scalar cannot be told apart from what stands around it; put quotes around it")
}

// skipProperties passes over tag and anchor, which come before a scalar, and over what
// may stand between.
func skipProperties(b []byte, i int) int {
	for i < len(b) {
		switch {
		case b[i] == '!' || b[i] == '&':
			for i < len(b) && !isBlank(b[i]) && lineBreak(b[i:]) == 0 {
				i++
			}
		case isBlank(b[i]):
			i++
		case lineBreak(b[i:]) > 0:
			i += lineBreak(b[i:])
		case b[i] == '#':
			for i < len(b) && lineBreak(b[i:]) == 0 {
				i++
			}
		default:
			return i
		}
	}
	return max(len(b)-1, 0)
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// endOfSingle is behind the closing quote of the scalar that begins at i.
func endOfSingle(b []byte, i int) int {
	if b[i] != '\'' {
		return 0
	}
	for i++; i < len(b); i++ {
		if b[i] != '\'' {
			continue
		}
		if i+1 == len(b) || b[i+1] != '\'' {
			return i + 1
		}
		i++
	}
	return 0
}

func endOfDouble(b []byte, i int) int {
	if b[i] != '"' {
		return 0
	}
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// endOfPlain matches the value of a plain scalar with the source: where a line ends
// there, the value has a space or line feeds. 0 means that they do not match.
func endOfPlain(b []byte, i int, value string) int {
	for value != "" {
		inValue, inSource := spaces(value), spaces(string(b[i:min(len(b), i+maxFold)]))
		folded := inValue != "" && strings.ContainsAny(inSource, "\r\n")
		switch {
		case folded || inValue != "" && inValue == inSource:
			i, value = i+len(inSource), value[len(inValue):]
		case inValue == "" && i < len(b) && b[i] == value[0]:
			i, value = i+1, value[1:]
		default:
			return 0
		}
	}
	return i
}

// maxFold is how many blanks and line ends in a row a plain scalar may have.
const maxFold = 4096

// spaces are the blanks and line ends at the start of s.
func spaces(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, " \t\r\n"))]
}
