//go:build unix

package child

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

// defaultPath is where programs are looked for when there is no PATH at all, as
// execvp does.
const defaultPath = "/usr/local/bin:/usr/bin:/bin"

// Exec replaces this process by the program. It returns only if it cannot; then
// the error is an *ExitError.
func (c Command) Exec() error {
	name := c.Argv[0]
	path, err := find(name)
	if in := c.Streams[0]; err == nil && in != nil && in.Fd() != 0 {
		err = putAt(0, in)
	}
	if err == nil {
		err = syscall.Exec(path, c.Argv, c.Env)
	}
	return notStarted(name, path, err)
}

// notStarted is the error of a program that does not start; path is where it was found.
func notStarted(name, path string, err error) error {
	status := notRun
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		status = notFound
	}
	return &ExitError{Status: status, Err: explain(name, path, err)}
}

// find gives the file of a program as execvp does: a name with a slash is the
// file, any other is looked for on PATH. The first match that can be run wins; if
// some match cannot, that is the error.
func find(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	if name == "" {
		return "", unix.ENOENT
	}
	path, ok := os.LookupEnv("PATH")
	if !ok {
		path = defaultPath
	}
	refused := error(unix.ENOENT)
	for _, folder := range filepath.SplitList(path) {
		file := filepath.Join(folder, name)
		if folder == "" || folder == "." {
			file = "./" + name
		}
		switch err := runnable(file); {
		case err == nil:
			return file, nil
		case errors.Is(err, unix.EACCES) && refused == unix.ENOENT:
			refused = err
		}
	}
	return "", refused
}

func runnable(file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return unix.EACCES
	}
	return unix.Access(file, unix.X_OK)
}

// explain says why a program did not start; path is where it was found.
func explain(name, path string, err error) error {
	kind := secret.General
	switch {
	case path == "" && errors.Is(err, unix.ENOENT):
		return secret.Errorf(kind, "%s: command not found", name)
	case errors.Is(err, unix.ENOENT) && fileExists(path):
		return secret.Errorf(kind, "%s: its interpreter does not exist", name)
	case errors.Is(err, unix.ENOEXEC):
		err := secret.Errorf(kind, "%s: not a program that the system can run", name)
		return secret.WithHint(err, "a script needs a first line like #!/bin/sh, or run it as: sh %s", name)
	case errors.Is(err, unix.E2BIG):
		err := secret.Errorf(kind, "%s: arguments and environment are more than the system hands to a program", name)
		return secret.WithHint(err, "choose fewer secrets with --only, or --pristine")
	}
	var failed *os.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return secret.Errorf(kind, "%s: %w", name, fmt.Errorf("cannot be run: %w", err))
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
