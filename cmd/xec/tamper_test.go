//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
)

// tamperCommands are tried in turn, two on each altered store.
var tamperCommands = []string{
	"secrets get CANARY", "secrets list", "secrets list -l", "secrets set CANARY --file value", "secrets delete OTHER --force",
	"secrets import -f ok.json", "secrets export --force", "secrets history CANARY", "secrets rollback CANARY",
	"exec --only CANARY -- touch started", "render ok.tmpl",
}

// tampered is an altered store. Who does not depend on what was altered may answer, where
// mayAnswer says that this is possible.
type tampered struct {
	name      string
	alter     func(home string) error
	status    int
	mayAnswer bool
}

// TestTamperedStores runs a command on each of a few hundred altered stores: it is refused
// with the exit code that is due, shows no byte of a value, changes no file and starts no
// program; or it does not depend on what was altered and answers as ever.
func TestTamperedStores(t *testing.T) {
	home, older := tamperHome(t)
	want := map[string]string{}
	for _, line := range tamperCommands {
		got := runTampered(t, home, line, nil)
		if got.status != 0 {
			t.Fatalf("%s: status %d of a whole store", line, got.status)
		}
		want[line] = got.stdout
	}
	all := tamperedStores(t, home, older)
	var refused, answered atomic.Int64
	var wg sync.WaitGroup
	next := make(chan int)
	for range 2 {
		wg.Go(func() {
			for i := range next {
				for _, line := range []string{tamperCommands[i%len(tamperCommands)], tamperCommands[(i+5)%len(tamperCommands)]} {
					if all[i].check(t, runTampered(t, home, line, all[i].alter), line, want[line]) {
						refused.Add(1)
					} else {
						answered.Add(1)
					}
				}
			}
		})
	}
	for i := range all {
		next <- i
	}
	close(next)
	wg.Wait()
	t.Logf("%d altered stores × 2 commands: %d refused, %d answered right", len(all), refused.Load(), answered.Load())
	if len(all) < 200 || refused.Load() < int64(len(all)) || answered.Load() == 0 {
		t.Error("there are too few of them, or hardly anything was refused, or nothing answered")
	}
}

// tamperRun is what a command did.
type tamperRun struct {
	stdout, stderr   string
	status           int
	changed, started bool
}

// runTampered runs a command in a copy of home that was altered.
func runTampered(t *testing.T, home, line string, alter func(string) error) (r tamperRun) {
	own := filepath.Join(t.TempDir(), "home")
	err := errors.Join(os.CopyFS(own, os.DirFS(home)), closeToOthers(own))
	if err == nil && alter != nil {
		err = alter(own)
	}
	if err != nil {
		t.Error(err)
		return r
	}
	before := filesBelow(t, own)
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program(t, "xec"), strings.Fields(line)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = own, cleanEnv(own), &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Error(err)
	}
	_, err = os.Lstat(filepath.Join(own, "started"))
	return tamperRun{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), filesBelow(t, own) != before, err == nil}
}

// check reports whether the command was refused.
func (m tampered) check(t *testing.T, r tamperRun, line, want string) (refused bool) {
	if r.status == 0 && m.mayAnswer {
		if r.stdout != want || r.started != strings.HasSuffix(line, "started") {
			t.Errorf("%s: %s: not the right answer", m.name, line)
		}
		return false
	}
	if r.status != m.status {
		t.Errorf("%s: %s: status %d, want %d", m.name, line, r.status, m.status)
	}
	if r.stdout != "" || leaks([]byte(r.stderr)) || !strings.HasPrefix(r.stderr, "xec: ") {
		t.Errorf("%s: %s: %d bytes of output, or no error, or a value in it", m.name, line, len(r.stdout))
	}
	if r.changed || r.started {
		t.Errorf("%s: %s: files were changed %v, the program was started %v", m.name, line, r.changed, r.started)
	}
	return true
}

// tamperHome is a home folder with three secrets, of some of which there are older values,
// and the keyring.enc of an earlier generation.
func tamperHome(t *testing.T) (home string, older []byte) {
	t.Helper()
	home = canaryHome(t)
	more := canaryCase{args: []string{"secrets", "import"}, stdin: `{"K1": "v", "K2": "v", "K3": "v", "K4": "v", "K5": "v", "K6": "v"}`}
	if err := more.command(t, home).Run(); err != nil { // so that there is more than one bucket
		t.Fatal(err)
	}
	for _, key := range []string{"CANARY", "OTHER", "CANARY", "OTHER", "CANARY"} {
		var err error
		if older, err = os.ReadFile(inStoreOf(home, format.KeyringFile)); err != nil {
			t.Fatal(err)
		}
		c := canaryCase{args: []string{"secrets", "set", key}, stdin: canary}
		if err := c.command(t, home).Run(); err != nil {
			t.Fatal(err)
		}
	}
	return home, older
}

// filesBelow is everything of a home folder that a refusal must not change.
func filesBelow(t *testing.T, home string) string {
	var b strings.Builder
	err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			fmt.Fprintln(&b, path, err)
			return nil
		}
		switch {
		case path == filepath.Join(home, ".xec", "seen"):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".lock"):
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&b, path, info.Mode())
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			fmt.Fprintln(&b, string(text), err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return b.String()
}

// inStoreOf is a file of the store of a home folder, or its key.
func inStoreOf(home, name string) string {
	if name == "key" {
		return keyFile(home)
	}
	return filepath.Join(home, ".xec", "secrets", name)
}

// tamperedStores alters bytes, lengths, parts and kinds.
func tamperedStores(t *testing.T, home string, older []byte) (all []tampered) {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{format.KeyringFile, format.SaltFile, format.ConfigFile, "key"} {
		b, err := os.ReadFile(inStoreOf(home, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	other := canaryHome(t)
	keyring := files[format.KeyringFile]
	size, err := format.HeaderSize(keyring)
	if err != nil {
		t.Fatal(err)
	}
	write := func(what, name string, b []byte, mayAnswer bool) {
		alter := func(home string) error { return os.WriteFile(inStoreOf(home, name), b, 0o600) }
		all = append(all, tampered{name + ": " + what, alter, exitEncryption, mayAnswer})
	}
	flip := func(name string, at int, mask byte, mayAnswer bool) {
		b := bytes.Clone(files[name])
		b[at] ^= mask
		write(fmt.Sprintf("byte %d ^ %#x", at, mask), name, b, mayAnswer)
	}
	end := len(keyring) - format.AuthenticatorSize
	for i := range 32 {
		flip(format.KeyringFile, i*size/32, 1<<(i%8), false)
	}
	for i := range 64 {
		flip(format.KeyringFile, size+i*(end-size)/64, 1<<(i%8), true)
	}
	for i := range 8 {
		flip(format.KeyringFile, end+4*i, 0xff, false)
		for name, b := range files {
			if name != format.KeyringFile {
				flip(name, i*len(b)/8, 1<<i, false)
			}
		}
	}
	for _, name := range []string{format.KeyringFile, format.SaltFile, format.ConfigFile, "key"} {
		b := files[name]
		for _, n := range []int{0, 1, len(b) / 2, len(b) - 1} {
			write(fmt.Sprintf("%d bytes of it", n), name, b[:n], false)
		}
		write("a byte more", name, slices.Concat(b, []byte{0}), false)
		write("twice", name, slices.Concat(b, b), false)
		theirs, err := os.ReadFile(inStoreOf(other, name))
		if err != nil {
			t.Fatal(err)
		}
		write("of another store", name, theirs, false)
		all = append(all, kindsOf(name)...)
	}
	swapsOf(keyring, older, func(what string, b []byte, mayAnswer bool) { write(what, format.KeyringFile, b, mayAnswer) })
	return all
}

// kindsOf puts what is not a regular file of this user, closed to others, into the place of
// a file.
func kindsOf(name string) (all []tampered) {
	kind := func(what string, status int, do func(path string) error) {
		all = append(all, tampered{name + ": " + what, func(home string) error { return do(inStoreOf(home, name)) }, status, false})
	}
	kind("missing", exitEncryption, os.Remove)
	kind("a FIFO", exitPermission, func(path string) error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) })
	kind("a folder", exitPermission, func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) })
	kind("a link", exitPermission, func(path string) error {
		return errors.Join(os.Rename(path, path+".seen"), os.Symlink(path+".seen", path))
	})
	for _, mode := range []os.FileMode{0o644, 0o660, 0o602, 0o200} {
		kind(fmt.Sprintf("mode %04o", mode), exitPermission, func(path string) error { return os.Chmod(path, mode) })
	}
	if os.Geteuid() == 0 {
		kind("another user's", exitPermission, func(path string) error { return os.Chown(path, nobodyElse, -1) })
		kind("a device", exitPermission, func(path string) error {
			return errors.Join(os.Remove(path), syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|5))
		})
	}
	return all
}

const nobodyElse = 65534

// swapsOf moves parts about, and puts those of an earlier generation in.
func swapsOf(keyring, older []byte, write func(what string, b []byte, mayAnswer bool)) {
	const row, record = 32 + 4 + 8, len(canary) + format.TagSize // most records are of this value
	size, _ := format.HeaderSize(keyring)
	end := len(keyring) - format.AuthenticatorSize
	swap := func(what string, a, b, n int, mayAnswer bool) {
		swapped := bytes.Clone(keyring)
		copy(swapped[a:a+n], keyring[b:b+n])
		copy(swapped[b:b+n], keyring[a:a+n])
		write(what, swapped, mayAnswer)
	}
	swap("two rows swapped", size-2*row, size-row, row, false)
	for i := 1; i < 6; i++ {
		swap(fmt.Sprintf("records swapped, the last and %d before it", i), end-record, end-(i+1)*record, record, true)
		copied := slices.Concat(keyring[:end-record], keyring[end-(i+1)*record:end-i*record], keyring[end:])
		write(fmt.Sprintf("a record repeated, %d before the last", i), copied, true)
		write(fmt.Sprintf("%d records dropped", i), slices.Concat(keyring[:end-i*record], keyring[end:]), false)
	}
	write("the header of an earlier generation", slices.Concat(older[:size], keyring[size:]), false)
	write("all but the header of an earlier generation", slices.Concat(keyring[:size], older[size:]), false)
	write("the authenticator of an earlier generation", slices.Concat(keyring[:end], older[len(older)-format.AuthenticatorSize:]), false)
}
