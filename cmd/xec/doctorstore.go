package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

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
		d.lookAtGitOf(ctx, r.KeyFile, []string{r.KeyFile}, "git rm --cached "+r.KeyFile, "the key file", d.problem)
	}
	if r.Exists {
		lock := r.Dir + ".lock"
		untrack := fmt.Sprintf("git rm -r --cached --ignore-unmatch %s %s", r.Dir, lock)
		d.lookAtGitOf(ctx, filepath.Join(r.Dir, format.KeyringFile), []string{r.Dir + "/", lock}, untrack, "the store", d.warning)
	}
}

// lookAtGitOf tells it of a file. What is ignored has to be in .gitignore, and untrack is
// the command that has git forget what it tracks.
func (d *doctor) lookAtGitOf(ctx context.Context, path string, ignored []string, untrack, what string, fault func(string, error)) {
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
		fault(check, secret.WithHint(err, "%s, and %s; whoever has the history has it", untrack, ignore))
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
