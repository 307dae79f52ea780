// Package memory is a store that lives in memory and ends with the process. It
// is for tests and for programs that use xec's packages without a disk. It is
// safe for use by several goroutines.
package memory

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Store is a store in memory. The zero Store is empty and ready.
type Store struct {
	mu     sync.Mutex
	values map[string][]byte
}

var (
	_ store.Store       = (*Store)(nil)
	_ store.BatchSetter = (*Store)(nil)
	_ store.Adder       = (*Store)(nil)
)

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (secret.Value, error) {
	if err := store.Ready(ctx, key); err != nil {
		return secret.Value{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[key]
	if !ok {
		return secret.Value{}, store.NotFound(key)
	}
	return secret.New(bytes.Clone(value)), nil
}

// Set implements store.Store.
func (s *Store) Set(ctx context.Context, key string, value secret.Value) error {
	return s.SetBatch(ctx, map[string]secret.Value{key: value})
}

// SetBatch implements store.BatchSetter.
func (s *Store) SetBatch(ctx context.Context, values map[string]secret.Value) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := store.CheckValues(values); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, value := range values {
		s.put(key, value)
	}
	return nil
}

// Add implements store.Adder.
func (s *Store) Add(ctx context.Context, key string, value secret.Value) error {
	if err := store.Ready(ctx, key); err != nil {
		return err
	}
	if err := value.Check(key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.values[key]; found {
		return store.ErrExists
	}
	s.put(key, value)
	return nil
}

// put keeps a copy of value. The caller holds the lock.
func (s *Store) put(key string, value secret.Value) {
	if s.values == nil {
		s.values = map[string][]byte{}
	}
	s.values[key] = bytes.Clone(value.Reveal())
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := store.Ready(ctx, key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.values[key]; !found {
		return store.NotFound(key)
	}
	delete(s.values, key)
	return nil
}

// List implements store.Store.
func (s *Store) List(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.values)), nil
}
