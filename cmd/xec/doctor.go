package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/broker"
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
	cmd.Flags().StringVarP(&o.format, "format", "o", "text", "`text` or json")
	complete(cmd, "format", choices("text", "json"))
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
		r = file.Open(file.Options{Dir: dir, KeyFile: filepath.Join(home, "key"), Seen: filepath.Join(home, "seen"), Strict: d.project.strict}).Look()
		d.lookAtStore(r)
		d.lookAtSlots(r)
		d.lookAtBackup(r)
		d.lookAtFileSystem(r.Dir)
		d.lookAtGit(ctx, r)
	}
	d.lookAtPassphrase(r)
}

// lookAtConfig gives the configuration, nil if there is none to be read, and what of it the
// person has approved.
func (d *doctor) lookAtConfig() (*config.Config, trust.Approval) {
	const check = "config"
	c, err := d.loadConfig()
	if err != nil {
		d.problem(check, err)
		return nil, trust.Approval{}
	}
	if c.Project != nil {
		d.add(stateOK, check, "%s, the project's", c.Project.Name)
	}
	if c.User != nil {
		d.add(stateOK, check, "%s, your own", c.User.Name)
	}
	if c.Project == nil && c.User == nil {
		d.add(stateOK, check, "none, in this folder or above it or of your own")
	}
	if c.Profile != "" {
		d.add(stateOK, check, "profile %s", c.Profile)
	}
	return c, d.lookAtTrust(c)
}

// lookAtTrust tells what of a project acts, and gives the approval that there is.
func (d *doctor) lookAtTrust(c *config.Config) trust.Approval {
	const check = "trust"
	subject := c.Subject()
	if d.trustsAll() {
		d.add(stateNote, check, "XEC_TRUST_CONFIG=1 approves whatever a configuration does, and whoever has written it")
		return trust.Once(subject)
	}
	if err := d.checkProject(c); err != nil {
		d.problem(check, err)
	}
	switch {
	case c.Project == nil:
		return trust.Approval{}
	case len(subject.Parts) == 0:
		d.add(stateOK, check, "nothing in %s acts", c.Project.Name)
		return trust.Approval{}
	}
	r, err := d.registry()
	if err != nil {
		return trust.Approval{} // for want of a home folder, which was told
	}
	approval, _, err := r.Lookup(subject)
	switch {
	case err != nil:
		d.problem(check, err)
	case approval.Covers(subject):
		d.add(stateOK, check, "%s acts, and is approved", c.Project.Name)
	default:
		d.add(stateWarning, check, "%s acts, and is not approved: %s", c.Project.Name, acts(subject.Parts))
		d.hint("xec config trust shows all of it, and asks")
	}
	return approval
}

// acts says on one line what parts do.
func acts(parts []trust.Part) string {
	const most = 5
	var texts []string
	for _, p := range parts[:min(len(parts), most)] {
		texts = append(texts, trust.Visible(p.Where)+" "+whatItDoes[p.Kind])
	}
	if len(parts) > most {
		texts = append(texts, fmt.Sprintf("and %d more", len(parts)-most))
	}
	return strings.Join(texts, ", ")
}

// lookForStore gives the folder of the store, "" if that cannot be told.
func (d *doctor) lookForStore(home string, c *config.Config, approval trust.Approval) string {
	const check = "store"
	if home == "" {
		return ""
	}
	provider, dir, why := "file", filepath.Join(home, "secrets"), "the default"
	if _, moved := d.lookup("XEC_HOME_DIR"); moved {
		why += " below XEC_HOME_DIR"
	}
	switch {
	case d.project.provider != "":
		provider, why = d.project.provider, why+", by --provider"
	case d.getenv(providerVar) != "":
		provider, why = d.getenv(providerVar), why+", by "+providerVar
	case c == nil:
		why += "; what the configuration says cannot be told"
	default:
		block, ok, err := c.Acting(approval).Block()
		if errors.Is(err, secret.Permission) {
			d.problem(check, secret.Errorf(secret.Permission, "not looked for: the secrets block that says where it is has not been approved"))
			d.hint("xec config trust")
			return ""
		}
		if err != nil {
			d.problem(check, err)
			return ""
		}
		if ok {
			provider = block.Provider
		}
		if block.Directory != "" {
			dir, why = block.Directory, "by "+c.Root.Get("secrets").Place.String()
		}
	}
	if provider != "file" {
		d.lookAtProvider(provider, c, approval)
		return ""
	}
	d.add(stateOK, check, "%s (provider file, %s)", dir, why)
	return dir
}

// lookAtSocket tells of a run within which this process was started.
func (d *doctor) lookAtSocket() {
	path := d.getenv(broker.Variable)
	if path == "" {
		return
	}
	const check = "run"
	c, err := broker.Dial(path)
	if err != nil {
		d.problem(check, err)
		return
	}
	c.Close()
	d.add(stateNote, check, "secrets come from the run at %s, unless --provider names another place", path)
}

// lookAtProvider tells of a provider whose secrets are not in files of xec.
func (d *doctor) lookAtProvider(name string, c *config.Config, approval trust.Approval) {
	const check = "store"
	var settings []string
	if c != nil {
		if block, _, err := c.Acting(approval).Block(); err == nil {
			for _, p := range block.Settings.Get(name).All() {
				if p.Value.Kind == config.Scalar {
					settings = append(settings, ", "+p.Key+" "+p.Value.Text)
				}
			}
		}
	}
	about := name + strings.Join(settings, "")
	if slices.Contains(builtIn, name) {
		d.add(stateOK, check, "provider %s", about)
		return
	}
	path, err := findPlugin(name)
	if err != nil {
		d.problem(check, err)
		return
	}
	d.add(stateOK, check, "provider %s, through %s", about, path)
	d.hint("whether it answers: xec secrets list")
}

func (d *doctor) lookAtStore(r *file.Report) {
	const check = "store"
	for _, err := range r.Problems {
		d.problem(check, err)
	}
	for _, err := range r.Warnings {
		d.warning(check, err)
	}
	switch {
	case r.Opens:
		d.add(stateOK, check, "it opens with the key file, and its header is proved: %s, generation %d", count(int(r.Keys), "secret"), r.Generation)
		d.hint("whether every secret in it is whole: xec secrets verify")
	case r.Slots != nil:
		d.add(stateNote, check, "not opened: %s, generation %d, as its header says", count(int(r.Keys), "secret"), r.Generation)
		d.hint("whether it opens, and every secret in it is whole: xec secrets verify")
	case !r.Exists && len(r.Problems) == 0:
		d.add(stateNote, check, "there is none yet; the first xec secrets set makes it")
	}
	if len(r.Leftovers) > 0 {
		d.add(stateNote, check, "%s of a writer that was interrupted, or is at work: %s", count(len(r.Leftovers), "file"), firstOf(r.Leftovers))
		d.hint("the next write removes what nobody uses")
	}
	if r.Nested != "" {
		d.add(stateWarning, check, "%s is a store one folder too deep, as cp -r makes it", r.Nested)
		d.hint("if the one above it is the right one, remove it; else move its files up")
	}
}

// firstOf names some paths.
func firstOf(paths []string) string {
	const most = 3
	if len(paths) > most {
		return strings.Join(paths[:most], ", ") + ", …"
	}
	return strings.Join(paths, ", ")
}

// Iterations of PBKDF2-HMAC-SHA256 that the OWASP Password Storage Cheat Sheet recommends
// for passphrases. A random key needs none.
const recommendedIterations = 600_000

func (d *doctor) lookAtSlots(r *file.Report) {
	const check = "keyslots"
	for _, slot := range r.Slots {
		if slot.Kind == format.Passphrase && slot.Iterations < recommendedIterations {
			d.add(stateWarning, check, "%s, %d iterations; OWASP recommends %d for a passphrase", slot.Kind, slot.Iterations, recommendedIterations)
			d.hint("xec secrets keyslot add passphrase --iterations %d", recommendedIterations)
			continue
		}
		d.add(stateOK, check, "%s, %d iterations", slot.Kind, slot.Iterations)
	}
	switch {
	case r.KeyFits:
		d.add(stateOK, "key file", "%s, the one that locks the store", r.KeyFile)
	case r.KeyFileExists && r.Slots != nil && !r.Has(format.Keyfile):
		d.add(stateNote, "key file", "%s, which this store does not need", r.KeyFile)
	}
}

// lookAtBackup says what has to be kept so that the store can be restored.
func (d *doctor) lookAtBackup(r *file.Report) {
	if r.Slots == nil {
		return
	}
	var ways []string
	if r.Has(format.Keyfile) {
		ways = append(ways, r.KeyFile)
	}
	if r.Has(format.Passphrase) {
		ways = append(ways, "the passphrase")
	}
	if r.Has(format.Recovery) {
		ways = append(ways, "the recovery key")
	}
	if len(ways) == 0 {
		ways = []string{"what opens it"}
	}
	one := ways[0]
	if len(ways) > 1 {
		one = "one of: " + strings.Join(ways, ", ")
	}
	d.add(stateNote, "backup", "it takes the folder %s, which alone does not restore, and %s", r.Dir, one)
	if !r.Has(format.Passphrase) && !r.Has(format.Recovery) {
		d.hint("xec secrets keyslot add recovery gives a key that can be kept on paper")
	}
}

func (d *doctor) lookAtFileSystem(dir string) {
	const check = "file system"
	name := ""
	for path := dir; name == ""; path = filepath.Dir(path) { // as much of it as exists
		if name = fileSystem(path); name != "" && readOnly(path) {
			d.add(stateWarning, check, "%s: mounted read-only: secrets can be had, and none can be set", path)
		}
		if path == filepath.Dir(path) {
			break
		}
	}
	switch {
	case name == "":
	case remote[name]:
		d.add(stateWarning, check, "%s: kept by another machine or program, where locks and syncing may not hold", name)
		d.hint("let one machine write at a time, or keep the store on a local disk")
	case name == "tmpfs" || name == "ramfs":
		d.add(stateWarning, check, "%s: kept in memory, and gone when the machine stops", name)
	default:
		d.add(stateOK, check, "%s", name)
	}
}

// lookAtGit tells whether the store or its key would be committed. The store is sealed;
// the key is not.
func (d *doctor) lookAtGit(ctx context.Context, r *file.Report) {
	if r.KeyFileExists {
		d.lookAtGitOf(ctx, r.KeyFile, []string{r.KeyFile}, "the key file", d.problem)
	}
	if r.Exists {
		d.lookAtGitOf(ctx, filepath.Join(r.Dir, format.KeyringFile), []string{r.Dir + "/", r.Dir + ".lock"}, "the store", d.warning)
	}
}

func (d *doctor) lookAtGitOf(ctx context.Context, path string, ignored []string, what string, fault func(string, error)) {
	const check = "git"
	state, top := d.gitOf(ctx, path)
	var lines []string
	for _, path := range ignored {
		lines = append(lines, slashed(top, path))
	}
	ignore := fmt.Sprintf("put %s into %s", strings.Join(lines, " and "), filepath.Join(top, ".gitignore"))
	switch state {
	case gitIgnored:
		d.add(stateOK, check, "%s in %s is ignored", what, top)
	case gitOpen:
		err := secret.Errorf(secret.Permission, "%s is not ignored in %s: git add would commit it", what, top)
		fault(check, secret.WithHint(err, "%s", ignore))
	case gitTracked:
		err := secret.Errorf(secret.Permission, "%s is tracked in %s", what, top)
		fault(check, secret.WithHint(err, "git rm --cached %s, and %s; whoever has the history has it", path, ignore))
	case gitNotTold:
		d.add(stateNote, check, "%s is in the repository %s; git cannot be asked whether it would commit it", what, top)
	}
}

// slashed is a path as .gitignore in a folder has it.
func slashed(folder, path string) string {
	rel, err := filepath.Rel(folder, path)
	if err != nil {
		return path
	}
	rel = "/" + filepath.ToSlash(rel)
	if os.IsPathSeparator(path[len(path)-1]) {
		rel += "/"
	}
	return rel
}

// lookAtPassphrase tells which variables give a passphrase, and whether they can. The
// report is nil where there is no store to be looked at.
func (d *doctor) lookAtPassphrase(r *file.Report) {
	const check = "passphrase"
	var set []string
	for _, name := range []string{passphraseVars.text, passphraseVars.file, passphraseVars.command} {
		if _, ok := d.lookup(name); ok {
			set = append(set, name)
		}
	}
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
