//go:build unix

package child

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// printPid is a program that says its number and waits.
const printPid = `echo pid $$ end; exec sleep 1000`

// pidOf waits for the number that a program has said.
func pidOf(t *testing.T, c *console) int {
	t.Helper()
	c.Expect("pid ")
	pid, err := strconv.Atoi(c.Expect(" end"))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// TestProgramDoesNotOutliveThis process, whatever kills it.
func TestProgramDoesNotOutliveThis(t *testing.T) {
	needProc(t)
	for name, argv := range map[string][]string{
		"session":       {me(t), "filtered", "sh", "-c", printPid},
		"lone terminal": {"sh", "-c", `exec "$@" </dev/null`, "sh", me(t), "filtered", "sh", "-c", printPid},
		"deaf session":  {me(t), "filtered", "sh", "-c", `trap "" HUP TERM INT; ` + printPid},
	} {
		c := newConsole(t)
		cmd := c.start(argv...)
		pid := pidOf(t, c)
		if unix.Kill(pid, 0) != nil {
			t.Fatalf("%s: no program %d", name, pid)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		waited(t, cmd)
		until(t, name+": the program has ended", func() bool { return ended(pid) })
	}
}

// TestProgramDoesNotOutliveThisWithoutATerminal, which would hang up.
func TestProgramDoesNotOutliveThisWithoutATerminal(t *testing.T) {
	needProc(t)
	rendertest.Program(t, "sh")
	// It waits without writing, or the broken pipe would end it.
	cmd := exec.Command(me(t), "filtered", "sh", "-c", "echo $$; exec sleep 1000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	starting(t, cmd)
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	waited(t, cmd)
	defer unix.Kill(pid, unix.SIGKILL)
	until(t, "the program has ended", func() bool { return ended(pid) })
}

// ended reports whether a process is none any more, whoever is to bury it.
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// TestTerminalIsPutBack on every way out but SIGKILL.
func TestTerminalIsPutBack(t *testing.T) {
	rendertest.Program(t, "sh")
	for name, test := range map[string]struct {
		as, program string
		then        func(*console, *exec.Cmd)
	}{
		"status":     {"filtered", "stty raw; echo ready; exit 3", nil},
		"signal":     {"filtered", "stty raw; echo ready; kill -SEGV $$", nil},
		"terminated": {"filtered", "echo ready; exec sleep 1000", func(c *console, cmd *exec.Cmd) { cmd.Process.Signal(unix.SIGTERM) }},
		"hung up":    {"filtered", "echo ready; exec sleep 1000", func(c *console, cmd *exec.Cmd) { cmd.Process.Signal(unix.SIGHUP) }},
		"interrupt":  {"filtered", "echo ready; exec sleep 1000", func(c *console, cmd *exec.Cmd) { c.Send("\x03") }},
		"panic":      {"panicking", "echo ready; read x; echo panic", func(c *console, cmd *exec.Cmd) { c.Send("x\r") }},
		"no monitor": {"filtered", "echo ready; kill -9 $PPID; exec sleep 1000", nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConsole(t)
			before := c.modes()
			cmd := c.start(me(t), test.as, "sh", "-c", test.program)
			c.Expect("ready")
			if test.then != nil {
				if c.modes() == before {
					t.Error("the terminal is not raw")
				}
				test.then(c, cmd)
			}
			waited(t, cmd)
			if after := c.modes(); after != before {
				t.Errorf("the terminal is %+v, was %+v", after, before)
			}
		})
	}
}

// TestTerminalIsPutBackForAStop, where the shell does not do that by itself.
func TestTerminalIsPutBackForAStop(t *testing.T) {
	rendertest.Program(t, "sh")
	c := newConsole(t)
	cmd := c.start("sh", "-m", "-c", `echo =$(stty -g)=; "$@"; echo =$(stty -g)=; fg >/dev/null; echo status $? =$(stty -g)=`,
		"sh", me(t), "filtered", "sh", "-c", "kill -TSTP $$; exit 3")
	c.Expect("status 3 =")
	waited(t, cmd)
	modes := strings.Split(c.Text(), "=")
	if len(modes) != 7 || modes[1] == "" || modes[3] != modes[1] || modes[5] != modes[1] {
		t.Errorf("modes %q", modes)
	}
}

// TestHelpersKnowNoValue: what a program is given stands in no argument and no
// environment of a process beside it.
func TestHelpersKnowNoValue(t *testing.T) {
	needProc(t)
	c := newConsole(t)
	cmd := exec.Command(me(t), "filtered", "sh", "-c", `read x <"$DIR/fifo"; exit 4`, "argument-of-the-program")
	dir := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "DIR="+dir, "VALUE=value-of-the-program")
	c.startCmd(cmd)
	fifo, err := os.OpenFile(filepath.Join(dir, "fifo"), os.O_WRONLY, 0) // when the program runs
	if err != nil {
		t.Fatal(err)
	}
	monitors := descendants(t, cmd.Process.Pid)
	if len(monitors) != 2 {
		t.Fatalf("%d processes, want the monitor and the program", len(monitors))
	}
	if !knows(t, monitors[1]) {
		t.Error("the program does not know what it was given")
	}
	if knows(t, monitors[0]) {
		t.Error("the monitor knows what only the program is given")
	}
	if env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", monitors[0])); err != nil || len(env) > 0 {
		t.Errorf("%d bytes of environment of the monitor, error %v", len(env), err)
	}
	fifo.Close()
	if got := waited(t, cmd); got.ExitStatus() != 4 {
		t.Errorf("status %x", uint32(got))
	}
}

// descendants are the processes below one, the upper first.
func descendants(t *testing.T, pid int) (all []int) {
	t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(tasks) == 0 {
		t.Skip("the system does not tell the children of a process")
	}
	var out []byte
	for _, task := range tasks {
		b, _ := os.ReadFile(task) // a thread may have ended
		out = append(out, b...)
	}
	for _, field := range strings.Fields(string(out)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, child), descendants(t, child)...)
	}
	return all
}

// knows reports whether what the program is given stands in a process's arguments,
// environment or memory that can be read.
func knows(t *testing.T, pid int) bool {
	t.Helper()
	for _, name := range []string{"environ", "cmdline"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("of-the-program")) {
			return true
		}
	}
	return false
}

// TestFirstProcess: it buries whoever is left to it, forwards, and ends with the status.
func TestFirstProcess(t *testing.T) {
	needProc(t)
	rendertest.Program(t, "unshare")
	rendertest.Program(t, "sh")
	if os.Geteuid() != 0 {
		t.Skip("only root makes such a process")
	}
	if err := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run(); err != nil {
		t.Skip(err)
	}
	// What is left behind ends before the program does, which looks for what is dead.
	const program = `trap "exit 6" TERM; (sh -c 'sh -c "exit 0" & sleep 0.05' &) ; sleep 0.3; echo dead $(ps -eo stat | grep -c Z) end; echo pid $$; while :; do sleep 0.05; done`
	for name, start := range ways {
		cmd := exec.Command("unshare", "--pid", "--fork", "--mount-proc", me(t), "filtered", "sh", "-c", program)
		var lines <-chan string
		if name == "pipe" {
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			lines = linesOf(out)
			start = starting
		} else {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			cmd.Args[len(cmd.Args)-1] = "exec >&3; " + program
			cmd.ExtraFiles = []*os.File{w}
			lines = linesOf(r)
		}
		start(t, cmd)
		expectLine(t, lines, "dead 0 end")
		<-lines
		first := descendants(t, cmd.Process.Pid)[0]
		if err := unix.Kill(first, unix.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if got := waited(t, cmd); got.ExitStatus() != 6 {
			t.Errorf("%s: status %x", name, uint32(got))
		}
	}
	cmd := exec.Command("unshare", "--pid", "--fork", "--mount-proc", me(t), "filtered", "sh", "-c", "kill -TERM $$")
	cmd.Stdout = &bytes.Buffer{}
	starting(t, cmd)
	if got := waited(t, cmd); got.ExitStatus() != signaled+int(unix.SIGTERM) {
		t.Errorf("status %x after a signal", uint32(got))
	}
}

// TestBackground: a job of the background leaves the terminal to others, until it wants
// it and gets it.
func TestBackground(t *testing.T) {
	c := shell(t)
	before := c.modes()
	c.Send("$ME filtered sh -c 'echo beginning hunter2; read x; echo got $x; exit 8' &\r")
	c.Expect("beginning " + replaced)
	c.Send("\r")
	c.Expect("prompt:")
	until(t, "it wants the terminal", func() bool {
		c.Send("jobs\r")
		return strings.Contains(c.Expect("prompt:"), "Stopped")
	})
	if c.modes() != before {
		t.Error("the terminal is not as it was")
	}
	c.Send("fg\r")
	c.Expect("exit 8'\r\n")
	c.Send("a line\r")
	c.Expect("got a line")
	c.Expect("prompt:")
	c.Send("echo status $?\r")
	c.Expect("\nstatus 8")
	c.Send("exit\r")
}

// TestTakenToTheForeground: a shell tells nobody that it takes a running job there.
func TestTakenToTheForeground(t *testing.T) {
	c := shell(t)
	before := c.modes()
	c.Send("$ME filtered $ME counts $DIR/end &\r")
	c.Expect("\nat 3")
	c.Send("fg\r")
	until(t, "the terminal is raw", func() bool { return c.modes().Iflag != before.Iflag && c.modes().Lflag&unix.ISIG == 0 })
	for range 4 { // the monitor has heard of it by then
		c.Expect("\nat ")
	}
	c.Send("\x1a")
	c.Expect("Stopped")
	c.Expect("prompt:")
	c.Send("kill -9 %1\r")
	c.Expect("prompt:")
	c.Send("exit\r")
}

// TestKeysWaitForTheForeground: a key that is typed before the program has the terminal
// reaches it. Here the monitor, which gives it, is slow.
func TestKeysWaitForTheForeground(t *testing.T) {
	needProc(t)
	c := shell(t)
	before := c.modes()
	c.Send("$ME filtered $ME counts $DIR/end & echo pi\"\"d $! end\r")
	pid := pidOf(t, c)
	c.Expect("\nat 3")
	monitor := descendants(t, pid)[0]
	if err := unix.Kill(monitor, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c.Send("fg\r")
	until(t, "the terminal is raw", func() bool { return c.modes().Lflag != before.Lflag && c.modes().Lflag&unix.ISIG == 0 })
	c.Send("\x1a")
	time.Sleep(100 * time.Millisecond) // in which the key could overtake
	if err := unix.Kill(monitor, unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.Expect("Stopped")
	c.Expect("prompt:")
	c.Send("kill -9 %1\r")
	c.Expect("prompt:")
	c.Send("exit\r")
}

// TestAsksInTheForeground: the program asks for the terminal before this process has looked
// where it is.
func TestAsksInTheForeground(t *testing.T) {
	for range 3 {
		c := shell(t)
		if err := unix.Mkfifo(filepath.Join(c.dir, "fifo"), 0o600); err != nil {
			t.Fatal(err)
		}
		c.Send("$ME filtered sh -c 'echo begin''ning; read x <$DIR/fifo; read x; echo got $x; exit 8' &\r")
		c.Expect("beginning")
		shells, err := c.Foreground()
		if err != nil {
			t.Skip(err)
		}
		c.Send("fg; echo status $?\r")
		c.Expect("exit 8'\r\n")
		until(t, "the terminal is the job's", func() bool {
			group, err := c.Foreground()
			return err == nil && group != shells
		})
		fifo, err := os.OpenFile(filepath.Join(c.dir, "fifo"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		fifo.Close()
		c.Send("a line\r")
		c.Expect("\nstatus ")
		if !strings.Contains(c.Text(), "got a line") || strings.Contains(c.Text(), "Stopped") {
			t.Errorf("%q", c.Text())
		}
		c.Send("exit\r")
	}
}

// TestKilledWhileStopped: a signal that a shell sends with a SIGCONT comes first.
func TestKilledWhileStopped(t *testing.T) {
	for name, line := range jobs {
		if name == "pipe" {
			continue // whose reader does not stop
		}
		c := shell(t)
		c.Send(fmt.Sprintf(line, `sh -c 'trap "exit 6" TERM; kill -STOP $$; touch $DIR/end'`) + "\r")
		c.Expect("Stopped")
		c.Expect("prompt:")
		c.Send("kill %1; wait; echo ended\r")
		c.Expect("\nended")
		c.Send("exit\r")
		if _, err := os.Stat(filepath.Join(c.dir, "end")); err == nil {
			t.Errorf("%s: the program went on first", name)
		}
	}
}

// TestStoppedByOthers: who has started it sees that the program stands still.
func TestStoppedByOthers(t *testing.T) {
	for _, line := range []string{"$ME filtered sh -c 'echo pid $$ end; kill -STOP $$; exit 6'", "$ME filtered sh -c 'echo pid $$ end; kill -STOP $$; exit 6' </dev/null"} {
		c := shell(t)
		c.Send(line + "\r")
		c.Expect("pid $$ end") // the echo of the line
		pidOf(t, c)
		c.Expect("Stopped")
		c.Expect("prompt:")
		c.Send("fg; echo status $?\r")
		c.Expect("\nstatus 6")
		c.Send("exit\r")
	}
}

// TestHangup: the end of a terminal is the end of the session's, for a program that does
// not care, for one that does, and for one that stands still.
func TestHangup(t *testing.T) {
	rendertest.Program(t, "sh")
	for _, program := range []string{
		`trap "" HUP; echo ready; while read x; do :; done; echo x || exit 7`,
		`trap "exit 7" HUP; echo ready; while :; do sleep 0.05; done`,
		`trap "exit 7" HUP; echo ready; kill -STOP $$; exec sleep 1000`,
	} {
		c := newConsole(t)
		cmd := c.start(me(t), "filtered", "sh", "-c", program)
		c.Expect("ready")
		c.HangUp()
		if got := waited(t, cmd); got.ExitStatus() != 7 {
			t.Errorf("%q: status %x", program, uint32(got))
		}
	}
}

// TestPrivateProcess: a process into which nobody may look can do all that.
func TestPrivateProcess(t *testing.T) {
	needProc(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "me")
	b, err := os.ReadFile(me(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, start := range ways {
		cmd := exec.Command(path, "private", "sh", "-c", "exit 5")
		if os.Geteuid() == 0 {
			for p := dir; p != "/tmp" && p != "/"; p = filepath.Dir(p) {
				os.Chmod(p, 0o755)
			}
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		start(t, cmd)
		if got := waited(t, cmd); got.ExitStatus() != 5 {
			t.Errorf("%s: status %x", name, uint32(got))
		}
	}
}

// TestLimitIsLifted for the program, in every way in which it starts.
func TestLimitIsLifted(t *testing.T) {
	rendertest.Program(t, "sh")
	for name, start := range ways {
		cmd := exec.Command("sh", "-c", `ulimit -S -c 8 2>/dev/null; exec "$@"`, "sh", me(t), "lifting", "sh", "-c", `test "$(ulimit -S -c)" = 8`)
		start(t, cmd)
		if got := waited(t, cmd); got.ExitStatus() != 0 {
			t.Errorf("%s: the limit on cores is another", name)
		}
	}
}
