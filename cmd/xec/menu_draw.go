package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// page is all that is to be seen, from the top.
type page struct {
	rows   []row
	cursor int    // the row at whose end it stands, -1 for none
	help   string // in the last row
}

// row is a line of a page.
type row struct {
	text  []byte
	style string // how it is displayed, "" for as it is
}

const (
	bold    = "1"
	faint   = "2"
	red     = "31"
	pointed = "1;36"
)

func (p *page) add(style, text string) { p.rows = append(p.rows, row{[]byte(text), style}) }

// addWrapped adds a text in as many rows as it needs, and an empty one if there is any.
func (p *page) addWrapped(style string, width int, texts ...string) {
	for _, text := range texts {
		for _, line := range inLines(text, width) {
			p.add(style, line)
		}
	}
}

// draw shows the page of the question that is being asked.
func (s *fullScreen) draw() {
	if s.page == nil || !s.ours {
		return
	}
	width, height := s.size()
	p := s.page(width, height)
	if len(p.rows) > height-1 {
		p.rows = p.rows[:max(height-1, 0)]
	}
	out := []byte("\x1b[?25l")
	defer func() { clear(out) }()
	for i := range height {
		r := row{}
		switch {
		case i < len(p.rows):
			r = p.rows[i]
		case i == height-1:
			r = row{[]byte(p.help), faint}
		}
		text := cut(r.text, width)
		out = grown(out, len(text)+64)
		out = fmt.Appendf(out, "\x1b[%d;1H\x1b[K", i+1) // behind a full row it would clear its last column
		out = s.appendStyled(out, r.style, text)
	}
	if p.cursor >= 0 && p.cursor < len(p.rows) {
		column := min(columns(p.rows[p.cursor].text)+1, width)
		out = fmt.Appendf(grown(out, 64), "\x1b[%d;%dH\x1b[?25h", p.cursor+1, column)
	}
	s.t.out.Write(out)
}

// appendStyled adds a text as it is displayed.
func (s *fullScreen) appendStyled(out []byte, style string, text []byte) []byte {
	if style == "" || s.noColor {
		return append(out, text...)
	}
	out = append(out, "\x1b["+style+"m"...)
	out = append(out, text...)
	return append(out, "\x1b[0m"...)
}

// columnsOf is how many columns a character takes, or more: what might be wide counts as
// wide.
func columnsOf(r rune) int {
	switch {
	case r == '\t':
		return 8
	case r >= 0x1100:
		return 2
	}
	return 1
}

func columns(text []byte) (n int) {
	for _, r := range string(text) {
		n += columnsOf(r)
	}
	return n
}

// cut gives as much of the start of a text as a row holds.
func cut(text []byte, width int) []byte {
	used := 0
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if used += columnsOf(r); used > width {
			return text[:i]
		}
		i += n
	}
	return text
}

// tail gives as much of the end of a text as fits.
func tail(text string, width int) string {
	for columns([]byte(text)) > width {
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
	return text
}

// inLines breaks a text between words.
func inLines(text string, width int) (lines []string) {
	for columns([]byte(text)) > width {
		head := string(cut([]byte(text), width))
		at := strings.LastIndexByte(head, ' ')
		if strings.HasPrefix(text[len(head):], " ") {
			at = len(head)
		}
		if at <= 0 {
			at = max(len(head), 1)
		}
		lines = append(lines, text[:at])
		text = strings.TrimLeft(text[at:], " ")
	}
	return append(lines, text)
}

// broken breaks a text into rows, without a copy of it.
func broken(text []byte, width int) (rows [][]byte) {
	for {
		line, rest, more := bytes.Cut(text, []byte("\n"))
		for {
			head := cut(line, width)
			if len(head) == 0 && len(line) > 0 {
				head = line[:1] // narrower than a character
			}
			rows = append(rows, head)
			if line = line[len(head):]; len(line) == 0 {
				break
			}
		}
		if !more {
			return rows
		}
		text = rest
	}
}
