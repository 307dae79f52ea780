package main

import (
	"bufio"
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// wanted is a reference to a secret in the configuration, with the path at which it
// stands.
type wanted struct {
	config.Ref
	path string
	err  error // of what is not of the grammar; then there is no Reference
}

// keyless is listed in the place of the key of what is not of the grammar.
const keyless = "?"

func (w wanted) key() string {
	if w.err != nil {
		return keyless
	}
	return w.Name
}

// inspectSecrets lists every reference to a secret: where it stands, whether its key
// exists. What is not of the grammar is listed with the others, and is the error.
func (a *app) inspectSecrets(ctx context.Context, c *config.Config, o inspectOptions, filter *regexp.Regexp) error {
	keys, unknown := a.keysQuietly(ctx)
	exists := map[string]bool{}
	for _, key := range keys {
		exists[key] = true
	}
	tree := render.Tree{IsList: true}
	var errs []error
	e := readerOf(c)
	all := append(references(e, c.Active()), ofOtherProfiles(e)...)
	if o.name != "" && !slices.ContainsFunc(all, func(w wanted) bool { return w.key() == o.name }) {
		var names []string
		for _, w := range all {
			names = append(names, w.key())
		}
		return o.noSuch(names)
	}
	for _, w := range all {
		if !filter.MatchString(w.key()) || o.name != "" && o.name != w.key() {
			continue
		}
		status := "missing"
		switch {
		case w.err != nil:
			status = "invalid"
			errs = append(errs, w.err)
		case unknown != nil:
			status = "unknown"
		case exists[w.Name]:
			status = "set"
		case w.HasDefault:
			status = "default"
		}
		tree.Items = append(tree.Items, w.tree(status))
	}
	if unknown != nil {
		a.say("the store cannot be looked at, so it is unknown which keys exist: %v", unknown)
	}
	return errors.Join(append([]error{a.showRecords(tree, o.format)}, errs...)...)
}

func (a *app) showRecords(list render.Tree, format string) error {
	if format != "table" {
		return a.show(list, format)
	}
	w := bufio.NewWriter(a.out)
	if err := writeColumns(w, records(list)); err != nil {
		return err
	}
	return w.Flush()
}

func (w wanted) tree(status string) render.Tree {
	text := func(s string) render.Tree { return render.Tree{Text: secret.Text(s)} }
	return render.Tree{IsMap: true, Pairs: []render.TreePair{
		{Key: "key", Value: text(w.key())}, {Key: "status", Value: text(status)}, {Key: "path", Value: text(w.path)}, {Key: "place", Value: text(w.Place.String())},
	}}
}

// records gives a row for each map of a list.
func records(list render.Tree) (all [][]string) {
	for _, item := range list.Items {
		var row []string
		for _, p := range item.Pairs {
			row = append(row, cell(p.Value))
		}
		all = append(all, row)
	}
	return all
}

// references gives all references to secrets at a node of a configuration and below it, as
// they stand there, and what is not of the grammar.
func references(e *config.Evaluator, root *config.Node) (all []wanted) {
	root.Each("", func(path string, n *config.Node) {
		all = append(all, referencesOf(e, n, path)...)
	})
	return all
}

// readerOf is an evaluator that tells commands of tasks from other texts.
func readerOf(c *config.Config) *config.Evaluator {
	return &config.Evaluator{Config: c, IsCommand: isCommandIn(c)}
}

func isCommandIn(c *config.Config) func(*config.Node) bool {
	commands := task.Commands(c)
	return func(n *config.Node) bool { return commands[n] }
}

func referencesOf(e *config.Evaluator, n *config.Node, path string) (all []wanted) {
	refs, err := n.Refs()
	if e.IsCommand(n) {
		refs, err = e.CommandRefs(n)
	}
	for _, ref := range refs {
		if ref.Kind == resolve.Secret {
			all = append(all, wanted{Ref: ref, path: path})
		}
	}
	for _, each := range resolve.Unjoin(err) {
		w := wanted{path: path, err: each}
		var placed *config.PlacedError
		if errors.As(each, &placed) {
			w.Place = placed.Place
		}
		all = append(all, w)
	}
	return all
}

// ofOtherProfiles gives what references gives of the profiles that are not active: what is
// active lies above the rest already.
func ofOtherProfiles(e *config.Evaluator) (all []wanted) {
	active := map[*config.Node]bool{}
	e.Config.Active().Each("", func(_ string, n *config.Node) { active[n] = true })
	e.Config.Root.Get("profiles").Each("profiles", func(path string, n *config.Node) {
		if !active[n] {
			all = append(all, referencesOf(e, n, path)...)
		}
	})
	return all
}
