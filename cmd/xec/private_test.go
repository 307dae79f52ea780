//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nobody is a user who is neither root nor anybody's.
const nobody = 65534

// nobodysHome is a home folder with a secret, and xec, that an ordinary user can use: this
// one, or nobody where this one is root, to whom nothing is closed.
func nobodysHome(t *testing.T) (home, xec string, as *syscall.SysProcAttr) {
	t.Helper()
	home = homeWith(t, 1)
	xec = filepath.Join(t.TempDir(), "xec")
	b, err := os.ReadFile(program(t, "xec"))
	if err := errors.Join(err, os.WriteFile(xec, b, 0o755)); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		return home, xec, nil
	}
	if err := os.Chmod(filepath.Dir(home), 0o755); err != nil { // in which both lie
		t.Fatal(err)
	}
	if out, err := exec.Command("chown", "-R", fmt.Sprint(nobody, ":", nobody), home).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return home, xec, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

// closed starts a command line that waits for its standard input, waits until it has become
// the program of a name, and tells whether another process of its user can look into it. It
// gives that ten seconds to become what is wanted.
func closed(t *testing.T, want bool, home string, as *syscall.SysProcAttr, name string, argv ...string) (closed bool) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = home, cleanEnv(home), as
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer stdin.Close()
	of := fmt.Sprintf("/proc/%d/", cmd.Process.Pid)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		comm, err := os.ReadFile(of + "comm")
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(string(comm)) != name {
			continue
		}
		look := exec.Command("cat", of+"environ")
		look.SysProcAttr = as
		var exit *exec.ExitError
		if err := look.Run(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if closed = !look.ProcessState.Success(); closed == want {
			return closed
		}
	}
	return !want
}

// TestNobodyLooksIntoXec: neither before a value is there nor later. A program that xec
// becomes is open again.
func TestNobodyLooksIntoXec(t *testing.T) {
	home, xec, as := nobodysHome(t)
	for name, test := range map[string]struct {
		becomes string
		argv    []string
		closed  bool
	}{
		"a program":       {"cat", []string{"cat"}, false},
		"xec":             {"xec", []string{xec, "secrets", "set", "NEW"}, true},
		"a child of exec": {"cat", []string{xec, "exec", "--all", "--", "cat"}, false},
	} {
		if got := closed(t, test.closed, home, as, test.becomes, test.argv...); got != test.closed {
			t.Errorf("%s: closed to others is %v, want %v", name, got, test.closed)
		}
	}
}

// TestCommandsBesideXecAreOpen: what is undone for a program that xec becomes is undone for
// one that it starts.
func TestCommandsBesideXecAreOpen(t *testing.T) {
	home, xec, as := nobodysHome(t)
	cmd := exec.Command(xec, "secrets", "generate", "NEW")
	cmd.Dir, cmd.SysProcAttr = home, as
	cmd.Env = cleanEnv(home, "XEC_HOME_DIR=new", "XEC_PASSPHRASE_COMMAND=cat /proc/$$/environ >copy; echo passphrase")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(home, "copy")); err != nil || info.Size() == 0 {
		t.Errorf("the command cannot be looked into, error %v", err)
	}
}

// TestXecLeavesNoCore kills xec where another program leaves a core.
func TestXecLeavesNoCore(t *testing.T) {
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if name := strings.TrimSpace(string(pattern)); err != nil || strings.ContainsAny(name, "|/%") || name == "" {
		t.Skipf("cores do not become files of the working folder: %q, error %v", name, err)
	}
	home := homeWith(t, 1)
	for _, signal := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGABRT, syscall.SIGQUIT} {
		if n := coresOf(t, home, signal, program(t, "floor"), "wait"); n != 1 {
			t.Skipf("%v: %d cores of a program that leaves one", signal, n)
		}
		if n := coresOf(t, home, signal, program(t, "xec"), "secrets", "set", "NEW"); n != 0 {
			t.Errorf("%v: xec left a core, which holds what it knows", signal)
		}
	}
}

// coresOf counts what a Go program leaves in its folder that reads its standard input and
// dies of a signal.
func coresOf(t *testing.T, home string, signal syscall.Signal, argv ...string) int {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -c unlimited && exec "$@"`, "sh"}, argv...)...)
	cmd.Dir, cmd.Env = t.TempDir(), append(cleanEnv(home), "GOTRACEBACK=crash")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	untilReading(t, cmd.Process.Pid)
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Fatalf("ended with %v", cmd.ProcessState)
	}
	return len(filesIn(t, cmd.Dir))
}

// untilReading waits until some thread of a process sleeps in a read of a pipe.
func untilReading(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		time.Sleep(10 * time.Millisecond)
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			f, err := os.Open(task)
			if errors.Is(err, fs.ErrPermission) {
				return // closed to us already
			}
			if err != nil {
				continue
			}
			text, _ := io.ReadAll(f)
			f.Close()
			if strings.HasPrefix(string(text), fmt.Sprintf("%d 0x0 ", syscall.SYS_READ)) {
				return
			}
		}
	}
}

// TestChildrenHaveTheLimitOnCores that xec was started with.
func TestChildrenHaveTheLimitOnCores(t *testing.T) {
	home := homeWith(t, 1)
	for _, limit := range []string{"0", "8", "unlimited"} {
		cmd := exec.Command("sh", "-c", "ulimit -S -c "+limit+` && exec "$1" exec --all -- sh -c "ulimit -S -c"`, "sh", program(t, "xec"))
		cmd.Env = cleanEnv(home)
		out, err := cmd.Output()
		if err != nil {
			t.Skipf("a limit of %s: %v", limit, err)
		}
		if got := strings.TrimSpace(string(out)); got != limit {
			t.Errorf("a limit of %s is %s in the child", limit, got)
		}
	}
}
