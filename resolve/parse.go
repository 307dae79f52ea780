package resolve

import (
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// prefixes are what a body begins with.
var prefixes = []struct {
	text    string
	kind    Kind
	synonym bool // accepted in configuration and commands only
}{
	{"secret:", Secret, false}, {"secrets:", Secret, true}, {"secret.", Secret, true}, {"secrets.", Secret, true},
	{"vars.", Vars, false}, {"env.", Env, false}, {"params.", Params, false}, {"cmd:", Cmd, false},
}

// parser reads one body.
type parser struct {
	body string
	at   int
	ref  *Reference
	text Dialect
}

// parseReference parses raw, which stands at pos and ends with the closing bracket.
func parseReference(raw string, pos Position, d Dialect) (*Reference, error) {
	p := parser{body: raw[2 : len(raw)-1], ref: &Reference{Position: pos, Raw: raw}, text: d}
	if why := p.parse(); why != "" {
		err := secret.Errorf(secret.Invalid, "%s", why)
		switch d {
		case Config:
		case Document: // in a string in which a backslash begins an escape it is written as two
			err = secret.WithHint(err, "if this is not meant for xec, write \\ before the $, or \\\\ where a backslash begins an escape, as in JSON")
		default:
			err = secret.WithHint(err, "if this is not meant for xec, write \\ before the $")
		}
		return nil, err
	}
	return p.ref, nil
}

func (p *parser) parse() (why string) {
	for _, prefix := range prefixes {
		if strings.HasPrefix(p.body, prefix.text) && !(prefix.synonym && p.text.isText()) {
			p.ref.Kind, p.at = prefix.kind, len(prefix.text)
			return p.parseName()
		}
	}
	if why := p.misspelt(); why != "" {
		return why
	}
	p.ref.Kind = Vars
	return p.parseName()
}

func (p *parser) parseName() (why string) {
	start := p.at
	switch p.ref.Kind {
	case Cmd:
		if p.ref.Name = p.body[start:]; strings.TrimSpace(p.ref.Name) == "" {
			return "the command is empty"
		}
		if strings.Contains(p.ref.Name, "${") || strings.Contains(p.ref.Name, "$<") {
			return "a command ends at the first closing bracket, and cannot hold a reference"
		}
		return ""
	case Secret:
		p.skip(secret.IsKeyByte)
	case Env:
		p.skip(secret.IsNameByte)
	default:
		p.skip(isPathByte)
	}
	p.ref.Name = p.body[start:p.at]
	if why := p.checkName(); why != "" {
		return why
	}
	return p.parseRest()
}

func (p *parser) skip(is func(byte) bool) {
	for p.at < len(p.body) && is(p.body[p.at]) {
		p.at++
	}
}

func (p *parser) checkName() (why string) {
	name := p.ref.Name
	switch p.ref.Kind {
	case Secret:
		if name == "" {
			return "the key is missing"
		}
		if err := secret.CheckKey(name); err != nil {
			return err.Error()
		}
	case Env:
		if name == "" || name[0] >= '0' && name[0] <= '9' {
			return "the name of the variable is missing"
		}
	default:
		if !isPath(name) {
			return "the path is not of the form name.name[0]"
		}
	}
	return ""
}

// parseRest parses filters and default, up to the end of the body.
func (p *parser) parseRest() (why string) {
	for p.ref.Kind == Secret && p.next('|') {
		start := p.at
		p.skip(secret.IsNameByte)
		name := p.body[start:p.at]
		if filters[name] == nil {
			return unknownFilter(name)
		}
		p.ref.Filters = append(p.ref.Filters, name)
	}
	if p.next(':') {
		p.next('-')
		p.ref.Default, p.ref.HasDefault = p.body[p.at:], true
		if strings.Contains(p.ref.Default, "${") || strings.Contains(p.ref.Default, "$<") {
			return "a default is literal text and cannot hold a reference"
		}
		return ""
	}
	if p.at == len(p.body) {
		return ""
	}
	return p.unexpected()
}

func (p *parser) next(b byte) bool {
	if p.at < len(p.body) && p.body[p.at] == b {
		p.at++
		return true
	}
	return false
}

// unexpected says what is wrong with the byte at which parsing stopped.
func (p *parser) unexpected() string {
	behind := " behind " + quoted(p.ref.Name)
	switch b := p.body[p.at]; {
	case b == '@':
		return "'@'" + behind + " is kept for a later version"
	case b == ' ' || b == '\t' || b == '\r':
		return "white space" + behind
	case b == '|':
		return "only a secret takes filters"
	case b > ' ' && b < 0x7f:
		return quoted(string(b)) + behind + " is not of the grammar"
	}
	return "a byte" + behind + " is not of the grammar"
}

func quoted(s string) string { return `"` + s + `"` }

// slips are prefixes that people write for others.
var slips = map[string]string{
	"var.": "vars.", "variables.": "vars.", "variable.": "vars.", "envs.": "env.", "param.": "params.", "parameters.": "params.",
	"vars:": "vars.", "var:": "vars.", "env:": "env.", "params:": "params.", "param:": "params.", "command:": "cmd:", "cmd.": "cmd:",
}

// misspelt says what was meant by a prefix that is nearly one.
func (p *parser) misspelt() (why string) {
	end := strings.IndexAny(p.body, ":.")
	if end < 0 {
		return ""
	}
	word, mark := p.body[:end], p.body[end:end+1]
	lower := strings.ToLower(word)
	meant := slips[lower+mark]
	for _, prefix := range prefixes {
		if prefix.text == lower+mark {
			meant = prefix.text
		}
	}
	if near := distance(lower, "secret", 2); meant == "" && mark == ":" && near <= 2 {
		meant = "secret:"
	}
	if meant == "" {
		return ""
	}
	return "unknown prefix " + quoted(word+mark) + ", meant is " + quoted(meant)
}

func isPathByte(b byte) bool { return secret.IsNameByte(b) || strings.IndexByte("-.[]", b) >= 0 }

// isPath reports whether s is segments and indices.
func isPath(s string) bool {
	for i, segment := range strings.Split(s, ".") {
		name, indices, _ := strings.Cut(segment, "[")
		if name == "" && i == 0 || strings.ContainsAny(name, "[]") || name == "" && indices == "" {
			return false
		}
		if len(name) < len(segment) && !areIndices("["+indices) {
			return false
		}
	}
	return true
}

// areIndices reports whether s is [n][n]….
func areIndices(s string) bool {
	for _, index := range strings.SplitAfter(s, "]") {
		if index == "" {
			continue
		}
		digits, ok := strings.CutPrefix(index, "[")
		digits, closed := strings.CutSuffix(digits, "]")
		if !ok || !closed || digits == "" || strings.Trim(digits, "0123456789") != "" {
			return false
		}
	}
	return true
}
