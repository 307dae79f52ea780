package main

import (
	"bytes"
	"io"
	"slices"

	"github.com/xec-sh/xec-go/store/secret"
)

// wideMarks are the byte order marks of encodings in which references are not found.
var wideMarks = []string{"\xff\xfe", "\xfe\xff", "\x00\x00\xfe\xff"}

// checkWide refuses a file in UTF-16 or UTF-32 that seems to have references. They would
// be left as they are.
func checkWide(in input) error {
	wide, err := refersWide(in)
	if wide {
		err = prefixed(in.path, tooWide())
	}
	return err
}

func tooWide() error {
	err := secret.Errorf(secret.Invalid, "UTF-16 or UTF-32, in which no reference is found")
	return secret.WithHint(err, "make it UTF-8: iconv -f UTF-16 -t UTF-8 FILE")
}

// refersWide reports whether a file is in UTF-16 or UTF-32 and seems to have references.
func refersWide(in io.ReaderAt) (bool, error) {
	head := make([]byte, 4)
	n, err := in.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	isMarked := func(mark string) bool { return bytes.HasPrefix(head[:n], []byte(mark)) }
	if !slices.ContainsFunc(wideMarks, isMarked) {
		return false, nil
	}
	return findWide(io.NewSectionReader(in, 0, 1<<62))
}

// findWide reports whether the beginning of a reference stands in a text, whatever the
// width of its characters.
func findWide(r io.Reader) (bool, error) {
	buffer, kept := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buffer[kept:])
		narrow := bytes.ReplaceAll(buffer[:kept+n], []byte{0}, nil)
		if bytes.Contains(narrow, []byte("{secret:")) || bytes.Contains(narrow, []byte("<secret:")) {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		tail := buffer[max(0, kept+n-64) : kept+n]
		kept = copy(buffer, tail)
	}
}
