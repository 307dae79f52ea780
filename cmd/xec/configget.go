package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

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
		Args: pathFirst(1),
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
	n, path := c.Root.Below("", steps)
	if n == nil {
		return noSuchPath(c.Root, o.path, steps)
	}
	parts := []part{{path, n}}
	if o.resolve {
		if err := a.resolveMasked(ctx, c, parts); err != nil {
			return err
		}
	}
	tree := treeOf(parts[0].node)
	if o.format == "" && !tree.IsMap && !tree.IsList {
		text := string(tree.Text.Reveal())
		if a.outTerminal {
			text = visible([]byte(text))
		}
		_, err := fmt.Fprintln(a.out, text)
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
