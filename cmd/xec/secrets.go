package main

import (
	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
)

func newSecretsCommand(a *app, args []string) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "secrets",
		Aliases: []string{"secret", "s"},
		Short:   "Keep secrets in an encrypted store",
		Long: `Keep secrets in an encrypted store. Without a command, on a terminal, it is a menu of
what is done most; with ACCESSIBLE=1 the menu asks line by line, for screen readers.`,
		Example: `  xec secrets
  xec secrets set DATABASE_PASSWORD
  xec secrets get DATABASE_PASSWORD
  xec secrets list`,
		Args: group("xec secrets"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runMenu(cmd, a) },
	}
	a.addStoreFlags(cmd, cmd.PersistentFlags())
	addCommands(a, cmd, args,
		entry{"set", newSetCommand}, entry{"get", newGetCommand}, entry{"list ls", newListCommand}, entry{"delete rm", newDeleteCommand},
		entry{"generate", newGenerateCommand}, entry{"history", newHistoryCommand}, entry{"rollback", newRollbackCommand},
		entry{"export", newExportCommand}, entry{"import", newImportCommand}, entry{"copy cp", newCopyCommand}, entry{"redact", newRedactCommand}, entry{"exec", func(a *app) *cobra.Command { return newExecCommand(a, false) }},
		entry{"keyslot", newKeyslotCommand}, entry{"rekey", newRekeyCommand}, entry{"verify", newVerifyCommand},
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
