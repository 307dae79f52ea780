package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

type doctorOptions struct {
	format string
}

func newDoctorCommand(a *app) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Look for what is wrong with xec on this machine",
		Long: `Look for what is wrong with xec on this machine: where the store is and whether it can
be used, how it is locked and what a backup needs, who else may read or change it, whether
git would commit it, which configuration is used and whether it may act. It asks for
nothing, opens no secret and changes nothing. A problem is what keeps xec from working, or
gives the key away; a warning does neither. Whether every secret opens it does not tell.`,
		Example: `  xec doctor
  xec doctor -o json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), a, o) },
	}
	addListFormat(cmd, &o.format, "`text` or json")
	a.addStoreFlags(cmd, cmd.Flags())
	return cmd
}

func runDoctor(ctx context.Context, a *app, o doctorOptions) error {
	if err := checkListFormat(o.format); err != nil {
		return err
	}
	d := doctor{app: a}
	d.look(ctx)
	var err error
	if o.format == "json" {
		err = d.writeJSON()
	} else {
		err = d.writeText()
	}
	if err != nil {
		return err
	}
	return d.verdict()
}

// States of what was looked at.
const (
	stateOK      = "ok"
	stateNote    = "note"
	stateWarning = "warning"
	stateProblem = "problem"
)

// finding is one thing that was looked at.
type finding struct {
	State string `json:"state"`
	Check string `json:"check"`
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
}

// doctor gathers findings.
type doctor struct {
	*app
	findings []finding
	problems int
	worst    int // the highest exit code among problems
}

func (d *doctor) add(state, check, format string, args ...any) {
	d.findings = append(d.findings, finding{State: state, Check: check, Text: fmt.Sprintf(format, args...)})
}

// hint adds what to do about the finding that was added last.
func (d *doctor) hint(format string, args ...any) {
	d.findings[len(d.findings)-1].Hint = fmt.Sprintf(format, args...)
}

// fault adds an error as a finding.
func (d *doctor) fault(state, check string, err error) {
	d.findings = append(d.findings, finding{state, check, message(err), secret.Hint(err)})
}

func (d *doctor) problem(check string, err error) {
	d.fault(stateProblem, check, err)
	d.problems++
	d.worst = max(d.worst, exitCode(err))
}

func (d *doctor) warning(check string, err error) { d.fault(stateWarning, check, err) }

// look looks at everything, whatever of it fails.
func (d *doctor) look(ctx context.Context) {
	d.add(stateOK, "xec", "%s, %s/%s", version(), runtime.GOOS, runtime.GOARCH)
	home, err := d.home()
	if err != nil {
		d.problem("home", err)
	}
	d.lookAtSocket()
	c, approval := d.lookAtConfig()
	dir := d.lookForStore(home, c, approval)
	var r *file.Report
	if dir != "" {
		r = file.Open(d.storeFiles(home, dir)).Look()
		d.lookAtStore(r)
		d.lookAtSlots(r)
		d.lookAtBackup(r)
		d.lookAtFileSystem(r.Dir)
		d.lookAtGit(ctx, r)
	}
	d.lookAtPassphrase(r)
}

// lookAtPassphrase tells which variables give a passphrase, and whether they can. The
// report is nil where there is no store to be looked at.
func (d *doctor) lookAtPassphrase(r *file.Report) {
	const check = "passphrase"
	set := d.given(passphraseVars)
	if len(set) == 0 {
		return
	}
	if _, err := d.passphraseSource(passphraseVars); err != nil {
		d.problem(check, err)
		return
	}
	name := set[0]
	switch {
	case r != nil && r.Slots != nil && !r.Has(format.Passphrase) && !r.Has(format.Recovery):
		err := secret.Errorf(secret.Encryption, "%s is set, but this store is not locked with a passphrase", name)
		d.problem(check, secret.WithHint(err, "unset %s", name))
	case name == passphraseVars.text:
		d.add(stateNote, check, "%s is set, where other programs of yours can read it", name)
		d.hint("%s names a file that holds it, %s a command that prints it", passphraseVars.file, passphraseVars.command)
	default:
		d.add(stateOK, check, "%s is set", name)
	}
	if name == passphraseVars.file {
		d.lookAtPassphraseFile(d.getenv(name))
	}
}

func (d *doctor) lookAtPassphraseFile(path string) {
	info, err := os.Stat(path)
	if err != nil {
		d.problem("passphrase", fmt.Errorf("%s: %w", passphraseVars.file, err))
		return
	}
	if mode := info.Mode(); runtime.GOOS != "windows" && mode.IsRegular() && mode.Perm()&0o077 != 0 {
		d.add(stateWarning, "passphrase", "%s: %s: mode %04o lets other users in", passphraseVars.file, path, mode.Perm())
		d.hint("chmod 600 %s", path)
	}
}

func (d *doctor) writeText() error {
	var rows [][]string
	for _, f := range d.findings {
		rows = append(rows, []string{f.State, f.Check, d.shown(f.Text)})
		if f.Hint != "" {
			rows = append(rows, []string{"", "", "hint: " + d.shown(f.Hint)})
		}
	}
	w := bufio.NewWriter(d.out)
	if err := writeColumns(w, rows); err != nil {
		return err
	}
	return w.Flush()
}

func (d *doctor) writeJSON() error {
	all := slices.Clone(d.findings)
	for i := range all {
		all[i].Text, all[i].Hint = onOneLine(all[i].Text), onOneLine(all[i].Hint)
	}
	return d.indentedJSON(all)
}

// verdict is the error that gives the exit code: that of the worst problem.
func (d *doctor) verdict() error {
	if d.problems == 0 {
		return nil
	}
	kinds := map[int]secret.Kind{exitInvalid: secret.Invalid, exitEncryption: secret.Encryption, exitPermission: secret.Permission}
	return secret.Errorf(kinds[d.worst], "doctor: %s", count(d.problems, "problem"))
}
