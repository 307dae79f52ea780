package plugin

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/xec-sh/xec-go/store/secret"
)

// errLong is the error of a line that is over the limit.
var errLong = secret.Errorf(secret.General, "a line that is too long")

// readLine reads one line, without its end, of at most limit bytes. A line without an end
// is io.ErrUnexpectedEOF, no line at all io.EOF.
func readLine(r *bufio.Reader, limit int) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > limit+1:
			return nil, errLong
		case err == nil:
			return bytes.TrimSuffix(line, []byte("\n")), nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}

// writeLine writes v as one line, with one call of w.
func writeLine(w io.Writer, v any) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(line.Bytes())
	clear(line.Bytes())
	return err
}
