package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// lookOptions say how a part of the configuration is shown.
type lookOptions struct {
	path    string
	format  string
	resolve bool
}

func (o *lookOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.format, "format", "o", "", "`yaml`, json or table")
	complete(cmd, "format", choices("yaml", "json", "table"))
	cmd.Flags().BoolVar(&o.resolve, "resolve", false, "resolve everything, with *** for secrets")
}

func (o lookOptions) check() error {
	switch o.format {
	case "", "yaml", "json", "table":
		return nil
	}
	return secret.Errorf(secret.Invalid, "--format %s: yaml, json and table are the formats", o.format)
}

func newConfigGetCommand(a *app) *cobra.Command {
	var o lookOptions
	cmd := &cobra.Command{
		Use:   "get PATH [flags]",
		Short: "Print a part of the configuration",
		Long: `Print what stands at a path of the configuration, the project's, the person's own and the
active profile in one: a text as it is written, a map or a list as YAML.`,
		Example: `  xec config get vars.API_ENDPOINT
  xec config get vars.DATABASE_URL --resolve
  xec config get tasks.deploy.steps[0].command
  xec config get targets -o json`,
		Args: func(cmd *cobra.Command, args []string) error { return paths(cmd, args, 1, 1) },
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path = args[0]
			return runConfigGet(cmd.Context(), a, o)
		},
		ValidArgsFunction: a.completePath,
	}
	o.addFlags(cmd)
	return cmd
}

func runConfigGet(ctx context.Context, a *app, o lookOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	steps, err := pathOf(o.path)
	if err != nil {
		return err
	}
	c, err := a.needConfig("-c FILE names one")
	if err != nil {
		return err
	}
	n := c.Root.Look(steps)
	if n == nil {
		return noSuchPath(c.Root, o.path, steps)
	}
	pairs := []config.Pair{{Key: steps[len(steps)-1].Key, Value: n}}
	if o.resolve {
		if err := a.resolveMasked(ctx, c, o.path, pairs); err != nil {
			return err
		}
	}
	tree := treeOf(pairs[0].Value)
	if o.format == "" && !tree.IsMap && !tree.IsList {
		_, err := fmt.Fprintf(a.out, "%s\n", tree.Text.Reveal())
		return err
	}
	if o.format == "" {
		o.format = "yaml"
	}
	return a.show(tree, o.format)
}

// noSuchPath says how far a path leads, and what it was probably meant to be.
func noSuchPath(root *config.Node, path string, steps []config.Step) error {
	err := secret.Errorf(secret.General, "%s: there is no such key", path)
	for i := range steps {
		in := root.Look(steps[:i])
		if root.Look(steps[:i+1]) != nil {
			continue
		}
		var keys []string
		for _, p := range in.All() {
			keys = append(keys, p.Key)
		}
		if near := resolve.Nearest(steps[i].Key, keys); near != "" {
			return secret.WithHint(err, "did you mean %s?", near)
		}
		break
	}
	return err
}

func newConfigListCommand(a *app) *cobra.Command {
	var o lookOptions
	cmd := &cobra.Command{
		Use:     "list [flags]",
		Aliases: []string{"ls"},
		Short:   "List every path of the configuration with what stands there",
		Example: `  xec config list
  xec config list --resolve
  xec config list -o json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runConfigList(cmd.Context(), a, o) },
	}
	o.addFlags(cmd)
	return cmd
}

func runConfigList(ctx context.Context, a *app, o lookOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	c, err := a.needConfig("-c FILE names one")
	if err != nil {
		return err
	}
	pairs := c.Root.All()
	if o.resolve {
		if err := a.resolveMasked(ctx, c, "", pairs); err != nil {
			return err
		}
	}
	tree := render.Tree{IsMap: true}
	for _, p := range pairs {
		tree.Pairs = append(tree.Pairs, render.TreePair{Key: p.Key, Value: treeOf(p.Value)})
	}
	if o.format == "" {
		o.format = "table"
	}
	if len(pairs) == 0 && o.format == "table" {
		return nil
	}
	return a.show(tree, o.format)
}

func newConfigPathCommand(a *app) *cobra.Command {
	var global bool
	cmd := &cobra.Command{
		Use:   "path [flags]",
		Short: "Print where the configuration is",
		Example: `  xec config path
  $EDITOR "$(xec config path --global)"`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			path, err := a.editedFile(global)
			if err == nil && path == "" {
				err = secret.Errorf(secret.General, "there is no configuration here: no .xec/config.yaml in this folder or above it")
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.out, path)
			return err
		},
	}
	cmd.Flags().BoolVar(&global, "global", false, "your own, in your home folder")
	return cmd
}

// paths checks that there is a path, and as much behind it as there must be.
func paths(cmd *cobra.Command, args []string, least, most int) error {
	if len(args) < least || len(args) > most {
		err := secret.Errorf(secret.Invalid, "config %s takes %s, not %d", cmd.Name(), count(least, "argument"), len(args))
		return secret.WithHint(err, "%s", cmd.UseLine())
	}
	_, err := pathOf(args[0])
	return err
}

func pathOf(path string) ([]config.Step, error) {
	steps, err := config.Path(path)
	if err != nil {
		return nil, prefixed("config: PATH", err)
	}
	return steps, nil
}

// completePath offers the keys that may follow what is typed.
func (a *app) completePath(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	c, err := a.loadConfig()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	before, in := "", c.Root
	if i := strings.LastIndexByte(typed, '.'); i >= 0 {
		before = typed[:i]
		steps, err := config.Path(before)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		in = c.Root.Look(steps)
	}
	var all []cobra.Completion
	for _, p := range in.All() {
		all = append(all, config.Join(before, p.Key))
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
