package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/resolve/config"
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
or steps. A step is a
command, or a map of these with name, when (${params.env} == "production" && success()),
register (a variable for its output), onFailure (abort, continue, {retry: 3, delay: 2s}),
alwaysRun. A parameter: name, type (string, number, integer, boolean), required, default,
values, pattern, min, max, description. In a command ${secret:KEY}, ${params.NAME},
${vars.NAME}, ${env.NAME} and the names of variables are xec's; everything else is the
shell's.`,
		Example: `  xec run
  xec run deploy -p env=production
  xec run deploy --env production --dry-run
  xec run --only API_KEY,DATABASE_PASSWORD report.ts --since monday`,
		Args:              func(*cobra.Command, []string) error { return nil },
		ValidArgsFunction: a.completeTasks,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() == 0 {
				err := secret.Errorf(secret.Invalid, "run: a task or a file is expected, not --")
				return secret.WithHint(err, "xec exec -- COMMAND starts a program with secrets")
			}
			if len(args) == 0 {
				return runTasks(a, o)
			}
			switch isFile, err := a.meansFile(args[0]); {
			case err != nil:
				return err
			case isFile:
				return runScript(cmd.Context(), a, args[0], o, args[1:])
			case o.runtime != "":
				return secret.Errorf(secret.Invalid, "--runtime: it is for files, and %q is a task", args[0])
			}
			behind := divide(cmd.Flags(), args[1:])
			if err := cmd.Flags().Parse(behind.own); err != nil {
				return flagError(err)
			}
			if err := noEmptyFlag(cmd.Flags()); err != nil {
				return err
			}
			o.help, _ = cmd.Flags().GetBool("help")
			return runTask(cmd.Context(), a, args[0], o, behind.rest)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringArrayVarP(&o.params, "param", "p", nil, "give a parameter of the task a value: `NAME=VALUE`")
	f.BoolVar(&o.dryRun, "dry-run", false, "run nothing; show what would be run, with references as they are written")
	f.StringVarP(&o.format, "format", "o", "text", "list tasks as `text` or json")
	complete(cmd, "format", choices("text", "json"))
	f.StringSliceVar(&o.only, "only", nil, "give scripts these secrets alone: `KEY,...`")
	complete(cmd, "only", a.completeKeysBehind(",", false))
	f.StringVar(&o.runtime, "runtime", "", "run the FILE with this program: `node`, bun, deno, tsx, …, or a path to one")
	complete(cmd, "runtime", completeRuntimes)
	o.addFlags(f, "do not say which step is run, and what was hidden")
	complete(cmd, "mask", choices(maskModes...))
	a.addStoreFlags(cmd, f)
	return cmd
}

// meansFile reports whether the operand of run is a file: a task of that name wins.
func (a *app) meansFile(operand string) (bool, error) {
	if !isScript(operand) {
		return false, nil
	}
	c, err := a.loadConfig()
	return err == nil && !slices.Contains(task.Names(c), operand), err
}

// behind is what stands behind the task: flags of xec, and the rest.
type behind struct{ own, rest []string }

// divide takes the flags of xec out of what stands behind the task.
func divide(f *pflag.FlagSet, args []string) (b behind) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		name, _, inOne := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		flag := f.Lookup(name)
		if len(arg) > 1 && arg[0] == '-' && arg[1] != '-' {
			flag, inOne = f.ShorthandLookup(arg[1:2]), len(arg) > 2
		}
		switch {
		case flag == nil || !strings.HasPrefix(arg, "-"):
			b.rest = append(b.rest, arg)
		case inOne || flag.NoOptDefVal != "" || len(args) == 0:
			b.own = append(b.own, arg)
		default:
			b.own = append(b.own, arg, args[0])
			args = args[1:]
		}
	}
	return b
}

// addRest adds parameters of the form --NAME VALUE or --NAME=VALUE. A boolean one needs no
// value.
func (o *runOptions) addRest(t *task.Task, rest []string) error {
	for len(rest) > 0 {
		arg := rest[0]
		rest = rest[1:]
		name, value, inOne := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		if !strings.HasPrefix(arg, "--") || name == "" {
			err := secret.Errorf(secret.Invalid, "run: an argument behind the task that is no parameter")
			return secret.WithHint(err, "-p NAME=VALUE, or --NAME VALUE")
		}
		if err := t.CheckName(name); err != nil {
			return err
		}
		isSwitch := t.Param(name).Type == "boolean" && (len(rest) == 0 || rest[0] != "true" && rest[0] != "false")
		switch {
		case inOne:
		case isSwitch:
			value = "true"
		case len(rest) == 0:
			return secret.Errorf(secret.Invalid, "--%s needs a value", name)
		default:
			value, rest = rest[0], rest[1:]
		}
		o.params = append(o.params, name+"="+value)
	}
	return nil
}

// given gives the parameters of a call by their names.
func (o runOptions) given() (map[string]secret.Value, error) {
	given := map[string]secret.Value{}
	for _, p := range o.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, secret.Errorf(secret.Invalid, "-p: not of the form NAME=VALUE")
		}
		given[name] = secret.Text(value)
	}
	return given, nil
}

// runTasks lists the tasks.
func runTasks(a *app, o runOptions) error {
	if err := checkListFormat(o.format); err != nil {
		return err
	}
	c, err := a.needConfig("-c FILE names one; xec exec -- COMMAND starts a program with secrets")
	if err != nil {
		return err
	}
	names := task.Names(c)
	if len(names) == 0 {
		a.say("there are no tasks here: the configuration has none below tasks")
	}
	if o.format == "json" {
		return a.listTasksJSON(c, names)
	}
	width := 0
	for _, name := range names {
		width = max(width, utf8.RuneCountInString(onOneLine(name)))
	}
	w := bufio.NewWriter(a.out)
	for _, name := range names {
		line := fmt.Sprintf("%-*s  %s", width, onOneLine(name), onOneLine(task.Describe(c, name)))
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	return w.Flush()
}

func (a *app) listTasksJSON(c *config.Config, names []string) error {
	type param struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
		Type        string `json:"type"`
		Required    bool   `json:"required"`
	}
	type row struct {
		Name        string  `json:"name"`
		Description string  `json:"description"`
		Params      []param `json:"params"`
	}
	rows := []row{}
	for _, name := range names {
		r := row{Name: name, Description: task.Describe(c, name), Params: []param{}}
		if t, _ := task.Read(c, name); t != nil { // what is wrong with it is told when it is run
			for _, p := range t.Params {
				r.Params = append(r.Params, param{p.Name, p.Description, p.Type, p.Required})
			}
		}
		rows = append(rows, r)
	}
	return a.indentedJSON(rows)
}

func runTask(ctx context.Context, a *app, name string, o runOptions, rest []string) error {
	c, err := a.needConfig("-c FILE names one; xec exec -- COMMAND starts a program with secrets")
	if err != nil {
		return orFile(name, err)
	}
	plan, err := task.NewPlan(c, name)
	if err != nil {
		return orFile(name, err)
	}
	if o.help {
		return a.showPlan(plan)
	}
	r := &taskRun{app: a, config: c, plan: plan}
	if r.filters, err = o.filters(a, &r.set); err != nil {
		return err
	}
	if err := o.addRest(plan.Task, rest); err != nil {
		return err
	}
	r.options = o
	given, err := o.given()
	if err != nil {
		return err
	}
	if o.dryRun {
		if err := errors.Join(plan.Task.Check(given), r.prepare(ctx, given)); err != nil {
			return err
		}
		return a.showPlan(plan)
	}
	ctx, end := untilSignal(ctx)
	defer end()
	return r.run(ctx, given)
}

// orFile adds to an error about a task that there is a file of that name.
func orFile(name string, err error) error {
	if info, statErr := os.Stat(name); statErr != nil || info.IsDir() {
		return err
	}
	return secret.WithHint(secret.Errorf(secret.KindOf(err), "%v", err), "xec run .%c%s runs the file", filepath.Separator, name)
}

func names(params map[string]secret.Value) (names []string) {
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
