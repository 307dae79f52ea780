package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/xec-sh/xec-go/cmd/internal/private"
	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// app is what every command is given: its streams, its terminal and its
// environment. Tests make their own.
type app struct {
	in       io.Reader
	out, err io.Writer
	// inTerminal and the others tell whether a stream is a terminal.
	inTerminal, outTerminal, errTerminal bool
	// terminal opens the terminal for questions; it fails where there is none.
	terminal func() (*terminal, error)
	environ  []string
	args     []string // of this process
	// files are the process's own streams, for a child.
	files [3]*os.File
	// unprivate undoes for a child what keeps this process private.
	unprivate func()

	project projectOptions          // from flags
	config  *config.Config          // once it is loaded
	store   store.Store             // once it is chosen
	closers []func() error          // of stores that are spoken to
	working *progress               // of the work that is under way
	cancel  context.CancelCauseFunc // the context of the command
	unwatch func()                  // leaves signals to others again
}

func newApp() *app {
	return &app{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		outTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		errTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		terminal:    openTerminal,
		environ:     os.Environ(),
		files:       [3]*os.File{os.Stdin, os.Stdout, os.Stderr},
		unprivate:   func() {},
		unwatch:     func() {},
	}
}

// run runs one command line, of which argv[0] is this program, and gives its exit code. It
// does not return where a child has died of a signal: then this process does too.
func run(a *app, argv []string) int {
	if status, is := child.Helper(argv, private.Keep); is {
		return status
	}
	a.unprivate = private.Keep() // a value may stand in argv and environ already
	args := argv[1:]
	a.args = args
	cmd := newRootCommand(a, args)
	out := &keptError{w: a.out} // cobra prints help and drops the error
	cmd.SetOut(out)
	cmd.SetArgs(args)
	var unknown error
	withExitCodes(cmd, &unknown)
	ctx, cancel := context.WithCancelCause(context.Background())
	a.cancel = cancel
	err := cmd.ExecuteContext(ctx)
	a.closeStores()
	var s signalError
	if errors.As(context.Cause(ctx), &s) {
		s.die()
	}
	err = cmp.Or(err, unknown, out.err)
	if err != nil {
		a.report(err)
	}
	var exit *child.ExitError
	if errors.As(err, &exit) {
		exit.Raise()
	}
	return exitCode(err)
}

// keptError keeps the first error of a writer.
type keptError struct {
	w   io.Writer
	err error
}

func (k *keptError) Write(b []byte) (int, error) {
	n, err := k.w.Write(b)
	if k.err == nil {
		k.err = err
	}
	return n, err
}

// lookup gives a variable of the environment.
func (a *app) lookup(name string) (string, bool) {
	for _, line := range a.environ {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// environWithout is the environment without the variables that drop names.
func (a *app) environWithout(drop func(name string) bool) []string {
	return slices.DeleteFunc(slices.Clone(a.environ), func(line string) bool {
		name, _, _ := strings.Cut(line, "=")
		return drop(name)
	})
}

// isXecVar reports whether a variable is one of xec's, some of which are credentials.
func isXecVar(name string) bool { return strings.HasPrefix(name, "XEC_") }

func (a *app) getenv(name string) string {
	value, _ := a.lookup(name)
	return value
}

// home is xec's own folder of the person.
func (a *app) home() (string, error) {
	if dir := a.getenv("XEC_HOME_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return "", secret.WithHint(secret.Errorf(secret.General, "there is no home folder: %v", err), "set HOME or XEC_HOME_DIR")
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", secret.WithHint(secret.Errorf(secret.General, "%s: the home folder does not exist", dir), "set HOME or XEC_HOME_DIR")
	}
	return filepath.Join(dir, ".xec"), nil
}
