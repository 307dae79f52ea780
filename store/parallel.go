package store

import (
	"context"
	"errors"
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
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	values := make(map[string]secret.Value, len(keys))
	next := make(chan string)
	var workers sync.WaitGroup
	for range min(n, len(keys)) {
		workers.Go(func() {
			for key := range next {
				value, err := get(ctx, key)
				switch {
				case err == nil:
					mu.Lock()
					values[key] = value
					mu.Unlock()
				case !errors.Is(err, secret.NotFound):
					cancel(err)
				}
			}
		})
	}
	feed(ctx, next, keys)
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return values, nil
}

// feed sends each of keys once, until ctx is done.
func feed(ctx context.Context, next chan<- string, keys []string) {
	defer close(next)
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		if seen[key] {
			continue
		}
		seen[key] = true
		select {
		case next <- key:
		case <-ctx.Done():
			return
		}
	}
}
