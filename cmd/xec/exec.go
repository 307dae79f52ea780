package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/store/secret"
)

type execOptions struct {
	command   []string
	only      []string
	env       []string
	envFiles  []string
	all       bool
	prefix    string
	pristine  bool
	allowName []string
	drop      []string
	files     []string
	stdin     string
	masking
}

// newExecCommand makes the command, which stands in two places; ownFlags tells whether
// it has the flags for a configuration from no group.
func newExecCommand(a *app, ownFlags bool) *cobra.Command {
	var o execOptions
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARG...]",
		Short: "Start a program with secrets in its environment",
		Long: `Start a program with secrets in its environment. With --only, --env, --env-file, --file
or --stdin it gets exactly those. Else it gets in a project what the project's env says, or
where there is none the keys that the configuration refers to; and outside of a project, or
with --all, all. A variable has the key in upper case, with '.' and '-' as '_'.

The exit status is the program's own, and it has the terminal, the signals and the
descriptors that it would have without xec. Where the values of the secrets stand in what
it prints on a terminal or into a pipe, as they are or as logs write them, there is
[secret:KEY] instead. Where nothing is to be hidden xec is replaced by the program: same
process, nothing in between.`,
		Example: `  xec exec --only DATABASE_PASSWORD -- ./server --port 8080
  xec exec --env PGPASSWORD=DATABASE_PASSWORD -- psql
  xec exec --file SSL_KEY=TLS_KEY -- sh -c 'openssl rsa -in "$SSL_KEY" -check'
  xec exec --stdin REGISTRY_TOKEN -- docker login -u ci --password-stdin
  xec exec --env 'URL=postgres://app:${secret:DATABASE_PASSWORD|url}@db/app' -- ./migrate
  xec exec --env-file app.env.tmpl -- npm start`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return secret.WithHint(secret.Errorf(secret.Invalid, "exec: which command?"), "%s", cmd.UseLine())
			}
			return ownFlagsFirst(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.command = args
			return runExec(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	if ownFlags {
		a.addStoreFlags(cmd, f)
	}
	f.StringSliceVar(&o.only, "only", nil, "hand over these `KEYS`, with commas between them, and no others")
	complete(cmd, "only", a.completeKeysBehind(",", false))
	f.StringArrayVar(&o.env, "env", nil, "set a variable: `NAME=KEY`, or NAME='text with ${secret:KEY}'")
	complete(cmd, "env", a.completeKeysBehind("=", true))
	f.StringArrayVar(&o.envFiles, "env-file", nil, "set the variables of a dotenv `FILE`, whose values may hold references")
	f.BoolVar(&o.all, "all", false, "hand over all secrets")
	f.StringVar(&o.prefix, "prefix", "", "put this `TEXT` before the names of variables made from keys")
	f.BoolVar(&o.pristine, "pristine", false, "hand over nothing of the environment of xec")
	f.StringArrayVar(&o.allowName, "allow-name", nil, "allow the variable `NAME`, though programs act on it (PATH, LD_PRELOAD, NODE_OPTIONS, ...)")
	f.StringArrayVar(&o.drop, "drop", nil, "do not hand over the variable `NAME` of the environment of xec")
	f.StringArrayVar(&o.files, "file", nil, "put a value into a file for the program alone, and its path into a variable: `NAME=KEY` (on Linux a descriptor; programs that close what they inherit, as ssh does, do not find it)")
	complete(cmd, "file", a.completeKeysBehind("=", true))
	f.StringVar(&o.stdin, "stdin", "", "make the value of this `KEY` the standard input")
	complete(cmd, "stdin", a.completeKeysBehind("", false))
	o.addFlags(cmd, "do not say how many secrets are handed over, and what was hidden")
	return cmd
}

// ownFlagsFirst refuses a flag of exec behind the command unless "--" says that it is
// the command's: exec would hand over everything where the person chose.
func ownFlagsFirst(cmd *cobra.Command, args []string) error {
	if cmd.ArgsLenAtDash() >= 0 {
		return nil
	}
	for _, arg := range args[1:] {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		if strings.HasPrefix(arg, "--") && cmd.Flags().Lookup(name) != nil {
			err := secret.Errorf(secret.Invalid, "exec: --%s stands behind the command", name)
			return secret.WithHint(err, "flags of xec come first, then --, then the command with its own")
		}
	}
	return nil
}

func runExec(ctx context.Context, a *app, o execOptions) (err error) {
	var set mask.Set
	filters, err := o.filters(a, &set)
	if err != nil {
		return err
	}
	s, err := a.openStore()
	if err != nil {
		return err
	}
	cv := newChildVars(ctx, s)
	cv.warn = a.warnURL(cv.resolver)
	hide(&set, cv.resolver)
	vars, err := a.execVars(ctx, s, cv, o)
	if err != nil {
		return err
	}
	command := child.Command{Argv: o.command, Streams: a.files}
	var d child.Delivery
	defer func() { err = errors.Join(err, d.Remove()) }()
	if vars, err = cv.deliver(&d, vars, &command); err != nil {
		return err
	}
	command.Env, err = o.environment(a, vars)
	cv.clear(vars) // which stand there now
	if err != nil {
		return err
	}
	if a.errTerminal && !o.quiet {
		a.say("%s for %s", count(len(cv.secrets), "secret"), o.command[0])
	}
	return a.runMasked(command, &set, filters, o.reports, d.Stays())
}

// environment is what the program gets with vars in it.
func (o execOptions) environment(a *app, vars []child.Var) ([]string, error) {
	for _, name := range slices.Concat(o.drop, o.allowName) {
		if !secret.IsName(name) {
			return nil, secret.Errorf(secret.Invalid, "--drop and --allow-name take the NAME of a variable")
		}
	}
	env := child.Environment{Parent: a.environ, Pristine: o.pristine, Drop: o.drop, Allow: o.allowName}
	return env.With(vars)
}
