package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/dotenv"
	"github.com/xec-sh/xec-go/render/hcl"
	"github.com/xec-sh/xec-go/render/json"
	"github.com/xec-sh/xec-go/render/text"
	"github.com/xec-sh/xec-go/render/toml"
	"github.com/xec-sh/xec-go/render/yaml"
	"github.com/xec-sh/xec-go/resolve"
	syntax "github.com/xec-sh/xec-go/store/dotenv"
	"github.com/xec-sh/xec-go/store/secret"
)

// valueOf gives the value of a reference.
type valueOf = func(*resolve.Reference) (secret.Value, error)

// source is a file to be rendered.
type source interface {
	name() string
	// scan tells the resolver what the file needs.
	scan(r *resolve.Resolver) error
	// template gives the file as it is.
	template() ([]byte, error)
	explainer
	// write writes the file with the values in it.
	write(w io.Writer, value valueOf) error
	close()
}

// formats are the formats by the names that --format takes.
var formats = map[string]render.Format{
	"yaml": yaml.Format, "json": json.Format, "jsonc": json.Format, "toml": toml.Format, "hcl": hcl.Format, "dotenv": dotenv.Format(parseDotenv),
}

// parseDotenv lends package store/dotenv's reader to render, which does not know it.
func parseDotenv(src []byte) ([]dotenv.Line, error) {
	parsed, err := syntax.Parse(src)
	lines := make([]dotenv.Line, len(parsed))
	for i, l := range parsed {
		lines[i] = dotenv.Line{Name: l.Name, Value: l.Value, Quote: byte(l.Quote), Start: l.Start, End: l.End}
	}
	return lines, err
}

var formatNames = []string{"yaml", "json", "jsonc", "toml", "hcl", "dotenv", "text"}

// warner is told of a value that stands in the user part of a URL.
type warner = func(name string, ref *resolve.Reference, value secret.Value)

// textSource is plain text of any length, read twice.
type textSource struct {
	input
	found bool
	warn  warner
}

func (s *textSource) name() string { return s.path }
func (s *textSource) close()       { s.File.Close() }

func (s *textSource) scan(r *resolve.Resolver) (err error) {
	s.found, err = r.Scan(s.path, s.File)
	return err
}

func (s *textSource) template() ([]byte, error) {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(s.File)
}

func (s *textSource) write(w io.Writer, value valueOf) error {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if !s.found {
		_, err := io.Copy(w, s.File)
		return err
	}
	p := pieces{scanner: resolve.NewScanner(s.File), value: value, name: s.path, warn: s.warn}
	return text.Copy(w, p.next)
}

// documentSource is a document of a format with a syntax, held in memory.
type documentSource struct {
	input
	format   render.Format
	dialect  string // the format's name
	trap     warner // of a value that readers of the file may not take
	bytes    []byte
	found    []resolve.Found
	warn     warner
	document render.Document // nil where there is no reference: then the file is copied
}

// maxDocument is the size of the largest document.
const maxDocument = 64 << 20

func (s *documentSource) name() string { return s.path }
func (s *documentSource) close()       { s.File.Close() }

func (s *documentSource) scan(r *resolve.Resolver) (err error) {
	if s.bytes, err = readUpTo(s.File, maxDocument+1); err != nil {
		return err
	}
	if len(s.bytes) > maxDocument {
		err := secret.Errorf(secret.Invalid, "%s: more than %d MiB", s.path, maxDocument>>20)
		return secret.WithHint(err, "--format text has no limit")
	}
	if s.found = resolve.Find(s.bytes); len(s.found) == 0 {
		return nil
	}
	spans := make([]render.Span, len(s.found))
	for i, f := range s.found {
		spans[i] = render.Span{Start: int(f.Offset), End: int(f.Offset) + f.Length}
	}
	if s.document, err = s.format(s.bytes, spans); err != nil {
		return secret.WithHint(s.placed(err), "--format text takes the file for plain text")
	}
	for _, i := range s.document.Refs() {
		if f := s.found[i]; f.Err != nil {
			r.NoteIn(s.path, "", f.Position, f.Err)
		} else {
			r.Need(s.path, f.Ref)
		}
	}
	s.checkKubernetes(r)
	return nil
}

// checkKubernetes refuses what a cluster would refuse, or take for something else: a value
// in the data of a Secret that is not base64.
func (s *documentSource) checkKubernetes(r *resolve.Resolver) {
	d, ok := s.document.(interface{ SecretData() []int })
	if !ok {
		return
	}
	for _, i := range d.SecretData() {
		if f := s.found[i]; f.Ref != nil && !slices.Contains(f.Ref.Filters, "base64") {
			err := secret.Errorf(secret.Invalid, "the data of a Kubernetes Secret is base64, and %s is not", f.Ref.Name)
			r.NoteIn(s.path, "", f.Position, secret.WithHint(err, "${secret:%s|base64}, or stringData in place of data", f.Ref.Name))
		}
	}
}

func (s *documentSource) template() ([]byte, error) { return s.bytes, nil }

// placed gives an error of a format its line and column.
func (s *documentSource) placed(err error) error {
	var p *render.PlacedError
	if !errors.As(err, &p) {
		return prefixed(s.path, err)
	}
	return prefixed(fmt.Sprintf("%s:%v", s.path, resolve.At(s.bytes, p.Offset)), p.Err)
}

func (s *documentSource) write(w io.Writer, value valueOf) error {
	out, err := s.render(value)
	if err != nil {
		return err
	}
	if s.document != nil {
		defer clear(out)
	}
	_, err = w.Write(out)
	return err
}

func (s *documentSource) render(value valueOf) ([]byte, error) {
	if s.document == nil {
		return s.bytes, nil
	}
	values := map[int]secret.Value{}
	for _, i := range s.document.Refs() {
		v, err := value(s.found[i].Ref)
		if err != nil {
			return nil, err
		}
		values[i] = v
		s.trap(s.path, s.found[i].Ref, v)
		start := int(s.found[i].Offset)
		if inUserPart(s.bytes[:start], s.bytes[start+s.found[i].Length:]) {
			s.warn(s.path, s.found[i].Ref, v)
		}
	}
	out, err := s.document.Render(func(ref int) secret.Value { return values[ref] })
	if err != nil {
		return nil, s.placed(err)
	}
	return out, nil
}
