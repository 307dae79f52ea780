package store

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/xec-sh/xec-go/store/secret"
)

// Parallel is how many requests a provider has under way at once where nothing else is
// said.
const Parallel = 8

// GetParallel is the GetBatch of a store that fetches one value at a time and whose get may
// be called by several goroutines: each key is fetched once, at most n at the same time.
// The first error ends it.
func GetParallel(ctx context.Context, keys []string, n int, get func(context.Context, string) (secret.Value, error)) (map[string]secret.Value, error) {
	var mu sync.Mutex
	values := make(map[string]secret.Value, len(keys))
	unique := slices.Compact(slices.Sorted(slices.Values(keys)))
	err := InParallel(ctx, unique, n, func(ctx context.Context, key string) error {
		value, err := get(ctx, key)
		if errors.Is(err, secret.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		values[key] = value
		return nil
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

// InParallel calls do with each of items, at most n at the same time. The first error ends
// it: those that are under way are cancelled, and no more begins.
func InParallel[T any](ctx context.Context, items []T, n int, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan T)
	var workers sync.WaitGroup
	for range min(n, len(items)) {
		workers.Go(func() {
			for item := range next {
				if err := do(ctx, item); err != nil {
					cancel(err)
				}
			}
		})
	}
	feed(ctx, next, items)
	workers.Wait()
	return context.Cause(ctx)
}

// feed sends each of items, until ctx is done.
func feed[T any](ctx context.Context, next chan<- T, items []T) {
	defer close(next)
	for _, item := range items {
		select {
		case next <- item:
		case <-ctx.Done():
			return
		}
	}
}
