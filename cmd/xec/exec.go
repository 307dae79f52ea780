package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/store"
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
	quiet     bool
}

// newExecCommand makes the command, which stands in two places; ownFlags tells whether
// it has the flags for a configuration from no group.
func newExecCommand(a *app, ownFlags bool) *cobra.Command {
	var o execOptions
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARG...]",
		Short: "Start a program with secrets in its environment",
		Long: `Start a program with secrets in its environment. xec is replaced by it: same
process, its own exit status. Without --only, --env or --env-file it gets all
secrets. A variable has the key in upper case, with '.' and '-' as '_'.`,
		Example: `  xec exec --only DATABASE_PASSWORD -- ./server --port 8080
  xec exec --env PGPASSWORD=DATABASE_PASSWORD -- psql
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
		a.addProjectFlags(f)
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
	f.BoolVar(&o.quiet, "quiet", false, "do not say how many secrets are handed over")
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

func runExec(ctx context.Context, a *app, o execOptions) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	t, err := a.execTexts(ctx, s, o)
	if err != nil {
		return err
	}
	vars, err := t.resolve(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Concat(o.drop, o.allowName) {
		if !child.IsName(name) {
			return secret.Errorf(secret.Invalid, "--drop and --allow-name take the NAME of a variable")
		}
	}
	env := child.Environment{Parent: a.environ, Pristine: o.pristine, Drop: o.drop, Allow: o.allowName}
	lines, err := env.With(vars)
	if err != nil {
		return err
	}
	if a.errTerminal && !o.quiet {
		a.say("%s for %s", count(len(t.secrets), "secret"), o.command[0])
	}
	return child.Command{Argv: o.command, Env: lines, Streams: a.files}.Exec()
}

// execTexts gives the variables that the flags ask for.
func (a *app) execTexts(ctx context.Context, s store.Store, o execOptions) (*texts, error) {
	explicit := len(o.only)+len(o.env)+len(o.envFiles) > 0
	if explicit && o.all {
		err := secret.Errorf(secret.Invalid, "--all goes with neither --only nor --env nor --env-file")
		return nil, secret.WithHint(err, "they say exactly what is handed over")
	}
	keys := o.only
	if !explicit {
		var err error
		if keys, err = s.List(ctx); err != nil {
			return nil, err
		}
	}
	t := newTexts(ctx, s)
	for i, key := range keys {
		keys[i] = strings.TrimSpace(key)
	}
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		if err := t.addKey(o.prefix+secret.EnvName(key), key, "--only"); err != nil {
			return nil, err
		}
	}
	for _, assignment := range o.env {
		if err := t.addFlag(assignment); err != nil {
			return nil, err
		}
	}
	for _, path := range o.envFiles {
		if err := t.addFile(path); err != nil {
			return nil, err
		}
	}
	return t, nil
}
