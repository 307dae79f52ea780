package main

import (
	"bufio"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

type inspectOptions struct {
	kind, name string
	format     string
	filter     string
	resolve    bool
	explain    bool
}

// inspected are the parts of a configuration that can be asked for.
var inspected = []string{"all", "vars", "env", "targets", "tasks", "secrets", "config"}

func newInspectCommand(a *app) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect [TYPE] [NAME] [flags]",
		Short: "Show the configuration, secrets masked",
		Long: `Show the configuration as it is merged: all, vars, env, targets, tasks, config (what is
left) or secrets (every reference to one, where it stands and whether the key exists). NAME is
a key or a path, like hosts.web or list[0].
References are shown as they are written; with --resolve they are resolved, but for the
profiles and the parameters of tasks, and the part of a text that is secret is ***. No
value is looked up.`,
		Example: `  xec inspect
  xec inspect vars DATABASE_URL --resolve
  xec inspect secrets --format json
  xec inspect targets --profile production --format yaml`,
		ValidArgs: inspected,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return secret.WithHint(secret.Errorf(secret.Invalid, "inspect takes a TYPE and a NAME"), "%s", cmd.UseLine())
			}
			if len(args) > 0 && !slices.Contains(inspected, args[0]) {
				err := secret.Errorf(secret.Invalid, "inspect: there is no type%s", word(args[0]))
				return secret.WithHint(err, "%s are the types", strings.Join(inspected, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.kind = "all"
			if len(args) > 0 {
				o.kind = args[0]
			}
			if len(args) > 1 {
				o.name = args[1]
			}
			return runInspect(cmd.Context(), a, o)
		},
	}
	cmd.Flags().StringVarP(&o.format, "format", "o", "table", "`table`, json or yaml")
	cmd.Flags().StringVar(&o.filter, "filter", "", "show only what has a name that this `REGEX` matches")
	cmd.Flags().BoolVar(&o.explain, "explain", false, "with tasks and a NAME: show what the task would do, step by step")
	cmd.Flags().BoolVar(&o.resolve, "resolve", false, "resolve everything, with *** for secrets")
	complete(cmd, "format", choices("table", "json", "yaml"))
	a.addProjectFlags(cmd, cmd.Flags())
	return cmd
}

func runInspect(ctx context.Context, a *app, o inspectOptions) error {
	if !slices.Contains([]string{"table", "json", "yaml"}, o.format) {
		return secret.Errorf(secret.Invalid, "--format %s: table, json and yaml are the formats", o.format)
	}
	filter, err := regexp.Compile(o.filter)
	if err != nil {
		return secret.Errorf(secret.Invalid, "--filter: not a regular expression")
	}
	c, err := a.needConfig("-c FILE names one")
	if err != nil {
		return err
	}
	if o.explain {
		if o.kind != "tasks" || o.name == "" {
			return secret.Errorf(secret.Invalid, "--explain is for inspect tasks NAME")
		}
		plan, err := task.NewPlan(c, o.name)
		if err != nil {
			return err
		}
		return a.showPlan(plan)
	}
	if o.kind == "secrets" {
		return a.inspectSecrets(ctx, c, o, filter)
	}
	path, pairs, err := o.pairs(c, filter)
	if err != nil {
		return err
	}
	if o.resolve {
		if err := a.resolveMasked(ctx, c, path, pairs); err != nil {
			return err
		}
	}
	tree := render.Tree{IsMap: true}
	for _, p := range pairs {
		tree.Pairs = append(tree.Pairs, render.TreePair{Key: p.Key, Value: treeOf(p.Value)})
	}
	switch {
	case o.name != "":
		tree = tree.Pairs[0].Value
	case len(pairs) == 0 && o.format == "table":
		return nil
	}
	return a.show(tree, o.format)
}

// pairs gives what is asked for, as it is written, and the path at which it stands.
func (o inspectOptions) pairs(c *config.Config, filter *regexp.Regexp) (path string, pairs []config.Pair, err error) {
	in := c.Root
	switch o.kind {
	case "all":
	case "config":
		in = c.Root.Without("vars", "env", "targets", "tasks")
	default:
		path, in = o.kind, c.Root.Get(o.kind)
	}
	if o.name != "" {
		n := o.named(in)
		if n == nil {
			return "", nil, o.noSuch(in)
		}
		return path, []config.Pair{{Key: o.name, Value: n}}, nil
	}
	for _, p := range in.All() {
		switch {
		case filter.MatchString(p.Key):
			pairs = append(pairs, p)
		case o.kind == "all" && slices.Contains(inspected, p.Key):
			if rest := p.Value.Only(filter.MatchString); len(rest.All()) > 0 {
				pairs = append(pairs, config.Pair{Key: p.Key, Value: rest, Place: p.Place})
			}
		}
	}
	return path, pairs, nil
}

// named gives what a NAME means: a key, a path below, or in targets a target of one of
// their groups.
func (o inspectOptions) named(in *config.Node) *config.Node {
	if n := in.Get(o.name); n != nil {
		return n
	}
	if n := in.At(o.name); n != nil {
		return n
	}
	if o.kind == "targets" {
		for _, group := range in.All() {
			if n := group.Value.Get(o.name); n != nil {
				return n
			}
		}
	}
	return nil
}

func (o inspectOptions) noSuch(in *config.Node) error {
	err := secret.Errorf(secret.Invalid, "%s: there is no %q", o.kind, o.name)
	var names []string
	for _, p := range in.All() {
		names = append(names, p.Key)
	}
	if near := resolve.Nearest(o.name, names); near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return err
}

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
	for _, w := range append(references(e, c.Active()), ofOtherProfiles(e)...) {
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
