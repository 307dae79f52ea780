package main

import (
	"os/exec"

	"github.com/xec-sh/xec-go/render/child"
)

// ownGroup has nothing to do: there are no process groups. This file is compiled and
// vetted elsewhere, not run.
func ownGroup(*exec.Cmd) {}

func endGroup(cmd *exec.Cmd, _ <-chan struct{}) { _ = cmd.Process.Kill() }

func exitOf(exit *exec.ExitError) error { return &child.ExitError{Status: exit.ExitCode()} }
