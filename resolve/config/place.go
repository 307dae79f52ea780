package config

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/xec-sh/xec-go/resolve"
)

// Place is where a node stands.
type Place struct {
	File   *File
	Line   int // from 1
	Column int // in characters, from 1
}

// String gives name:line:column.
func (p Place) String() string {
	if p.File == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", p.File.Name, p.Line, p.Column)
}

// Position gives a place with its offset in the file; the zero Position where it is in none.
func (p Place) Position() resolve.Position {
	if p.File == nil {
		return resolve.Position{}
	}
	offset := p.File.before + p.File.offset(p.Line, p.Column)
	return resolve.Position{Offset: int64(offset), Line: p.Line, Column: p.Column}
}

// Around gives the text of the file before a place and behind what stands there; none where
// that is written in another way, with escapes.
func (p Place) Around(what string) (before, behind []byte) {
	if p.File == nil {
		return nil, nil
	}
	at := p.File.offset(p.Line, p.Column)
	behind, found := bytes.CutPrefix(p.File.Text[at:], []byte(what))
	if !found {
		return nil, nil
	}
	return p.File.Text[:at], behind
}

// PlacedError is an error at a place of a configuration. Its kind and hint are those of
// Err.
type PlacedError struct {
	Place
	Path string // "" where it is of no single path
	Err  error
}

func (e *PlacedError) Error() string {
	text := e.Place.String()
	if text != "" && e.Path != "" {
		text += ": "
	}
	return text + e.Path + ": " + e.Err.Error()
}

// Unwrap gives the error without its place.
func (e *PlacedError) Unwrap() error { return e.Err }

// placed gives an error its place and path.
func placed(p Place, path string, err error) error { return &PlacedError{p, path, err} }

func isPlaced(err error) bool {
	var p *PlacedError
	return errors.As(err, &p)
}
