package main

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

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

// visible escapes what a terminal would act on or not show: control and format
// characters other than newline and tab, and bytes that are not UTF-8.
func visible(b []byte) string { return string(appendVisible(nil, b)) }

// mostVisible is by how much visible lengthens a text at most.
const mostVisible = len(`\x00`)

// appendVisible is visible for memory that can be cleared.
func appendVisible(out, b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			out = fmt.Appendf(out, `\x%02x`, b[0])
		case r == '\n' || r == '\t' || unicode.IsGraphic(r):
			out = utf8.AppendRune(out, r)
		case r < 0x80:
			out = fmt.Appendf(out, `\x%02x`, r)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = fmt.Appendf(out, `\U%08x`, r)
		}
		b = b[n:]
	}
	return out
}

// onOneLine is visible for a text that has one line.
func onOneLine(text string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(visible([]byte(text)))
}
