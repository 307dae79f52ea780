package config

import (
	"errors"

	"github.com/xec-sh/xec-go/resolve"
)

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

// Position gives a place with its offset in the file; the zero Position where it is in none.
func (p Place) Position() resolve.Position {
	if p.File == nil {
		return resolve.Position{}
	}
	offset := p.File.before + p.File.offset(p.Line, p.Column)
	return resolve.Position{Offset: int64(offset), Line: p.Line, Column: p.Column}
}

// Fault tells apart what is wrong with references that are of the grammar. It is an error
// so that errors.Is can ask.
type Fault uint8

// The faults.
const (
	Ring       Fault = iota // variables that lead back to themselves
	Deep                    // variables that lead through too many others
	Undeclared              // a variable or parameter that does not exist, without a default
)

var faults = [...]string{"a ring of variables", "too many variables in turn", "not declared"}

func (f Fault) Error() string { return faults[f] }

// faulty is an error with its fault.
type faulty struct {
	error
	fault Fault
}

func (e faulty) Unwrap() error { return e.error }

// Is reports whether target is the error's fault.
func (e faulty) Is(target error) bool { return target == e.fault }
