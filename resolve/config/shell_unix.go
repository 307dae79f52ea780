//go:build unix

package config

import (
	"os/exec"
	"syscall"
)

func shell(command string) []string { return []string{"/bin/sh", "-c", command} }

// killGroup makes an end of time an end for all that a command has started.
func killGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
