//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// console is a terminal as a person has it.
type console struct {
	*between
	master  *os.File
	slave   *os.File
	mu      sync.Mutex
	seen    []byte
	changed chan struct{}
	cmd     *exec.Cmd // what was started on it
	from    int       // what has been expected already
}

// prompt is what shells of these tests say when they have the terminal.
const prompt = "prompt:"

func (x *between) console() *console {
	x.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		x.Skipf("no pseudo-terminals: %v", err)
	}
	defer master.Close()
	// Package pty has made it one that waits, which Close would not end.
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		x.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		x.Fatal(err)
	}
	c := &console{between: x, master: os.NewFile(uintptr(fd), "terminal"), slave: slave, changed: make(chan struct{}, 1)}
	x.Cleanup(func() { c.master.Close(); slave.Close() })
	c.resize(100, 30)
	go c.look()
	return c
}

// shell is an interactive bash on a terminal.
func (x *between) shell() *console {
	x.Helper()
	c := x.console()
	c.start(x.plain("bash", "--norc", "--noprofile", "--noediting", "-i"))
	c.expect(prompt)
	return c
}

// start starts a command as a terminal window does: the leader of a session with this
// terminal for all that the command has not set.
func (c *console) start(cmd *exec.Cmd) {
	c.Helper()
	if cmd.Stdin == nil {
		cmd.Stdin = c.slave
	}
	if cmd.Stdout == nil {
		cmd.Stdout = c.slave
	}
	if cmd.Stderr == nil {
		cmd.Stderr = c.slave
	}
	cmd.SysProcAttr = newSession()
	cmd.SysProcAttr.Setctty = true
	cmd.SysProcAttr.Ctty = 3 + len(cmd.ExtraFiles)
	cmd.ExtraFiles = append(cmd.ExtraFiles, c.slave)
	c.cmd = cmd
	c.between.start(cmd)
}

// resize gives it another size, through the end that no one reads from.
func (c *console) resize(width, height int) {
	c.Helper()
	size := unix.Winsize{Row: uint16(height), Col: uint16(width)}
	if err := unix.IoctlSetWinsize(int(c.slave.Fd()), unix.TIOCSWINSZ, &size); err != nil {
		c.Fatal(err)
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

func (c *console) send(keys string) {
	c.Helper()
	if _, err := c.master.WriteString(keys); err != nil {
		c.Fatal(err)
	}
}

// expect waits for a text behind what has been expected before, and gives what stands
// between.
func (c *console) expect(text string) (before string) {
	c.Helper()
	deadline := time.After(hanging)
	for {
		c.mu.Lock()
		i := bytes.Index(c.seen[c.from:], []byte(text))
		if i >= 0 {
			before = string(c.seen[c.from : c.from+i])
			c.from += i + len(text)
		}
		rest := len(c.seen) - c.from
		c.mu.Unlock()
		if i >= 0 {
			return before
		}
		select {
		case <-c.changed:
		case <-deadline:
			c.Fatalf("no %q in %d bytes", text, rest)
		}
	}
}

// answer is what a command prints that the shell runs.
func (c *console) answer(command string) string {
	c.Helper()
	c.send(command + "\r")
	c.expect("\n") // the echo
	return strings.ReplaceAll(c.expect(prompt), "\r\n", "\n")
}

// pid waits for the number that a program says: pid N end.
func (c *console) pid() int {
	c.Helper()
	c.expect("pid ")
	pid, err := strconv.Atoi(c.expect(" end"))
	if err != nil {
		c.Fatal(err)
	}
	return pid
}
