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

// evaluate gives parts of the configuration with everything in them resolved. The
// resolver is given all that they need; load is called when nothing more is noted.
func (a *app) evaluate(ctx context.Context, c *config.Config, parts []part, r *resolve.Resolver, load func() error) ([]*config.Node, error) {
	return a.evaluateWith(ctx, c, parts, r, load, nil)
}

// evaluateWith is evaluate with parameters of a task.
func (a *app) evaluateWith(ctx context.Context, c *config.Config, parts []part, r *resolve.Resolver, load func() error, param func(string) (string, bool)) ([]*config.Node, error) {
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
	e.Secret = func(place config.Place, path string, ref *resolve.Reference) {
		ref.Position = position(place)
		r.NeedIn(place.File.Name, path, ref)
	}
	e.Problem = func(place config.Place, path string, err error) {
		r.NoteIn(place.File.Name, path, position(place), err)
	}
	for _, p := range parts {
		e.Need(p.path, p.node)
	}
	if err := load(); err != nil {
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
	e.Secret = func(config.Place, string, *resolve.Reference) {}
	e.Problem = func(_ config.Place, _ string, err error) {
		needed = needed || errors.Is(err, secret.Permission)
	}
	for _, p := range parts {
		e.Need(p.path, p.node)
	}
	return needed
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
