package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
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

// lookOptions say how a part of the configuration is shown.
type lookOptions struct {
	path    string
	format  string
	resolve bool
}

func (o *lookOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.format, "format", "o", "", "`yaml`, json or table")
	complete(cmd, "format", choices("yaml", "json", "table"))
	cmd.Flags().BoolVar(&o.resolve, "resolve", false, "resolve everything, with *** for secrets")
}

func (o lookOptions) check() error {
	switch o.format {
	case "", "yaml", "json", "table":
		return nil
	}
	return secret.Errorf(secret.Invalid, "--format %s: yaml, json and table are the formats", o.format)
}

// pathFirst checks that there are n arguments, of which the first is a path.
func pathFirst(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			err := secret.Errorf(secret.Invalid, "config %s takes %s, not %d", cmd.Name(), count(n, "argument"), len(args))
			return secret.WithHint(err, "%s", cmd.UseLine())
		}
		_, err := pathOf(args[0])
		return err
	}
}

func pathOf(path string) ([]config.Step, error) {
	steps, err := config.Path(path)
	if err != nil {
		return nil, prefixed("config: PATH", err)
	}
	return steps, nil
}

// completePath offers the keys that may follow what is typed.
func (a *app) completePath(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	c, err := a.loadConfig()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	before, in := "", c.Root
	if i := strings.LastIndexByte(typed, '.'); i >= 0 {
		before = typed[:i]
		steps, err := config.Path(before)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		in = c.Root.Look(steps)
	}
	var all []cobra.Completion
	for _, p := range in.All() {
		all = append(all, config.Join(before, p.Key))
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
