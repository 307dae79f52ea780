package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
)

func newRootCommand(a *app, args []string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "xec",
		Short: "Keep secrets out of files, and put them where they are needed",
		Long: `xec resolves ${secret:KEY} against an encrypted store: in texts (xec render), in the
environment of programs (xec exec), in the tasks of a project (xec run). xec secrets keeps
the store. xec help references, exit-codes, environment and security tell more.`,
		Example: `  xec demo
  xec secrets set DATABASE_PASSWORD
  xec render app.env.tmpl -o app.env
  xec exec --only DATABASE_PASSWORD -- ./server`,
		Version: version(),
		Args:    group("xec"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return noEmptyFlag(cmd.Flags())
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	cmd.SetIn(a.in)
	cmd.SetErr(a.err)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return secret.WithHint(flagError(err), "%s --help lists the flags", cmd.CommandPath())
	})
	if slices.Equal(args, []string{"--version"}) {
		return cmd // which knows its version without any of them
	}
	addCommands(a, cmd, args,
		entry{"secrets secret s", func(a *app) *cobra.Command { return newSecretsCommand(a, args[min(1, len(args)):]) }},
		entry{"exec", func(a *app) *cobra.Command { return newExecCommand(a, true) }},
		entry{"run r", newRunCommand}, entry{"render", newRenderCommand}, entry{"inspect", newInspectCommand}, entry{"check", newCheckCommand}, entry{"config conf cfg", newConfigCommand}, entry{"doctor", newDoctorCommand},
		entry{"completion", newCompletionCommand}, entry{"demo", newDemoCommand},
	)
	cmd.SetHelpCommand(newHelpCommand())
	cmd.CompletionOptions.DisableDefaultCmd = true
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd {
		describePlainly(cmd)
	}
	return cmd
}

// entry is a command of a group: its name and aliases, and what makes it.
type entry struct {
	names string
	build func(*app) *cobra.Command
}

// addCommands gives a group its commands, or that one alone whose name args begin with: to
// make all of them takes longer than to run most.
func addCommands(a *app, group *cobra.Command, args []string, entries ...entry) {
	group.InitDefaultHelpFlag() // before a command is looked for behind it: xec --help secrets get
	for _, e := range entries {
		if len(args) > 0 && slices.Contains(strings.Fields(e.names), args[0]) {
			entries = []entry{e}
			break
		}
	}
	for _, e := range entries {
		group.AddCommand(e.build(a))
	}
}

// version names the release, the commit and the Go that built it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown, " + runtime.Version()
	}
	commit := ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			commit = fmt.Sprintf(" (%.12s)", s.Value)
		}
	}
	return info.Main.Version + commit + ", " + runtime.Version()
}
