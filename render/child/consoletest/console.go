//go:build unix

package consoletest

import (
	"bytes"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// Hanging is when a test gives up waiting.
const Hanging = 2 * time.Minute

// Console is a terminal.
type Console struct {
	// Programs is the end that programs have.
	Programs *os.File

	t       testing.TB
	person  *os.File // the other end
	fd      int      // of that, which to ask it for would change
	mu      sync.Mutex
	seen    []byte
	changed chan struct{}
	from    int // what has been expected already
}

// New makes a terminal of 100 by 30, and skips the test where there are none; where
// XEC_TEST_REQUIRE holds terminal, the test fails.
func New(t testing.TB) *Console {
	t.Helper()
	person, programs, err := pty.Open()
	if err != nil {
		if machine.Required("terminal") {
			t.Fatal(err)
		}
		t.Skipf("no pseudo-terminals: %v", err)
	}
	defer person.Close()
	// Package pty has made it one that waits, which Close would not end.
	fd, err := unix.FcntlInt(person.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	c := &Console{Programs: programs, t: t, person: os.NewFile(uintptr(fd), "terminal"), fd: fd, changed: make(chan struct{}, 1)}
	t.Cleanup(c.HangUp)
	c.Resize(100, 30)
	go c.look()
	return c
}

// HangUp ends it, as the closing of a window does.
func (c *Console) HangUp() {
	c.Programs.Close()
	c.person.Close()
}

// Resize gives it another size, through the end that no one reads from.
func (c *Console) Resize(width, height int) {
	c.t.Helper()
	size := unix.Winsize{Row: uint16(height), Col: uint16(width)}
	if err := unix.IoctlSetWinsize(int(c.Programs.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		c.t.Fatal(err)
	}
}

// Foreground is the process group in its foreground, where the system tells.
func (c *Console) Foreground() (group int, err error) {
	return unix.IoctlGetInt(c.fd, unix.TIOCGPGRP)
}

// Attach makes a command one that a terminal window starts: the leader of a session with this
// terminal for all that the command has not set.
func (c *Console) Attach(cmd *exec.Cmd) {
	if cmd.Stdin == nil {
		cmd.Stdin = c.Programs
	}
	if cmd.Stdout == nil {
		cmd.Stdout = c.Programs
	}
	if cmd.Stderr == nil {
		cmd.Stderr = c.Programs
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Setctty, cmd.SysProcAttr.Ctty = true, true, 3+len(cmd.ExtraFiles)
	cmd.ExtraFiles = append(cmd.ExtraFiles, c.Programs)
}

func (c *Console) look() {
	b := make([]byte, 4096)
	for {
		n, err := c.person.Read(b)
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

// Send types keys.
func (c *Console) Send(keys string) {
	c.t.Helper()
	if _, err := c.person.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// Expect waits for a text behind what has been expected before, and gives what stands
// between.
func (c *Console) Expect(text string) (before string) {
	c.t.Helper()
	before, found := c.ExpectWithin(text, Hanging)
	if !found {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.t.Fatalf("no %q in %d bytes", text, len(c.seen)-c.from)
	}
	return before
}

// ExpectWithin does so for a time, and reports whether the text has come.
func (c *Console) ExpectWithin(text string, limit time.Duration) (before string, found bool) {
	deadline := time.After(limit)
	for {
		if before, found = c.take(text); found {
			return before, true
		}
		select {
		case <-c.changed:
		case <-deadline:
			return "", false
		}
	}
}

// take gives what stands before a text that has come, and goes on behind that.
func (c *Console) take(text string) (before string, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := bytes.Index(c.seen[c.from:], []byte(text))
	if i < 0 {
		return "", false
	}
	before = string(c.seen[c.from : c.from+i])
	c.from += i + len(text)
	return before, true
}

// Text is all that was seen.
func (c *Console) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.seen)
}
