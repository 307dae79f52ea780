package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
)

type deleteOptions struct {
	key   string
	force bool
}

func newDeleteCommand(a *app) *cobra.Command {
	var o deleteOptions
	cmd := &cobra.Command{
		Use:     "delete KEY [flags]",
		Aliases: []string{"rm"},
		Short:   "Delete a secret",
		Long: `Delete a secret, and the older values of it that the store keeps. A missing one
is exit code 3.`,
		Example: `  xec secrets delete OLD_API_KEY
  xec secrets rm OLD_API_KEY --force`,
		Args:              oneKey,
		ValidArgsFunction: a.completeOneKey,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.key = args[0]
			return runDelete(cmd.Context(), a, o)
		},
	}
	cmd.Flags().BoolVarP(&o.force, "force", "f", false, "do not ask")
	return cmd
}

func runDelete(ctx context.Context, a *app, o deleteOptions) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	if !o.force {
		found, err := store.Has(ctx, s, o.key)
		if err != nil {
			return err
		}
		if !found {
			return nearestHint(ctx, s, o.key, store.NotFound(o.key))
		}
		if err := a.confirm("Delete "+o.key+", with its older values?", "--force"); err != nil {
			return err
		}
	}
	if err := s.Delete(ctx, o.key); err != nil {
		return nearestHint(ctx, s, o.key, err)
	}
	a.done("%s is deleted", o.key)
	return nil
}
