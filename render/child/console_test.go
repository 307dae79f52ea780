//go:build unix

package child

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// hanging is when a test gives up waiting.
const hanging = time.Minute

// groups are the components that programs belong to.
var groups = map[string]string{"sh": "shells", "bash": "shells", "unshare": "root"}

// need skips a test where a program that it is made with is missing.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			required := strings.Split(os.Getenv("XEC_TEST_REQUIRE"), ",")
			if group, grouped := groups[p]; slices.Contains(required, p) || grouped && slices.Contains(required, group) {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
}

// needProc skips a test that looks into /proc.
func needProc(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
}

// me is this binary.
func me(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// starting starts a command and kills it when the test has ended.
func starting(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// waited gives how a command has ended, in time.
func waited(t *testing.T, cmd *exec.Cmd) syscall.WaitStatus {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
	case <-time.After(hanging):
		t.Fatal("it does not end")
	}
	return cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// console is a terminal as a person has it.
type console struct {
	t       *testing.T
	dir     string // of a shell on it
	master  *os.File
	fd      int // of master, which to ask it for would change
	slave   *os.File
	mu      sync.Mutex
	seen    []byte
	changed chan struct{}
	from    int // what has been expected already
}

func newConsole(t *testing.T) *console {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals: %v", err)
	}
	c := &console{t: t, master: master, slave: slave, changed: make(chan struct{}, 1)}
	c.resize(100, 30)
	// Package pty has made it one that waits, which Close would not end.
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	master.Close()
	c.master, c.fd = os.NewFile(uintptr(fd), "terminal"), fd
	t.Cleanup(func() { c.master.Close(); slave.Close() })
	go c.look()
	return c
}

// resize gives it another size, through the end that no one reads from.
func (c *console) resize(width, height int) {
	c.t.Helper()
	size := unix.Winsize{Row: uint16(height), Col: uint16(width)}
	if err := unix.IoctlSetWinsize(int(c.slave.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) look() {
	b := make([]byte, 4096)
	for {
		n, err := c.master.Read(b)
		if err != nil {
			return
		}
		c.mu.Lock()
		c.seen = append(c.seen, b[:n]...)
		c.mu.Unlock()
		select {
		case c.changed <- struct{}{}:
		default:
		}
	}
}

// start starts a command as a terminal window does: the leader of a session with this
// terminal for all that the command has not set.
func (c *console) start(argv ...string) *exec.Cmd {
	c.t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	c.startCmd(cmd)
	return cmd
}

func (c *console) startCmd(cmd *exec.Cmd) {
	c.t.Helper()
	if cmd.Stdin == nil {
		cmd.Stdin = c.slave
	}
	if cmd.Stdout == nil {
		cmd.Stdout = c.slave
	}
	if cmd.Stderr == nil {
		cmd.Stderr = c.slave
	}
	cmd.ExtraFiles = append([]*os.File{c.slave}, cmd.ExtraFiles...)
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Setctty, cmd.SysProcAttr.Ctty = true, true, 3
	starting(c.t, cmd)
}

func (c *console) send(keys string) {
	c.t.Helper()
	if _, err := c.master.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// expect waits for a text behind what has been expected before.
func (c *console) expect(text string) {
	c.t.Helper()
	if !c.seesWithin(text, hanging) {
		c.t.Fatalf("no %q in %q", text, c.text()[c.from:])
	}
}

// seesWithin reports whether a text comes, and stands behind it then.
func (c *console) seesWithin(text string, limit time.Duration) bool {
	deadline := time.After(limit)
	for {
		c.mu.Lock()
		i := bytes.Index(c.seen[c.from:], []byte(text))
		if i >= 0 {
			c.from += i + len(text)
		}
		c.mu.Unlock()
		if i >= 0 {
			return true
		}
		select {
		case <-c.changed:
		case <-deadline:
			return false
		}
	}
}

// text is all that was seen.
func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.seen)
}

// modes are the terminal's modes.
func (c *console) modes() unix.Termios {
	c.t.Helper()
	m, err := unix.IoctlGetTermios(int(c.slave.Fd()), getModes)
	if err != nil {
		c.t.Fatal(err)
	}
	return *m
}

// until waits for what comes by itself.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(hanging); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
