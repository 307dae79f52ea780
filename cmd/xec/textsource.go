package main

import (
	"bytes"
	"io"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/text"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// textSource is plain text of any length, read twice.
type textSource struct {
	input
	found bool
	trap  warner // of a value that readers of the file may not take
	warn  warner
}

func (s *textSource) scan(r *resolve.Resolver) (err error) {
	s.found, err = r.Scan(s.path, s.File)
	return err
}

func (s *textSource) isPlain() bool { return !s.found }

func (s *textSource) template() ([]byte, error) {
	if err := s.rewind(); err != nil {
		return nil, err
	}
	return io.ReadAll(s.File)
}

func (s *textSource) write(w io.Writer, value valueOf) error {
	if !s.found {
		return s.copyTo(w)
	}
	if err := s.rewind(); err != nil {
		return err
	}
	p := pieces{scanner: resolve.NewScanner(s.File), value: value, name: s.path, trap: s.trap, warn: s.warn}
	return text.Copy(w, p.next)
}

// pieces gives the tokens of a text with the values of their references.
type pieces struct {
	scanner *resolve.Scanner
	value   valueOf
	name    string
	trap    warner
	warn    warner

	before []byte // the end of the literal text before the last reference
	ref    *resolve.Reference
	given  secret.Value
}

func (p *pieces) next() (text.Piece, error) {
	t, err := p.scanner.Next()
	if err != nil {
		return text.Piece{}, err
	}
	if t.Ref == nil {
		if p.ref != nil && inUserPart(p.before, t.Literal) {
			p.warn(p.name, p.ref, p.given)
		}
		p.ref = nil
		p.before = append(p.before[:0], t.Literal[max(0, len(t.Literal)-urlContext):]...)
		return text.Piece{Literal: t.Literal}, nil
	}
	value, err := p.value(t.Ref)
	if inQuotes := bytes.HasSuffix(p.before, []byte("'")) && bytes.IndexByte(value.Reveal(), '\'') < 0; !inQuotes {
		p.trap(p.name, t.Ref, value)
	}
	if bytes.Contains(p.before, []byte("://")) {
		ref := *t.Ref
		p.ref, p.given = &ref, value
	}
	return text.Piece{Value: value}, err
}

// explain tells that plain text carries a value as it is.
func (s *textSource) explain(value knownValue, tell func(*resolve.Reference, string)) error {
	if err := s.rewind(); err != nil {
		return err
	}
	scanner := resolve.NewScanner(s.File)
	for {
		t, err := scanner.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if t.Ref == nil {
			continue
		}
		how := "text"
		if _, known := value(t.Ref); known {
			how += ": " + render.AsItIs
		}
		tell(t.Ref, how)
	}
}
