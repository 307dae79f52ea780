package main

import (
	"github.com/spf13/cobra"
)

func newConfigCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Look after the configuration of a project",
		Example: `  xec config trust
  xec config trust --list`,
		Args: group("xec config"),
		RunE: func(cmd *cobra.Command, _ []string) error { return groupHelp(cmd) },
	}
	a.addProjectFlags(cmd.PersistentFlags())
	cmd.AddCommand(newTrustCommand(a))
	return cmd
}
