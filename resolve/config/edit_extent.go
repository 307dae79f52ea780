package config

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// start is where a node begins in the text.
func (e *editor) start(n *yaml.Node) int { return e.file.offset(n.Line, n.Column) }

// lineStart is where the line of an offset begins.
func (e *editor) lineStart(at int) int {
	return bytes.LastIndexByte(e.file.Text[:at], '\n') + 1
}

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

func isLiteral(n *yaml.Node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

// dash is where the dash of an item stands, or the bracket or comma before it.
func (e *editor) dash(in *yaml.Node, at int) int {
	text := e.file.Text
	return bytes.LastIndexByte(text[:min(len(text), e.start(in.Content[at])+1)], '-') // an empty item may end the text
}
