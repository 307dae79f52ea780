package main

import (
	"github.com/spf13/cobra"
)

func newConfigCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Aliases: []string{"conf", "cfg"},
		Short:   "Look after the configuration of a project",
		Example: `  xec config get vars.API_ENDPOINT
  xec config set vars.API_ENDPOINT https://api.example.com
  xec config trust`,
		Args: group("xec config"),
		RunE: func(cmd *cobra.Command, _ []string) error { return groupHelp(cmd) },
	}
	a.addProjectFlags(cmd, cmd.PersistentFlags())
	cmd.AddCommand(newConfigGetCommand(a), newConfigSetCommand(a), newConfigUnsetCommand(a), newConfigListCommand(a), newConfigPathCommand(a), newTrustCommand(a))
	return cmd
}
