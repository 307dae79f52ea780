package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/broker"
	"github.com/xec-sh/xec-go/store/secret"
)

// preload is what the runtimes of scripts load: the clients of the broker.
//
//go:embed preload
var preload embed.FS

// runScript runs a script, or a program, that may ask for secrets while it runs.
func runScript(ctx context.Context, a *app, file string, o runOptions, args []string) error {
	if len(o.params) > 0 {
		err := secret.Errorf(secret.Invalid, "--param: %s is a file, and parameters are for tasks", file)
		return secret.WithHint(err, "what stands behind the file is handed to it: xec run %s ARGUMENT...", file)
	}
	var set mask.Set
	filters, err := o.filters(a, &set)
	if err != nil {
		return err
	}
	s, err := newScript(file, o.runtime)
	if err != nil {
		return err
	}
	if o.dryRun {
		_, err := fmt.Fprintln(a.out, strings.TrimSpace(onOneLine(s.path+" "+file)))
		return err
	}
	plan := filters.Plan(a.files)
	if err := a.tellLeft(plan, o.reports); err != nil {
		return err
	}
	b, err := a.startBroker(ctx, &set, o.only)
	if err != nil {
		return err
	}
	defer b.Close() // again, for what goes wrong before
	command := child.Command{Argv: s.argv(filepath.Join(b.Folder(), "preload"), args), Streams: a.files}
	env := child.Environment{Parent: a.environ}
	if command.Env, err = env.With(nil); err != nil {
		return err
	}
	command.Env = withBroker(command.Env, b)
	a.unwatch() // signals are the script's now
	err = command.Run(plan)
	if left := b.Close(); err == nil { // before a word, which may end this process where nobody reads
		err = left
	}
	a.tellShort(&set, filters.Mode, o.reports)
	if found := a.closing(&set, o.reports); err == nil {
		err = found
	}
	return err
}

// startBroker serves the person's store to what is run next, as far as only allows, and has
// set learn each value before it is answered. The store is opened now: what keeps it from
// that, and a question, come before the script.
func (a *app) startBroker(ctx context.Context, set *mask.Set, only []string) (*broker.Broker, error) {
	for _, key := range only {
		if err := secret.CheckKey(key); err != nil {
			return nil, prefixed("--only", err)
		}
	}
	s, err := a.openStore()
	if err != nil {
		return nil, err
	}
	if err := store.Warm(ctx, s); err != nil {
		return nil, err
	}
	if err := a.tellMissing(ctx, s, only); err != nil {
		return nil, err
	}
	b, err := broker.Listen(ctx, broker.Options{
		Store: s, Folders: a.privateFolders(), Only: only, Seen: set.Add,
		Missing: func(ctx context.Context, key string) error {
			return nearestHint(ctx, allowed{s, only}, key, store.NotFound(key))
		},
	})
	if err != nil {
		return nil, err
	}
	if err := layOut(b.Folder()); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// privateFolders are those in which the broker's may be made: by absolute paths, since what is
// run may go elsewhere, and not one whose path would mean something else where paths are
// listed, or in a URL.
func (a *app) privateFolders() (folders []string) {
	for _, path := range []string{a.getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if path == "" {
			continue
		}
		path, err := filepath.Abs(path)
		if err == nil && !strings.ContainsAny(path, ":#?%\\") {
			folders = append(folders, path)
		}
	}
	return folders
}

// tellMissing says which of the keys that a script may ask for are not there. It may set them.
func (a *app) tellMissing(ctx context.Context, s store.Store, only []string) error {
	if len(only) == 0 {
		return nil
	}
	keys, err := s.List(ctx)
	if err != nil {
		return err
	}
	for _, key := range only {
		if slices.Contains(keys, key) {
			continue
		}
		a.say("warning: --only: %s", store.NotFound(key))
		if near := resolve.Nearest(key, keys); near != "" {
			a.say("hint: did you mean %s?", near)
		}
	}
	return nil
}

// allowed is a store of which only some keys are told.
type allowed struct {
	store.Store
	only []string
}

func (s allowed) List(ctx context.Context) ([]string, error) {
	keys, err := s.Store.List(ctx)
	if s.only != nil {
		keys = slices.DeleteFunc(keys, func(key string) bool { return !slices.Contains(s.only, key) })
	}
	return keys, err
}

// layOut puts into a folder what scripts use: the clients, and this xec where the one that
// they would find is another or none.
func layOut(dir string) error {
	if err := os.CopyFS(dir, preload); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if found, err := exec.LookPath("xec"); err == nil && isSame(found, self) {
		return nil
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		return err
	}
	return os.Symlink(self, filepath.Join(bin, "xec"))
}

func isSame(one, other string) bool {
	a, err := os.Stat(one)
	if err != nil {
		return false
	}
	b, err := os.Stat(other)
	return err == nil && os.SameFile(a, b)
}

// withBroker gives an environment in which the broker is found.
func withBroker(env []string, b *broker.Broker) []string {
	env = replaced(env, broker.Variable, func(string) string { return b.Path() })
	env = replaced(env, "PYTHONPATH", func(old string) string { return listed(filepath.Join(b.Folder(), "preload"), old) })
	bin := filepath.Join(b.Folder(), "bin")
	if _, err := os.Stat(bin); err == nil { // layOut has made it
		env = replaced(env, "PATH", func(old string) string { return listed(bin, old) })
	}
	return env
}

func listed(first, rest string) string {
	if rest == "" {
		return first
	}
	return first + string(os.PathListSeparator) + rest
}

// replaced gives an environment with another value of a variable.
func replaced(env []string, name string, value func(old string) string) []string {
	old := ""
	env = slices.DeleteFunc(env, func(line string) bool {
		rest, ok := strings.CutPrefix(line, name+"=")
		if ok {
			old = rest
		}
		return ok
	})
	return append(env, name+"="+value(old))
}
