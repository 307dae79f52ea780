package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/xec-sh/xec-go/resolve"
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
		return secret.WithHint(secret.Errorf(secret.Invalid, "%w: %s", err, question), "%s answers yes", flag)
	}
	defer t.close()
	yes, err := t.confirm(question)
	if err == nil && !yes {
		return secret.Errorf(secret.General, "nothing was done")
	}
	return err
}

// newResolver gives a resolver over a store that is opened when it is needed: texts
// without references need none. After early is called the store gets ready while texts
// are read, because to derive its key takes as long as to read a large one; wait must
// then be called before this process ends, since a question may stand on the terminal.
func newResolver(ctx context.Context, open func() (store.Store, error)) (r *resolve.Resolver, early, wait func()) {
	var s store.Store
	ready := sync.OnceValue(func() (err error) {
		if s, err = open(); err != nil {
			return err
		}
		return store.Warm(ctx, s)
	})
	r = &resolve.Resolver{
		Fetch: func(ctx context.Context, keys []string) (map[string]secret.Value, error) {
			if err := ready(); err != nil {
				return nil, err
			}
			return store.Get(ctx, s, keys)
		},
		Keys: func(ctx context.Context) ([]string, error) { return s.List(ctx) },
	}
	var running sync.WaitGroup
	early = func() { r.Soon = func() { running.Go(func() { ready() }) } }
	return r, early, running.Wait
}

// nearestHint adds to an error about a missing key which one was probably meant.
func nearestHint(ctx context.Context, s store.Store, key string, err error) error {
	if !errors.Is(err, secret.NotFound) {
		return err
	}
	keys, listErr := s.List(ctx)
	if near := resolve.Nearest(key, keys); listErr == nil && near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return err
}

// count gives a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
