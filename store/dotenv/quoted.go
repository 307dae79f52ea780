package dotenv

import (
	"bytes"
	"slices"
)

// quoted reads the value whose opening quote is at pos.
func (p *parser) quoted(line *Line) error {
	body := p.src[p.pos+1:]
	n := closing(body, line.Quote)
	if n < 0 {
		return invalid(&SyntaxError{Offset: p.pos, Line: p.number, Reason: "no closing " + line.Quote.String()})
	}
	line.Start, line.End = p.pos, p.pos+n+2
	line.Value = body[:n:n]
	if line.Quote == Double {
		line.Value = unescape(line.Value)
		if err := p.joined(line); err != nil {
			return err
		}
	}
	p.leave(line.End)
	return p.tail()
}

// joined reads the parts in double quotes that follow one directly.
func (p *parser) joined(line *Line) error {
	grown := false
	for line.End < len(p.src) && p.src[line.End] == byte(Double) {
		body := p.src[line.End+1:]
		n := closing(body, Double)
		if n < 0 {
			number := p.number + bytes.Count(p.src[line.Start:line.End], []byte("\n"))
			return invalid(&SyntaxError{Offset: line.End, Line: number, Reason: "no closing " + Double.String()})
		}
		if !grown { // until now it may share src's memory
			line.Value, grown = slices.Clone(line.Value), true
		}
		line.Value = append(line.Value, unescape(body[:n])...)
		line.End += n + 2
	}
	return nil
}

// closing is the place of the closing quote in body, -1 if there is none.
func closing(body []byte, quote Quote) int {
	if quote != Double {
		return bytes.IndexByte(body, byte(quote))
	}
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// leave moves to end, behind a value that may span lines.
func (p *parser) leave(end int) {
	value := p.src[p.pos:end]
	p.number += bytes.Count(value, []byte("\n"))
	if i := bytes.LastIndexByte(value, '\n'); i >= 0 {
		p.start = p.pos + i + 1
	}
	p.moveTo(end)
}

// tail checks what follows a closing quote.
func (p *parser) tail() error {
	quote := p.pos
	p.skipBlanks()
	if p.pos == p.end || p.peek() == '#' && p.pos > quote {
		return nil
	}
	return p.wrong("more text behind a closing quote; only blanks and a comment may follow")
}

// unescape decodes what stands between double quotes.
func unescape(body []byte) []byte {
	i := bytes.IndexByte(body, '\\')
	if i < 0 {
		return body
	}
	value := make([]byte, 0, len(body))
	for ; i >= 0; i = bytes.IndexByte(body, '\\') {
		value = append(value, body[:i]...)
		value = appendEscape(value, body[i+1])
		body = body[i+2:]
	}
	return append(value, body...)
}

// appendEscape appends what a backslash and b stand for. A closing quote is
// found so that b always exists.
func appendEscape(value []byte, b byte) []byte {
	switch b {
	case '\\', '"', '$', '`':
		return append(value, b)
	case 'n':
		return append(value, '\n')
	case 'r':
		return append(value, '\r')
	case 't':
		return append(value, '\t')
	case '\n':
		return value
	}
	return append(value, '\\', b)
}
