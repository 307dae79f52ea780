package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/secret"
)

type verifyOptions struct {
	format  string
	salvage string
	force   bool
}

func newVerifyCommand(a *app) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify [flags]",
		Short: "Open every secret of the store, and name what is damaged",
		Long: `Open every version of every secret, and name what is damaged; exit code 4 if something
is. With --salvage what is whole goes into a new store in DIR, which must not exist yet;
the damaged one stays as it is. The new one opens by what has opened the old one now; what
else did is added again with xec secrets keyslot.`,
		Example: `  xec secrets verify
  xec secrets verify --salvage ~/.xec/salvaged`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runVerify(cmd.Context(), a, o) },
	}
	f := cmd.Flags()
	addListFormat(cmd, &o.format, "`text` or json")
	f.StringVar(&o.salvage, "salvage", "", "write what is whole into a new store in the folder `DIR`")
	f.BoolVarP(&o.force, "force", "f", false, "salvage without asking")
	return cmd
}

func runVerify(ctx context.Context, a *app, o verifyOptions) error {
	if err := checkListFormat(o.format); err != nil {
		return err
	}
	s, err := a.openFileStore(askOnce)
	if err != nil {
		return err
	}
	end := a.progress(func() string { return "opening every secret" })
	found, err := s.Verify(ctx)
	end()
	switch {
	case err == nil && len(found.Damage) == 0:
		return a.tellWhole(found, o)
	case o.salvage != "" && (err == nil || secret.KindOf(err) == secret.Encryption):
		return a.salvage(ctx, s, o)
	case err != nil:
		return err
	}
	if err := a.tellDamage(found, o); err != nil {
		return err
	}
	err = secret.Errorf(secret.Encryption, "the store is damaged: %s", whatIsLeft(found))
	if found.Keys == 0 {
		return secret.WithHint(err, "restore it from a backup")
	}
	return secret.WithHint(err, "restore it from a backup, or save what is whole: xec secrets verify --salvage DIR")
}

// salvage makes a new store of what is whole, after asking.
func (a *app) salvage(ctx context.Context, s *file.Store, o verifyOptions) error {
	err := s.Salvage(ctx, o.salvage, func(found file.Findings) error {
		if err := a.tellDamage(found, o); err != nil {
			return err
		}
		if o.force {
			a.say("%s", whatIsLeft(found))
			return nil
		}
		return a.confirm(fmt.Sprintf("Write what is whole (%s) into a new store in %s?", whatIsLeft(found), a.shown(o.salvage)), "--force")
	})
	if secret.KindOf(err) == secret.Encryption {
		// The hint of such an error says to do what was just tried.
		return secret.WithHint(secret.Errorf(secret.Encryption, "%s", err.Error()), "nothing can be saved of it so; restore it from a backup")
	}
	if err != nil {
		return err
	}
	a.say("to use it, move the damaged store away and %s to its place", o.salvage)
	return nil
}

// whatIsLeft counts what opens and what does not.
func whatIsLeft(r file.Findings) string {
	text := fmt.Sprintf("%s of %s opens", count(r.Versions, "version"), count(r.Keys, "secret"))
	if r.Versions != 1 {
		text = strings.TrimSuffix(text, "s")
	}
	if r.Lost > 0 {
		text += fmt.Sprintf(", %s lost", count(r.Lost, "secret"))
	}
	return text
}

func (a *app) tellWhole(found file.Findings, o verifyOptions) error {
	if o.salvage != "" {
		a.say("nothing is damaged, so nothing is written to %s", o.salvage)
	}
	if o.format == "json" {
		return a.findingsJSON(found)
	}
	_, err := fmt.Fprintf(a.out, "%s of %s: all whole\n", count(found.Versions, "version"), count(found.Keys, "secret"))
	return err
}

// tellDamage prints what is damaged.
func (a *app) tellDamage(found file.Findings, o verifyOptions) error {
	if o.format == "json" {
		return a.findingsJSON(found)
	}
	for _, d := range found.Damage {
		if _, err := fmt.Fprintln(a.out, a.shown(d.String())); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) findingsJSON(found file.Findings) error {
	type damage struct {
		Key     string `json:"key,omitempty"`
		Version uint64 `json:"version,omitempty"`
		Why     string `json:"why"`
	}
	shown := struct {
		Secrets  int      `json:"secrets"`
		Versions int      `json:"versions"`
		Lost     int      `json:"lost"`
		Damage   []damage `json:"damage"`
	}{found.Keys, found.Versions, found.Lost, []damage{}}
	for _, d := range found.Damage {
		shown.Damage = append(shown.Damage, damage{d.Key, d.Version, d.Why})
	}
	return a.indentedJSON(shown)
}
