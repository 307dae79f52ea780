package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
)

type listOptions struct {
	format string
}

func newListCommand(a *app) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:     "list [flags]",
		Aliases: []string{"ls"},
		Short:   "List the keys of all secrets, never their values",
		Example: `  xec secrets list
  xec secrets list | grep -i database
  xec secrets list -o json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runList(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVarP(&o.format, "format", "o", "text", "`text` or json")
	complete(cmd, "format", choices("text", "json"))
	return cmd
}

func runList(ctx context.Context, a *app, o listOptions) error {
	if o.format != "text" && o.format != "json" {
		return secret.Errorf(secret.Invalid, "--format %s: text and json are the formats", o.format)
	}
	s, err := a.openStore()
	if err != nil {
		return err
	}
	keys, err := s.List(ctx)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	switch {
	case o.format == "json":
		err = writeKeysJSON(w, keys)
	case a.outTerminal:
		writeKeysText(w, keys)
	default:
		for _, key := range keys {
			fmt.Fprintln(w, key)
		}
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

func writeKeysJSON(w *bufio.Writer, keys []string) error {
	if keys == nil {
		keys = []string{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(keys)
}

func writeKeysText(w *bufio.Writer, keys []string) {
	switch len(keys) {
	case 0:
		fmt.Fprintln(w, "No secrets yet. xec secrets set KEY makes the first.")
		return
	case 1:
		fmt.Fprintln(w, "Found 1 secret:")
	default:
		fmt.Fprintf(w, "Found %d secrets:\n", len(keys))
	}
	for _, key := range keys {
		fmt.Fprintf(w, "• %s\n", key)
	}
}
