package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/output"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

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

func newConfigGetCommand(a *app) *cobra.Command {
	var o lookOptions
	cmd := &cobra.Command{
		Use:   "get PATH [flags]",
		Short: "Print a part of the configuration",
		Long: `Print what stands at a path of the configuration, the project's, the person's own and the
active profile in one: a text as it is written, a map or a list as YAML.`,
		Example: `  xec config get vars.API_ENDPOINT
  xec config get vars.DATABASE_URL --resolve
  xec config get tasks.deploy.steps[0].command
  xec config get targets -o json`,
		Args: func(cmd *cobra.Command, args []string) error { return paths(cmd, args, 1, 1) },
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path = args[0]
			return runConfigGet(cmd.Context(), a, o)
		},
		ValidArgsFunction: a.completePath,
	}
	o.addFlags(cmd)
	return cmd
}

func runConfigGet(ctx context.Context, a *app, o lookOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	steps, err := pathOf(o.path)
	if err != nil {
		return err
	}
	c, err := a.needConfig("-c FILE names one")
	if err != nil {
		return err
	}
	n := c.Root.Look(steps)
	if n == nil {
		return noSuchPath(c.Root, o.path, steps)
	}
	pairs := []config.Pair{{Key: steps[len(steps)-1], Value: n}}
	if o.resolve {
		if err := a.resolveMasked(ctx, c, o.path, pairs); err != nil {
			return err
		}
	}
	tree := treeOf(pairs[0].Value)
	if o.format == "" && !tree.IsMap && !tree.IsList {
		_, err := fmt.Fprintf(a.out, "%s\n", tree.Text.Reveal())
		return err
	}
	if o.format == "" {
		o.format = "yaml"
	}
	return a.show(tree, o.format)
}

// noSuchPath says how far a path leads, and what it was probably meant to be.
func noSuchPath(root *config.Node, path string, steps []string) error {
	err := secret.Errorf(secret.General, "%s: there is no such key", path)
	for i := range steps {
		in := root.Look(steps[:i])
		if root.Look(steps[:i+1]) != nil {
			continue
		}
		var keys []string
		for _, p := range in.All() {
			keys = append(keys, p.Key)
		}
		if near := resolve.Nearest(steps[i], keys); near != "" {
			return secret.WithHint(err, "did you mean %s?", near)
		}
		break
	}
	return err
}

func newConfigListCommand(a *app) *cobra.Command {
	var o lookOptions
	cmd := &cobra.Command{
		Use:     "list [flags]",
		Aliases: []string{"ls"},
		Short:   "List every path of the configuration with what stands there",
		Example: `  xec config list
  xec config list --resolve
  xec config list -o json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runConfigList(cmd.Context(), a, o) },
	}
	o.addFlags(cmd)
	return cmd
}

func runConfigList(ctx context.Context, a *app, o lookOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	c, err := a.needConfig("-c FILE names one")
	if err != nil {
		return err
	}
	pairs := c.Root.All()
	if o.resolve {
		if err := a.resolveMasked(ctx, c, "", pairs); err != nil {
			return err
		}
	}
	tree := render.Tree{IsMap: true}
	for _, p := range pairs {
		tree.Pairs = append(tree.Pairs, render.TreePair{Key: p.Key, Value: treeOf(p.Value)})
	}
	if o.format == "" {
		o.format = "table"
	}
	if len(pairs) == 0 && o.format == "table" {
		return nil
	}
	return a.show(tree, o.format)
}

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

// editOptions say what is changed, and where.
type editOptions struct {
	path, value string
	json        bool
	global      bool
}

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
  xec config set vars.DATABASE_URL 'postgresql://user:${secret:DATABASE_PASSWORD}@localhost/myapp'
  xec config set vars.ports '[8080, 8081]' --json
  xec config set secrets.provider keyring --global`,
		Args: func(cmd *cobra.Command, args []string) error { return paths(cmd, args, 2, 2) },
		RunE: func(_ *cobra.Command, args []string) error {
			o.path, o.value = args[0], args[1]
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
	return a.editConfig(o, func(name string, text []byte) ([]byte, error) {
		return config.Set(name, text, o.path, value)
	})
}

func newConfigUnsetCommand(a *app) *cobra.Command {
	var o editOptions
	cmd := &cobra.Command{
		Use:   "unset PATH [flags]",
		Short: "Take one part out of the configuration, and no other byte",
		Example: `  xec config unset vars.API_ENDPOINT
  xec config unset tasks.deploy.steps[1]`,
		Args: func(cmd *cobra.Command, args []string) error { return paths(cmd, args, 1, 1) },
		RunE: func(_ *cobra.Command, args []string) error {
			o.path = args[0]
			return a.editConfig(o, func(name string, text []byte) ([]byte, error) {
				return config.Unset(name, text, o.path)
			})
		},
		ValidArgsFunction: a.completePath,
	}
	cmd.Flags().BoolVar(&o.global, "global", false, "change your own configuration, in your home folder")
	return cmd
}

// paths checks that there is a path, and as much behind it as there must be.
func paths(cmd *cobra.Command, args []string, least, most int) error {
	if len(args) < least || len(args) > most {
		err := secret.Errorf(secret.Invalid, "config %s takes %s, not %d", cmd.Name(), count(least, "argument"), len(args))
		return secret.WithHint(err, "%s", cmd.UseLine())
	}
	_, err := pathOf(args[0])
	return err
}

func pathOf(path string) ([]string, error) {
	steps, err := config.Path(path)
	if err != nil {
		return nil, prefixed("config: PATH", err)
	}
	return steps, nil
}

// editedFile is the file that a change is for, "" where there is none yet.
func (a *app) editedFile(global bool) (string, error) {
	if global {
		home, err := a.home()
		if err != nil {
			return "", err
		}
		for _, name := range []string{"config.yaml", "config.yml"} {
			if path := filepath.Join(home, name); isSame(path, path) {
				return path, nil
			}
		}
		return filepath.Join(home, "config.yaml"), nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return config.Find(config.Options{Dir: dir, File: a.project.config, Home: a.homeOrNone()})
}

func (a *app) homeOrNone() string {
	home, err := a.home()
	if err != nil {
		return ""
	}
	return home
}

// editConfig changes a file of the configuration in one step. One that was approved, or needed
// no approval, is approved as it is then: the change is the person's own.
func (a *app) editConfig(o editOptions, change func(name string, text []byte) ([]byte, error)) error {
	path, err := a.editedFile(o.global)
	if err != nil {
		return err
	}
	isNew := path == ""
	if isNew {
		path = filepath.Join(".xec", "config.yaml")
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a link stays one
	}
	text, mode, err := readConfig(path)
	if err != nil {
		return err
	}
	name := shortHere(path)
	changed, err := change(name, text)
	if err != nil && !strings.HasPrefix(err.Error(), name) {
		err = prefixed(name+": "+o.path, err)
	}
	if err != nil {
		return err
	}
	approve := a.approvedBefore(o)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	err = output.Write(path, func(w io.Writer) error {
		if now, _, err := readConfig(path); err != nil || string(now) != string(text) {
			return secret.Errorf(secret.General, "%s: it has changed meanwhile", name)
		}
		_, err := w.Write(changed)
		return err
	})
	if err != nil {
		return err
	}
	if err := os.Chmod(path, mode); err != nil {
		return err
	}
	if isNew {
		a.done("made %s", path)
	}
	return approve()
}

// shortHere is a path as a person would write it in this folder.
func shortHere(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	return shortPath(dir, path)
}

// readConfig gives the text of a file, empty where there is none, and the mode that it keeps.
func readConfig(path string) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0o644, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, secret.Errorf(secret.General, "%s: not a regular file", shortHere(path))
	}
	text, err := os.ReadFile(path)
	return text, info.Mode().Perm(), err
}

// approvedBefore gives what approves a project's file after a change, if it was approved, or
// needed no approval, before it.
func (a *app) approvedBefore(o editOptions) (again func() error) {
	nothing := func() error { return nil }
	if o.global {
		return nothing
	}
	before, err := a.loadConfig()
	r, noHome := a.registry()
	if err != nil || noHome != nil {
		return nothing
	}
	if subject := before.Subject(); len(subject.Parts) > 0 {
		if approval, _, err := r.Lookup(subject); err != nil || !approval.Covers(subject) {
			return nothing
		}
	}
	return func() error {
		a.config = nil
		after, err := a.loadConfig()
		if err != nil || after.Project == nil {
			return err
		}
		if subject := after.Subject(); len(subject.Parts) > 0 {
			_, err = r.Approve(subject)
		}
		return err
	}
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
