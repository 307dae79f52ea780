package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/lint"
)

func newConfigSetCommand(a *app) *cobra.Command {
	var o editOptions
	cmd := &cobra.Command{
		Use:   "set PATH VALUE [flags]",
		Short: "Change one value of the configuration, and no other byte",
		Long: `Change one value of the configuration: comments, order and quoting stay as they are. What
does not exist is made, an item may be added behind the last of a list, and the file if there
is none. A value is a number, true or false where it is written like one and no quotes stand
there, else a string; --json takes any value. References are written as they are. Secrets
belong into the store: xec secrets set.`,
		Example: `  xec config set vars.API_ENDPOINT https://api.example.com
  xec config set vars.DATABASE_URL 'postgresql://user:${secret:DATABASE_PASSWORD|url}@localhost/myapp'
  xec config set vars.ports '[8080, 8081]' --json
  xec config set secrets.provider keyring --global`,
		Args: pathFirst(2),
		RunE: func(_ *cobra.Command, args []string) error {
			o.path, o.value, o.done = args[0], args[1], "set"
			return runConfigSet(a, o)
		},
		ValidArgsFunction: a.completePath,
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "VALUE is JSON")
	cmd.Flags().BoolVar(&o.global, "global", false, "change your own configuration, in your home folder")
	return cmd
}

func runConfigSet(a *app, o editOptions) error {
	value := config.Text(o.value)
	if o.json {
		var err error
		if value, err = config.JSON(o.value); err != nil {
			return prefixed("--json", err)
		}
	}
	err := a.editConfig(o, func(name string, text []byte) ([]byte, error) {
		return config.Set(name, text, o.path, value)
	})
	if top, _, _ := strings.Cut(o.path, "."); err == nil && !lint.Known(top) {
		a.say("note: xec knows no %s at the top of a configuration, so it has no effect; variables are below vars", top)
	}
	return err
}
