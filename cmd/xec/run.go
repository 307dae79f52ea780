package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

type runOptions struct {
	params  []string // NAME=VALUE
	dryRun  bool
	help    bool
	format  string
	only    []string // keys that scripts may ask for, nil for all
	runtime string
	masking
}

func newRunCommand(a *app) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:     "run [TASK [-p NAME=VALUE]... | FILE [ARGUMENT]...] [flags]",
		Aliases: []string{"r"},
		Short:   "Run a task of the configuration, or a script, with secrets",
		Long: `Run a task of the configuration. References in its commands become variables of the
shell, quoted for the place where they stand: no value is parsed by a shell, or stands on
its command line. What is printed is masked. A parameter is given as -p NAME=VALUE, or as
--NAME VALUE behind the task. The exit status is that of the command that failed.

Without a TASK the tasks are listed; xec run TASK --help shows one.

Or run a FILE: a script whose name ends with .js, .mjs, .cjs, .ts, .mts, .py or .sh, or any
program with a / in its name. It may ask for secrets while it runs; what it prints is masked.
JavaScript and TypeScript, under the Node, Bun, Deno or tsx that are here, have a global
secrets: await secrets.get("KEY"), secrets.has, secrets.list (also import { secrets } from
"xec"). Python has import xec_secrets; shell scripts have xec secrets get; other programs
speak to the socket that XEC_SECRETS_SOCKET names (see the README). What stands behind the
FILE is handed to it; flags of xec stand before it.

A task is a command, or a map: description, params, env, workdir, shell (sh, bash, zsh),
timeout, and command, script (args: its arguments), task (with: its parameters), parallel,
or steps. A step is a command, or a map of these with name, when
(${params.env} == "production" && success()), register (a variable for its output),
onFailure (abort, continue, {retry: 3, delay: 2s}), alwaysRun. A parameter: name, type
(string, number, integer, boolean), required, default, values, pattern, min, max,
description. A step whose time is up has the status 124. In a command ${secret:KEY},
${params.NAME}, ${vars.NAME}, ${env.NAME} and the names of variables are xec's; everything
else is the shell's.`,
		Example: `  xec run
  xec run deploy -p env=production
  xec run deploy --env production --dry-run
  xec run --only API_KEY,DATABASE_PASSWORD report.ts --since monday`,
		Args: func(cmd *cobra.Command, _ []string) error {
			if cmd.ArgsLenAtDash() == 0 {
				err := secret.Errorf(secret.Invalid, "run: a task or a file is expected, not --")
				return secret.WithHint(err, "xec secrets exec -- cmd starts a program with secrets")
			}
			return nil
		},
		ValidArgsFunction: a.completeTasks,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return runTasks(a, o)
			}
			isFile, err := a.meansFile(args[0])
			if err != nil {
				return err
			}
			if isFile {
				return runScript(cmd.Context(), a, args[0], o, args[1:])
			}
			if o.runtime != "" {
				return secret.Errorf(secret.Invalid, "--runtime: it is for files, and %q is a task", args[0])
			}
			rest, err := parseBehind(cmd.Flags(), args[1:])
			if err != nil {
				return err
			}
			o.help, _ = cmd.Flags().GetBool("help")
			return runTask(cmd.Context(), a, args[0], o, rest)
		},
	}
	o.addFlags(a, cmd)
	return cmd
}

func (o *runOptions) addFlags(a *app, cmd *cobra.Command) {
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringArrayVarP(&o.params, "param", "p", nil, "give a parameter of the task a value: `NAME=VALUE`")
	f.BoolVar(&o.dryRun, "dry-run", false, "run nothing; show what would be run, with references as they are written")
	addListFormat(cmd, &o.format, "list tasks as `text` or json")
	f.StringSliceVar(&o.only, "only", nil, "give scripts these secrets alone: `KEY,...`")
	complete(cmd, "only", a.completeKeysBehind(",", false))
	f.StringVar(&o.runtime, "runtime", "", "run the FILE with this program: `node`, bun, deno, tsx, …, or a path to one")
	complete(cmd, "runtime", completeRuntimes)
	o.masking.addFlags(cmd, "do not say which step is run, and what was hidden")
	a.addStoreFlags(cmd, f)
}

// meansFile reports whether the operand of run is a file: a task of that name wins.
func (a *app) meansFile(operand string) (bool, error) {
	if !isScript(operand) {
		return false, nil
	}
	c, err := a.loadConfig()
	return err == nil && !slices.Contains(task.Names(c), operand), err
}
