package resolve

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/xec-sh/xec-go/store/secret"
)

// Resolver gives references to secrets their values. It is used in two passes:
// [Resolver.Scan] or [Resolver.Need] notes what texts refer to, [Resolver.Load]
// fetches all of it at once and reports every problem together, and then
// [Resolver.Value] answers.
type Resolver struct {
	// Fetch gives the values of those keys that exist. It is called once, with
	// each key once.
	Fetch func(ctx context.Context, keys []string) (map[string]secret.Value, error)
	// Soon is called once, when the first key is noted, so that what Fetch needs can
	// begin while texts are still read. Nil means that nothing can.
	Soon func()
	// Keys gives all keys, for hints at what was meant. It is called only when
	// something is missing; nil, or an error, means no hints.
	Keys func(ctx context.Context) ([]string, error)
	// Seen is told each value that is handed out. Nil means that nobody listens.
	Seen func(key string, value secret.Value)

	// Filtered, if not nil, replaces each value when its filters have been applied.
	Filtered func(ref *Reference, value secret.Value) secret.Value

	wants    map[string]*want
	problems []problem
	names    []string // of texts, in the order of their first mention
	values   map[string]secret.Value
}

// want is what texts want of one key in one way: by references that read alike.
type want struct {
	ref    *Reference
	places []place
	more   int // places beyond those
}

// maxPlaces is how many places are kept of each want.
const maxPlaces = 100

type place struct {
	name string // of the text
	path string // in a configuration
	Position
}

// String gives name:line:column, or only the name where the text has no lines, and the
// path.
func (p place) String() string {
	text := p.name
	if p.Line > 0 {
		text += ":" + p.Position.String()
	}
	if p.path != "" {
		text += ": " + p.path
	}
	return text
}

// problem is an error at a place.
type problem struct {
	place
	err     error
	missing string // the key, where it is that of one that does not exist
}

// Scan notes all references of a text and all that is not of the grammar. It
// reports whether there was a reference, or an escaped one: a text without is its
// own rendering. Its error is the reader's.
func (r *Resolver) Scan(name string, text io.Reader) (found bool, err error) {
	s := NewScanner(text)
	for {
		t, err := s.Next()
		if err == io.EOF {
			r.Note(name, s.Err())
			return s.Found(), nil
		}
		if err != nil {
			return false, err
		}
		if t.Ref != nil {
			r.Need(name, t.Ref)
		}
	}
}

// Note keeps errors that parsing a text found, for Load to report.
func (r *Resolver) Note(name string, err error) {
	r.NoteAt(name, err, func(p Position) Position { return p })
}

// NoteAt is Note for a text that is part of another, in which at gives its places.
func (r *Resolver) NoteAt(name string, err error, at func(Position) Position) {
	for _, each := range Unjoin(err) {
		var placed *PlacedError
		if errors.As(each, &placed) {
			r.NoteIn(name, "", at(placed.Position), placed.Err)
		}
	}
}

// NoteIn keeps what is wrong at a place, and at a path of a configuration.
func (r *Resolver) NoteIn(name, path string, at Position, err error) {
	r.addProblem(problem{place{name, path, at}, err, ""})
}

// Need notes a reference to a secret. It does not keep ref.
func (r *Resolver) Need(name string, ref *Reference) { r.NeedIn(name, "", ref) }

// NeedIn is Need for a reference at a path of a configuration.
func (r *Resolver) NeedIn(name, path string, ref *Reference) {
	if r.wants == nil {
		r.wants = map[string]*want{}
		if r.Soon != nil {
			r.Soon()
		}
	}
	id := ref.Raw
	if id == "" {
		id = ref.Name
	}
	w := r.wants[id]
	if w == nil {
		kept := *ref
		w = &want{ref: &kept}
		r.wants[id] = w
	}
	if len(w.places) < maxPlaces {
		w.places = append(w.places, place{name, path, ref.Position})
	} else {
		w.more++
	}
	r.mention(name)
}

func (r *Resolver) mention(name string) {
	if len(r.names) == 0 || r.names[len(r.names)-1] != name && !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
}

func (r *Resolver) addProblem(p problem) {
	r.mention(p.name)
	r.problems = append(r.problems, p)
}

// Load fetches every key that is needed. Its error joins all problems of all
// texts in order: what is not of the grammar (secret.Invalid), what is missing
// and has no default (secret.NotFound), what a filter does not take
// (secret.Invalid). An error of Fetch is returned as it is.
func (r *Resolver) Load(ctx context.Context) error {
	keys := map[string]bool{}
	for _, w := range r.wants {
		keys[w.ref.Name] = true
	}
	r.values = map[string]secret.Value{}
	if len(keys) > 0 {
		values, err := r.Fetch(ctx, sortedKeys(keys))
		if err != nil {
			return err
		}
		r.values = values
	}
	for _, w := range r.wants {
		r.check(w)
	}
	r.addHints(ctx)
	return r.joined()
}

// check notes a problem for each place of a want that cannot be met.
func (r *Resolver) check(w *want) {
	value, found := r.values[w.ref.Name]
	var err error
	missing := ""
	switch {
	case found:
		_, err = w.ref.Apply(value)
	case !w.ref.HasDefault:
		missing = w.ref.Name
		err = notFound(missing)
	}
	if err == nil {
		return
	}
	for i, p := range w.places {
		if i == maxPlaces-1 && w.more > 0 {
			err = secret.Errorf(secret.KindOf(err), "%w, and so in %d more places", err, w.more)
		}
		r.addProblem(problem{p, err, missing})
	}
}

func notFound(key string) error {
	return secret.Errorf(secret.NotFound, "secret %q not found", key)
}

// addHints says, for each key that is missing, which one was probably meant.
func (r *Resolver) addHints(ctx context.Context) {
	isMissing := func(p problem) bool { return p.missing != "" }
	if r.Keys == nil || !slices.ContainsFunc(r.problems, isMissing) {
		return
	}
	keys, err := r.Keys(ctx)
	if err != nil {
		return
	}
	meant := Meant{Names: keys}
	for i, p := range r.problems {
		if !isMissing(p) {
			continue
		}
		if hint := meant.By(p.missing); hint != "" {
			r.problems[i].err = secret.WithHint(p.err, "did you mean %s?", hint)
		} else if len(keys) == 0 {
			r.problems[i].err = secret.WithHint(p.err, "there are no secrets at all; xec doctor says where they are looked for")
		}
	}
}

// joined gives all problems as one error, in the order of texts and places.
func (r *Resolver) joined() error {
	rank := map[string]int{}
	for i, name := range r.names {
		rank[name] = i
	}
	slices.SortStableFunc(r.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(rank[a.name], rank[b.name]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(r.problems))
	for i, p := range r.problems {
		err := secret.Errorf(secret.KindOf(p.err), "%s: %w", p.place, p.err)
		errs[i] = secret.WithHint(err, "%s", secret.Hint(p.err))
	}
	return errors.Join(errs...)
}

// Found reports whether Load has found a key, also when it failed for others.
func (r *Resolver) Found(key string) bool {
	_, found := r.values[key]
	return found
}

// Value gives the value of a reference that Load has found, filtered, or its
// default. It is never looked through for references.
func (r *Resolver) Value(ref *Reference) (secret.Value, error) {
	value, found := r.values[ref.Name]
	if !found {
		if ref.HasDefault {
			return secret.Text(ref.Default), nil
		}
		return secret.Value{}, notFound(ref.Name)
	}
	if r.Seen != nil {
		r.Seen(ref.Name, value)
	}
	value, err := ref.Apply(value)
	if err == nil && r.Filtered != nil {
		value = r.Filtered(ref, value)
	}
	return value, err
}

// Clear overwrites the values that Load has fetched. None may be used after it; what
// filters have made of them is not the resolver's.
func (r *Resolver) Clear() {
	for _, value := range r.values {
		value.Clear()
	}
	r.values = nil
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
