package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// here runs a command in the place of this process, as far as the person and the terminal
// can tell, and waits for it.
func (r *taskStarter) here(s *task.Step, command child.Command, dir string) (out task.Outcome, err error) {
	back, err := os.Getwd()
	if err != nil {
		return out, err
	}
	if os.Chdir(dir) != nil {
		return out, secret.Errorf(secret.General, "%s: its folder cannot be entered", s.Path)
	}
	defer os.Chdir(back)
	err = command.Run(r.filters.Plan(command.Streams))
	var exit *child.ExitError
	if errors.As(err, &exit) {
		if exit.Signal == syscall.SIGINT || exit.Signal == syscall.SIGQUIT {
			r.interrupt(signalError{exit.Signal}) // on a pseudo-terminal this process hears nothing of it
		}
		return task.Outcome{Failure: err}, nil
	}
	return out, err
}

// hasTerminal reports whether a command may use a terminal.
func (a *app) hasTerminal() bool { return a.inTerminal || a.outTerminal || a.errTerminal }

// timedOut is the status of a command whose time was up, as that of timeout(1).
const timedOut = 124

// apart runs a command in a process group of its own, without a terminal: it ends, with
// what it has started, when its time is up or when this process is asked to end. What it
// prints beside others has its name before each line.
func (r *taskStarter) apart(ctx context.Context, s *task.Step, in *task.Scope, command child.Command, dir string) (out task.Outcome, err error) {
	cmd := exec.CommandContext(context.Background(), command.Argv[0], command.Argv[1:]...)
	cmd.Env, cmd.Dir = command.Env, dir
	if cmd.Err != nil {
		return out, secret.Errorf(secret.General, "%s: %s: command not found", s.Path, command.Argv[0])
	}
	if !in.Beside && !r.app.inTerminal {
		cmd.Stdin = r.app.files[0]
	}
	var registered bounded
	stdout, stderr := r.printed(s, in, r.app.files[1]), r.printed(s, in, r.app.files[2])
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if s.Register != "" {
		cmd.Stdout = &registered
	}
	out.Failure = runInGroup(ctx, cmd)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		out.Failure = timeUp(s.Path)
	}
	if out.Output = registered.text.Bytes(); registered.over {
		return out, secret.Errorf(secret.General, "%s: %s.register: the output is more than %d MiB", s.Place, s.Path, maxRegistered>>20)
	}
	err = errors.Join(stdout.Close(), stderr.Close())
	if isUnread(err) && out.Failure == nil {
		out.Failure = child.DiedOf(syscall.SIGPIPE)
	}
	if isUnread(err) {
		err = nil
	}
	return out, err
}

// isUnread reports whether nobody reads any more what was to be written.
func isUnread(err error) bool { return errors.Is(err, syscall.EPIPE) }

func timeUp(path string) error {
	return &child.ExitError{Status: timedOut, Err: secret.Errorf(secret.General, "%s: its time is up", path)}
}

// runInGroup runs a command in a process group of its own. The error is a *child.ExitError.
func runInGroup(ctx context.Context, cmd *exec.Cmd) error {
	runtime.LockOSThread() // with which the command dies, where the system can do that
	defer runtime.UnlockOSThread()
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return &child.ExitError{Status: 126, Err: secret.Errorf(secret.General, "%s: cannot be run", cmd.Args[0])}
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			endGroup(cmd, ended)
		case <-ended:
		}
	}()
	err := cmd.Wait()
	close(ended)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exitOf(exit)
	case isUnread(err):
		return child.DiedOf(syscall.SIGPIPE)
	}
	return err
}
