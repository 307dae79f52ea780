package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

const (
	passphraseVar        = "XEC_PASSPHRASE"
	passphraseFileVar    = "XEC_PASSPHRASE_FILE"
	passphraseCommandVar = "XEC_PASSPHRASE_COMMAND"
)

// passphraseSource gives the passphrase that the environment sets, or nil where
// it sets none.
func (a *app) passphraseSource() (func() (secret.Value, error), error) {
	var set []string
	for _, name := range []string{passphraseVar, passphraseFileVar, passphraseCommandVar} {
		value, ok := a.lookup(name)
		if ok && value == "" {
			return nil, secret.WithHint(secret.Errorf(secret.Invalid, "%s is set, but empty", name), "unset %s", name)
		}
		if ok {
			set = append(set, name)
		}
	}
	switch {
	case len(set) == 0:
		return nil, nil
	case len(set) > 1:
		return nil, secret.Errorf(secret.Invalid, "%s are set; one at a time gives the passphrase", strings.Join(set, " and "))
	}
	source := map[string]func(string) (secret.Value, error){
		passphraseVar:        func(text string) (secret.Value, error) { return secret.Text(text), nil },
		passphraseFileVar:    passphraseFromFile,
		passphraseCommandVar: a.passphraseFromCommand,
	}[set[0]]
	return func() (secret.Value, error) { return source(a.getenv(set[0])) }, nil
}

func passphraseFromFile(path string) (secret.Value, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.Value{}, fmt.Errorf("%s: %w", passphraseFileVar, err)
	}
	defer f.Close()
	text, err := readUpTo(f, secret.MaxValue+2)
	if err != nil {
		return secret.Value{}, fmt.Errorf("%s: %w", passphraseFileVar, err)
	}
	return secret.New(cutNewline(text)), nil
}

// passphraseFromCommand runs the command in the system's shell. It may talk to the
// person on the terminal and on standard error.
func (a *app) passphraseFromCommand(command string) (secret.Value, error) {
	argv := []string{"/bin/sh", "-c", command}
	if runtime.GOOS == "windows" {
		argv = []string{"cmd", "/C", command}
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stderr = a.err
	cmd.Env = slices.DeleteFunc(slices.Clone(a.environ), func(line string) bool {
		return strings.HasPrefix(line, passphraseVar)
	})
	text, err := printed(cmd, secret.MaxValue+1)
	if len(text) > secret.MaxValue+1 {
		clear(text)
		return secret.Value{}, secret.Errorf(secret.Invalid, "%s: the command prints more than %d bytes", passphraseCommandVar, secret.MaxValue)
	}
	if err == nil {
		return secret.New(cutNewline(text)), nil
	}
	clear(text)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return secret.Value{}, secret.Errorf(secret.General, "%s: the command failed: %s", passphraseCommandVar, exit.ProcessState)
	}
	return secret.Value{}, secret.Errorf(secret.General, "%s: the command could not be started", passphraseCommandVar)
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
func (a *app) promptPassphrase() (secret.Value, error) {
	t, err := a.terminal()
	if err != nil {
		err := secret.Errorf(secret.Invalid, "the store needs its passphrase, and %w", err)
		return secret.Value{}, secret.WithHint(err, "set %s, %s or %s", passphraseFileVar, passphraseCommandVar, passphraseVar)
	}
	defer t.close()
	text, err := t.hidden("Passphrase: ")
	return secret.New(text), err
}
