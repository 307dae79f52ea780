package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
)

type rollbackOptions struct {
	key     string
	version uint64 // 0: the one before the newest
}

func newRollbackCommand(a *app) *cobra.Command {
	var o rollbackOptions
	return &cobra.Command{
		Use:   "rollback KEY [VERSION]",
		Short: "Set a secret to an older value of it",
		Long: `Set a secret to an older value of it: of the version before the newest, or of VERSION.
It becomes a new version, so that this can be taken back too.`,
		Example: `  xec secrets rollback DATABASE_PASSWORD
  xec secrets rollback DATABASE_PASSWORD 3`,
		ValidArgsFunction: a.completeOneKey,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return oneKey(cmd, args)
			}
			version, err := strconv.ParseUint(args[1], 10, 64)
			if err != nil || version == 0 {
				err := secret.Errorf(secret.Invalid, "rollback: VERSION is the number of a version")
				return secret.WithHint(err, "xec secrets history KEY lists them")
			}
			o.version = version
			return oneKey(cmd, args[:1])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.key = args[0]
			return runRollback(cmd.Context(), a, o)
		},
	}
}

func runRollback(ctx context.Context, a *app, o rollbackOptions) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	v, err := versioner(s)
	if err != nil {
		return err
	}
	taken, err := v.Rollback(ctx, o.key, o.version)
	if err != nil {
		return versionsError(ctx, s, o.key, err)
	}
	a.done("%s is as it was in version %d", o.key, taken)
	return nil
}
