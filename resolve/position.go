package resolve

import (
	"bytes"
	"fmt"
)

// Position is a place in a text.
type Position struct {
	Offset int64 // in bytes, from 0
	Line   int   // from 1
	Column int   // in characters, from 1
}

func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// begin is where a text begins.
var begin = Position{Line: 1, Column: 1}

// ByteOrderMark is what some editors put before a text. It is in no column.
const ByteOrderMark = "\ufeff"

// At gives the position of an offset in a document.
func At(document []byte, offset int) Position {
	return Behind(begin, document[:min(offset, len(document))])
}

// Behind gives the position behind a text that begins at a position.
func Behind(p Position, text []byte) Position {
	if p.Offset == 0 && bytes.HasPrefix(text, []byte(ByteOrderMark)) {
		p.Column--
	}
	p.Offset += int64(len(text))
	if n := bytes.Count(text, []byte("\n")); n > 0 {
		p.Line += n
		p.Column = 1
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	p.Column += characters(text)
	return p
}

// Within gives the position in a whole of what stands at p in a part that begins at begin.
func Within(begin, p Position) Position {
	if p.Line == 1 {
		p.Column += begin.Column - 1
	}
	return Position{begin.Offset + p.Offset, begin.Line + p.Line - 1, p.Column}
}

// characters counts bytes that do not continue a UTF-8 sequence.
func characters(b []byte) (n int) {
	for _, each := range b {
		if each&0xC0 != 0x80 {
			n++
		}
	}
	return n
}
