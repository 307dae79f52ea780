package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
)

type deleteOptions struct {
	key   string
	force bool
	purge bool
}

func newDeleteCommand(a *app) *cobra.Command {
	var o deleteOptions
	cmd := &cobra.Command{
		Use:     "delete KEY [flags]",
		Aliases: []string{"rm"},
		Short:   "Delete a secret",
		Long: `Delete a secret, and the older values of it that the store keeps. A missing one
is exit code 3. Some providers keep what is deleted for a while (aws: 30 days); with --purge
it is gone at once, also what was deleted before.`,
		Example: `  xec secrets delete OLD_API_KEY
  xec secrets rm OLD_API_KEY --force`,
		Args:              oneKey,
		ValidArgsFunction: a.completeOneKey,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.key = args[0]
			return runDelete(cmd.Context(), a, o)
		},
	}
	cmd.Flags().BoolVar(&o.purge, "purge", false, "leave nothing that could be restored")
	cmd.Flags().BoolVarP(&o.force, "force", "f", false, "do not ask")
	return cmd
}

func runDelete(ctx context.Context, a *app, o deleteOptions) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	if o.purge {
		return purge(ctx, a, s, o)
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

// purge deletes a key for good. Where nothing is kept of what is deleted, that is what delete
// does.
func purge(ctx context.Context, a *app, s store.Store, o deleteOptions) error {
	if !o.force {
		if err := a.confirm("Delete "+o.key+" for good?", "--force"); err != nil {
			return err
		}
	}
	err := errors.ErrUnsupported
	if p, ok := s.(store.Purger); ok {
		err = p.Purge(ctx, o.key)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		err = s.Delete(ctx, o.key)
	}
	if err != nil {
		return nearestHint(ctx, s, o.key, err)
	}
	a.done("%s is deleted for good", o.key)
	return nil
}
