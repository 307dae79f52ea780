package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/lint"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

type checkOptions struct {
	paths  []string
	format string
	strict bool
}

var checkFormats = []string{"text", "json", "sarif"}

func newCheckCommand(a *app) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [PATH...] [flags]",
		Short: "Tell every problem of references, in one pass and without a value",
		Long: `Tell what is wrong with the references of a project: its configuration with every profile,
its tasks, and all files below its folder. Missing and unused keys, texts that are nearly
references, rings of variables, what xec render and xec run would refuse, and places where a
value can be seen or taken for something else. No value is looked up; of the store only the
names of its keys are read, if it opens without asking.
With PATHs these files and folders are looked at, and unused keys are not told. Folders of
git, node_modules and vendor are left out, so are binary files and those of more than 4 MiB;
within a folder also prose (.md and its like, .sarif), other projects and links. Files that git
ignores are looked at. A reference in a comment of a program's source is taken for text.

The exit code is 3 if a key is missing, 1 if something else is an error, else 0; with --strict
warnings are errors too. A store that cannot be looked at has the exit code that it has for
secrets list; one that would have to ask (for a passphrase, an approval) only with --strict.`,
		Example: `  xec check
  xec check deploy/ .env.tmpl
  xec check --strict
  xec check --format sarif > xec.sarif`,
		Args: func(_ *cobra.Command, args []string) error {
			if slices.Contains(args, "") {
				return secret.Errorf(secret.Invalid, "check: a PATH that is empty")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return runCheck(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "o", "text", "`text`, json or sarif (SARIF 2.1.0)")
	complete(cmd, "format", choices(checkFormats...))
	f.BoolVar(&o.strict, "strict", false, "take warnings for errors")
	a.addProjectFlags(cmd, f)
	return cmd
}

func runCheck(ctx context.Context, a *app, o checkOptions) error {
	if !slices.Contains(checkFormats, o.format) {
		return secret.Errorf(secret.Invalid, "--format %s: %s are the formats", o.format, strings.Join(checkFormats, ", "))
	}
	c := &check{app: a, report: lint.Report{UserPart: inUserPart}, whole: len(o.paths) == 0}
	if err := c.load(); err != nil {
		return err
	}
	known := c.knownKeys(ctx)
	if err := c.files(o.paths); err != nil {
		<-known
		return err
	}
	c.project()
	c.compare(<-known)
	findings := c.report.Findings()
	if err := a.writeFindings(o.format, c, findings); err != nil {
		return err
	}
	if c.unknown != nil && c.broken == nil && (o.strict || !mightAsk(c.unknown)) && (c.whole || c.report.Uses() > 0) {
		return prefixed("missing and unused keys cannot be told", c.unknown)
	}
	return c.verdict(findings, o.strict)
}

// mightAsk reports whether a store was not looked at because that would need a person: to
// type a passphrase, to unlock a keyring, to approve a configuration.
func mightAsk(err error) bool {
	return errors.Is(err, errNoTerminal) || errors.Is(err, errKeyringAsks) || errors.Is(err, secret.Permission)
}

// check is one look at a project, or at some files.
type check struct {
	app     *app
	report  lint.Report
	whole   bool // the project, not some paths
	config  *config.Config
	broken  error // why the configuration cannot be read; then only its file is known
	seen    bool  // the configuration is among what is looked at
	looked  int   // how many files were read
	unknown error // why the store was not looked at
}

// load reads the configuration. What is wrong at a place of it is a finding.
func (c *check) load() (err error) {
	if c.config, err = c.app.loadConfig(); err == nil {
		if c.whole && c.config.Project == nil && c.config.User == nil {
			_, err = c.app.needConfig("xec check FILE... looks at files; -c FILE names a configuration")
		}
		return err
	}
	var placed *config.PlacedError
	if !errors.As(err, &placed) {
		return err
	}
	c.config, c.broken = &config.Config{}, err
	if f := placed.File; f != nil && !f.Own {
		c.config.Project = f
	}
	return nil
}

// project looks at the configuration.
func (c *check) project() {
	switch {
	case c.broken != nil:
		c.looked++
		c.report.ConfigError("", c.broken)
	case c.whole || c.seen:
		c.looked++
		c.report.Project(lint.Project{Config: c.config, Shell: toldByShell, Folder: lacks, Env: envRefusal})
	}
}

// toldByShell gives what a shell makes of the references of a command.
func toldByShell(c *config.Config, s *task.Step, refs []config.Ref) (all []lint.Told) {
	script, err := splice(s, spansOf(c, refs))
	if err != nil {
		at := placeInCommand(s, refs, err)
		i := slices.IndexFunc(refs, func(ref config.Ref) bool { return ref.Place == at })
		return []lint.Told{{Ref: i, Rule: lint.Place, Err: unplaced(err)}}
	}
	for _, w := range script.Warnings {
		err := secret.WithHint(secret.Errorf(secret.General, "%s", w.Message), "%s", w.Hint)
		all = append(all, lint.Told{Ref: w.Ref, Rule: lint.CommandLine, Err: err})
	}
	return all
}

// lacks says which script or folder of a step is not in the folder of the project. Only what is
// written there as a path below it is looked for: another is of one machine.
func lacks(c *config.Config, s *task.Step) error {
	var errs []error
	look := func(n *config.Node, key, what string, isWhat func(fs.FileInfo) bool) {
		path, ok := n.Constant()
		if !ok || c.Dir() == "" || !filepath.IsLocal(path) {
			return
		}
		if info, err := os.Stat(filepath.Join(c.Dir(), path)); err != nil || !isWhat(info) {
			err := secret.WithHint(secret.Errorf(secret.General, "there is no such %s", what), "unless a step before makes it")
			errs = append(errs, &config.PlacedError{Place: n.Place, Path: s.Path + "." + key, Err: err})
		}
	}
	look(s.Script, "script", "file", func(info fs.FileInfo) bool { return !info.IsDir() })
	if s.Kind == task.Command || s.Kind == task.Script {
		look(s.Workdir, "workdir", "folder", fs.FileInfo.IsDir)
	}
	return errors.Join(errs...)
}

// known are the keys of the store.
type known struct {
	keys []string
	err  error
}

// knownKeys lists the keys of the store while files are read: to derive its key takes as
// long as to read many.
func (c *check) knownKeys(ctx context.Context) <-chan known {
	told := make(chan known, 1)
	if c.broken != nil {
		told <- known{err: secret.Errorf(secret.General, "the configuration cannot be read")}
		return told
	}
	list := c.app.openQuietly()
	go func() {
		keys, err := list(ctx)
		told <- known{keys, err}
	}()
	return told
}

// compare compares the references with the keys of the store.
func (c *check) compare(k known) {
	if k.err != nil {
		c.unknown = k.err
		if (c.broken != nil || mightAsk(k.err)) && (c.whole || c.report.Uses() > 0) {
			c.app.say("the store cannot be looked at, so nothing is told of missing and unused keys: %v", k.err)
		}
		return
	}
	unused := c.report.Keys(k.keys)
	if !c.whole || c.config.Project == nil || len(unused) == 0 {
		return
	}
	f := lint.Finding{File: c.config.Project.Name, Position: resolve.At(nil, 0), Rule: lint.Unused}
	if !c.ownStore() {
		named := unused[:min(len(unused), mostCounts)]
		f.Message = "nothing here refers to " + strings.Join(named, ", ")
		if more := len(unused) - len(named); more > 0 {
			f.Message += fmt.Sprintf(" and %d more", more)
		}
		f.Message += " of the store, which other projects may use"
		c.report.Add(f)
		return
	}
	for _, key := range unused {
		f.Message = "nothing refers to " + key
		f.Hint = "xec secrets delete " + key + ", unless a program asks for it by name"
		c.report.Add(f)
	}
}

// ownStore reports whether the store lies in the project: what is not used here is used
// nowhere.
func (c *check) ownStore() bool {
	p, err := c.app.quietly().provider()
	return err == nil && p.name == "file" && p.dir != "" && below(p.dir, c.config.Dir())
}

// verdict gives the exit code its error.
func (c *check) verdict(findings []lint.Finding, strict bool) error {
	counts := map[lint.Level]int{}
	kind := secret.General
	for _, f := range findings {
		counts[f.Level]++
		if f.Rule == lint.Missing {
			kind = secret.NotFound
		}
	}
	text := inWords(counts) + " in " + count(c.looked, "file")
	if counts[lint.Error] > 0 || strict && counts[lint.Warning] > 0 {
		return secret.Errorf(kind, "%s", text)
	}
	c.app.done("%s", text)
	return nil
}

// inWords counts findings.
func inWords(counts map[lint.Level]int) string {
	var parts []string
	for _, level := range []lint.Level{lint.Error, lint.Warning, lint.Note} {
		if n := counts[level]; n > 0 {
			parts = append(parts, count(n, level.String()))
		}
	}
	if len(parts) == 0 {
		return "no problem"
	}
	return strings.Join(parts, ", ")
}
