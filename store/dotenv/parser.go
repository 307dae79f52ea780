package dotenv

import (
	"bytes"

	"github.com/xec-sh/xec-go/store/secret"
)

const blanks = " \t"

// parser stands at pos on one line of src. It looks at each byte a bounded
// number of times, so that parsing is linear.
type parser struct {
	src    []byte
	pos    int
	number int // of the line
	start  int // of the line
	end    int // of the line, without its CR and LF
	next   int // start of the line after it
}

// nextLine goes to the first byte of the next line that has more than blanks.
func (p *parser) nextLine() bool {
	for p.next < len(p.src) {
		p.number++
		p.start = p.next
		p.moveTo(p.next)
		if p.skipBlanks(); p.pos < p.end {
			return true
		}
	}
	return false
}

// moveTo sets pos, and finds the end of the line that it is on.
func (p *parser) moveTo(pos int) {
	p.pos, p.end, p.next = pos, len(p.src), len(p.src)
	if i := bytes.IndexByte(p.src[pos:], '\n'); i >= 0 {
		p.end, p.next = pos+i, pos+i+1
	}
	if p.end > pos && p.src[p.end-1] == '\r' {
		p.end--
	}
}

// peek is the byte at pos, 0 at the end of the line: src has no NUL.
func (p *parser) peek() byte {
	if p.pos == p.end {
		return 0
	}
	return p.src[p.pos]
}

func (p *parser) skipBlanks() {
	for b := p.peek(); b == ' ' || b == '\t'; b = p.peek() {
		p.pos++
	}
}

func (p *parser) line() (Line, error) {
	line := Line{Number: p.number}
	if p.peek() == '#' {
		line.Start, line.End = p.pos+1, p.end
		line.Value = p.src[line.Start:line.End:line.End]
		return line, nil
	}
	if line.Name = p.name(); line.Name == "" {
		return line, p.wrong("no name: a name is a letter or '_', then letters, digits, '_', '.' and '-'")
	}
	if p.skipBlanks(); p.peek() != '=' {
		return line, p.wrong("no '=' behind the name")
	}
	p.pos++
	err := p.value(&line)
	return line, err
}

// name reads the name that is assigned to, which may itself be "export".
func (p *parser) name() string {
	name := p.word()
	if name == "export" {
		p.skipBlanks()
		if exported := p.word(); exported != "" {
			return exported
		}
	}
	return name
}

// word reads a NAME, "" if none stands here.
func (p *parser) word() string {
	start := p.pos
	if b := p.peek(); b != '_' && (b|0x20 < 'a' || 'z' < b|0x20) {
		return ""
	}
	for secret.IsKeyByte(p.peek()) {
		p.pos++
	}
	return string(p.src[start:p.pos])
}

func (p *parser) value(line *Line) error {
	line.Start, line.End = p.pos, p.pos
	p.skipBlanks()
	switch quote := Quote(p.peek()); quote {
	case Single, Double, Backtick:
		line.Quote = quote
		return p.quoted(line)
	}
	p.unquoted(line)
	return nil
}

// unquoted finds the value between line.Start, right behind the '=', and the
// end of the line.
func (p *parser) unquoted(line *Line) {
	text := p.src[line.Start:p.end]
	text = text[:commentStart(text)]
	value := bytes.Trim(text, blanks)
	if len(value) > 0 {
		line.Start += len(text) - len(bytes.TrimLeft(text, blanks))
		line.End = line.Start + len(value)
	}
	line.Value = p.src[line.Start:line.End:line.End]
}

// commentStart is the place of the first '#' behind a blank, or the end.
func commentStart(text []byte) int {
	for i := 1; i < len(text); i++ {
		if text[i] == '#' && (text[i-1] == ' ' || text[i-1] == '\t') {
			return i
		}
	}
	return len(text)
}

// wrong is an error at pos.
func (p *parser) wrong(reason string) error {
	return invalid(&SyntaxError{p.pos, p.number, p.pos - p.start + 1, reason})
}
