package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

type copyOptions struct {
	from, to string
	only     []string
	dryRun   bool
}

func newCopyCommand(a *app) *cobra.Command {
	var o copyOptions
	cmd := &cobra.Command{
		Use:     "copy --from PROVIDER --to PROVIDER [flags]",
		Aliases: []string{"cp"},
		Short:   "Copy secrets from one provider to another",
		Long: `Copy secrets from one provider to another: all, or those of --only. Values that differ
are replaced, those that are the same are left alone; nothing is deleted on either side.
Older values stay where they are. The providers are file, keyring, env (only to read),
command, vault, aws, and NAME for a program xec-provider-NAME; their settings are those of the
configuration, below secrets, whatever its provider is:

  secrets:
    provider: file
    vault: {address: https://vault.example.com, path: secret/xec}`,
		Example: `  xec secrets copy --from file --to vault --dry-run
  xec secrets copy --from file --to vault --only DATABASE_PASSWORD,API_KEY`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCopy(cmd.Context(), a, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "read from the provider `NAME`")
	f.StringVar(&o.to, "to", "", "write to the provider `NAME`")
	f.StringSliceVar(&o.only, "only", nil, "copy these secrets alone: `KEY,...`")
	f.BoolVar(&o.dryRun, "dry-run", false, "change nothing; list what would be new and what changed")
	for _, flag := range []string{"from", "to"} {
		complete(cmd, flag, a.completeProviders)
	}
	complete(cmd, "only", a.completeKeysBehind(",", false))
	return cmd
}

func runCopy(ctx context.Context, a *app, o copyOptions) error {
	switch {
	case o.from == "" || o.to == "":
		return secret.Errorf(secret.Invalid, "copy: --from and --to name the providers")
	case o.from == o.to:
		return secret.Errorf(secret.Invalid, "copy: --from and --to are the same")
	case a.project.provider != "":
		return secret.Errorf(secret.Invalid, "copy: --provider: --from and --to name the providers")
	}
	from, err := a.openConfigured(o.from)
	if err != nil {
		return err
	}
	to, err := a.openConfigured(o.to)
	if err != nil {
		return err
	}
	secrets, err := chosen(ctx, from, o.only)
	if err != nil {
		return err
	}
	defer clearAll(secrets)
	there, err := store.Get(ctx, to, slices.Sorted(maps.Keys(secrets)))
	if err != nil {
		return err
	}
	defer clearAll(there)
	fresh, changed := differ(secrets, there)
	if o.dryRun {
		return a.showCopy(fresh, changed)
	}
	return a.setDiffering(ctx, to, secrets, there)
}

// openConfigured gives the store of a provider as the configuration sets it up.
func (a *app) openConfigured(name string) (store.Store, error) {
	p, err := a.configured(name)
	if err != nil {
		return nil, err
	}
	return a.openProvider(p)
}

func (a *app) showCopy(fresh, changed []string) error {
	w := bufio.NewWriter(a.out)
	for _, key := range fresh {
		fmt.Fprintf(w, "new      %s\n", key)
	}
	for _, key := range changed {
		fmt.Fprintf(w, "changed  %s\n", key)
	}
	return w.Flush()
}
