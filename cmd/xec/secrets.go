package main

import (
	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
)

func newSecretsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "secrets",
		Aliases: []string{"secret", "s"},
		Short:   "Keep secrets in an encrypted store",
		Example: `  xec secrets set DATABASE_PASSWORD
  xec secrets get DATABASE_PASSWORD
  xec secrets list`,
		Args: group("xec secrets"),
		RunE: func(cmd *cobra.Command, _ []string) error { return groupHelp(cmd) },
	}
	a.addProjectFlags(cmd.PersistentFlags())
	cmd.AddCommand(
		newSetCommand(a), newGetCommand(a), newListCommand(a), newDeleteCommand(a),
		newGenerateCommand(a), newHistoryCommand(a), newRollbackCommand(a), newExportCommand(a), newImportCommand(a), newExecCommand(a, false),
		newKeyslotCommand(a), newRekeyCommand(a), newVerifyCommand(a),
	)
	return cmd
}

// groupHelp answers a group without a command.
func groupHelp(cmd *cobra.Command) error {
	if err := cmd.Help(); err != nil {
		return err
	}
	return secret.Errorf(secret.Invalid, "%s: which command?", cmd.Name())
}
