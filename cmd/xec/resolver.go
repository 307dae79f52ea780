package main

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// newResolver gives a resolver over a store that is opened when it is needed: texts
// without references need none.
func newResolver(ctx context.Context, open func() (store.Store, error)) *resolve.Resolver {
	r, _ := lazyResolver(ctx, open)
	return r
}

// newEarlyResolver is newResolver for texts that take long to be read. The store gets ready
// meanwhile, because to derive its key takes as long as to read a large one; wait must be
// called before this process ends, since a question may stand on the terminal.
func newEarlyResolver(ctx context.Context, open func() (store.Store, error)) (r *resolve.Resolver, wait func()) {
	r, ready := lazyResolver(ctx, open)
	var running sync.WaitGroup
	r.Soon = func() { running.Go(func() { ready() }) }
	return r, running.Wait
}

// lazyResolver gives a resolver, and what gets its store ready, once.
func lazyResolver(ctx context.Context, open func() (store.Store, error)) (r *resolve.Resolver, ready func() error) {
	var s store.Store
	ready = sync.OnceValue(func() (err error) {
		if s, err = open(); err != nil {
			return err
		}
		return store.Warm(ctx, s)
	})
	return &resolve.Resolver{
		Fetch: func(ctx context.Context, keys []string) (map[string]secret.Value, error) {
			if err := ready(); err != nil {
				return nil, err
			}
			return store.Get(ctx, s, keys)
		},
		Keys: func(ctx context.Context) ([]string, error) { return s.List(ctx) },
	}, ready
}

// resolverOf is newResolver for a store that is open.
func resolverOf(ctx context.Context, s store.Store) *resolve.Resolver {
	return newResolver(ctx, func() (store.Store, error) { return s, nil })
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

// everything gives all secrets of a store.
func everything(ctx context.Context, s store.Store) (map[string]secret.Value, error) {
	keys, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	return store.Get(ctx, s, keys)
}

// chosen gives the secrets of some keys, or all where there are none. One that is missing
// is an error.
func chosen(ctx context.Context, s store.Store, keys []string) (map[string]secret.Value, error) {
	if len(keys) == 0 {
		return everything(ctx, s)
	}
	r := resolverOf(ctx, s)
	var refs []*resolve.Reference
	for _, key := range keys {
		ref, err := keyNeeded(r, strings.TrimSpace(key), "--only")
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	if err := r.Load(ctx); err != nil {
		return nil, err
	}
	secrets := map[string]secret.Value{}
	for _, ref := range refs {
		var err error
		if secrets[ref.Name], err = r.Value(ref); err != nil {
			return nil, err
		}
	}
	return secrets, nil
}

// keyNeeded tells a resolver of a key that a flag names.
func keyNeeded(r *resolve.Resolver, key, flag string) (*resolve.Reference, error) {
	if err := secret.CheckKey(key); err != nil {
		return nil, prefixed(flag, err)
	}
	ref := &resolve.Reference{Kind: resolve.Secret, Name: key}
	r.Need(flag, ref)
	return ref, nil
}
