package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/store/secret"
)

type redactOptions struct {
	files []string
	only  []string
	reports
}

func newRedactCommand(a *app) *cobra.Command {
	var o redactOptions
	cmd := &cobra.Command{
		Use:   "redact [FILE...] [flags]",
		Short: "Copy text with the values of secrets hidden",
		Long: `Copy standard input, or the FILEs, to standard output. Where the value of a secret
stands, as it is or as logs write it (in JSON, base64, a URL, quoted for a shell, ...),
there is [secret:KEY] instead. All other bytes are copied as they are, as they arrive.
Values of 4 to 7 bytes are hidden only as they are, where no letter or digit stands beside
them; shorter ones are not.`,
		Example: `  kubectl logs api | xec secrets redact
  xec secrets redact --only API_KEY build.log > public.log
  xec secrets redact --fail-on-leak dist/*.js > /dev/null`,
		Args: func(_ *cobra.Command, args []string) error {
			if slices.Contains(args, "") {
				return secret.Errorf(secret.Invalid, "redact: a FILE whose name is empty")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.files = args; len(args) == 0 {
				o.files = []string{"-"}
			}
			return runRedact(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.only, "only", nil, "hide the values of these `KEYS`, with commas between them, and no others")
	complete(cmd, "only", a.completeKeysBehind(",", false))
	o.addFlags(f, "do not say what was hidden")
	return cmd
}

func runRedact(ctx context.Context, a *app, o redactOptions) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	secrets, err := chosen(ctx, s, o.only)
	if err != nil {
		return err
	}
	var set mask.Set
	for key, v := range secrets {
		set.Add(key, v)
	}
	clearAll(secrets)
	a.tellShort(&set, child.Always, o.reports)
	defer whileItReads()()
	w := set.Writer(a.out) // one, for what two files make together is what comes out
	for _, path := range o.files {
		if err = a.redact(path, w); err != nil {
			break
		}
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	return a.closing(&set, o.reports)
}

// redact copies a file with values hidden.
func (a *app) redact(path string, w io.Writer) error {
	in := a.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{in}, make([]byte, redactBuffer))
	return err
}

// redactBuffer is what is read at once, in bytes.
const redactBuffer = 256 << 10
