// Package text renders plain text, which carries any bytes: a value is written
// as it is.
package text

import (
	"bufio"
	"io"

	"github.com/xec-sh/xec-go/store/secret"
)

// Piece is a part of a text: literal bytes, or where Literal is nil a value.
type Piece struct {
	Literal []byte
	Value   secret.Value
}

// bufferSize joins small pieces into large writes. Larger literals go past it
// uncopied.
const bufferSize = 64 << 10

// Copy writes the pieces that next gives, until its error is io.EOF. Literal bytes
// need to be valid only until the next call.
func Copy(w io.Writer, next func() (Piece, error)) error {
	b := bufio.NewWriterSize(w, bufferSize)
	for {
		p, err := next()
		if err == io.EOF {
			return b.Flush()
		}
		if err != nil {
			return err
		}
		if p.Literal == nil {
			p.Literal = p.Value.Reveal()
		}
		if _, err := b.Write(p.Literal); err != nil {
			return err
		}
	}
}
