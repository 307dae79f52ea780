package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/store/secret"
)

// Exit codes.
const (
	exitDone = iota
	exitGeneral
	exitInvalid
	exitNotFound
	exitEncryption
	exitPermission
)

// exitCode is the one place where an error becomes a number.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	var exit *child.ExitError
	if errors.As(err, &exit) {
		return exit.Status
	}
	switch secret.KindOf(err) {
	case secret.Invalid:
		return exitInvalid
	case secret.NotFound:
		return exitNotFound
	case secret.Encryption:
		return exitEncryption
	case secret.Permission:
		return exitPermission
	}
	if errors.Is(err, fs.ErrPermission) {
		return exitPermission
	}
	return exitGeneral
}

// report tells the person what went wrong: each of several errors on a line of
// its own, with its hint below it.
func (a *app) report(err error) {
	var exit *child.ExitError
	if errors.As(err, &exit) && exit.Err == nil {
		return
	}
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		for _, each := range several.Unwrap() {
			a.report(each)
		}
		return
	}
	a.say("%s", message(err))
	if hint := secret.Hint(err); hint != "" {
		a.say("hint: %s", hint)
	}
}

// message is the text of an error. What the operating system refused begins with
// the path, not with the name of a system call.
func message(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return strings.Replace(err.Error(), path.Error(), path.Path+": "+path.Err.Error(), 1)
	}
	return err.Error()
}

// flagError gives cobra's complaints about flags a kind, and a text that repeats
// no more of an argument than the name of a flag: a value that begins with a dash
// is parsed as flags.
func flagError(err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	text := "a flag that is not of the form --name=value"
	switch {
	case errors.As(err, &unknown) && len(unknown.GetSpecifiedShortnames()) > 0:
		text = fmt.Sprintf("unknown flag -%.1s", unknown.GetSpecifiedName())
	case errors.As(err, &unknown):
		text = "unknown flag"
		if name := unknown.GetSpecifiedName(); isWord(name) {
			text += " --" + name
		}
	case errors.As(err, &missing):
		text = fmt.Sprintf("--%s needs a value", missing.GetFlag().Name)
	case errors.As(err, &invalid):
		text = fmt.Sprintf("--%s does not take this value", invalid.GetFlag().Name)
		if invalid.GetFlag().Value.Type() == "int" {
			text += ": it takes a whole number"
		}
	}
	return secret.Errorf(secret.Invalid, "%s", text)
}

// word quotes an argument if it looks like the name of a command; anything else may
// be a value.
func word(arg string) string {
	if !isWord(arg) {
		return ""
	}
	return fmt.Sprintf(" %q", arg)
}

func isWord(s string) bool {
	return len(s) <= 24 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == ""
}
