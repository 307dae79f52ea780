package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/yaml"
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

// documentFormat is a format, with a stream where it has one.
type documentFormat struct {
	whole  render.Format
	stream func() render.Stream
}

// Sizes of windows, in bytes: the first, and the largest that is held for a part that
// cannot be read by less.
const (
	window    = 256 << 10
	maxWindow = 64 << 20
)

func (s *documentSource) name() string { return s.path }
func (s *documentSource) close()       { s.File.Close() }

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

func (s *documentSource) rewind() error {
	_, err := s.Seek(0, io.SeekStart)
	return err
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
		case full || n == 0 && size == maxWindow: // read as the last part, it may have any error
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

// take reads a part of what is left, and gives its length.
func (w *windowReader) take(last bool) (*documentPart, int, error) {
	p := &documentPart{dialect: w.source.dialect, source: w.left, begin: w.at, found: resolve.Find(w.left)}
	for _, f := range p.found {
		p.spans = append(p.spans, render.Span{Start: int(f.Offset), End: int(f.Offset) + f.Length})
	}
	d, n, err := w.next(w.left, p.spans, last)
	if err != nil {
		return nil, 0, secret.WithHint(p.placed(w.source.path, err), "--format text takes the file for plain text")
	}
	p.document, p.source = d, w.left[:n]
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

// checkKubernetes refuses what a cluster would refuse, or take for something else: a value
// in the data of a Secret that is not base64.
func (p *documentPart) checkKubernetes(note func(f resolve.Found, err error)) {
	for _, datum := range p.secretData() {
		f := p.found[datum.Ref]
		switch {
		case f.Ref == nil: // is no reference, and told of already
		case len(f.Ref.Filters) == 0 || f.Ref.Filters[len(f.Ref.Filters)-1] != "base64":
			err := secret.Errorf(secret.Invalid, "the data of a Kubernetes Secret is base64, and %s is not", f.Ref.Name)
			note(f, secret.WithHint(err, "${secret:%s|base64}, or stringData in place of data", f.Ref.Name))
		case !datum.Alone:
			err := secret.Errorf(secret.Invalid, "the data of a Kubernetes Secret is base64 as a whole, and %s is only a part of it", f.Ref.Name)
			note(f, secret.WithHint(err, "stringData in place of data takes text"))
		}
	}
}

// secretData gives the references in the data of Kubernetes.
func (p *documentPart) secretData() []yaml.Datum {
	if d, ok := p.asYAML([]byte(`"kind"`)).(interface{ SecretData() []yaml.Datum }); ok {
		return d.SecretData()
	}
	return nil
}

// asYAML gives the part as YAML, nil if it is none. JSON is YAML but for tabs, which stand
// between tokens alone; it is read so only if it has a text in it.
func (p *documentPart) asYAML(hint []byte) render.Document {
	if p.dialect != "json" {
		return p.document
	}
	if len(p.document.Refs()) == 0 || !bytes.Contains(p.source, hint) {
		return nil
	}
	document, err := yaml.Format(bytes.ReplaceAll(p.source, []byte("\t"), []byte(" ")), p.spans)
	if err != nil {
		return nil
	}
	return document
}

// placed gives an error of a format its line and column.
func (p *documentPart) placed(path string, err error) error {
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
		if err := s.rewind(); err != nil {
			return err
		}
		_, err := io.Copy(w, s.File)
		return err
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
