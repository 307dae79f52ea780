package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
)

// part is a part of the configuration with its path.
type part struct {
	path string
	node *config.Node
}

// evaluate gives parts of the configuration with everything in them resolved, the secrets
// by r, what acts if it is approved, and the rest by e. What may do harm where it stands is
// told to warn.
func (a *app) evaluate(ctx context.Context, e *config.Evaluator, parts []part, r *resolve.Resolver, warn warner) ([]*config.Node, error) {
	c := e.Config
	if err := a.checkProject(c); err != nil {
		return nil, err
	}
	var needed needs
	e.Acting, e.Value = a.actingBy(c, trust.Approval{}), r.Value
	needed.gather(e)
	for _, p := range parts {
		e.Need(p.path, p.node)
	}
	var err error
	if e.Acting, err = a.allow(c, e.Acting, &needed); err != nil {
		return nil, err
	}
	needed.tell(r)
	if err := r.Load(ctx); err != nil {
		return nil, err
	}
	needed.warnURLs(r, warn)
	// Commands are in groups of their own, which an interrupt does not reach.
	ctx, end := untilSignal(ctx)
	defer end()
	resolved := make([]*config.Node, len(parts))
	for i, p := range parts {
		var err error
		if resolved[i], err = e.Resolve(ctx, p.path, p.node); err != nil {
			return nil, err
		}
	}
	return resolved, nil
}

// needs are what parts of a configuration need, and what is wrong with them, in their order.
// A resolver is told of it when the person has approved what acts: what it is told of first
// begins to open the store, which may have a question of its own.
type needs []oneNeed

type oneNeed struct {
	place config.Place
	path  string
	ref   *resolve.Reference
	err   error // nil where ref is wanted
}

// gather has an evaluator tell what it finds.
func (n *needs) gather(e *config.Evaluator) {
	e.Secret = func(place config.Place, path string, ref *resolve.Reference) {
		*n = append(*n, oneNeed{place, path, ref, nil})
	}
	e.Problem = func(place config.Place, path string, err error) {
		*n = append(*n, oneNeed{place, path, nil, err})
	}
}

// tell tells a resolver.
func (n needs) tell(r *resolve.Resolver) {
	for _, each := range n {
		at := position(each.place)
		if each.err != nil {
			r.NoteIn(each.place.File.Name, each.path, at, each.err)
			continue
		}
		each.ref.Position = at
		r.NeedIn(each.place.File.Name, each.path, each.ref)
	}
}

// once leaves out what was wanted at the same place before: several steps have it from above
// them.
func (n needs) once() needs {
	seen := map[string]bool{}
	return slices.DeleteFunc(n, func(each oneNeed) bool {
		if each.ref == nil {
			return false
		}
		at := each.place.String() + each.ref.Raw
		again := seen[at]
		seen[at] = true
		return again
	})
}

func (n needs) anySecret() bool {
	return slices.ContainsFunc(n, func(each oneNeed) bool { return each.ref != nil })
}

// isUnapproved reports whether a problem is that of a command which has not been approved.
func (n oneNeed) isUnapproved() bool { return errors.Is(n.err, secret.Permission) }

// allow gives what may act: if something that has not been approved is needed, and only
// then, the person is asked.
func (a *app) allow(c *config.Config, acting *config.Acting, n *needs) (*config.Acting, error) {
	if !slices.ContainsFunc(*n, oneNeed.isUnapproved) {
		return acting, nil
	}
	*n = slices.DeleteFunc(*n, oneNeed.isUnapproved)
	return a.acting(c)
}

func (a *app) evaluator(c *config.Config, acting *config.Acting) *config.Evaluator {
	return &config.Evaluator{Config: c, Acting: acting, Env: a.lookupForProject}
}

// lookupForProject is lookup without xec's own variables, some of which are credentials.
func (a *app) lookupForProject(name string) (string, bool) {
	if isXecVar(name) {
		return "", false
	}
	return a.lookup(name)
}

func position(p config.Place) resolve.Position {
	return resolve.Position{Line: p.Line, Column: p.Column}
}

// treeOf gives a resolved node to a writer of some format.
func treeOf(n *config.Node) render.Tree {
	switch n.Kind {
	case config.Map:
		tree := render.Tree{IsMap: true}
		for _, p := range n.Pairs {
			tree.Pairs = append(tree.Pairs, render.TreePair{Key: p.Key, Value: treeOf(p.Value)})
		}
		return tree
	case config.List:
		tree := render.Tree{IsList: true}
		for _, item := range n.Items {
			tree.Items = append(tree.Items, treeOf(item))
		}
		return tree
	}
	switch n.Tag {
	case "!!str":
		return render.Tree{Text: n.Value()}
	case "!!null":
		return render.Tree{Text: secret.Text("null"), Plain: true}
	case "!!bool": // True, TRUE
		return render.Tree{Text: secret.Text(strings.ToLower(n.Text)), Plain: true}
	}
	return render.Tree{Text: n.Value(), Plain: true}
}

// masked is what stands for a value where it must not be shown.
const masked = "***"

// fetchMasks answers *** for every key: no store is opened.
func fetchMasks(_ context.Context, keys []string) (map[string]secret.Value, error) {
	masks := map[string]secret.Value{}
	for _, key := range keys {
		masks[key] = secret.Text(masked)
	}
	return masks, nil
}

// resolveMasked resolves parts in their places with a look-up that answers ***: no store is
// opened. Profiles stay as they are written, since what they refer to may be missing until
// they are active, and so do parameters of tasks.
func (a *app) resolveMasked(ctx context.Context, c *config.Config, all []part) error {
	r := &resolve.Resolver{
		Fetch:    fetchMasks,
		Filtered: func(*resolve.Reference, secret.Value) secret.Value { return secret.Text(masked) },
	}
	var parts []part
	var at []int
	for i, p := range all {
		if p.path != "profiles" {
			parts, at = append(parts, p), append(at, i)
		}
	}
	e := a.evaluator(c, nil)
	e.Param = func(name string) (string, bool) { return "${params." + name + "}", true }
	e.IsCommand = isCommandIn(c)
	resolved, err := a.evaluate(ctx, e, parts, r, noWarning)
	if err != nil {
		return err
	}
	for i, n := range resolved {
		all[at[i]].node = n
	}
	return nil
}
