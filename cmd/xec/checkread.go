package main

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/lint"
)

const (
	maxChecked = 4 << 20 // the largest file that is looked at, in bytes
	headSize   = 8000    // of a file, in which a NUL byte tells that it is binary
)

// maxReaders is how many files are looked at at once.
const maxReaders = 8

// readers look at files, several at once; end waits until all have been looked at, and
// gathers what was found.
func (c *check) readers(names chan []string) (end func()) {
	all := make([]*reader, min(runtime.GOMAXPROCS(0), maxReaders))
	var running sync.WaitGroup
	for i := range all {
		r := &reader{buffer: make([]byte, 64<<10)}
		r.report.UserPart = c.report.UserPart
		all[i] = r
		running.Go(func() {
			for batch := range names {
				for _, name := range batch {
					r.file(name)
				}
			}
		})
	}
	return func() {
		close(names)
		running.Wait()
		for _, r := range all {
			c.looked += r.looked
			c.report.Merge(&r.report)
		}
	}
}

// reader looks at one file after the other.
type reader struct {
	check
	buffer []byte
}

// file looks at a file, as far as it is a text.
func (r *reader) file(path string) {
	text, err := r.read(path)
	switch {
	case err != nil:
		r.unreadable(path, err)
	case isBinary(text):
		if slices.ContainsFunc(wideMarks, func(mark string) bool { return bytes.HasPrefix(text, []byte(mark)) }) {
			r.wide(path)
		}
	case len(text) > maxChecked:
		r.skip(path, lint.Note, "it has more than 4 MiB")
	default:
		r.looked++
		r.text(path, text)
	}
}

// read reads a file up to what is too much, of a binary one only the beginning. What it
// gives is valid until the next call.
func (r *reader) read(path string) ([]byte, error) {
	f, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for n := 0; ; {
		k, err := f.Read(r.buffer[n:])
		n += k
		switch {
		case err == io.EOF || n > maxChecked || n >= headSize && isBinary(r.buffer[:n]):
			return r.buffer[:n], nil
		case err != nil:
			return nil, err
		case n == len(r.buffer):
			r.buffer = append(r.buffer, make([]byte, len(r.buffer))...)
		}
	}
}

func isBinary(text []byte) bool { return bytes.IndexByte(text[:min(len(text), headSize)], 0) >= 0 }

// wide tells of references in an encoding in which none is found.
func (r *reader) wide(path string) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var wide bool
		if wide, err = refersWide(f); wide {
			r.report.AddError(lint.Finding{File: path, Position: resolve.At(nil, 0), Rule: lint.Format}, tooWide())
		}
	}
	if err != nil {
		r.unreadable(path, err)
	}
}
