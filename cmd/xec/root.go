package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/resolve"
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

// group checks the arguments of a command that only holds others: any argument is
// a command that does not exist.
func group(path string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		err := secret.Errorf(secret.Invalid, "unknown command%s for %q", word(args[0]), path)
		if near := nearestCommand(cmd, args[0]); near != "" {
			return secret.WithHint(err, "did you mean %s?", near)
		}
		return secret.WithHint(err, "%s --help lists the commands", path)
	}
}

// synonyms are what other programs call a command.
var synonyms = map[string]string{
	"add": "set", "create": "set", "new": "set", "put": "set", "write": "set",
	"del": "delete", "remove": "delete", "unset": "delete", "read": "get", "show": "get", "view": "get",
	"run": "exec", "dump": "export", "load": "import", "versions": "history", "restore": "rollback", "undo": "rollback",
	"rotate": "rekey", "passwd": "keyslot", "status": "doctor",
}

// nearestCommand gives the command that was probably meant by name: one of the
// group, or one of that name in a group below it.
func nearestCommand(group *cobra.Command, name string) string {
	if other, ok := synonyms[name]; ok {
		name = other
	}
	var names []string
	for _, sub := range group.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	near := resolve.Nearest(name, names)
	if slices.Contains(names, name) { // what the other program's command is called here
		near = name
	}
	if near != "" {
		return group.CommandPath() + " " + near
	}
	for _, sub := range group.Commands() {
		for _, below := range sub.Commands() {
			if (below.Name() == name || below.HasAlias(name)) && (near == "" || sub.Name() == "secrets") {
				near = below.CommandPath()
			}
		}
	}
	return near
}

// mayBeEmpty are flags whose empty value means something.
var mayBeEmpty = []string{"value", "prefix"}

// noEmptyFlag refuses a flag that is given and empty, as --only "$KEY" is where the
// variable is not set: without it the command would do something else.
func noEmptyFlag(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, ok := f.Value.(pflag.SliceValue); ok {
			empty = len(list.GetSlice()) == 0 || slices.Contains(list.GetSlice(), "")
		}
		if empty && !slices.Contains(mayBeEmpty, f.Name) {
			err = secret.Errorf(secret.Invalid, "--%s is given, but empty", f.Name)
		}
	})
	return err
}

// oneKey checks that there is one argument and that it is a key. It repeats no
// other argument: that might be a value.
func oneKey(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return secret.WithHint(secret.Errorf(secret.Invalid, "%s: which KEY?", cmd.Name()), "%s", cmd.UseLine())
	case 1:
		return secret.CheckKey(args[0])
	}
	err := secret.Errorf(secret.Invalid, "%s takes one KEY, not %d arguments", cmd.Name(), len(args))
	return secret.WithHint(err, "%s", cmd.UseLine())
}

// none checks that there is no argument.
func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		err := secret.Errorf(secret.Invalid, "%s takes no arguments", cmd.Name())
		return secret.WithHint(err, "%s", cmd.UseLine())
	}
	return nil
}
