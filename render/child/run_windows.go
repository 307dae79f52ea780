package child

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"

	"github.com/xec-sh/xec-go/store/secret"
)

// Run starts the program beside this process, with its output through filters, and
// returns when it has ended and its pipes have: nil for status 0, else an *ExitError, as
// for a program that does not start.
func (c Command) Run(p Plan) error {
	cmd, err := c.cmd()
	if err != nil {
		return err
	}
	var copies sync.WaitGroup
	var ends []*os.File
	for _, way := range p.routes {
		r, w, err := os.Pipe()
		if err != nil {
			return secret.Errorf(secret.General, "cannot filter the output: %w", err)
		}
		ends = append(ends, w)
		for _, out := range way.outs {
			if out == 1 {
				cmd.Stdout = w
			} else {
				cmd.Stderr = w
			}
		}
		copies.Go(func() {
			filter := p.filters.Stream(c.Streams[way.outs[0]])
			_, _ = io.CopyBuffer(filter, r, make([]byte, 256<<10)) // the program sees the end of its pipe
			r.Close()
			filter.Close()
		})
	}
	err = cmd.Start()
	for _, w := range ends {
		w.Close()
	}
	if err == nil {
		err = cmd.Wait()
	}
	copies.Wait()
	return c.result(err)
}

// cmd is the program for package os/exec. The console hands Ctrl-C to it too; what it
// does with it decides.
func (c Command) cmd() (*exec.Cmd, error) {
	path, err := exec.LookPath(c.Argv[0])
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return nil, &ExitError{Status: notFound, Err: secret.Errorf(secret.General, "%s: command not found", c.Argv[0])}
	}
	signal.Ignore(os.Interrupt)
	s := c.Streams
	return &exec.Cmd{Path: path, Args: c.Argv, Env: c.Env, Stdin: s[0], Stdout: s[1], Stderr: s[2]}, nil
}

// result is the program's end as that of this process.
func (c Command) result(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &ExitError{Status: exit.ExitCode()}
	}
	if err != nil {
		return &ExitError{Status: notRun, Err: secret.Errorf(secret.General, "%s: cannot be run", c.Argv[0])}
	}
	return nil
}
