package config

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// start is where a node begins in the text.
func (e *editor) start(n *yaml.Node) int { return e.file.offset(n.Line, n.Column) }

// lineEnd is where the line of an offset ends, before its line break.
func (e *editor) lineEnd(at int) int {
	text := e.file.Text
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		at += i
		if at > 0 && text[at-1] == '\r' {
			at--
		}
		return at
	}
	return len(text)
}

// lineStart is where the line of an offset begins.
func (e *editor) lineStart(at int) int {
	return bytes.LastIndexByte(e.file.Text[:at], '\n') + 1
}

// nextLine is where the line behind that of an offset begins.
func (e *editor) nextLine(at int) int {
	if i := bytes.IndexByte(e.file.Text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(e.file.Text)
}

// end is where a node ends that lies within its line or within brackets; ok is false for one
// that does not.
func (e *editor) end(n *yaml.Node, flow bool) (end int, ok bool) {
	at := e.start(n)
	switch text := e.file.Text[at:]; {
	case n.Kind != yaml.ScalarNode:
		return at + flowLen(text), n.Style&yaml.FlowStyle != 0
	case n.Style&yaml.DoubleQuotedStyle != 0, n.Style&yaml.SingleQuotedStyle != 0:
		return at + quotedLen(text), true
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return at, false
	default:
		length, ok := plainEnd(text, flow, n.Value)
		return at + length, ok
	}
}

// plainEnd is how long a plain scalar at the begin of a text is. It may go on over lines, whose
// ends YAML folds: its value tells which line is the last.
func plainEnd(text []byte, flow bool, value string) (end int, ok bool) {
	breaks := 0
	for {
		length := plainLen(text[end:], flow)
		if length > 0 {
			value, ok = strings.CutPrefix(value, folded(breaks)+string(text[end:end+length]))
			if !ok {
				return end, false
			}
			breaks = 0
		}
		end += length
		next := bytes.IndexByte(text[end:], '\n')
		if value == "" || next < 0 {
			return end, value == ""
		}
		breaks++
		end += next + 1
		end += len(text[end:]) - len(bytes.TrimLeft(text[end:], " \t"))
	}
}

// folded is what line breaks in a scalar stand for.
func folded(breaks int) string {
	if breaks == 1 {
		return " "
	}
	return strings.Repeat("\n", max(0, breaks-1))
}

// quotedLen is how long a quoted scalar at the begin of a text is.
func quotedLen(text []byte) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return len(text)
}

// plainLen is how long the part of a plain scalar on its first line is.
func plainLen(text []byte, flow bool) int {
	line := text
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	for i, b := range line {
		switch {
		case b == '#' && i > 0 && (line[i-1] == ' ' || line[i-1] == '\t'),
			b == ':' && (i+1 == len(line) || line[i+1] == ' ' || line[i+1] == '\t' || flow && bytes.IndexByte([]byte(",[]{}"), line[i+1]) >= 0),
			flow && bytes.IndexByte([]byte(",[]{}"), b) >= 0:
			return len(bytes.TrimRight(line[:i], " \t"))
		}
	}
	return len(bytes.TrimRight(line, " \t"))
}

// flowLen is how long a collection in brackets at the begin of a text is.
func flowLen(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '[' || b == '{':
			depth++
		case b == ']' || b == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case (b == '"' || b == '\'') && bytes.IndexByte([]byte(" \t\r\n,[{:"), text[i-1]) >= 0:
			i += quotedLen(text[i:]) - 1
		case b == '#' && bytes.IndexByte([]byte(" \t\r\n"), text[i-1]) >= 0:
			if j := bytes.IndexByte(text[i:], '\n'); j >= 0 {
				i += j
			}
		}
	}
	return len(text)
}

// blockEnd is where what begins on the line of an offset, at an indentation, ends: behind
// its last line that is more deeply indented, without its line break. Items of a list may
// stand as deep as their key.
func (e *editor) blockEnd(at, indent int, items, literal bool) int {
	end := e.lineEnd(at)
	for next := e.nextLine(at); next < len(e.file.Text); next = e.nextLine(next) {
		line := e.file.Text[next:e.lineEnd(next)]
		rest := bytes.TrimLeft(line, " ")
		deep := len(line) - len(rest)
		switch {
		case len(bytes.TrimSpace(rest)) == 0:
			continue
		case deep > indent, items && deep == indent && isItem(rest):
		default:
			return end
		}
		if rest[0] != '#' || literal {
			end = e.lineEnd(next)
		}
	}
	return end
}

func isItem(line []byte) bool {
	return line[0] == '-' && (len(line) == 1 || line[1] == ' ' || line[1] == '\t')
}

// colon is where what belongs to a key begins: behind its colon.
func (e *editor) colon(key *yaml.Node) int {
	end, _ := e.end(key, true)
	if i := bytes.IndexByte(e.file.Text[end:], ':'); i >= 0 {
		return end + i + 1
	}
	return end
}

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

func isLiteral(n *yaml.Node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

// dash is where the dash of an item stands, or the bracket or comma before it.
func (e *editor) dash(in *yaml.Node, at int) int {
	return bytes.LastIndexByte(e.file.Text[:e.start(in.Content[at])+1], '-')
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

// block writes keys below one another, the last with a value; what is below a list stands on
// one line.
func (e *editor) block(indent int, steps []Step, value *Node) string {
	var text strings.Builder
	for i, step := range steps {
		if i > 0 {
			text.WriteString(e.newline)
		}
		text.WriteString(strings.Repeat(" ", indent+i*e.unit) + keyText(step.Key) + ":")
		if i+1 < len(steps) && steps[i+1].IsIndex {
			return text.String() + " " + e.flow(steps[i+1:], value)
		}
	}
	return text.String() + " " + e.scalar(value, 0, false)
}

// flow writes a value, below keys, on one line.
func (e *editor) flow(steps []Step, value *Node) string {
	text := e.scalar(value, 0, true)
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].IsIndex {
			text = "[" + text + "]"
			continue
		}
		text = "{" + keyText(steps[i].Key) + ": " + text + "}"
	}
	return text
}

func keyText(key string) string {
	if isSafePlain(key, true) {
		return key
	}
	return quoted(key)
}

// scalar writes a value on one line; a string keeps the quotes that were there.
func (e *editor) scalar(value *Node, was yaml.Style, flow bool) string {
	switch {
	case value.Kind != Scalar:
		return flowText(value)
	case value.Tag != "!!str":
		return value.Text
	case was&yaml.SingleQuotedStyle != 0 && isPrintedLine(value.Text):
		return "'" + strings.ReplaceAll(value.Text, "'", "''") + "'"
	case was&yaml.DoubleQuotedStyle == 0 && isSafePlain(value.Text, flow):
		return value.Text
	}
	return quoted(value.Text)
}

// flowText writes a tree in brackets, as JSON does.
func flowText(n *Node) string {
	var parts []string
	switch n.Kind {
	case Map:
		for _, p := range n.Pairs {
			parts = append(parts, quoted(p.Key)+": "+flowText(p.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case List:
		for _, item := range n.Items {
			parts = append(parts, flowText(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.Tag == "!!str" {
		return quoted(n.Text)
	}
	return n.Text
}

// literal writes a text of several lines as a block, "" where it cannot be one.
func (e *editor) literal(value *Node, indent int) string {
	text, keeps := strings.CutSuffix(value.Text, "\n")
	lines := strings.Split(text, "\n")
	if value.Kind != Scalar || value.Tag != "!!str" || len(lines) < 2 || lines[0] == "" || lines[0][0] == ' ' || lines[len(lines)-1] == "" {
		return ""
	}
	block := "|-"
	if keeps {
		block = "|"
	}
	for _, line := range lines {
		if line != "" && (!isPrintedLine(line) || strings.TrimRight(line, " ") != line) {
			return ""
		}
		block += e.newline
		if line != "" {
			block += strings.Repeat(" ", indent) + line
		}
	}
	return block
}

// isPrintedLine reports whether a text is of characters that single quotes and blocks hold.
func isPrintedLine(text string) bool {
	for _, r := range text {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// isSafePlain reports whether a string may stand without quotes, whoever reads it: what is
// not surely safe gets them.
func isSafePlain(text string, flow bool) bool {
	if text == "" || plainTag(text) != "!!str" || isOldWord(text) || !isPrintedLine(text) {
		return false
	}
	if !isLetterOrSo(text[0]) || text[len(text)-1] == ' ' || text[len(text)-1] == ':' {
		return false
	}
	if strings.Contains(text, ": ") || strings.Contains(text, " #") {
		return false
	}
	return !flow || !strings.ContainsAny(text, ",[]{}:#\"'")
}

// isLetterOrSo reports whether a plain scalar may begin with a byte, where its meaning as
// something else than a string was ruled out.
func isLetterOrSo(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || b >= 0x80 || strings.IndexByte("/._$(^+", b) >= 0
}

// isOldWord reports whether YAML 1.1 takes a text for something else than a string.
func isOldWord(text string) bool {
	switch strings.ToLower(text) {
	case "y", "yes", "on", "n", "no", "off", "true", "false", "null", "~", "=", "<<", ".inf", ".nan", "+.inf":
		return true
	}
	return strings.Trim(text, "0123456789:_.+-xXoabcdefABCDEF") == "" && strings.ContainsAny(text, "0123456789")
}

// plainTag is what a plain scalar is.
func plainTag(text string) string {
	n := yaml.Node{Kind: yaml.ScalarNode, Value: text}
	return n.ShortTag()
}

// quoted writes a string in double quotes, which JSON and YAML read alike.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string always marshals
	return strings.TrimSuffix(b.String(), "\n")
}
