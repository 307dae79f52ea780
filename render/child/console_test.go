//go:build unix

package child

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/render/child/consoletest"
)

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
	case <-time.After(consoletest.Hanging):
		t.Fatal("it does not end")
	}
	return cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// console is a terminal.
type console struct {
	*consoletest.Console
	t   *testing.T
	dir string // of a shell on it
}

func newConsole(t *testing.T) *console {
	t.Helper()
	return &console{Console: consoletest.New(t), t: t}
}

// start starts a command on it.
func (c *console) start(argv ...string) *exec.Cmd {
	c.t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	c.startCmd(cmd)
	return cmd
}

func (c *console) startCmd(cmd *exec.Cmd) {
	c.t.Helper()
	c.Attach(cmd)
	starting(c.t, cmd)
}

// modes are the terminal's modes.
func (c *console) modes() unix.Termios {
	c.t.Helper()
	m, err := unix.IoctlGetTermios(int(c.Programs.Fd()), getModes)
	if err != nil {
		c.t.Fatal(err)
	}
	return *m
}

// until waits for what comes by itself.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(consoletest.Hanging); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
