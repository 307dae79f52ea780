package main

import (
	"bytes"
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

type setOptions struct {
	key   string
	value string
	given bool // --value stands on the command line
	file  string
}

func newSetCommand(a *app) *cobra.Command {
	var o setOptions
	cmd := &cobra.Command{
		Use:   "set KEY [flags]",
		Short: "Set the value of a secret",
		Long: `Set the value of a secret, in place of an older one: typed twice at a hidden prompt, or
read from a pipe (one newline at its end is removed), or from a file (its exact bytes).
Any bytes are a value, 64 KiB at most.`,
		Example: `  xec secrets set DATABASE_PASSWORD
  pass show db | xec secrets set DATABASE_PASSWORD
  xec secrets set TLS_KEY --file key.pem`,
		Args:              oneKey,
		ValidArgsFunction: a.completeOneKey,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.key, o.given = args[0], cmd.Flags().Changed("value")
			return runSet(cmd.Context(), a, o)
		},
	}
	cmd.Flags().StringVarP(&o.value, "value", "v", "", "the `VALUE` (stays in the shell's history and is visible in ps)")
	cmd.Flags().StringVar(&o.file, "file", "", "take the exact bytes of this `PATH`, \"-\" for standard input")
	return cmd
}

func runSet(ctx context.Context, a *app, o setOptions) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	// A wrong key or passphrase is told before a value is typed for nothing.
	if err := store.Warm(ctx, s); err != nil {
		return err
	}
	value, err := a.valueToSet(o)
	if err != nil {
		return err
	}
	defer value.Clear()
	if err := value.Check(o.key); err != nil {
		return err
	}
	if err := s.Set(ctx, o.key, value); err != nil {
		return err
	}
	a.done("%s is set", o.key)
	return nil
}

// valueToSet reads the value from where the person has put it.
func (a *app) valueToSet(o setOptions) (secret.Value, error) {
	switch {
	case o.given && o.file != "":
		return secret.Value{}, secret.Errorf(secret.Invalid, "--value and --file: one of them gives the value")
	case o.given:
		a.say("warning: a value on the command line stays in the shell's history and is visible in ps")
		return secret.Text(o.value), nil
	case o.file != "":
		return a.readValueFile(o.file)
	case a.inTerminal:
		return a.promptValue(o.key)
	}
	defer whileItReads()()
	b, err := readUpTo(a.in, secret.MaxValue+2)
	if err != nil {
		return secret.Value{}, secret.Errorf(secret.General, "standard input: %w", err)
	}
	if len(b) == 0 {
		err := secret.Errorf(secret.Invalid, "%s: standard input is empty", o.key)
		return secret.Value{}, secret.WithHint(err, "pipe the value in, or run this on a terminal to be asked for it")
	}
	value := cutNewline(b)
	if len(value) < len(b) && bytes.ContainsRune(value, '\n') { // a key file, most likely
		a.say("note: the line end behind the value was cut off; --file keeps every byte")
	}
	return secret.New(value), nil
}

// readValueFile gives the exact bytes of a file; "-" is standard input.
func (a *app) readValueFile(path string) (secret.Value, error) {
	defer whileItReads()()
	r := a.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return secret.Value{}, err
		}
		defer f.Close()
		r = f
	}
	b, err := readUpTo(r, secret.MaxValue+1)
	return secret.New(b), err
}

// promptValue asks for a value twice.
func (a *app) promptValue(key string) (secret.Value, error) {
	t, err := a.terminal()
	if err != nil {
		return secret.Value{}, secret.WithHint(err, "pipe the value in, or use --file")
	}
	defer t.close()
	value, same, err := t.hiddenTwice("Value of "+key+": ", func(first secret.Value) error { return first.Check(key) })
	if err == nil && !same {
		err := secret.Errorf(secret.Invalid, "%s: the two values differ; nothing was changed", key)
		return secret.Value{}, secret.WithHint(err, "a value of several lines comes from --file or a pipe")
	}
	return value, err
}
