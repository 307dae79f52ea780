package config

import (
	"slices"
)

// layout tells lines and columns from offsets and back, however long the lines are.
type layout struct {
	lines      []int // the offsets at which they begin
	characters []int // how many begin before each multiple of stride
}

const stride = 256

// layout is made when the first place is asked for.
func (f *File) layout() *layout {
	if f.laidOut != nil {
		return f.laidOut
	}
	l := &layout{lines: []int{0}}
	count := 0
	for i, b := range f.Text {
		if i%stride == 0 {
			l.characters = append(l.characters, count)
		}
		if b == '\n' {
			l.lines = append(l.lines, i+1)
		}
		if beginsCharacter(b) {
			count++
		}
	}
	l.characters = append(l.characters, count)
	f.laidOut = l
	return l
}

// beginsCharacter reports whether a byte does not continue a UTF-8 sequence.
func beginsCharacter(b byte) bool { return b&0xC0 != 0x80 }

// characters is how many characters begin before an offset.
func (f *File) characters(offset int) int {
	at := offset / stride * stride
	count := f.layout().characters[at/stride]
	for _, b := range f.Text[at:offset] {
		if beginsCharacter(b) {
			count++
		}
	}
	return count
}

// offset is where a line and column stand in a file's text.
func (f *File) offset(line, column int) int {
	l := f.layout()
	if line > len(l.lines) {
		return len(f.Text)
	}
	before := f.characters(l.lines[line-1]) + column - 1
	i, _ := slices.BinarySearch(l.characters, before+1)
	at := max(0, i-1) * stride
	for count := l.characters[at/stride]; at < len(f.Text); at++ {
		if beginsCharacter(f.Text[at]) {
			if count == before {
				return at
			}
			count++
		}
	}
	return len(f.Text)
}

// place is the line and column of an offset.
func (f *File) place(offset int) Place {
	lines := f.layout().lines
	line, found := slices.BinarySearch(lines, offset)
	if found {
		line++
	}
	return Place{f, line, 1 + f.characters(offset) - f.characters(lines[line-1])}
}
