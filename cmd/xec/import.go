package main

import (
	"bytes"
	"context"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

// maxImport is the largest file that import reads.
const maxImport = 256 << 20

type importOptions struct {
	file   string
	format string
}

func newImportCommand(a *app) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import [flags]",
		Short: "Set secrets from JSON or a .env file, all or none",
		Long: `Set secrets from a JSON object or from a .env file, all or none; values that differ
are replaced, those that are the same are left alone. A provider that cannot set many at
once (only the file provider is sure to) gets them in the order of their keys, up to the
first that fails; the error says how many that were. In the env format SECRET_ is cut off
from names; nothing in the file is expanded or run.`,
		Example: `  xec secrets import -f secrets.json
  xec secrets import -f .env --format env
  echo "SECRET_API_KEY=value123" | xec secrets import --format env`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runImport(cmd.Context(), a, o) },
	}
	cmd.Flags().StringVarP(&o.file, "file", "f", "", "read this `FILE` instead of standard input")
	cmd.Flags().StringVar(&o.format, "format", "json", "`json` or env")
	complete(cmd, "format", choices("json", "env"))
	return cmd
}

func runImport(ctx context.Context, a *app, o importOptions) error {
	secrets, err := a.readImport(o)
	if err != nil {
		return err
	}
	defer clearAll(secrets)
	return a.setAll(ctx, secrets)
}

// setAll sets all of them, or none.
func (a *app) setAll(ctx context.Context, secrets map[string]secret.Value) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	there, err := store.Get(ctx, s, slices.Sorted(maps.Keys(secrets)))
	if err != nil {
		there = nil // what cannot be read can be replaced
	}
	defer clearAll(there)
	return a.setDiffering(ctx, s, secrets, there)
}

// setDiffering sets those of secrets that have another value there, or none: to set the same
// again would push an older value out of the history.
func (a *app) setDiffering(ctx context.Context, to store.Store, secrets, there map[string]secret.Value) error {
	fresh, changed := differ(secrets, there)
	writes := make(map[string]secret.Value, len(fresh)+len(changed))
	for _, key := range slices.Concat(fresh, changed) {
		writes[key] = secrets[key]
	}
	if len(writes) > 0 {
		end := a.progress(func() string { return "writing " + count(len(writes), "secret") })
		err := store.Set(ctx, to, writes)
		end()
		if err != nil {
			return err
		}
	}
	a.done("%s new, %d changed, %d the same", count(len(fresh), "secret"), len(changed), len(secrets)-len(writes))
	return nil
}

// differ gives the keys of secrets that are not there, and those that have another value.
func differ(secrets, there map[string]secret.Value) (fresh, changed []string) {
	for _, key := range slices.Sorted(maps.Keys(secrets)) {
		switch old, ok := there[key]; {
		case !ok:
			fresh = append(fresh, key)
		case !bytes.Equal(old.Reveal(), secrets[key].Reveal()):
			changed = append(changed, key)
		}
	}
	return fresh, changed
}

// readImport reads what is to be imported.
func (a *app) readImport(o importOptions) (map[string]secret.Value, error) {
	read, ok := map[string]func([]byte) (map[string]secret.Value, error){
		"json": transfer.ReadJSON, "env": transfer.ReadEnv,
	}[o.format]
	if !ok {
		return nil, badTransferFormat(o.format)
	}
	if _, err := a.openStore(); err != nil {
		return nil, err // before a person types into standard input for nothing
	}
	name, src, err := a.importSource(o.file)
	if err != nil {
		return nil, err
	}
	secrets, err := read(src)
	clear(src)
	if err != nil {
		return nil, prefixed(name, err)
	}
	return secrets, nil
}

// importSource reads the whole input and gives it a name for errors.
func (a *app) importSource(path string) (name string, src []byte, err error) {
	if path == "" && a.inTerminal {
		err := secret.Errorf(secret.Invalid, "standard input is a terminal")
		return "", nil, secret.WithHint(err, "-f FILE names what to import")
	}
	defer whileItReads()()
	name, r := "standard input", a.in
	if path != "" && path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", nil, err
		}
		defer f.Close()
		name, r = path, f
	}
	src, err = readUpTo(r, maxImport+1)
	if err == nil && len(src) > maxImport {
		clear(src)
		err = secret.Errorf(secret.Invalid, "%s: more than 256 MiB", name)
	}
	return name, src, err
}
