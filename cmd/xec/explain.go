package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// explainer is a source that tells of each reference how its value is put in, in the order
// of the references. Of a value that is not known it tells only what can be told without.
type explainer interface {
	explain(value knownValue, tell func(ref *resolve.Reference, how string)) error
}

// knownValue gives the value of a reference, if there is one.
type knownValue = func(*resolve.Reference) (v secret.Value, known bool)

// explain tells of each reference where it stands, what is done with its value and whether
// there is one. Then it renders, into nothing: a place may not carry its value.
func (a *app) explain(ctx context.Context, r *resolve.Resolver, sources []source) error {
	loadErr := r.Load(ctx)
	defer r.Clear()
	if loadErr != nil && secret.KindOf(loadErr) != secret.NotFound {
		return loadErr
	}
	value := func(ref *resolve.Reference) (secret.Value, bool) {
		v, err := r.Value(ref)
		return v, err == nil
	}
	w := bufio.NewWriter(a.out)
	for _, s := range sources {
		err := s.explain(value, func(ref *resolve.Reference, how string) {
			fmt.Fprintf(w, "%s:%v: %s: %s: %s\n", s.name(), ref.Position, how, explained(ref), fate(r, ref))
		})
		if err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil || loadErr != nil {
		return cmp.Or(err, loadErr)
	}
	return checkAll(sources, r)
}

// checkAll renders into nothing, and gives the errors of all sources: a place may not
// carry its value.
func checkAll(sources []source, r *resolve.Resolver) error {
	var errs []error
	for _, s := range sources {
		errs = append(errs, s.write(io.Discard, r.Value))
	}
	return errors.Join(errs...)
}

// explained names a reference without its default, which may be meant to be secret.
func explained(ref *resolve.Reference) string {
	return strings.Join(append([]string{"secret " + ref.Name}, ref.Filters...), " | ")
}

func fate(r *resolve.Resolver, ref *resolve.Reference) string {
	switch {
	case r.Found(ref.Name):
		return "set"
	case ref.HasDefault:
		return "not set, its default is taken"
	}
	return "missing"
}
