package text_test

import (
	"fmt"
	"io"
	"os"

	"github.com/xec-sh/xec-go/render/text"
	"github.com/xec-sh/xec-go/store/secret"
)

// Plain text is a row of pieces: what stands there, and values.
func ExampleCopy() {
	pieces := []text.Piece{
		{Literal: []byte("url = pg://app:")},
		{Value: secret.Text(`p@"ss`)},
		{Literal: []byte("@db\n")},
	}
	next := func() (text.Piece, error) {
		if len(pieces) == 0 {
			return text.Piece{}, io.EOF
		}
		p := pieces[0]
		pieces = pieces[1:]
		return p, nil
	}
	if err := text.Copy(os.Stdout, next); err != nil {
		fmt.Println(err)
	}
	// Output:
	// url = pg://app:p@"ss@db
}
