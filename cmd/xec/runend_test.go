//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAScriptEndsAsItEnds(t *testing.T) {
	home, secrets := scriptHome(t)
	for name, test := range map[string]struct {
		text   string
		status int
	}{
		"a status":          {"exit 7", 7},
		"half-way":          {"xec secrets get API_KEY; kill -KILL $$", -1},
		"a signal":          {"kill -TERM $$", -1},
		"something runs on": {"sleep 2 >/dev/null 2>&1 & exit 3", 3},
		"without a secret":  {"exit 0", 0},
	} {
		t.Run(name, func(t *testing.T) {
			writeIn(t, home, "end.sh", test.text+"\n")
			requireRun(t, home, secrets, test.status, "end.sh")
		})
	}
}

// TestAnInterruptReachesTheScript: it ends as without xec, and nothing is left behind. The
// signal is for xec alone: outside of a terminal's foreground group one for the whole group
// would reach the script twice, in the middle of its trap too.
func TestAnInterruptReachesTheScript(t *testing.T) {
	home, _ := scriptHome(t)
	writeIn(t, home, "wait.sh", "trap 'echo cleaned; exit 9' INT; echo ready; while :; do sleep 0.05; done\n")
	private := filepath.Join(home, "run")
	if err := os.Mkdir(private, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := commandIn(home, "", []string{"XDG_RUNTIME_DIR=" + private}, []string{filepath.Join(builtFolder, "xec"), "run", "wait.sh"})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // not in the foreground group
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 6)
	if _, err := out.Read(line); err != nil || string(line) != "ready\n" {
		cmd.Wait()
		t.Fatalf("read %q, error %v; ended with %v: %s", line, err, cmd.ProcessState, cmd.Stderr)
	}
	if left, _ := os.ReadDir(private); len(left) != 1 {
		t.Errorf("%d folders while it runs", len(left))
	}
	syscall.Kill(cmd.Process.Pid, syscall.SIGINT)
	rest := make([]byte, 100)
	n, _ := out.Read(rest)
	cmd.Wait()
	if string(rest[:n]) != "cleaned\n" || cmd.ProcessState.ExitCode() != 9 {
		t.Errorf("printed %q, status %d", rest[:n], cmd.ProcessState.ExitCode())
	}
	if left, _ := os.ReadDir(private); len(left) != 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

// TestAStaleSocketIsTold: what a run that was killed left in the environment.
func TestAStaleSocketIsTold(t *testing.T) {
	home, _ := scriptHome(t)
	gone := filepath.Join(home, "gone")
	e := runXec(home, "", []string{"XEC_SECRETS_SOCKET=" + gone}, words("secrets get API_KEY")...)
	if e.status != 1 || !e.says("XEC_SECRETS_SOCKET: "+"~/gone: nobody answers there") || !e.says("unset XEC_SECRETS_SOCKET") {
		t.Errorf("status %d: %s", e.status, e.stderr)
	}
	if e := runXec(home, "", []string{"XEC_SECRETS_SOCKET=" + gone}, "doctor"); e.status != 1 || !strings.Contains(string(e.stdout), "nobody answers there") {
		t.Errorf("doctor: status %d", e.status)
	}
	if e := runXec(home, "", []string{"XEC_SECRETS_SOCKET=" + gone}, words("secrets list --provider file")...); e.status != 0 {
		t.Errorf("with --provider: status %d", e.status)
	}
}

// TestQuestionsComeBeforeTheScript: a store that does not open ends the run before anything
// has been started.
func TestQuestionsComeBeforeTheScript(t *testing.T) {
	home, secrets := scriptHome(t)
	writeIn(t, home, "a.sh", "touch started\n")
	e := runXec(home, "", []string{"XEC_PASSPHRASE=wrong"}, "run", "a.sh")
	if _, err := os.Stat(filepath.Join(home, "started")); err == nil || e.status != 4 || shows(e.stderr, secrets) {
		t.Errorf("status %d, started: %v", e.status, err == nil)
	}
	empty := scratch(t)
	writeIn(t, empty, "a.sh", "xec secrets list; echo fine\n")
	requireOutput(t, empty, nil, "fine\n", "a.sh")
	if _, err := os.Stat(filepath.Join(empty, ".xec")); err == nil {
		t.Error("a store was made for nothing")
	}
}

func TestNoScriptOpensAnotherUsersRun(t *testing.T) {
	need(t, "root")
	home, secrets := scriptHome(t)
	writeIn(t, home, "a.sh", `chmod 755 "$(dirname "$XEC_SECRETS_SOCKET")"; chmod 777 "$XEC_SECRETS_SOCKET"
setpriv --reuid=12345 --regid=12345 --clear-groups sh -c 'printf "{\"op\":\"list\"}\n" | timeout 5 python3 -c "
import os,socket,sys
s=socket.socket(socket.AF_UNIX)
try: s.connect(os.environ[\"XEC_SECRETS_SOCKET\"]); s.sendall(sys.stdin.buffer.read()); print(len(s.recv(9)))
except OSError as e: print(type(e).__name__)
"'
`)
	e := requireRun(t, home, secrets, 0, "a.sh")
	if got := strings.TrimSpace(string(e.stdout)); got != "0" && got != "ConnectionResetError" && got != "BrokenPipeError" && got != "PermissionError" {
		t.Errorf("another user was answered: %q; %s", got, fmt.Sprint(len(e.stderr)))
	}
}

// slowProject is a project whose provider answers after minutes, unless it is ended.
func slowProject(t *testing.T) *inProject {
	return newProject(t, func(t *testing.T, home string) (string, []string) {
		return `
  provider: command
  command:
    get: [sh, -c, 'sleep 300 & echo $! >pid; wait; echo value', "{key}"]
    set: [sh, -c, 'sleep 300 & echo $! >pid; wait; cat >written', "{key}"]
    timeout: 10m`, nil
	})
}

// pidOf waits for a command of a slow project to begin.
func (p *inProject) pidOf() int {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var pid int
		if b, err := os.ReadFile(filepath.Join(p.home, "project", "pid")); err == nil {
			if n, _ := fmt.Sscan(string(b), &pid); n == 1 {
				return pid
			}
		}
	}
	p.t.Fatal("the command has not begun")
	return 0
}

// requireGone waits until a process is gone.
func requireGone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if syscall.Kill(pid, 0) != nil {
			return
		}
	}
	t.Errorf("process %d runs on", pid)
}

// TestAScriptDoesNotWaitForAnAnswerThatNobodyWantsAnyMore.
func TestAScriptDoesNotWaitForAnAnswerThatNobodyWantsAnyMore(t *testing.T) {
	p := slowProject(t)
	writeIn(t, p.home, "project/a.sh", "xec secrets get K >/dev/null 2>&1 &\nwhile ! [ -e pid ]; do sleep 0.05; done\nexit 3\n")
	start := time.Now()
	e := p.xec("", "run", "a.sh")
	if e.status != 3 || time.Since(start) > 2*time.Minute {
		t.Errorf("status %d after %v: %s", e.status, time.Since(start), e.stderr)
	}
	requireGone(t, p.pidOf())
}

// TestCommandsOfAProviderEndWithXec, however that is ended, and what was cancelled is not
// written.
func TestCommandsOfAProviderEndWithXec(t *testing.T) {
	for name, test := range map[string]struct {
		args   []string
		signal syscall.Signal
	}{
		"set, interrupted":  {words("secrets set K --value v"), syscall.SIGINT},
		"get, interrupted":  {words("secrets get K"), syscall.SIGINT},
		"get, ended":        {words("secrets get K"), syscall.SIGTERM},
		"get, killed":       {words("secrets get K"), syscall.SIGKILL},
		"exec, interrupted": {words("exec --only K -- true"), syscall.SIGINT},
		"run, interrupted":  {words("run show"), syscall.SIGINT},
	} {
		t.Run(name, func(t *testing.T) {
			if test.signal == syscall.SIGKILL && runtime.GOOS != "linux" {
				t.Skip("only Linux ends a child with its parent")
			}
			p := slowProject(t)
			if test.signal == syscall.SIGKILL { // which reaches the command itself and not what it has started
				config := filepath.Join(p.home, "project", ".xec", "config.yaml")
				b, err := os.ReadFile(config)
				if err := errors.Join(err, os.WriteFile(config, bytes.ReplaceAll(b, []byte("$!"), []byte("$$")), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			cmd := commandIn(p.home, "", p.env, append([]string{filepath.Join(builtFolder, "xec")}, test.args...))
			cmd.Dir = filepath.Join(p.home, "project")
			e := finishAfter(cmd, func() {
				pid := p.pidOf()
				cmd.Process.Signal(test.signal)
				t.Cleanup(func() { syscall.Kill(-pid, syscall.SIGKILL) })
			})
			status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !status.Signaled() || status.Signal() != test.signal {
				t.Errorf("ended with %v: %s", cmd.ProcessState, e.stderr)
			}
			requireGone(t, p.pidOf())
			if _, err := os.Stat(filepath.Join(p.home, "project", "written")); err == nil {
				t.Error("what was cancelled has been written")
			}
		})
	}
}

// TestNothingOfARunIsLeftWhereNobodyReads any more what the script, or xec itself, writes.
func TestNothingOfARunIsLeftWhereNobodyReads(t *testing.T) {
	home, _ := scriptHome(t)
	private := filepath.Join(home, "private")
	if err := os.Mkdir(private, 0o700); err != nil {
		t.Fatal(err)
	}
	writeIn(t, home, "many.sh", "xec secrets get API_KEY; i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done\n")
	writeIn(t, home, ".xec/config.yaml", "tasks: {many: {script: many.sh}}\n")
	for _, line := range []string{
		`"$0" run many.sh 2>&1 | head -n 2`, `"$0" run many 2>&1 | head -n 2`,
		`{ sleep 1; "$0" run many >/dev/null; } 2>&1 | true`,
	} {
		cmd := commandIn(home, "", []string{"XDG_RUNTIME_DIR=" + private}, []string{"sh", "-c", line, filepath.Join(builtFolder, "xec")})
		if e := finish(cmd); e.status != 0 {
			t.Errorf("%s: status %d", line, e.status)
		}
		if left, _ := os.ReadDir(private); len(left) > 0 {
			t.Errorf("%s: %s is left", line, left[0].Name())
		}
	}
}

func TestFoldersWithNamesThatMeanSomethingAreNotTaken(t *testing.T) {
	home, secrets := scriptHome(t)
	runtimeOf(t, "python3")
	odd := filepath.Join(home, "a:b#c")
	if err := os.Mkdir(odd, 0o700); err != nil {
		t.Fatal(err)
	}
	writeIn(t, home, "a.py", "import xec_secrets\nprint(xec_secrets.get('API_KEY'))\n")
	e := runXec(home, "", []string{"XDG_RUNTIME_DIR=" + odd}, "run", "--quiet", "a.py")
	if string(e.stdout) != "[secret:API_KEY]\n" || shows(e.stderr, secrets) {
		t.Errorf("status %d, printed %d bytes: %s", e.status, len(e.stdout), e.stderr)
	}
}

// TestAnApprovalForOneCallIsNotHandedOn to what a script, a task or a program starts.
func TestAnApprovalForOneCallIsNotHandedOn(t *testing.T) {
	home, _ := scriptHome(t)
	writeIn(t, home, "a.sh", "echo ${XEC_TRUST_CONFIG-unset}\n")
	writeIn(t, home, ".xec/config.yaml", "tasks: {t: 'echo ${XEC_TRUST_CONFIG-unset}'}\n")
	for _, line := range []string{"run a.sh", "run --quiet t", "exec --only API_KEY -- sh a.sh"} {
		e := runXec(home, "", []string{"XEC_TRUST_CONFIG=1"}, words(line)...)
		if string(e.stdout) != "unset\n" {
			t.Errorf("%s: %q, status %d: %s", line, e.stdout, e.status, e.stderr)
		}
	}
}
