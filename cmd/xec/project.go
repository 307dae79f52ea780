package main

import (
	"path/filepath"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/secret"
)

// openStore gives the store that the person uses. It opens nothing yet.
func (a *app) openStore() (store.Store, error) {
	home, err := a.home()
	if err != nil {
		return nil, err
	}
	passphrase, err := a.passphraseSource()
	if err != nil {
		return nil, err
	}
	return file.Open(file.Options{
		Dir:        filepath.Join(home, "secrets"),
		KeyFile:    filepath.Join(home, "key"),
		Passphrase: passphrase,
		Prompt:     a.promptPassphrase,
		Notice:     func(text string) { a.say("%s", text) },
		Trace:      a.debug("secrets"),
	}), nil
}

// confirm asks the person on the terminal; without one it refuses and names the
// flag that stands for a yes. A no is an error too: the command has not been done.
func (a *app) confirm(question, flag string) error {
	t, err := a.terminal()
	if err != nil {
		return secret.WithHint(secret.Errorf(secret.Invalid, "%s: %w", question, err), "%s answers yes", flag)
	}
	defer t.close()
	yes, err := t.confirm(question)
	if err == nil && !yes {
		return secret.Errorf(secret.General, "nothing was done")
	}
	return err
}
