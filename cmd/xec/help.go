package main

import (
	"github.com/spf13/cobra"
)

// newHelpCommand takes the place of cobra's, which answers an unknown command with
// exit code 0.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Explain a command",
		Example: `  xec help secrets set
  xec secrets set --help`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []string
			if group, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
				for _, sub := range group.Commands() {
					if !sub.IsAvailableCommand() {
						continue
					}
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if err := group(about.CommandPath())(about, rest); err != nil {
				return err
			}
			about.InitDefaultHelpFlag() // so that it is listed
			return about.Help()
		},
	}
}
