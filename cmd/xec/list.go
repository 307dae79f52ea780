package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

type listOptions struct {
	format string
	long   bool
}

func newListCommand(a *app) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:     "list [flags]",
		Aliases: []string{"ls"},
		Short:   "List the keys of all secrets, never their values",
		Example: `  xec secrets list
  xec secrets list | grep -i database
  xec secrets list -l
  xec secrets list -o json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runList(cmd.Context(), a, o) },
	}
	addListFormat(cmd, &o.format, "`text` or json")
	cmd.Flags().BoolVarP(&o.long, "long", "l", false, "tell of each when it was made and changed, its size and how many versions are kept")
	return cmd
}

func runList(ctx context.Context, a *app, o listOptions) error {
	if err := checkListFormat(o.format); err != nil {
		return err
	}
	s, err := a.openStore()
	if err != nil {
		return err
	}
	if o.long {
		return a.listLong(ctx, s, o.format)
	}
	keys, err := s.List(ctx)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return a.indentedJSON(append([]string{}, keys...)) // an array, also of none
	}
	w := bufio.NewWriter(a.out)
	if a.outTerminal {
		writeKeysText(w, keys)
		return w.Flush()
	}
	for _, key := range keys {
		fmt.Fprintln(w, key)
	}
	return w.Flush()
}

// listLong lists what a store knows of its secrets.
func (a *app) listLong(ctx context.Context, s store.Store, format string) error {
	all, err := describe(ctx, s)
	if errors.Is(err, errors.ErrUnsupported) {
		return secret.Errorf(secret.Invalid, "--long: this provider tells only keys")
	}
	if err != nil {
		return err
	}
	if format == "json" {
		return a.describedJSON(all)
	}
	return a.table(func(w io.Writer) {
		if a.outTerminal {
			fmt.Fprintln(w, "KEY\tCREATED\tCHANGED\tSIZE\tVERSIONS")
		}
		for _, each := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\n", each.Key, shownTime(each.Created), shownTime(each.Changed), each.Size, each.Versions)
		}
	})
}

func describe(ctx context.Context, s store.Store) ([]store.Info, error) {
	if d, ok := s.(store.Describer); ok {
		return d.Describe(ctx)
	}
	return nil, errors.ErrUnsupported
}

func (a *app) describedJSON(all []store.Info) error {
	type row struct {
		Key      string    `json:"key"`
		Created  time.Time `json:"created"`
		Changed  time.Time `json:"changed"`
		Size     int       `json:"size"`
		Versions int       `json:"versions"`
	}
	rows := []row{}
	for _, each := range all {
		rows = append(rows, row{each.Key, each.Created.UTC(), each.Changed.UTC(), each.Size, each.Versions})
	}
	return a.indentedJSON(rows)
}

func writeKeysText(w *bufio.Writer, keys []string) {
	if len(keys) == 0 {
		fmt.Fprintln(w, "No secrets yet. xec secrets set KEY makes the first.")
		return
	}
	fmt.Fprintf(w, "Found %s:\n", count(len(keys), "secret"))
	for _, key := range keys {
		fmt.Fprintf(w, "• %s\n", key)
	}
}
