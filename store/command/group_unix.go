//go:build unix

package command

import (
	"os/exec"
	"syscall"
)

// caseless: names of variables are compared byte by byte.
const caseless = false

// killGroup makes the end of a command an end for all that it has started.
func killGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
