package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

type exportOptions struct {
	format string
	force  bool
}

func newExportCommand(a *app) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export [flags]",
		Short: "Print all secrets in plain text",
		Long: `Print all secrets in plain text, as JSON or as lines that a shell reads. It asks
first, on the terminal. What it prints, xec secrets import reads back exactly. To a terminal
no control character of a value is written: JSON has it escaped, and in the env format such
a value stands in a comment, which import reads and a shell does not.`,
		Example: `  xec secrets export > secrets-backup.json
  eval "$(xec secrets export -f env --force)"`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runExport(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVarP(&o.format, "format", "f", "json", "`json` or env")
	complete(cmd, "format", choices("json", "env"))
	cmd.Flags().BoolVar(&o.force, "force", false, "do not ask")
	return cmd
}

func runExport(ctx context.Context, a *app, o exportOptions) error {
	write, ok := a.exporters()[o.format]
	if !ok {
		return badTransferFormat(o.format)
	}
	s, err := a.openStore()
	if err != nil {
		return err
	}
	if !o.force {
		if err := a.confirm("Export all secrets in plain text?", "--force"); err != nil {
			return err
		}
	}
	if info, err := a.files[1].Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		a.say("note: others may read the file that standard output is; chmod 600 ends that")
	}
	secrets, err := everything(ctx, s)
	if err != nil {
		return err
	}
	defer clearAll(secrets)
	w := bufio.NewWriter(a.out)
	defer wipe(w)
	if err := write(w, secrets); err != nil {
		return err
	}
	return w.Flush()
}

// exporters are the formats, of which a terminal gets nothing that it would act on.
func (a *app) exporters() map[string]func(io.Writer, map[string]secret.Value) error {
	if !a.outTerminal {
		return map[string]func(io.Writer, map[string]secret.Value) error{"json": transfer.WriteJSON, "env": transfer.WriteEnv}
	}
	return map[string]func(io.Writer, map[string]secret.Value) error{
		"json": func(w io.Writer, secrets map[string]secret.Value) error {
			var text bytes.Buffer
			defer func() { clear(text.Bytes()) }()
			if err := transfer.WriteJSON(&text, secrets); err != nil {
				return err
			}
			return writeVisibleJSON(w, text.String())
		},
		"env": func(w io.Writer, secrets map[string]secret.Value) error {
			return transfer.WriteEnvWhere(w, secrets, func(value []byte) bool { return visible(value) == string(value) })
		},
	}
}

func badTransferFormat(format string) error {
	return secret.Errorf(secret.Invalid, "--format %s: json and env are the formats", format)
}
