//go:build unix

package main

import (
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/render/child"
)

// ownGroup gives a command a process group of its own. On Linux it dies with this process.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = child.Attributes()
	cmd.SysProcAttr.Setpgid = true
}

// grace is how long a command has to end when it is asked to.
const grace = 5 * time.Second

// endGroup asks a command and what it has started to end, and ends them if they do not.
func endGroup(cmd *exec.Cmd, ended <-chan struct{}) {
	_ = unix.Kill(-cmd.Process.Pid, unix.SIGTERM)
	select {
	case <-ended:
	case <-time.After(grace):
		_ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
	}
}

// exitOf gives the end of a command as that of this process.
func exitOf(exit *exec.ExitError) error {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return child.DiedOf(status.Signal())
	}
	return &child.ExitError{Status: exit.ExitCode()}
}
