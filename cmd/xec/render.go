package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render/output"
	"github.com/xec-sh/xec-go/render/text"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

type renderOptions struct {
	file   string
	output string
	check  bool
}

func newRenderCommand(a *app) *cobra.Command {
	var o renderOptions
	cmd := &cobra.Command{
		Use:   "render FILE [flags]",
		Short: "Fill the references of a text file in",
		Long: `Fill the references of a text file in; "-" is standard input. Every other byte
comes out as it is. Nothing is written unless every reference has its value.`,
		Example: `  xec render app.env.tmpl -o app.env
  xec render nginx.conf.tmpl | ssh web 'cat > nginx.conf'
  xec render --check app.env.tmpl`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] != "" {
				return nil
			}
			err := secret.Errorf(secret.Invalid, "render takes one FILE, not %d", len(args))
			return secret.WithHint(err, `"-" is standard input`)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return runRender(cmd.Context(), a, o)
		},
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "write this `FILE` (mode 0600, an older one is replaced), and not standard output")
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; only tell whether everything resolves")
	return cmd
}

func runRender(ctx context.Context, a *app, o renderOptions) error {
	if o.check && o.output != "" {
		return secret.Errorf(secret.Invalid, "--check writes nothing, so it does not go with --output")
	}
	if o.output == "-" {
		o.output = ""
	}
	in, err := a.openInput(o.file)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := a.checkOutput(in, o); err != nil {
		return err
	}
	r, early, wait := newResolver(ctx, a.openStore)
	early()
	defer wait()
	found, err := r.Scan(in.name, in.File)
	if err != nil {
		return err
	}
	if err := r.Load(ctx); err != nil || o.check {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	write := func(w io.Writer) error {
		if !found {
			_, err := io.Copy(w, in.File)
			return err
		}
		return text.Copy(w, pieces(resolve.NewScanner(in.File), r))
	}
	if o.output != "" {
		ctx, end := untilSignal(ctx)
		defer end()
		return output.Write(o.output, func(w io.Writer) error { return write(contextWriter{ctx, w}) })
	}
	return write(a.out)
}

// pieces gives the tokens of a text with the values of their references.
func pieces(s *resolve.Scanner, r *resolve.Resolver) func() (text.Piece, error) {
	return func() (text.Piece, error) {
		t, err := s.Next()
		if err != nil || t.Ref == nil {
			return text.Piece{Literal: t.Literal}, err
		}
		value, err := r.Value(t.Ref)
		return text.Piece{Value: value}, err
	}
}

// input is a text that can be read twice.
type input struct {
	*os.File
	name string
}

// openInput opens a file; what cannot be read twice, a pipe or a terminal, is
// spooled first: into a file without a name, which holds no value.
func (a *app) openInput(path string) (input, error) {
	if path == "-" {
		return spool("standard input", a.in)
	}
	f, err := os.Open(path)
	if err != nil {
		return input{}, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.Mode().IsRegular():
		return input{f, path}, nil
	case info.IsDir():
		err = secret.Errorf(secret.Invalid, "%s: a folder, not a file", path)
	default:
		defer f.Close()
		return spool(path, f)
	}
	f.Close()
	return input{}, err
}

func spool(name string, r io.Reader) (input, error) {
	f, err := os.CreateTemp("", "xec-input-")
	if err != nil {
		return input{}, err
	}
	os.Remove(f.Name())
	_, err = io.Copy(f, r)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
	}
	return input{f, name}, err
}

// checkOutput refuses, before any work, an output that cannot be written.
func (a *app) checkOutput(in input, o renderOptions) error {
	if o.output == "" {
		return nil
	}
	if err := output.Check(o.output); err != nil {
		return err
	}
	source := in.File
	if o.file == "-" && a.files[0] != nil {
		source = a.files[0] // what was spooled
	}
	from, err := source.Stat()
	if err != nil {
		return err
	}
	if target, err := os.Stat(o.output); err == nil && os.SameFile(from, target) {
		return secret.Errorf(secret.Invalid, "%s: the input itself; a template is not written over", o.output)
	}
	return nil
}
