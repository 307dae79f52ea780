package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"

	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/secret"
)

// sourceVars are the variables that can give a passphrase: its text, a file, a command.
type sourceVars struct{ text, file, command string }

var (
	passphraseVars    = sourceVars{"XEC_PASSPHRASE", "XEC_PASSPHRASE_FILE", "XEC_PASSPHRASE_COMMAND"}
	newPassphraseVars = sourceVars{"XEC_NEW_PASSPHRASE", "XEC_NEW_PASSPHRASE_FILE", "XEC_NEW_PASSPHRASE_COMMAND"}
)

// given gives those of the variables that the environment has.
func (a *app) given(vars sourceVars) (names []string) {
	for _, name := range []string{vars.text, vars.file, vars.command} {
		if _, ok := a.lookup(name); ok {
			names = append(names, name)
		}
	}
	return names
}

// passphraseSource gives the passphrase that the environment sets, or nil where
// it sets none.
func (a *app) passphraseSource(vars sourceVars) (func() (secret.Value, error), error) {
	set := a.given(vars)
	for _, name := range set {
		if a.getenv(name) == "" {
			return nil, secret.WithHint(secret.Errorf(secret.Invalid, "%s is set, but empty", name), "unset %s", name)
		}
	}
	switch {
	case len(set) == 0:
		return nil, nil
	case len(set) > 1:
		return nil, secret.Errorf(secret.Invalid, "%s are set; one at a time gives the passphrase", strings.Join(set, " and "))
	}
	source := map[string]func(name, value string) (secret.Value, error){
		vars.text:    func(_, text string) (secret.Value, error) { return secret.Text(text), nil },
		vars.file:    passphraseFromFile,
		vars.command: a.passphraseFromCommand,
	}[set[0]]
	return func() (secret.Value, error) { return source(set[0], a.getenv(set[0])) }, nil
}

func passphraseFromFile(name, path string) (secret.Value, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.Value{}, fmt.Errorf("%s: %w", name, err)
	}
	defer f.Close()
	text, err := readUpTo(f, secret.MaxValue+2)
	if err != nil {
		return secret.Value{}, fmt.Errorf("%s: %w", name, err)
	}
	if len(cutNewline(text)) > secret.MaxValue {
		clear(text)
		return secret.Value{}, secret.Errorf(secret.Invalid, "%s: the file has more than %d bytes", name, secret.MaxValue)
	}
	return secret.New(cutNewline(text)), nil
}

// passphraseFromCommand runs the command in the system's shell. It may talk to the
// person on the terminal and on standard error.
func (a *app) passphraseFromCommand(name, command string) (secret.Value, error) {
	argv := []string{"/bin/sh", "-c", command}
	if runtime.GOOS == "windows" {
		argv = []string{"cmd", "/C", command}
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stderr = a.err
	cmd.Env = a.environWithout(func(name string) bool {
		return strings.HasPrefix(name, passphraseVars.text) || strings.HasPrefix(name, newPassphraseVars.text)
	})
	text, err := printed(cmd, secret.MaxValue+1)
	if len(text) > secret.MaxValue+1 {
		clear(text)
		return secret.Value{}, secret.Errorf(secret.Invalid, "%s: the command prints more than %d bytes", name, secret.MaxValue)
	}
	if err == nil {
		return secret.New(cutNewline(text)), nil
	}
	clear(text)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return secret.Value{}, secret.Errorf(secret.General, "%s: the command failed: %s", name, exit.ProcessState)
	}
	return secret.Value{}, secret.Errorf(secret.General, "%s: the command could not be started", name)
}

// printed gives what a command prints, and of what is over the limit one byte. It reads
// the pipe itself: package exec would copy through memory that nobody clears.
func printed(cmd *exec.Cmd, limit int) ([]byte, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	text, err := readUpTo(out, limit+1)
	out.Close() // what still wants to print is told so
	return text, errors.Join(err, cmd.Wait())
}

// cutNewline removes one newline from the end.
func cutNewline(text []byte) []byte { return bytes.TrimSuffix(text, []byte("\n")) }

// promptPassphrase asks the person, where there is a terminal.
func (a *app) promptPassphrase(what string, reason error) (secret.Value, error) {
	t, err := a.terminal()
	if err != nil {
		return secret.Value{}, passphraseVars.missing("the store needs its "+strings.ToLower(what), err)
	}
	defer t.close()
	defer a.pauseProgress()()
	if reason != nil {
		a.say("%s", message(reason))
	}
	text, err := t.hidden(what + ": ")
	return secret.New(text), err
}

// missing is the error for a passphrase that nothing gives.
func (v sourceVars) missing(need string, err error) error {
	err = secret.Errorf(secret.Invalid, "%s, and %w", need, err)
	return secret.WithHint(err, "set %s, %s or %s", v.file, v.command, v.text)
}

// askOnce is for commands that need a passphrase more than once: what was typed before
// answers where it can be the answer.
func askOnce(o *file.Options) {
	var typed []secret.Value
	ask := o.Prompt
	o.Prompt = func(what string, reason error) (secret.Value, error) {
		for _, v := range typed {
			if strings.Contains(what, " or ") || file.IsRecoveryKey(v) == (what == "Recovery key") {
				return secret.New(bytes.Clone(v.Reveal())), nil
			}
		}
		answer, err := ask(what, reason)
		if err == nil {
			typed = append(typed, secret.New(bytes.Clone(answer.Reveal())))
		}
		return answer, err
	}
	if set := o.Passphrase; set != nil {
		once := sync.OnceValues(set)
		o.Passphrase = func() (secret.Value, error) {
			v, err := once()
			return secret.New(bytes.Clone(v.Reveal())), err
		}
	}
}
