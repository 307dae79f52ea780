package main

import (
	"context"
	"errors"
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
// by r. Param gives the parameters of tasks; nil means that there are none.
func (a *app) evaluate(ctx context.Context, c *config.Config, parts []part, r *resolve.Resolver, param func(string) (string, bool)) ([]*config.Node, error) {
	if err := a.checkProject(c); err != nil {
		return nil, err
	}
	acting := a.actingBy(c, trust.Approval{})
	if a.needsApproval(c, parts, acting) {
		var err error
		if acting, err = a.acting(c); err != nil {
			return nil, err
		}
	}
	e := a.evaluator(c, acting)
	e.Value, e.Param = r.Value, param
	noteNeeds(e, r)
	for _, p := range parts {
		e.Need(p.path, p.node)
	}
	if err := r.Load(ctx); err != nil {
		return nil, err
	}
	// Commands are in groups of their own, which an interrupt does not reach.
	ctx, end := untilSignal(ctx)
	defer end()
	resolved := make([]*config.Node, len(parts))
	for i, p := range parts {
		var err error
		if resolved[i], err = e.Resolve(ctx, p.node); err != nil {
			return nil, err
		}
	}
	return resolved, nil
}

func (a *app) evaluator(c *config.Config, acting *config.Acting) *config.Evaluator {
	return &config.Evaluator{Config: c, Acting: acting, Env: a.lookupForProject}
}

// lookupForProject is lookup without xec's own variables, some of which are credentials.
func (a *app) lookupForProject(name string) (string, bool) {
	if strings.HasPrefix(name, "XEC_") {
		return "", false
	}
	return a.lookup(name)
}

func position(p config.Place) resolve.Position {
	return resolve.Position{Line: p.Line, Column: p.Column}
}

// needsApproval reports whether parts need something that has not been approved yet: only
// then is the person asked.
func (a *app) needsApproval(c *config.Config, parts []part, acting *config.Acting) (needed bool) {
	e := a.evaluator(c, acting)
	watchApproval(e, &needed)
	for _, p := range parts {
		e.Need(p.path, p.node)
	}
	return needed
}

// noteNeeds has an evaluator tell a resolver what is needed, and what is wrong.
func noteNeeds(e *config.Evaluator, r *resolve.Resolver) {
	e.Secret = func(place config.Place, path string, ref *resolve.Reference) {
		ref.Position = position(place)
		r.NeedIn(place.File.Name, path, ref)
	}
	e.Problem = func(place config.Place, path string, err error) {
		r.NoteIn(place.File.Name, path, position(place), err)
	}
}

// watchApproval has an evaluator tell nothing but whether something is needed that has not
// been approved.
func watchApproval(e *config.Evaluator, needed *bool) {
	e.Secret = func(config.Place, string, *resolve.Reference) {}
	e.Problem = func(_ config.Place, _ string, err error) {
		*needed = *needed || errors.Is(err, secret.Permission)
	}
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

// resolveMasked resolves what stands at a path with a look-up that answers ***: no store
// is opened. Profiles stay as they are written, since what they refer to may be missing
// until they are active, and so do parameters of tasks.
func (a *app) resolveMasked(ctx context.Context, c *config.Config, path string, pairs []config.Pair) error {
	r := &resolve.Resolver{
		Fetch:    fetchMasks,
		Filtered: func(*resolve.Reference, secret.Value) secret.Value { return secret.Text(masked) },
	}
	var parts []part
	var at []int
	for i, p := range pairs {
		if path != "" || p.Key != "profiles" {
			parts, at = append(parts, part{config.Join(path, p.Key), p.Value}), append(at, i)
		}
	}
	asWritten := func(name string) (string, bool) { return "${params." + name + "}", true }
	resolved, err := a.evaluate(ctx, c, parts, r, asWritten)
	if err != nil {
		return err
	}
	for i, n := range resolved {
		pairs[at[i]].Value = n
	}
	return nil
}
