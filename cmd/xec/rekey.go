package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/xec-sh/xec-go/store/secret"
)

func newRekeyCommand(a *app) *cobra.Command {
	var iterations int
	cmd := &cobra.Command{
		Use:   "rekey [flags]",
		Short: "Give the store a new key, and seal everything anew",
		Long: `Give the store a new key and seal everything anew, in one write. What opens the store
stays the same: the passphrase is asked for if there is one and it is not set. A recovery
key is replaced by a new one, which is printed once.

The store's own key is what everything is sealed with; nobody has seen it. Whoever has the
key file or knows the passphrase still opens the store: xec secrets keyslot replaces those.
Then rekey shuts out who could have taken the store's own key from an older copy.`,
		Example: `  xec secrets rekey
  xec secrets rekey --iterations 600000`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkIterations(cmd.Flags(), iterations); err != nil {
				return err
			}
			return runRekey(cmd.Context(), a, iterations)
		},
	}
	cmd.Flags().IntVar(&iterations, "iterations", 0, "stretch the secret of every slot by `N` rounds of PBKDF2, 100000 to 10000000 (without it each keeps its number)")
	return cmd
}

func runRekey(ctx context.Context, a *app, iterations int) error {
	s, err := a.openFileStore(askOnce)
	if err != nil {
		return err
	}
	defer a.progress(func() string { return "sealing everything anew" })()
	shown := false
	err = s.Rekey(ctx, iterations, func(recovery secret.Value) error {
		shown = true
		return a.printRecovery(recovery)
	})
	if err != nil {
		return err
	}
	if shown {
		a.say("the recovery key of before no longer opens the store")
	}
	a.done("everything is sealed anew")
	return nil
}
