package main

import (
	"context"
	"io"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/output"
	"github.com/xec-sh/xec-go/render/yaml"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// renderConfig writes the resolved configuration.
func (a *app) renderConfig(ctx context.Context, o renderOptions) error {
	if o.diff || o.explain || o.format != "" {
		return secret.Errorf(secret.Invalid, "--diff, --explain and --format need a FILE")
	}
	c, err := a.needConfig("-c FILE names one; to render standard input: xec render -")
	if err != nil {
		return err
	}
	for _, f := range []*config.File{c.Project, c.User} {
		if f != nil && isSame(f.Path, o.output) {
			return overInput(o.output)
		}
	}
	var parts []part
	var keys []string
	for _, p := range c.Root.Pairs {
		if p.Key != "tasks" && p.Key != "profiles" {
			keys = append(keys, p.Key)
			parts = append(parts, part{config.Join("", p.Key), p.Value})
		}
	}
	r := newResolver(ctx, a.openStore)
	defer r.Clear()
	e := a.evaluator(c, nil)
	e.TextOnly = true
	resolved, err := a.evaluate(ctx, e, parts, r, a.warnURL(r))
	if err != nil || o.check {
		return err
	}
	tree := render.Tree{IsMap: true}
	for i := range parts {
		tree.Pairs = append(tree.Pairs, render.TreePair{Key: keys[i], Value: treeOf(resolved[i])})
	}
	if o.output == "" {
		return yaml.Write(a.out, tree)
	}
	return output.Write(o.output, func(w io.Writer) error { return yaml.Write(w, tree) })
}
