package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render/output"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

type renderOptions struct {
	files   []string
	output  string
	folder  bool // the output is one
	format  string
	check   bool
	inPlace bool
	diff    bool
	explain bool
}

func newRenderCommand(a *app) *cobra.Command {
	var o renderOptions
	cmd := &cobra.Command{
		Use:   "render [FILE...] [flags]",
		Short: "Fill the references of files in",
		Long: `Fill the references of files in; "-" is standard input. Only the scalars that hold a
reference change, each value encoded for its place; every other byte comes out as it is.
YAML, JSON, TOML, HCL, INI, properties, XML, HTML, .netrc and .env files are known by their
names, also before .tmpl, .template, .tpl, .in, .dist, .example or .sample; anything else is
plain text, and so is standard input. Nothing is written unless every reference has its
value. With -o FOLDER/ files keep their places below this folder, without .tmpl, .template
and .tpl; with it, and with --check, --diff and --explain, a FILE may be a folder.

Without a FILE the configuration of the project is written as YAML, resolved, without its
tasks and profiles; --diff, --explain, --format and --in-place need a FILE.`,
		Example: `  xec render app.env.tmpl -o app.env
  xec render compose.yaml.tmpl | docker compose -f - up
  xec render --diff deploy.yaml
  xec render --check *.tmpl
  xec render deploy/*.tmpl -o rendered/
  xec render --profile production`,
		Args: func(_ *cobra.Command, args []string) error {
			if slices.Contains(args, "") {
				return secret.Errorf(secret.Invalid, "render: a FILE whose name is empty")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return runRender(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write this `FILE` (mode 0600, an older one is replaced), or into this folder, and not standard output")
	f.StringVar(&o.format, "format", "", "take the FILEs for this `FORMAT`, whatever their names: "+strings.Join(formatNames, ", "))
	f.BoolVar(&o.check, "check", false, "write nothing; only tell whether everything resolves")
	f.BoolVar(&o.inPlace, "in-place", false, "write each FILE over itself, mode 0600")
	f.BoolVar(&o.diff, "diff", false, "write nothing; show what would change, values as ***")
	f.BoolVar(&o.explain, "explain", false, "write nothing; tell of each reference where it stands and what becomes of it")
	complete(cmd, "format", choices(formatNames...))
	a.addStoreFlags(cmd, f)
	return cmd
}

// validate refuses flags that do not go together.
func (o renderOptions) validate() error {
	var modes []string
	for name, on := range map[string]bool{"--check": o.check, "--in-place": o.inPlace, "--diff": o.diff, "--explain": o.explain, "--output": o.output != ""} {
		if on {
			modes = append(modes, name)
		}
	}
	slices.Sort(modes)
	switch {
	case len(modes) > 1:
		return secret.Errorf(secret.Invalid, "%s: one at a time", strings.Join(modes, " and "))
	case o.inPlace && (len(o.files) == 0 || slices.Contains(o.files, "-")):
		return secret.Errorf(secret.Invalid, "--in-place needs FILEs")
	case o.format != "" && !slices.Contains(formatNames, o.format):
		return secret.Errorf(secret.Invalid, "--format %s: %s are the formats", o.format, strings.Join(formatNames, ", "))
	}
	return nil
}

func runRender(ctx context.Context, a *app, o renderOptions) error {
	if err := o.validate(); err != nil {
		return err
	}
	if o.output == "-" {
		o.output = ""
	}
	if len(o.files) == 0 {
		return a.renderConfig(ctx, o)
	}
	o.folder = o.intoFolder()
	jobs, err := o.jobs()
	if err != nil {
		return err
	}
	r, wait := newEarlyResolver(ctx, a.openStore)
	defer wait()
	defer r.Clear()
	sources, err := a.openSources(jobs, o, r)
	defer closeAll(sources)
	if err != nil {
		return err
	}
	whole, err := scanAll(sources, r)
	if o.explain {
		return errors.Join(err, a.explain(ctx, r, whole))
	}
	if err := errors.Join(err, r.Load(ctx)); err != nil {
		return err
	}
	switch {
	case o.output != "" || o.inPlace:
		return a.writeFiles(ctx, o, jobs, sources, r)
	case o.check:
		return checkAll(sources, r)
	case o.diff:
		return putAll(sources, func(s source) error { return a.showDiff(s, r.Value) })
	}
	if err := checkJoined(sources); err != nil {
		return err
	}
	return putAll(sources, func(s source) error { return s.write(a.out, r.Value) })
}

// scanAll tells the resolver what the sources need, and gives those that can be read with
// the errors of the others.
func scanAll(sources []source, r *resolve.Resolver) (whole []source, err error) {
	var errs []error
	for _, s := range sources {
		if err := s.scan(r); err != nil {
			errs = append(errs, err)
			continue
		}
		whole = append(whole, s)
	}
	return whole, errors.Join(errs...)
}

// putAll writes one source after the other to standard output.
func putAll(sources []source, put func(source) error) error {
	for _, s := range sources {
		if err := put(s); err != nil {
			return err
		}
	}
	return nil
}

// writeFiles writes all files or none.
func (a *app) writeFiles(ctx context.Context, o renderOptions, jobs []job, sources []source, r *resolve.Resolver) error {
	ctx, end := untilSignal(ctx)
	defer end()
	var file, bytes atomic.Int64
	defer a.progress(func() string {
		return fmt.Sprintf("rendering %s (%d of %d), %d MiB", jobs[file.Load()].path, file.Load()+1, len(jobs), bytes.Load()>>20)
	})()
	var b output.Batch
	defer b.Drop()
	written := 0
	for i, s := range sources {
		file.Store(int64(i))
		target := jobs[i].target
		if o.inPlace && s.isPlain() {
			continue
		}
		if o.folder {
			if err := b.MakeFolder(filepath.Clean(o.output), filepath.Dir(target)); err != nil {
				return err
			}
		}
		if err := b.Add(target, func(w io.Writer) error { return s.write(contextWriter{ctx, w, &bytes}, r.Value) }); err != nil {
			return err
		}
		written++
	}
	if err := b.Commit(); err != nil {
		return err
	}
	a.done("%s written", count(written, "file"))
	return nil
}

// openSources opens the files to be rendered, as many as can be before the first error.
func (a *app) openSources(jobs []job, o renderOptions, r *resolve.Resolver) (sources []source, err error) {
	for _, j := range jobs {
		s, err := a.openSource(j, o, r)
		if err != nil {
			return sources, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

func closeAll(sources []source) {
	for _, s := range sources {
		s.Close()
	}
}

// openSource opens a file to be rendered with the values of r, and checks where it would go.
func (a *app) openSource(j job, o renderOptions, r *resolve.Resolver) (source, error) {
	path := j.path
	in, err := a.openInput(path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(a.checkOutput(in, j, o), checkWide(in)); err != nil {
		in.Close()
		return nil, err
	}
	format := o.format
	if format == "" {
		format = formatOf(path)
	}
	trap, warn := a.warnTrap(format, path), a.warnURL(r)
	if o.diff {
		trap, warn = noWarning, noWarning
	}
	if format == "text" {
		return &textSource{input: in, trap: trap, warn: warn}, nil
	}
	return &documentSource{input: in, format: formats[format], dialect: format, trap: trap, warn: warn, staged: j.target != ""}, nil
}

// checkOutput refuses, before any work, an output that cannot be written.
func (a *app) checkOutput(in input, j job, o renderOptions) error {
	if j.target == "" {
		return nil
	}
	if err := output.Check(j.target); err != nil || o.inPlace {
		return err
	}
	source := in.File
	if j.path == "-" && a.files[0] != nil {
		source = a.files[0] // what was spooled
	}
	from, err := source.Stat()
	if err != nil {
		return err
	}
	if target, err := os.Stat(j.target); err == nil && os.SameFile(from, target) {
		return overInput(j.target)
	}
	return nil
}

func overInput(target string) error {
	return secret.Errorf(secret.Invalid, "%s: the input itself; a template is not written over", target)
}
