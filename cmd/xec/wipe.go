package main

import (
	"bufio"
	"io"

	"github.com/xec-sh/xec-go/store/secret"
)

// Values are read into memory that is cleared when they are done with. What append and
// io.ReadAll leave behind where a slice grows would stay.

// grown gives b with room for n bytes more, and clears what it had to leave.
func grown(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	bigger := make([]byte, len(b), 2*(len(b)+n))
	copy(bigger, b)
	clear(b)
	return bigger
}

// readUpTo reads r to its end, or as much as limit. What was read before an error is
// cleared.
func readUpTo(r io.Reader, limit int) (b []byte, err error) {
	for len(b) < limit && err == nil {
		b = grown(b, 512)
		var n int
		n, err = r.Read(b[len(b):min(cap(b), limit)])
		b = b[:len(b)+n]
	}
	if err != nil && err != io.EOF {
		clear(b)
		return nil, err
	}
	return b, nil
}

// clearAll clears values.
func clearAll(values map[string]secret.Value) {
	for _, v := range values {
		v.Clear()
	}
}

// wipe clears the buffer of a writer that was flushed.
func wipe(w *bufio.Writer) {
	b := w.AvailableBuffer()
	clear(b[:cap(b)])
}
