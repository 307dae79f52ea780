package main

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

const maxGenerate = 4096

// charsets are the characters that generate draws from.
var charsets = map[string]string{
	"alnum":     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	"hex":       "0123456789abcdef",
	"base64url": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
}

type generateOptions struct {
	key     string
	length  int
	charset string
	force   bool
	show    bool
}

func newGenerateCommand(a *app) *cobra.Command {
	var o generateOptions
	cmd := &cobra.Command{
		Use:   "generate KEY [flags]",
		Short: "Set a secret to a random value",
		Example: `  xec secrets generate SESSION_SECRET
  xec secrets generate API_SECRET -l 64
  xec secrets generate COOKIE_KEY -l 64 --charset hex --show`,
		Args:              oneKey,
		ValidArgsFunction: a.completeOneKey,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.key = args[0]
			return runGenerate(cmd.Context(), a, o)
		},
	}
	cmd.Flags().IntVarP(&o.length, "length", "l", 32, "make it `N` characters long, 1 to 4096")
	cmd.Flags().StringVar(&o.charset, "charset", "alnum", "draw from `alnum`, hex or base64url")
	complete(cmd, "charset", choices("alnum", "hex", "base64url"))
	cmd.Flags().BoolVarP(&o.force, "force", "f", false, "replace an existing value without asking")
	cmd.Flags().BoolVar(&o.show, "show", false, "print the value")
	return cmd
}

func runGenerate(ctx context.Context, a *app, o generateOptions) error {
	value, err := a.generate(ctx, o)
	if err != nil {
		return err
	}
	defer value.Clear()
	a.done("%s is set to %d random characters", o.key, o.length)
	if !o.show {
		return nil
	}
	line := slices.Concat(value.Reveal(), []byte("\n"))
	defer clear(line)
	_, err = a.out.Write(line)
	return err
}

// generate draws a value, sets it and gives it.
func (a *app) generate(ctx context.Context, o generateOptions) (secret.Value, error) {
	charset, ok := charsets[o.charset]
	if !ok {
		return secret.Value{}, secret.Errorf(secret.Invalid, "--charset %s: alnum, hex and base64url are the choices", o.charset)
	}
	if o.length < 1 || o.length > maxGenerate {
		return secret.Value{}, secret.Errorf(secret.Invalid, "--length %d: it is 1 to %d", o.length, maxGenerate)
	}
	s, err := a.openStore()
	if err != nil {
		return secret.Value{}, err
	}
	value := draw(o.length, charset)
	if err := a.setGenerated(ctx, s, o, value); err != nil {
		value.Clear()
		return secret.Value{}, err
	}
	return value, nil
}

// setGenerated sets the value; over an existing one only with --force or a yes.
func (a *app) setGenerated(ctx context.Context, s store.Store, o generateOptions, value secret.Value) error {
	if o.force {
		return s.Set(ctx, o.key, value)
	}
	err := store.Add(ctx, s, o.key, value)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	if err := a.confirm("Replace the value of "+o.key+"?", "--force"); err != nil {
		return err
	}
	return s.Set(ctx, o.key, value)
}

// draw draws without bias: a byte beyond the last whole multiple of the charset's
// size is drawn again.
func draw(length int, charset string) secret.Value {
	value := make([]byte, 0, length)
	limit := 256 - 256%len(charset)
	var pool [256]byte
	defer clear(pool[:])
	for {
		rand.Read(pool[:])
		for _, b := range pool {
			if len(value) == length {
				return secret.New(value)
			}
			if int(b) < limit {
				value = append(value, charset[int(b)%len(charset)])
			}
		}
	}
}
