package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
)

// nosy gives n bytes and then err, and keeps all memory that it was handed.
type nosy struct {
	n    int
	err  error
	kept [][]byte
}

func (r *nosy) Read(b []byte) (int, error) {
	r.kept = append(r.kept, b)
	n := min(r.n, len(b), 100)
	for i := range n {
		b[i] = 'v'
	}
	if r.n -= n; r.n == 0 {
		return n, r.err
	}
	return n, nil
}

// left counts the bytes of the value that are still in memory.
func (r *nosy) left() (n int) {
	for _, b := range r.kept {
		n += bytes.Count(b, []byte("v"))
	}
	return n
}

func TestWhatIsReadCanBeCleared(t *testing.T) {
	for _, size := range []int{1, 511, 512, 513, 10_000, 70_000} {
		r := &nosy{n: size, err: io.EOF}
		b, err := readUpTo(r, 65_536)
		if err != nil || len(b) != min(size, 65_536) || len(bytes.Trim(b, "v")) > 0 {
			t.Errorf("%d bytes of %d, error %v", len(b), size, err)
		}
		if clear(b); r.left() > 0 {
			t.Errorf("%d bytes: %d are left", size, r.left())
		}
		failed := &nosy{n: size, err: errors.New("failed")}
		if b, err := readUpTo(failed, 100_000); err == nil || b != nil || failed.left() > 0 {
			t.Errorf("%d bytes and an error: %d are left, error %v", size, failed.left(), err)
		}
	}
}

// TestWhatIsTypedCanBeCleared types a long line with mistakes in it.
func TestWhatIsTypedCanBeCleared(t *testing.T) {
	for typed, want := range map[string]int{
		"vvvv\x15vvvvvv\x7f\x7fvv\r":                     6,
		string(bytes.Repeat([]byte("v"), 5000)) + "\n":   5000,
		string(bytes.Repeat([]byte("v"), 5000)) + "\x03": 0,
		"vvvv\x1a": 0,
		"vvvv":     0,
	} {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.WriteString(typed); err != nil {
			t.Fatal(err)
		}
		out.Close()
		var kept [][]byte
		term := terminal{in: in}
		line, _ := term.line(func(line []byte, key byte) ([]byte, error) {
			kept = append(kept, term.buf[:cap(term.buf)])
			edited, err := hiddenKeys(line, key)
			kept = append(kept, line[:cap(line)], edited[:cap(edited)])
			return edited, err
		})
		in.Close()
		if len(line) != want {
			t.Errorf("%d bytes were read, want %d", len(line), want)
		}
		clear(line)
		if n := (&nosy{kept: kept}).left(); n > 0 {
			t.Errorf("%d bytes typed: %d are left", len(typed), n)
		}
	}
}
