package resolve

import (
	"bytes"
	"io"
)

// Found is where a reference stands in a document of a parsed format: closed on its
// line, escaped or not, of the grammar or not.
type Found struct {
	Position
	Length int // in bytes, with the brackets
	Ref    *Reference
	Err    error // why it is not of the grammar
}

// Find gives all references of a document as Text. Whether backslashes before one make
// it literal is for the format to say, which reads them in the decoded scalar.
func Find(document []byte) (all []Found) {
	s := newScanner(nil, document)
	s.readErr = io.EOF
	s.each = func(f Found) {
		if f.Ref != nil {
			ref := *f.Ref
			f.Ref = &ref
		}
		all = append(all, f)
	}
	for {
		if _, err := s.Next(); err != nil {
			return all
		}
	}
}

// Behind gives the position behind a text that begins at a position.
func Behind(begin Position, text []byte) Position { return Within(begin, At(text, len(text))) }

// Within gives the position in a whole of what stands at p in a part that begins at begin.
func Within(begin, p Position) Position {
	if p.Line == 1 {
		p.Column += begin.Column - 1
	}
	return Position{begin.Offset + p.Offset, begin.Line + p.Line - 1, p.Column}
}

// At gives the position of an offset in a document.
func At(document []byte, offset int) Position {
	before := document[:min(offset, len(document))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return Position{int64(len(before)), 1 + bytes.Count(before, []byte("\n")), 1 + characters(line)}
}
