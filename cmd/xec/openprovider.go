package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/command"
	"github.com/xec-sh/xec-go/store/env"
	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/keyring"
	"github.com/xec-sh/xec-go/store/plugin"
	"github.com/xec-sh/xec-go/store/secret"
)

// openProvider gives the store of a provider. Only one that is a program of its own is
// started.
func (a *app) openProvider(p provider) (s store.Store, err error) {
	switch p.name {
	case "file":
		opt, err := a.fileOptionsIn(p.dir)
		if err != nil {
			return nil, err
		}
		return file.Open(opt), nil
	case "env":
		s, err = env.Open(p.settingsOf(), env.Options{Environ: a.environ})
	case "command":
		s, err = a.openCommand(p)
	case "keyring":
		s, err = a.openKeyring(p)
	default:
		s, err = a.kept(a.startPlugin(p))
	}
	if err != nil {
		return nil, placedSetting(p, err)
	}
	return s, nil
}

// openCommand gives the store behind commands. They run in the folder of the project whose
// configuration names them.
func (a *app) openCommand(p provider) (store.Store, error) {
	if p.settings.IsNull() {
		err := secret.Errorf(secret.Invalid, "provider command: the configuration names no command")
		return nil, secret.WithHint(err, "secrets: command: get: [PROGRAM, ARGUMENT, '{key}']")
	}
	environ, err := a.environForPrograms()
	if err != nil {
		return nil, err
	}
	a.watch()
	opt := command.Options{Environ: environ, Stderr: a.err}
	if f := p.settings.File; f != nil && !f.Own && a.config != nil {
		opt.Dir = a.config.Dir()
	}
	return command.Open(p.settingsOf(), opt)
}

// openKeyring gives the store in the keyring of the operating system.
func (a *app) openKeyring(p provider) (store.Store, error) {
	home, err := a.home()
	if err != nil {
		return nil, err
	}
	return keyring.Open(p.settingsOf(), keyring.Options{Lock: filepath.Join(home, "keyring.lock")})
}

// settingsOf gives what a configuration says of a provider.
func (p provider) settingsOf() store.Settings {
	if p.settings.IsNull() {
		return nil
	}
	b, err := json.Marshal(plainOf(p.settings))
	if err != nil {
		panic("xec: a configuration that is no JSON") // plainOf gives nothing else
	}
	return b
}

// plainOf gives a node as what encoding/json knows.
func plainOf(n *config.Node) any {
	switch {
	case n.Kind == config.Map:
		all := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			all[p.Key] = plainOf(p.Value)
		}
		return all
	case n.Kind == config.List:
		all := make([]any, len(n.Items))
		for i, item := range n.Items {
			all[i] = plainOf(item)
		}
		return all
	case n.IsNull():
		return nil
	case n.Tag == "!!bool":
		return strings.EqualFold(n.Text, "true")
	case (n.Tag == "!!int" || n.Tag == "!!float") && json.Valid([]byte(n.Text)):
		return json.Number(n.Text)
	}
	return n.Text
}

// placedSetting adds to an error about a setting where that stands in the configuration.
func placedSetting(p provider, err error) error {
	rest, ok := strings.CutPrefix(err.Error(), "secrets."+p.name)
	if !ok || p.settings == nil || !errors.Is(err, secret.Invalid) {
		return err
	}
	place := p.settings.Place
	for _, pair := range p.settings.All() {
		if strings.HasPrefix(rest, "."+pair.Key+":") || strings.HasSuffix(rest, `"`+pair.Key+`"`) {
			place = pair.Place
		}
	}
	return secret.Errorf(secret.Invalid, "%s: %w", place, err)
}

// startPlugin starts the program that is a provider.
func (a *app) startPlugin(p provider) (*plugin.Client, error) {
	path, err := findPlugin(p.name)
	if err != nil && p.place.File != nil {
		err = secret.Errorf(secret.Invalid, "%s: %w", p.place, err)
	}
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path)
	if a.files[2] != nil {
		cmd.Stderr = a.files[2]
	}
	if cmd.Env, err = a.environForPrograms(); err != nil {
		return nil, err
	}
	if trace := a.debug("secrets"); trace != nil {
		trace("provider " + p.name + ": starting " + path)
	}
	return plugin.Start(context.Background(), p.name, cmd, p.settingsOf())
}

// environForPrograms is the person's environment without what opens xec's own store.
func (a *app) environForPrograms() ([]string, error) {
	return child.Environment{Parent: a.environ}.With(nil)
}

// builtIn are the providers that xec itself holds, shipped those that come along with it.
var (
	builtIn = []string{"file", "keyring", "env", "command"}
	shipped = []string{"vault", "aws"}
)

// findPlugin gives the program of a provider: beside xec, or on PATH.
func findPlugin(name string) (string, error) {
	if err := plugin.CheckName(name); err != nil {
		return "", err
	}
	program := plugin.Prefix + name
	if self, err := os.Executable(); err == nil {
		if path, err := exec.LookPath(filepath.Join(filepath.Dir(self), program)); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(program)
	if err == nil {
		return path, nil
	}
	known := slices.Concat(builtIn, shipped)
	err = secret.Errorf(secret.Invalid, "provider %q: there is no program %s beside xec or on PATH", name, program)
	if slices.Contains(shipped, name) {
		return "", secret.WithHint(err, "it comes along with xec: go install github.com/xec-sh/xec-go/cmd/...@latest")
	}
	if near := resolve.Nearest(name, known); near != "" {
		return "", secret.WithHint(err, "did you mean %s?", near)
	}
	return "", secret.WithHint(err, "%s are the providers that xec knows", strings.Join(known, ", "))
}

// fileOptions say where the files of the store are and how it is opened, for a command that
// is about them.
func (a *app) fileOptions() (file.Options, error) {
	p, err := a.provider()
	if err != nil {
		return file.Options{}, err
	}
	if p.name != "file" {
		err := secret.Errorf(secret.Invalid, "provider %q: this is for the provider file", p.name)
		return file.Options{}, secret.WithHint(err, "--provider file is your own store in files")
	}
	return a.fileOptionsIn(p.dir)
}

// fileOptionsIn are those of a store in a folder, "" for the ordinary one.
func (a *app) fileOptionsIn(dir string) (file.Options, error) {
	home, err := a.home()
	if err != nil {
		return file.Options{}, err
	}
	passphrase, err := a.passphraseSource(passphraseVars)
	if err != nil {
		return file.Options{}, err
	}
	opt := a.storeFiles(home, dir)
	opt.Passphrase, opt.Prompt, opt.Keyring = passphrase, a.promptPassphrase, keyring.Items{}
	opt.Notice = func(text string) { a.say("%s", text) }
	opt.Trace = a.debug("secrets")
	return opt, nil
}

// storeFiles say where the files of a store in a folder are, "" for the ordinary one.
func (a *app) storeFiles(home, dir string) file.Options {
	return file.Options{
		Dir:     cmp.Or(dir, filepath.Join(home, "secrets")),
		KeyFile: filepath.Join(home, "key"),
		Seen:    filepath.Join(home, "seen"),
		Strict:  a.project.strict,
	}
}
