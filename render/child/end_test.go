//go:build unix

package child

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// ways are the ways for output that a program's end must not depend on.
var ways = map[string]func(*testing.T, *exec.Cmd){
	"pipe": func(t *testing.T, cmd *exec.Cmd) {
		cmd.Stdout = &bytes.Buffer{}
		starting(t, cmd)
	},
	"terminal": func(t *testing.T, cmd *exec.Cmd) { newConsole(t).startCmd(cmd) },
	"lone terminal": func(t *testing.T, cmd *exec.Cmd) {
		cmd.Stdin = strings.NewReader("")
		newConsole(t).startCmd(cmd)
	},
}

func TestStatusIsTheProgramsOwn(t *testing.T) {
	for way, start := range ways {
		for status := 0; status < 256; status++ {
			if way != "pipe" && status > 3 && status < 125 && status != 42 || status > 130 && status < 253 {
				continue
			}
			cmd := exec.Command(me(t), "filtered", "sh", "-c", fmt.Sprintf("exit %d", status))
			start(t, cmd)
			if got := waited(t, cmd); !got.Exited() || got.ExitStatus() != status {
				t.Errorf("%s: status %d is seen as %x", way, status, uint32(got))
			}
		}
	}
}

// TestSignalIsTheProgramsOwn: whoever waits sees the signal that the program has died of.
func TestSignalIsTheProgramsOwn(t *testing.T) {
	for way, start := range ways {
		for _, s := range []syscall.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGILL, unix.SIGTRAP, unix.SIGABRT, unix.SIGBUS, unix.SIGFPE, unix.SIGKILL, unix.SIGUSR1,
			unix.SIGSEGV, unix.SIGUSR2, unix.SIGPIPE, unix.SIGALRM, unix.SIGTERM, unix.SIGSYS, unix.SIGXCPU, unix.SIGVTALRM} {
			cmd := exec.Command("sh", "-c", `ulimit -c unlimited; exec "$@"`, "sh", me(t), "filtered", "sh", "-c", fmt.Sprintf("kill -%d $$", int(s)))
			cmd.Dir = t.TempDir()
			start(t, cmd)
			if got := waited(t, cmd); !got.Signaled() || got.Signal() != s || got.CoreDump() {
				t.Errorf("%s: %v is seen as %x", way, s, uint32(got))
			}
		}
	}
}

// TestProgramsThatDoNotStart: the same is said, and the status is the same, as where the
// program would have replaced this process; and the terminal is as it was.
func TestProgramsThatDoNotStart(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"plain": "x", "unknown": "\x01\x02", "uninterpreted": "#!/nonexistent/x\n"} {
		mode := os.FileMode(0o755)
		if name == "plain" {
			mode = 0o644
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, argv := range map[string][]string{
		"none":             {"no-such-command"},
		"no file":          {"./none"},
		"empty":            {""},
		"not executable":   {"./plain"},
		"not a program":    {"./unknown"},
		"no interpreter":   {"./uninterpreted"},
		"a folder":         {"/"},
		"a file as folder": {"./plain/x"},
	} {
		plain := exec.Command(me(t), append([]string{"plain"}, argv...)...)
		plain.Dir = dir
		want, _ := plain.CombinedOutput()
		for way, start := range ways {
			cmd := exec.Command(me(t), append([]string{"filtered"}, argv...)...)
			var said bytes.Buffer
			cmd.Dir, cmd.Stderr = dir, &said
			start(t, cmd)
			got := waited(t, cmd)
			if got.ExitStatus() != plain.ProcessState.ExitCode() || said.String() != string(want) || len(want) == 0 {
				t.Errorf("%s, %s: status %d, %q, want %d, %q", way, name, got.ExitStatus(), said.String(), plain.ProcessState.ExitCode(), want)
			}
		}
	}
}

func TestTooMuchForAProgram(t *testing.T) {
	for _, streams := range [][3]bool{{false, false, false}, {true, true, true}} {
		err := tooMuch(t, streams[1])
		exit, ok := err.(*ExitError)
		if !ok || exit.Status != notRun || !strings.Contains(exit.Error(), "are more than the system hands") {
			t.Errorf("terminal is %v: error %v", streams[1], err)
		}
	}
}

func tooMuch(t *testing.T, terminal bool) error {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	c := Command{Argv: []string{"true", strings.Repeat("x", 64<<20)}, Streams: [3]*os.File{w, w, w}}
	if terminal {
		slave := newConsole(t).Programs
		c.Streams = [3]*os.File{slave, slave, slave}
	}
	return c.Run(Filters{Stream: copying}.Plan(c.Streams))
}
