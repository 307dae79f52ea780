package config

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

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
