package config

import (
	"bytes"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// replace writes a value, below further steps, in the place of what stands at an index of
// Content.
func (e *editor) replace(in *yaml.Node, indent, at int, steps []Step, value *Node) ([]byte, error) {
	old := in.Content[at]
	if old.Anchor != "" || old.Kind == yaml.AliasNode || old.Style&yaml.TaggedStyle != 0 {
		return nil, byHand("it has an anchor, an alias or a tag")
	}
	flow := in.Style&yaml.FlowStyle != 0
	isNull := old.Kind == yaml.ScalarNode && old.Value == "" && old.Style == 0
	if end, ok := e.end(old, flow); ok && !isNull && len(steps) == 0 {
		return e.replaced(e.start(old), end, e.scalar(value, old.Style, flow)), nil
	}
	if in.Kind == yaml.SequenceNode {
		begin := e.dash(in, at) + 1
		end := e.blockEnd(begin, indent, false, isLiteral(old))
		return e.replaced(begin, end, " "+e.flow(steps, value)), nil
	}
	key := in.Content[at-1]
	begin := e.colon(key)
	if flow {
		return e.replaced(begin, max(begin, e.start(old)), " "+e.flow(steps, value)), nil
	}
	if isNull {
		if len(steps) > 0 && steps[0].IsIndex {
			return e.replaced(begin, begin, " "+e.flow(steps, value)), nil
		}
		if len(steps) > 0 {
			at := e.lineEnd(begin)
			return e.replaced(at, at, e.newline+e.block(indent+e.unit, steps, value)), nil
		}
		return e.replaced(begin, begin, " "+e.scalar(value, 0, false)), nil
	}
	if end, ok := e.end(old, false); ok && len(steps) > 0 && old.Kind == yaml.ScalarNode { // as ~
		return e.replaced(e.start(old), end, e.flow(steps, value)), nil
	}
	end := e.blockEnd(e.start(key), indent, old.Kind == yaml.SequenceNode, isLiteral(old))
	if isLiteral(old) && len(steps) == 0 {
		if head, lines, ok := strings.Cut(e.literal(value, indent+e.unit), e.newline); ok {
			return e.replaced(begin, end, " "+head+e.headComment(old)+e.newline+lines), nil
		}
	}
	return e.replaced(begin, end, " "+e.flow(steps, value)+e.headComment(old)), nil
}

// headComment is the comment behind the head of a block, which stays.
func (e *editor) headComment(n *yaml.Node) string {
	start := e.start(n)
	head := e.file.Text[start:e.lineEnd(start)]
	if i := bytes.Index(head, []byte(" #")); isLiteral(n) && i >= 0 {
		return " " + strings.TrimSpace(string(head[i:]))
	}
	return ""
}

// insert adds a value, below steps of which the first does not exist.
func (e *editor) insert(in *yaml.Node, indent int, steps []Step, value *Node) ([]byte, error) {
	if in.Style&yaml.FlowStyle != 0 {
		at := e.start(in)
		closing := at + flowLen(e.file.Text[at:]) - 1
		text := e.flow(steps[1:], value)
		if in.Kind == yaml.MappingNode {
			text = keyText(steps[0].Key) + ": " + text
		}
		before := len(bytes.TrimRight(e.file.Text[:closing], " \t\r\n"))
		if len(in.Content) > 0 && e.file.Text[before-1] != ',' {
			text = ", " + text
		}
		if len(in.Content) == 0 {
			before = closing
		}
		return e.replaced(before, before, text), nil
	}
	last := in.Content[len(in.Content)-1]
	if in.Kind == yaml.SequenceNode {
		at := e.blockEnd(e.dash(in, len(in.Content)-1), indent, false, isLiteral(last))
		return e.replaced(at, at, e.newline+strings.Repeat(" ", indent)+"- "+e.flow(steps[1:], value)), nil
	}
	key := in.Content[len(in.Content)-2]
	at := e.blockEnd(e.start(key), indent, last.Kind == yaml.SequenceNode, isLiteral(last))
	return e.replaced(at, at, e.newline+e.block(indent, steps, value)), nil
}

// appended adds a value to a file that has none.
func (e *editor) appended(steps []Step, value *Node) ([]byte, error) {
	text := e.file.Text
	before := ""
	if len(text) > 0 && text[len(text)-1] != '\n' {
		before = e.newline
	}
	return e.replaced(len(text), len(text), before+e.block(0, steps, value)+e.newline), nil
}

// remove takes away what stands at an index of Content, with its key.
func (e *editor) remove(in *yaml.Node, indent, at int) ([]byte, error) {
	first, width := at, 1
	if in.Kind == yaml.MappingNode {
		first, width = at-1, 2
	}
	if len(in.Content) == width {
		return e.emptied(in, indent)
	}
	begin := e.start(in.Content[first])
	if in.Style&yaml.FlowStyle != 0 {
		if first+width < len(in.Content) {
			return e.replaced(begin, e.start(in.Content[first+width]), ""), nil
		}
		closing := e.start(in) + flowLen(e.file.Text[e.start(in):]) - 1
		comma := bytes.LastIndexByte(e.file.Text[:begin], ',')
		return e.replaced(comma, len(bytes.TrimRight(e.file.Text[:closing], " \t\r\n")), ""), nil
	}
	if in.Kind == yaml.SequenceNode {
		begin = e.dash(in, at)
	}
	end := e.blockEnd(begin, indent, in.Content[at].Kind == yaml.SequenceNode && in.Kind == yaml.MappingNode, isLiteral(in.Content[at]))
	lineStart := e.lineStart(begin)
	if len(bytes.TrimSpace(e.file.Text[lineStart:begin])) > 0 { // the first key of an item, behind its dash
		return e.replaced(begin, e.start(in.Content[first+width]), ""), nil
	}
	return e.replaced(lineStart, e.nextLine(end), ""), nil
}

// emptied writes an empty map or list in the place of one whose last part is taken away.
func (e *editor) emptied(in *yaml.Node, indent int) ([]byte, error) {
	empty := "{}"
	if in.Kind == yaml.SequenceNode {
		empty = "[]"
	}
	begin := e.start(in)
	if in.Style&yaml.FlowStyle != 0 {
		return e.replaced(begin, begin+flowLen(e.file.Text[begin:]), empty), nil
	}
	end := e.blockEnd(begin, indent, in.Kind == yaml.MappingNode, isLiteral(in.Content[len(in.Content)-1]))
	before := bytes.TrimRight(e.file.Text[:begin], " \t\r\n")
	if len(before) == 0 || before[len(before)-1] != ':' && before[len(before)-1] != '-' || bytes.IndexByte(e.file.Text[len(before):begin], '\n') < 0 {
		return e.replaced(begin, end, empty), nil
	}
	return e.replaced(len(before), end, " "+empty), nil
}

// replaced gives the text with bytes from one offset to another replaced.
func (e *editor) replaced(from, to int, by string) []byte {
	return slices.Concat(e.file.Text[:from], []byte(by), e.file.Text[to:])
}
