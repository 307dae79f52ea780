package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/secret"
)

type getOptions struct {
	key string
	raw bool
}

func newGetCommand(a *app) *cobra.Command {
	var o getOptions
	cmd := &cobra.Command{
		Use:   "get KEY [flags]",
		Short: "Print the value of a secret",
		Long: `Print the value of a secret: its exact bytes into a pipe or a file; on a terminal
with a newline behind it and control characters shown escaped.`,
		Example: `  xec secrets get DATABASE_PASSWORD
  DB_PASS=$(xec secrets get DATABASE_PASSWORD)`,
		Args:              oneKey,
		ValidArgsFunction: a.completeOneKey,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.key = args[0]
			return runGet(cmd.Context(), a, o)
		},
	}
	cmd.Flags().BoolVar(&o.raw, "raw", false, "print the exact bytes on a terminal too")
	return cmd
}

func runGet(ctx context.Context, a *app, o getOptions) error {
	value, err := a.valueOf(ctx, o.key)
	if err != nil {
		return err
	}
	defer value.Clear()
	if a.outTerminal && !o.raw {
		_, err = fmt.Fprintln(a.out, visible(value.Reveal()))
	} else {
		_, err = a.out.Write(value.Reveal())
	}
	return err
}

// valueOf gives the value of a key, or an error with the key that was meant.
func (a *app) valueOf(ctx context.Context, key string) (secret.Value, error) {
	s, err := a.openStore()
	if err != nil {
		return secret.Value{}, err
	}
	value, err := s.Get(ctx, key)
	return value, nearestHint(ctx, s, key, err)
}
