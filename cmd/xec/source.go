package main

import (
	"io"

	"github.com/xec-sh/xec-go/resolve"
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
	io.Closer
}

// warner is told of a value that may do harm where it stands.
type warner = func(name string, ref *resolve.Reference, value secret.Value)

// noWarning is for what shows no value, so that none can be wrong.
func noWarning(string, *resolve.Reference, secret.Value) {}
