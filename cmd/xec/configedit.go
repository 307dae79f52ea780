package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/xec-sh/xec-go/render/output"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// editOptions say what is changed, and where.
type editOptions struct {
	path, value string
	json        bool
	global      bool
	done        string // what has become of the path, in a word
}

// editedFile is the file that a change is for, "" where there is none yet.
func (a *app) editedFile(global bool) (string, error) {
	if global {
		home, err := a.home()
		if err != nil {
			return "", err
		}
		for _, name := range config.Names {
			path := filepath.Join(home, name)
			if _, err := os.Stat(path); err == nil {
				return path, nil
			}
		}
		return filepath.Join(home, "config.yaml"), nil
	}
	opt, err := a.configOptions()
	if err != nil {
		return "", err
	}
	return config.Find(opt)
}

// editConfig changes a file of the configuration in one step. One that was approved, or needed
// no approval, is approved as it is then: the change is the person's own.
func (a *app) editConfig(o editOptions, change func(name string, text []byte) ([]byte, error)) error {
	path, err := a.editedFile(o.global)
	if err != nil {
		return err
	}
	isNew := path == ""
	if isNew {
		path = filepath.Join(".xec", "config.yaml")
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a link stays one
	}
	unlock, err := a.lockConfig()
	if err != nil {
		return err
	}
	defer unlock()
	text, mode, err := readConfig(path)
	if err != nil {
		return err
	}
	name := shortHere(path)
	changed, err := change(name, text)
	if err != nil && !strings.HasPrefix(err.Error(), name) {
		err = prefixed(name+": "+o.path, err)
	}
	if err != nil {
		return err
	}
	approve := a.approvedBefore(o)
	if err := replaceConfig(path, text, changed, mode); err != nil {
		return err
	}
	if isNew {
		a.done("made %s", path)
	}
	a.done("%s is %s", o.path, o.done)
	return approve()
}

// lockConfig waits until nobody else changes a configuration. Without a home folder there is
// nothing to wait for.
func (a *app) lockConfig() (unlock func() error, err error) {
	home := a.homeOrNone()
	if home == "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(home, "config.lock"))
	return lock.Unlock, lock.Lock()
}

// replaceConfig writes a file anew if it still has the text that was changed.
func replaceConfig(path string, text, changed []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	err := output.Write(path, func(w io.Writer) error {
		if now, _, err := readConfig(path); err != nil || string(now) != string(text) {
			return secret.Errorf(secret.General, "%s: it has changed meanwhile", shortHere(path))
		}
		_, err := w.Write(changed)
		return err
	})
	if err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

// readConfig gives the text of a file, empty where there is none, and the mode that it keeps.
func readConfig(path string) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0o644, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, secret.Errorf(secret.General, "%s: not a regular file", shortHere(path))
	}
	text, err := os.ReadFile(path)
	return text, info.Mode().Perm(), err
}

// approvedBefore gives what approves a project's file after a change, if it was approved, or
// needed no approval, before it.
func (a *app) approvedBefore(o editOptions) (again func() error) {
	nothing := func() error { return nil }
	if o.global {
		return nothing
	}
	before, err := a.loadConfig()
	r, noHome := a.registry()
	if err != nil || noHome != nil {
		return nothing
	}
	if subject := before.Subject(); len(subject.Parts) > 0 {
		if approval, _, err := r.Lookup(subject); err != nil || !approval.Covers(subject) {
			return nothing
		}
	}
	return func() error {
		a.config = nil
		after, err := a.loadConfig()
		if err != nil || after.Project == nil {
			return err
		}
		if subject := after.Subject(); len(subject.Parts) > 0 {
			_, err = r.Approve(subject)
		}
		return err
	}
}
