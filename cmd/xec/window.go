package main

import (
	"io"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Sizes of windows, in bytes: the first, and the largest that is held for a part that
// cannot be read by less.
const (
	window    = 256 << 10
	maxWindow = 64 << 20
)

// nextPart is the one method of a render.Stream.
type nextPart = func(window []byte, spans []render.Span, last bool) (render.Document, int, error)

// wholeDocuments are for a format that reads no parts.
func wholeDocuments(format render.Format) nextPart {
	return func(window []byte, spans []render.Span, last bool) (render.Document, int, error) {
		if !last {
			return nil, 0, nil
		}
		d, err := format(window, spans)
		return d, len(window), err
	}
}

// windowReader reads a document in windows.
type windowReader struct {
	source *documentSource
	next   nextPart
	left   []byte // of the document, as far as it was read
	at     resolve.Position
	read   bool // to its end
	done   bool
}

// each gives all parts.
func (w *windowReader) each(visit func(*documentPart) error) error {
	for {
		p, err := w.part()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(p); err != nil {
			return err
		}
	}
}

// part gives the next part; io.EOF when there are none left.
func (w *windowReader) part() (*documentPart, error) {
	if w.done {
		return nil, io.EOF
	}
	for size := max(window, len(w.left)); ; size = min(2*size, maxWindow) {
		if err := w.fill(size); err != nil {
			return nil, err
		}
		full := len(w.left) == maxWindow && !w.read
		p, n, err := w.take(w.read || full)
		switch {
		case full || n == 0 && size == maxWindow && !w.read: // read as the last part, it may have any error
			return nil, tooLarge(w.source.path, w.at)
		case err != nil:
			return nil, err
		case n > 0 || w.read:
			w.done = w.read && n == len(w.left)
			w.left, w.at = w.left[n:], resolve.Behind(w.at, p.source)
			return p, nil
		}
	}
}

func tooLarge(path string, at resolve.Position) error {
	err := secret.Errorf(secret.Invalid, "%s:%v: more than %d MiB that cannot be read in parts", path, at, maxWindow>>20)
	return secret.WithHint(err, "--format text has no limit")
}

// fill reads on until the window has its size.
func (w *windowReader) fill(size int) error {
	if w.read || len(w.left) >= size {
		return nil
	}
	w.left = append(make([]byte, 0, size), w.left...)
	n, err := io.ReadFull(w.source.File, w.left[len(w.left):size])
	w.left = w.left[:len(w.left)+n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		w.read, err = true, nil
	}
	return err
}

// take reads a part of what is left, and gives its length. Unless it is the last none of it
// may become a reference with what follows.
func (w *windowReader) take(last bool) (*documentPart, int, error) {
	p := &documentPart{dialect: w.source.dialect, source: w.left, begin: w.at}
	if last {
		p.found = resolve.Find(p.source)
	} else {
		var settled int
		p.found, settled = resolve.FindBegun(p.source)
		p.source = p.source[:settled]
	}
	for _, f := range p.found {
		p.spans = append(p.spans, render.Span{Start: int(f.Offset), End: int(f.Offset) + f.Length})
	}
	d, n, err := w.next(p.source, p.spans, last)
	if err != nil {
		return nil, 0, p.unread(w.source.path, err)
	}
	p.document, p.source = d, p.source[:n]
	p.spans = render.SpansBefore(p.spans, n)
	p.found = p.found[:len(p.spans)]
	for i := range p.found {
		p.found[i].Position = resolve.Within(w.at, p.found[i].Position)
		if ref := p.found[i].Ref; ref != nil {
			ref.Position = p.found[i].Position
		}
	}
	return p, n, nil
}

// unread is the error for a part that the format does not read. A reference before it that is
// not of the grammar is the better one: its end may be missing, and then it has swallowed a
// quote of the document.
func (p *documentPart) unread(path string, err error) error {
	where := p.placed(path, err)
	for _, f := range p.found {
		at := resolve.Within(p.begin, f.Position)
		isEscaped := f.Offset > 0 && p.source[f.Offset-1] == '\\'
		if f.Err != nil && !isEscaped && at.Line <= where.at.Line {
			return &fileError{path, at, f.Err}
		}
	}
	return secret.WithHint(where, "--format text takes the file for plain text")
}
