package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
)

type trustOptions struct {
	revoke, list bool
}

func newTrustCommand(a *app) *cobra.Command {
	var o trustOptions
	cmd := &cobra.Command{
		Use:   "trust [flags]",
		Short: "Approve what the configuration of a project would do",
		Long: `Approve what the configuration of a project would do: the commands in it, and a
secrets block that decides where values are read from. It shows them and asks. The
approval is for exactly these texts and the programs of the project that they name; a
change needs a new one.`,
		Example: `  xec config trust
  xec config trust --revoke
  xec config trust --list`,
		Args: none,
		RunE: func(_ *cobra.Command, _ []string) error { return runTrust(a, o) },
	}
	cmd.Flags().BoolVar(&o.revoke, "revoke", false, "take the approval back")
	cmd.Flags().BoolVar(&o.list, "list", false, "list all approvals, and tell those that fit no more")
	return cmd
}

func runTrust(a *app, o trustOptions) error {
	if o.revoke && o.list {
		return secret.Errorf(secret.Invalid, "--revoke and --list: one at a time")
	}
	r, err := a.registry()
	if err != nil {
		return err
	}
	if o.list {
		return a.listApprovals(r)
	}
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	if c.Project == nil {
		err := secret.Errorf(secret.General, "there is no project here: no .xec/config.yaml in this folder or above it")
		return secret.WithHint(err, "-c FILE names a configuration")
	}
	if o.revoke {
		return a.revoke(c, r)
	}
	return a.approve(c, r)
}

func (a *app) approve(c *config.Config, r trust.Registry) error {
	if err := trust.CheckFile(c.Project.Path); err != nil {
		return err
	}
	subject := c.Subject()
	if len(subject.Parts) == 0 {
		_, err := fmt.Fprintf(a.out, "%s does nothing that needs an approval\n", onOneLine(c.Project.Name))
		return err
	}
	approval, last, err := r.Lookup(subject)
	if err != nil {
		return err
	}
	if approval.Covers(subject) {
		_, err := fmt.Fprintf(a.out, "%s is approved\n", onOneLine(c.Project.Name))
		return err
	}
	if _, err := a.askApproval(c, r, subject, last); err != nil {
		if t, noTerminal := a.terminal(); noTerminal == nil {
			t.close()
		} else { // it can be read at least
			showParts(a.out, "", subject.Parts)
		}
		return err
	}
	a.done("%s is approved", c.Project.Name)
	return nil
}

func (a *app) revoke(c *config.Config, r trust.Registry) error {
	found, err := r.Revoke(c.Subject().Path)
	if err != nil {
		return err
	}
	if !found {
		return secret.Errorf(secret.General, "%s: there is no approval", c.Project.Name)
	}
	a.done("the approval of %s is taken back", c.Project.Name)
	return nil
}

func (a *app) listApprovals(r trust.Registry) error {
	records, err := r.List()
	if err != nil {
		return err
	}
	for _, record := range records {
		line := record.Time.Local().Format("2006-01-02 15:04") + "\t" + count(len(record.Parts), "part") + "\t" + onOneLine(record.Path)
		if why := a.unfit(record); why != "" {
			line += "\t" + why
		}
		if _, err := fmt.Fprintln(a.out, line); err != nil {
			return err
		}
	}
	return nil
}

// unfit says why an approval is none of what its project would do now, "" if it is.
func (a *app) unfit(record trust.Record) string {
	c, err := config.Load(config.Options{File: record.Path, Home: a.homeOrNone()})
	if errors.Is(err, fs.ErrNotExist) {
		return "it is gone"
	}
	if err != nil {
		return "it cannot be read"
	}
	subject := c.Subject()
	switch {
	case len(subject.Parts) == 0:
		return "it does nothing any more that needs an approval"
	case !record.Fits(subject):
		return "it has changed since, and needs a new approval"
	}
	return ""
}

// askApproval shows on the terminal what would act, and what has changed since the last
// approval, and asks. Without a terminal it is refused.
func (a *app) askApproval(c *config.Config, r trust.Registry, subject trust.Subject, last []trust.Part) (trust.Approval, error) {
	t, err := a.terminal()
	if err != nil {
		err := secret.Errorf(secret.Permission, "%s: it would act, and has not been approved", c.Project.Name)
		return trust.Approval{}, secret.WithHint(err, "xec config trust shows what it would do, and asks; in a pipeline XEC_TRUST_CONFIG=1 approves it for one call")
	}
	defer t.close()
	fmt.Fprintf(t.out, "%s would do this:\n", trust.Visible(subject.Path))
	showParts(t.out, "  ", subject.Parts)
	if last != nil {
		added, removed := trust.Diff(last, subject.Parts)
		fmt.Fprintf(t.out, "Since you last approved it:\n")
		showParts(t.out, "  + ", added)
		showParts(t.out, "  - ", removed)
	}
	yes, err := t.confirm("Approve exactly that?")
	if err == nil && !yes {
		err = secret.Errorf(secret.Permission, "%s: not approved", c.Project.Name)
	}
	if err != nil {
		return trust.Approval{}, err
	}
	return r.Approve(subject)
}

// whatItDoes says what a part does.
var whatItDoes = map[string]string{
	"command": "runs a command", "program": "runs the program", "provider": "decides where secrets are kept", "address": "speaks to",
}

func showParts(w io.Writer, before string, parts []trust.Part) {
	for _, p := range parts {
		text := wholly(p.Text)
		if p.Digest != "" {
			text += fmt.Sprintf(" (SHA-256 %.12s…)", p.Digest)
		}
		fmt.Fprintf(w, "%s%s %s: %s\n", before, trust.Visible(p.Where), whatItDoes[p.Kind], text)
	}
}

// wholly shows a text to its end, however long: what is approved must have been seen.
func wholly(text string) string {
	const atOnce = 100 // characters, of which none is shown as more than five
	var out strings.Builder
	for runes := []rune(text); len(runes) > 0; {
		n := min(atOnce, len(runes))
		out.WriteString(trust.Visible(string(runes[:n])))
		runes = runes[n:]
	}
	return out.String()
}
