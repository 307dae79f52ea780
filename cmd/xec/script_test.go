package main

import (
	"crypto/tls"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

func TestMain(m *testing.M) {
	programs := map[string]func(){"xec": main, "detach": detach}
	maps.Copy(programs, unixPrograms())
	testscript.Main(tidy{m}, programs)
}

// tidy runs the tests and removes the programs that were built for them.
type tidy struct{ *testing.M }

func (t tidy) Run() int {
	defer func() { os.RemoveAll(builtFolder) }()
	return t.M.Run()
}

// TestScripts runs testdata/script, one script a feature. Each has a HOME of its
// own, in which there is no store.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setupScript,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":   runForStatus,
			"detached": runDetached,
			"listen":   listen,
			"same":     sameBytes,
			"mode":     checkMode,
		},
	})
}

func setupScript(e *testscript.Env) error {
	home := filepath.Join(e.WorkDir, "home")
	e.Setenv("HOME", home)
	e.Setenv("USERPROFILE", home)
	e.Setenv("SHELL", "/bin/sh")
	return os.MkdirAll(home, 0o700)
}

// groups are components that consist of programs.
var groups = map[string][]string{
	"shells":  {"sh", "bash", "dash", "zsh"},
	"tmux":    {"tmux", "less"},
	"keyring": {"dbus-run-session", "gnome-keyring-daemon", "secret-tool"},
	"aws":     {"moto_server"},
}

// bashCompletion is where distributions put what the scripts for bash need.
const bashCompletion = "/usr/share/bash-completion/bash_completion"

// condition answers [need:NAME], and fails where what is required is missing.
func condition(cond string) (bool, error) {
	name, ok := strings.CutPrefix(cond, "need:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", cond)
	}
	if err := present(name); err != nil {
		if machine.Required(name) {
			return false, fmt.Errorf("%s is required: %w", name, err)
		}
		return false, nil
	}
	return true, nil
}

func present(name string) error {
	switch name {
	case "root":
		if os.Geteuid() != 0 {
			return fmt.Errorf("user %d is not root", os.Geteuid())
		}
		name = "setpriv"
	case "vault":
		name = os.Getenv("XEC_TEST_VAULT") // a path; none is no program
	case "loop":
		return loopMounts()
	case "linux":
		if runtime.GOOS != "linux" {
			return fmt.Errorf("this is %s", runtime.GOOS)
		}
		return nil
	case "bash-completion":
		if _, err := os.Stat(bashCompletion); err != nil {
			return err
		}
		name = "bash"
	case "terminal":
		if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
			return fmt.Errorf("no pseudo-terminals on %s", runtime.GOOS)
		}
		return nil
	}
	programs := groups[name]
	if programs == nil {
		programs = []string{name}
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return err
		}
	}
	return nil
}

// runForStatus runs a program that must end with a status: status N program args…
func runForStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program args…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("status %d, want %s\n%s", got, args[0], ts.ReadFile("stderr"))
	}
}

// runDetached is runForStatus without a controlling terminal: detached N program args…
func runDetached(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: detached N program args…")
	}
	runForStatus(ts, neg, append([]string{args[0], "detach"}, args[1:]...))
}

// detach runs a program in a session of its own, which has no terminal.
func detach() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = newSession()
	cmd.Run()
	os.Exit(cmd.ProcessState.ExitCode())
}

// listen starts a TLS server, makes curl go there for api.example.com, and
// writes the Authorization header of each request to a file.
func listen(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.MkAbs(args[0])
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := os.WriteFile(file, []byte(r.Header.Get("Authorization")), 0o600); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	server.TLS.MinVersion = tls.VersionTLS12
	ts.Defer(server.Close)
	curlrc := fmt.Sprintf("connect-to = \"api.example.com:443:%s\"\ninsecure\nsilent\nshow-error\n", server.Listener.Addr())
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("HOME"), ".curlrc"), []byte(curlrc), 0o600))
}

// sameBytes compares two files without showing them: they may hold values.
func sameBytes(ts *testscript.TestScript, neg bool, args []string) {
	if same := ts.ReadFile(args[0]) == ts.ReadFile(args[1]); same == neg {
		ts.Fatalf("%s and %s: same is %v", args[0], args[1], same)
	}
}

// checkMode checks the permissions of files: mode 600 file…
func checkMode(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
			ts.Fatalf("%s: mode %s, want %s", name, got, args[0])
		}
	}
}

// TestEveryLineOfTheDocumentRuns compares the commands of the product document
// with the scripts: each must stand in one of them as it is written.
func TestEveryLineOfTheDocumentRuns(t *testing.T) {
	lines, err := os.ReadFile("../../fixtures/document/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts, error %v", len(scripts), err)
	}
	var all strings.Builder
	for _, path := range scripts {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	count := 0
	for _, line := range strings.Split(strings.TrimSpace(string(lines)), "\n") {
		count++
		if !strings.Contains("\n"+all.String(), "\n"+line+"\n") {
			t.Errorf("no script runs this line of the document: %s", line)
		}
	}
	if count < 30 {
		t.Errorf("only %d lines", count)
	}
}
