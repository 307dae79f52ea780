package command

import "os/exec"

// caseless: names of variables are compared without regard to case, as Path and PATH.
const caseless = true

// killGroup leaves it at the command itself.
func killGroup(*exec.Cmd) {}
