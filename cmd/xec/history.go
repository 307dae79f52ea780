package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

type historyOptions struct {
	key    string
	format string
}

func newHistoryCommand(a *app) *cobra.Command {
	var o historyOptions
	cmd := &cobra.Command{
		Use:   "history KEY [flags]",
		Short: "List the versions that are kept of a secret, never their values",
		Long: `List the versions that are kept of a secret, the newest first: number, when it was set,
size in bytes. The store in files keeps the last ten; other providers have rules of their
own, or keep none.`,
		Example: `  xec secrets history DATABASE_PASSWORD
  xec secrets history DATABASE_PASSWORD -o json`,
		Args:              oneKey,
		ValidArgsFunction: a.completeOneKey,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.key = args[0]
			return runHistory(cmd.Context(), a, o)
		},
	}
	addListFormat(cmd, &o.format, "`text` or json")
	return cmd
}

func runHistory(ctx context.Context, a *app, o historyOptions) error {
	if err := checkListFormat(o.format); err != nil {
		return err
	}
	s, err := a.openStore()
	if err != nil {
		return err
	}
	v, err := versioner(s)
	if err != nil {
		return err
	}
	versions, err := v.Versions(ctx, o.key)
	if err != nil {
		return versionsError(ctx, s, o.key, err)
	}
	if o.format == "json" {
		return a.versionsJSON(versions)
	}
	return a.table(func(w io.Writer) {
		for _, each := range versions {
			fmt.Fprintf(w, "%d\t%s\t%s\n", each.Number, shownTime(each.Changed), count(each.Size, "byte"))
		}
	})
}

func (a *app) versionsJSON(versions []store.Version) error {
	type row struct {
		Version uint64    `json:"version"`
		Changed time.Time `json:"changed"`
		Size    int       `json:"size"`
	}
	rows := []row{}
	for _, v := range versions {
		rows = append(rows, row{v.Number, v.Changed.UTC(), v.Size})
	}
	return a.indentedJSON(rows)
}

func versioner(s store.Store) (store.Versioner, error) {
	if v, ok := s.(store.Versioner); ok {
		return v, nil
	}
	return nil, errNoVersions
}

var errNoVersions = secret.Errorf(secret.Invalid, "this provider keeps no older versions")

// versionsError explains why versions of a key were not given.
func versionsError(ctx context.Context, s store.Store, key string, err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return errNoVersions
	}
	return nearestHint(ctx, s, key, err)
}
