package child

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"

	"github.com/xec-sh/xec-go/store/secret"
)

// Exec runs the program and returns its status as an *ExitError, nil for 0. This
// file is compiled and vetted elsewhere, not run.
func (c Command) Exec() error {
	name := c.Argv[0]
	path, err := exec.LookPath(name)
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return &ExitError{notFound, secret.Errorf(secret.General, "%s: command not found", name)}
	}
	// The console hands Ctrl-C to the child too; what it does with it decides.
	signal.Ignore(os.Interrupt)
	s := c.Streams
	cmd := &exec.Cmd{Path: path, Args: c.Argv, Env: c.Env, Stdin: s[0], Stdout: s[1], Stderr: s[2]}
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &ExitError{Status: exit.ExitCode()}
	}
	if err != nil {
		return &ExitError{notRun, secret.Errorf(secret.General, "%s: cannot be run", name)}
	}
	return nil
}
