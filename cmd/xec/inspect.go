package main

import (
	"context"
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
a key or a path, like hosts.web, list[0] or m["a.b"].
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
	keys, parts, err := o.parts(c, filter)
	if err != nil {
		return err
	}
	if o.resolve {
		if err := a.resolveMasked(ctx, c, parts); err != nil {
			return err
		}
	}
	tree := render.Tree{IsMap: true}
	for i, p := range parts {
		tree.Pairs = append(tree.Pairs, render.TreePair{Key: keys[i], Value: treeOf(p.node)})
	}
	switch {
	case o.name != "":
		tree = tree.Pairs[0].Value
	case len(parts) == 0 && o.format == "table":
		return nil
	}
	return a.show(tree, o.format)
}

// parts gives what is asked for, as it is written, with the keys to show it at.
func (o inspectOptions) parts(c *config.Config, filter *regexp.Regexp) (keys []string, parts []part, err error) {
	path, in := "", c.Root
	switch o.kind {
	case "all":
	case "config":
		in = c.Root.Without("vars", "env", "targets", "tasks")
	default:
		path, in = o.kind, c.Root.Get(o.kind)
	}
	if o.name != "" {
		found := o.named(in, path)
		if found.node == nil {
			return nil, nil, o.noSuch(keysOf(in))
		}
		return []string{o.name}, []part{found}, nil
	}
	for _, p := range in.All() {
		n := p.Value
		if !filter.MatchString(p.Key) {
			if o.kind != "all" || !slices.Contains(inspected, p.Key) {
				continue
			}
			if n = n.Only(filter.MatchString); len(n.All()) == 0 {
				continue
			}
		}
		keys, parts = append(keys, p.Key), append(parts, part{config.Join(path, p.Key), n})
	}
	return keys, parts, nil
}

// named gives what a NAME means: a key, a path below, or in targets a target of one of
// their groups.
func (o inspectOptions) named(in *config.Node, path string) (found part) {
	if n := in.Get(o.name); n != nil {
		return part{config.Join(path, o.name), n}
	}
	if steps, err := config.Path(o.name); err == nil {
		if n, at := in.Below(path, steps); n != nil {
			return part{at, n}
		}
	}
	if o.kind == "targets" {
		for _, group := range in.All() {
			if n := group.Value.Get(o.name); n != nil {
				return part{config.Join(config.Join(path, group.Key), o.name), n}
			}
		}
	}
	return part{}
}

func keysOf(n *config.Node) (keys []string) {
	for _, p := range n.All() {
		keys = append(keys, p.Key)
	}
	return keys
}

// noSuch says that there is nothing of the NAME among some.
func (o inspectOptions) noSuch(names []string) error {
	err := secret.Errorf(secret.Invalid, "%s: there is no %q", o.kind, o.name)
	if near := resolve.Nearest(o.name, names); near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return err
}
