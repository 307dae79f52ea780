package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
)

func newConfigPathCommand(a *app) *cobra.Command {
	var global bool
	cmd := &cobra.Command{
		Use:   "path [flags]",
		Short: "Print where the configuration is",
		Example: `  xec config path
  $EDITOR "$(xec config path --global)"`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			path, err := a.editedFile(global)
			if err == nil && path == "" {
				err = secret.Errorf(secret.General, "there is no configuration here: no .xec/config.yaml in this folder or above it")
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.out, path)
			return err
		},
	}
	cmd.Flags().BoolVar(&global, "global", false, "your own, in your home folder")
	return cmd
}
