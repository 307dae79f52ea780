package main

import (
	"errors"
	"io"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/dotenv"
	"github.com/xec-sh/xec-go/render/hcl"
	"github.com/xec-sh/xec-go/render/html"
	"github.com/xec-sh/xec-go/render/ini"
	"github.com/xec-sh/xec-go/render/json"
	"github.com/xec-sh/xec-go/render/netrc"
	"github.com/xec-sh/xec-go/render/properties"
	"github.com/xec-sh/xec-go/render/text"
	"github.com/xec-sh/xec-go/render/toml"
	"github.com/xec-sh/xec-go/render/xml"
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
	// isPlain reports whether scan has found nothing that changes.
	isPlain() bool
	// template gives the file as it is.
	template() ([]byte, error)
	explainer
	// write writes the file with the values in it.
	write(w io.Writer, value valueOf) error
	close()
}

// formats are the formats by the names that --format takes.
var formats = map[string]documentFormat{
	"yaml": {yaml.Format, yaml.NewStream}, "json": {json.Format, json.NewStream}, "jsonc": {json.Format, json.NewStream},
	"toml": {whole: toml.Format}, "xml": {whole: xml.Format}, "html": {whole: html.Format}, "ini": {whole: ini.Format}, "ini-raw": {whole: ini.Raw}, "properties": {properties.Format, properties.NewStream}, "hcl": {whole: hcl.Format}, "netrc": {whole: netrc.Format},
	"dotenv": {dotenv.Format(parseDotenv), dotenv.Stream(parseDotenv)},
}

// parseDotenv lends package store/dotenv's reader to render, which does not know it.
func parseDotenv(src []byte) ([]dotenv.Line, error) {
	parsed, err := syntax.Parse(src)
	lines := make([]dotenv.Line, len(parsed))
	for i, l := range parsed {
		lines[i] = dotenv.Line{Name: l.Name, Value: l.Value, Quote: byte(l.Quote), Start: l.Start, End: l.End}
	}
	var at *syntax.SyntaxError
	if errors.As(err, &at) {
		err = render.Errorf(at.Offset, secret.General, "%s", at.Reason)
	}
	return lines, err
}

var formatNames = []string{"yaml", "json", "jsonc", "toml", "dotenv", "ini", "ini-raw", "properties", "netrc", "xml", "html", "hcl", "text"}

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

func (s *textSource) isPlain() bool { return !s.found }

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
