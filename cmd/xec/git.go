package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// gitTime is what git has to answer: a repository may hold files that never end.
const gitTime = 3 * time.Second

// inGit says what git would do with a file.
type inGit int

const (
	gitNone    inGit = iota // there is no repository
	gitIgnored              // it is not committed
	gitOpen                 // the next git add would commit it
	gitTracked              // it has been committed, or is about to be
	gitNotTold              // git is not there, or refuses
)

// gitOf asks git what it does with a file. A repository is somebody else's word: nothing of
// what its configuration may have git run is run.
func (a *app) gitOf(ctx context.Context, file string) (state inGit, top string) {
	top = repository(filepath.Dir(file))
	if top == "" {
		return gitNone, ""
	}
	ctx, cancel := context.WithTimeout(ctx, gitTime)
	defer cancel()
	tracked, err := a.git(ctx, top, "--literal-pathspecs", "ls-files", "--", file)
	if err != nil {
		return gitNotTold, top
	}
	if tracked != "" {
		return gitTracked, top
	}
	_, err = a.git(ctx, top, "check-ignore", "-q", "--", file)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return gitIgnored, top
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		return gitOpen, top
	}
	return gitNotTold, top
}

// repository gives the folder of the repository that a folder is in.
func repository(folder string) string {
	for {
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return ""
		}
		folder = parent
	}
}

// git runs a command of git that reads alone: no monitor, no hook, no fetch of what is not
// there, and none of the variables by which it would look elsewhere.
func (a *app) git(ctx context.Context, folder string, args ...string) (string, error) {
	args = append([]string{
		"-C", folder, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never",
	}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.WaitDelay = time.Second
	cmd.Env = a.environWithout(func(name string) bool { return strings.HasPrefix(name, "GIT_") || isXecVar(name) })
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0")
	out, err := cmd.Output()
	return string(out), err
}
