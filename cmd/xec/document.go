package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// documentSource is a document of a format with a syntax. It is read in windows, twice: what
// the format can take apart may be of any length.
type documentSource struct {
	input
	format  documentFormat
	dialect string // the format's name
	trap    warner // of a value that readers of the file may not take
	warn    warner
	staged  bool // what is written is dropped again if the end of it fails

	plain bool          // no reference stands in it: it is copied
	only  *documentPart // all of it, where it fits into one window
}

// documentPart is a part of a document, read.
type documentPart struct {
	dialect  string
	source   []byte
	begin    resolve.Position
	found    []resolve.Found // with their places in the whole document
	spans    []render.Span   // with their places in the part
	document render.Document
}

func (s *documentSource) scan(r *resolve.Resolver) error {
	if s.plain = !s.refers(); s.plain {
		return s.rewind()
	}
	count := 0
	return s.each(func(p *documentPart) error {
		if s.only = p; count > 0 {
			s.only = nil
		}
		count++
		p.need(s.path, r)
		return nil
	})
}

func (s *documentSource) isPlain() bool { return s.plain }

// refers reports whether anything that looks like a reference stands in the document. A
// file that cannot be read is told of when it is read for its parts.
func (s *documentSource) refers() bool {
	scanner := resolve.NewScanner(s.File)
	for {
		_, err := scanner.Next()
		switch {
		case scanner.Found() || scanner.Err() != nil:
			return true
		case err == io.EOF:
			return false
		case err != nil:
			return true
		}
	}
}

// each reads the document part by part.
func (s *documentSource) each(visit func(*documentPart) error) error {
	if err := s.rewind(); err != nil {
		return err
	}
	return s.reader().each(visit)
}

// reader reads the document from its beginning.
func (s *documentSource) reader() *windowReader {
	w := &windowReader{source: s, next: wholeDocuments(s.format.whole), at: resolve.At(nil, 0)}
	if s.format.stream != nil {
		w.next = s.format.stream().Next
	}
	return w
}

// need tells the resolver what a part needs.
func (p *documentPart) need(path string, r *resolve.Resolver) {
	for _, i := range p.document.Refs() {
		if f := p.found[i]; f.Err != nil {
			r.NoteIn(path, "", f.Position, f.Err)
		} else {
			r.Need(path, f.Ref)
		}
	}
	p.checkKubernetes(func(f resolve.Found, err error) { r.NoteIn(path, "", f.Position, err) })
}

// placed gives an error of a format its line and column.
func (p *documentPart) placed(path string, err error) *fileError {
	var e *render.PlacedError
	if !errors.As(err, &e) {
		return &fileError{path: path, err: err}
	}
	return &fileError{path, resolve.Within(p.begin, resolve.At(p.source, e.Offset)), e.Err}
}

// fileError is an error at a place of a file. Its kind and hint are those of err.
type fileError struct {
	path string
	at   resolve.Position // zero where it is not known
	err  error
}

func (e *fileError) Error() string {
	if e.at.Line == 0 {
		return fmt.Sprintf("%s: %v", e.path, e.err)
	}
	return fmt.Sprintf("%s:%v: %v", e.path, e.at, e.err)
}

// Unwrap gives the error without its place.
func (e *fileError) Unwrap() error { return e.err }

func (s *documentSource) template() ([]byte, error) {
	if err := s.rewind(); err != nil {
		return nil, err
	}
	b, err := readUpTo(s.File, maxWindow+1)
	if err == nil && len(b) > maxWindow {
		err = tooLarge(s.path, resolve.At(nil, 0))
	}
	return b, err
}

// parts gives all parts, which were read before.
func (s *documentSource) parts(visit func(*documentPart) error) error {
	if s.only != nil {
		return visit(s.only)
	}
	return s.each(visit)
}

func (s *documentSource) write(w io.Writer, value valueOf) error {
	if s.plain {
		return s.copyTo(w)
	}
	if s.only != nil || s.staged {
		return s.writeParts(w, value, s.warnings)
	}
	// A place may not carry its value, and then nothing is written.
	if err := s.writeParts(io.Discard, value, s.warnings); err != nil {
		return err
	}
	return s.writeParts(w, value, func(*documentPart, int, secret.Value) {})
}

// warnings warns of what is wrong with the value of a reference for its place.
func (s *documentSource) warnings(p *documentPart, i int, v secret.Value) {
	s.trap(s.path, p.found[i].Ref, v)
	if inUserPart(p.source[:p.spans[i].Start], p.source[p.spans[i].End:]) {
		s.warn(s.path, p.found[i].Ref, v)
	}
}

func (s *documentSource) writeParts(w io.Writer, value valueOf, warn func(*documentPart, int, secret.Value)) error {
	return s.parts(func(p *documentPart) error {
		out, err := p.render(s.path, value, warn)
		if err != nil {
			return err
		}
		defer clear(out)
		_, err = w.Write(out)
		return err
	})
}

func (p *documentPart) render(path string, value valueOf, warn func(*documentPart, int, secret.Value)) ([]byte, error) {
	values := map[int]secret.Value{}
	for _, i := range p.document.Refs() {
		v, err := value(p.found[i].Ref)
		if err != nil {
			return nil, err
		}
		values[i] = v
		warn(p, i, v)
	}
	out, err := p.document.Render(func(ref int) secret.Value { return values[ref] })
	if err != nil {
		return nil, p.placed(path, err)
	}
	return out, nil
}

// endsInLine reports whether a file is empty or ends in a line end.
func (s *documentSource) endsInLine() (bool, error) {
	info, err := s.Stat()
	if err != nil || info.Size() == 0 {
		return true, err
	}
	last := make([]byte, 1)
	_, err = s.ReadAt(last, info.Size()-1)
	return last[0] == '\n', err
}

// firstLine gives the first line of a file that is neither empty nor a comment, a beginning
// of its own where there is none in its first window.
func (s *documentSource) firstLine() ([]byte, error) {
	head := make([]byte, window)
	n, err := s.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	for line := range bytes.Lines(bytes.TrimPrefix(head[:n], []byte("\ufeff"))) {
		line = bytes.TrimRight(line, " \t\r\n")
		if len(line) > 0 && line[0] != '#' && line[0] != ';' {
			return line, nil
		}
	}
	return []byte(beginnings[s.dialect]), nil
}

// explain tells what the format does.
func (s *documentSource) explain(value knownValue, tell func(*resolve.Reference, string)) error {
	if s.plain {
		return nil
	}
	return s.parts(func(p *documentPart) error {
		known := func(ref int) (secret.Value, bool) { return value(p.found[ref].Ref) }
		for _, e := range p.document.(render.Explainer).Explain(known) { // as each of formats is
			tell(p.found[e.Ref].Ref, fmt.Sprintf("%s: %v", s.dialect, e))
		}
		return nil
	})
}
