package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve/config"
)

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
	var parts []part
	for _, p := range pairs {
		parts = append(parts, part{config.Join("", p.Key), p.Value})
	}
	if o.resolve {
		if err := a.resolveMasked(ctx, c, parts); err != nil {
			return err
		}
	}
	tree := render.Tree{IsMap: true}
	for i, p := range parts {
		tree.Pairs = append(tree.Pairs, render.TreePair{Key: pairs[i].Key, Value: treeOf(p.node)})
	}
	if o.format == "" {
		o.format = "table"
	}
	if len(pairs) == 0 && o.format == "table" {
		return nil
	}
	return a.show(tree, o.format)
}
