package main

import (
	"context"
	"fmt"

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
is. With --salvage what is whole goes into a new store in DIR, which must not exist yet.
It opens as this one does, and this one stays as it is.`,
		Example: `  xec secrets verify
  xec secrets verify --salvage ~/.xec/salvaged`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runVerify(cmd.Context(), a, o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "o", "text", "`text` or json")
	complete(cmd, "format", choices("text", "json"))
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
	report, err := s.Verify(ctx)
	if err == nil && len(report.Damage) == 0 {
		return a.tellWhole(report, o)
	}
	if o.salvage == "" {
		return a.tellDamage(report, o, err)
	}
	return s.Salvage(ctx, o.salvage, func(report file.Findings) error {
		if err := a.tellDamage(report, o, nil); o.force || secret.KindOf(err) != secret.Encryption {
			return nil
		}
		return a.confirm(fmt.Sprintf("Write what is whole, %s, into a new store in %s?", found(report), o.salvage), "--force")
	})
}

// found counts what opens.
func found(r file.Findings) string {
	return fmt.Sprintf("%s of %s", count(r.Versions, "version"), count(r.Keys, "secret"))
}

func (a *app) tellWhole(report file.Findings, o verifyOptions) error {
	if o.salvage != "" {
		a.say("nothing is damaged, so nothing is written to %s", o.salvage)
	}
	if o.format == "json" {
		return a.reportJSON(report)
	}
	_, err := fmt.Fprintf(a.out, "%s: all whole\n", found(report))
	return err
}

// tellDamage prints what is damaged; its error is what ends the command.
func (a *app) tellDamage(report file.Findings, o verifyOptions, err error) error {
	if err != nil {
		return err
	}
	if o.format == "json" {
		err = a.reportJSON(report)
	} else {
		for _, d := range report.Damage {
			if _, err = fmt.Fprintln(a.out, onOneLine(d.String())); err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	err = secret.Errorf(secret.Encryption, "the store is damaged; what is whole of it: %s", found(report))
	return secret.WithHint(err, "xec secrets verify --salvage DIR saves that")
}

func (a *app) reportJSON(report file.Findings) error {
	type damage struct {
		Key     string `json:"key,omitempty"`
		Version uint64 `json:"version,omitempty"`
		Why     string `json:"why"`
	}
	shown := struct {
		Secrets  int      `json:"secrets"`
		Versions int      `json:"versions"`
		Damage   []damage `json:"damage"`
	}{report.Keys, report.Versions, []damage{}}
	for _, d := range report.Damage {
		shown.Damage = append(shown.Damage, damage{d.Key, d.Version, d.Why})
	}
	return a.indentedJSON(shown)
}
