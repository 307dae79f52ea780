//go:build unix

package child

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// sent are signals that reach a program by way of this one.
func sent() []syscall.Signal {
	list := []syscall.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGTERM, unix.SIGCONT, unix.SIGWINCH, unix.SIGIO, unix.SIGVTALRM, unix.SIGXCPU}
	if runtime.GOOS == "linux" {
		list = append(list, 36, 64)
	}
	return list
}

// TestSignalsReachTheProgram, once each, where no terminal could have sent them.
func TestSignalsReachTheProgram(t *testing.T) {
	cmd := exec.Command(me(t), "filtered", me(t), "hears", fmt.Sprint(len(sent())))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	starting(t, cmd)
	lines := linesOf(out)
	expectLine(t, lines, "ready")
	for _, s := range sent() {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		expectLine(t, lines, fmt.Sprintf("heard %d", int(s)))
	}
	if got := waited(t, cmd); got.ExitStatus() != 40 {
		t.Errorf("status %x", uint32(got))
	}
}

// TestSignalsReachTheSession, once each.
func TestSignalsReachTheSession(t *testing.T) {
	c := newConsole(t)
	cmd := c.start(me(t), "filtered", me(t), "hears", fmt.Sprint(len(sent())))
	c.Expect("ready")
	for _, s := range sent() {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		c.Expect(fmt.Sprintf("heard %d\r\n", int(s)))
	}
	if got := waited(t, cmd); got.ExitStatus() != 40 {
		t.Errorf("status %x", uint32(got))
	}
}

// TestCtrlC reaches the program, each time once, and only it.
func TestCtrlC(t *testing.T) {
	rendertest.Program(t, "sh")
	for name, argv := range map[string][]string{
		"session":       {me(t), "filtered", me(t), "hears", "3"},
		"pipe":          {"sh", "-c", `trap : INT QUIT; "$@" | (trap "" INT QUIT; cat)`, "sh", me(t), "filtered", me(t), "hears", "3"},
		"lone terminal": {"sh", "-c", `trap : INT QUIT; "$@" </dev/null`, "sh", me(t), "filtered", me(t), "hears", "3"},
	} {
		c := newConsole(t)
		cmd := c.start(argv...)
		c.Expect("ready")
		for range 2 {
			c.Send("\x03")
			c.Expect("heard 2\r\n")
		}
		c.Send("\x1c")
		c.Expect("heard 3\r\n")
		waited(t, cmd)
		if n := strings.Count(c.Text(), "heard"); n != 3 {
			t.Errorf("%s: %d signals: %q", name, n, c.Text())
		}
	}
}

// TestCtrlCAtAnInterpreter is what a person does who is used to it.
func TestCtrlCAtAnInterpreter(t *testing.T) {
	rendertest.Program(t, "python3")
	c := newConsole(t)
	cmd := c.start(me(t), "filtered", "python3", "-q", "-i", "-c", "import sys; sys.ps1='>'+'> '")
	c.Expect(">> ")
	for range 2 {
		// It loses a signal that comes between its prompt and its read.
		until(t, "it is interrupted", func() bool {
			c.Send("\x03")
			_, found := c.ExpectWithin("KeyboardInterrupt", time.Second)
			return found
		})
		c.Expect(">> ")
	}
	c.Send("print('hun' + 'ter2')\r")
	c.Expect(replaced)
	c.Send("raise SystemExit(9)\r")
	if got := waited(t, cmd); got.ExitStatus() != 9 {
		t.Errorf("status %x: %q", uint32(got), c.Text())
	}
}

// TestIgnoredSignalsStayIgnored, as nohup and a shell without job control have them.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	rendertest.Program(t, "sh")
	for way, start := range ways {
		cmd := exec.Command("sh", "-c", `trap "" HUP INT; exec "$@"`, "sh", me(t), "filtered", "sh", "-c", `kill -HUP $$; kill -INT $$; exit 9`)
		start(t, cmd)
		if got := waited(t, cmd); got.ExitStatus() != 9 {
			t.Errorf("%s: status %x", way, uint32(got))
		}
	}
}

// linesOf gives the lines of a stream as they come.
func linesOf(r io.Reader) <-chan string {
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		var rest []byte
		b := make([]byte, 1000)
		for {
			n, err := r.Read(b)
			rest = append(rest, b[:n]...)
			for {
				line, after, found := bytes.Cut(rest, []byte("\n"))
				if !found {
					break
				}
				lines <- string(line)
				rest = after
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

func expectLine(t *testing.T, lines <-chan string, want string) {
	t.Helper()
	got := ""
	until(t, want, func() bool {
		select {
		case got = <-lines:
			return true
		default:
			return false
		}
	})
	if got != want {
		t.Fatalf("%q, want %q", got, want)
	}
}
