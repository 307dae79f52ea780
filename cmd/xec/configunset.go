package main

import (
	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve/config"
)

func newConfigUnsetCommand(a *app) *cobra.Command {
	var o editOptions
	cmd := &cobra.Command{
		Use:   "unset PATH [flags]",
		Short: "Take one part out of the configuration, and no other byte",
		Example: `  xec config unset vars.API_ENDPOINT
  xec config unset tasks.deploy.steps[1]`,
		Args: pathFirst(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o.path, o.done = args[0], "removed"
			return a.editConfig(o, func(name string, text []byte) ([]byte, error) {
				return config.Unset(name, text, o.path)
			})
		},
		ValidArgsFunction: a.completePath,
	}
	cmd.Flags().BoolVar(&o.global, "global", false, "change your own configuration, in your home folder")
	return cmd
}
