package file

import (
	"context"
	"fmt"
	"slices"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// read calls look with a snapshot, or not at all when there is no store.
func (s *Store) read(ctx context.Context, look func(*snapshot) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	exists, err := s.exists()
	if err != nil {
		return err
	}
	if !exists {
		s.trace("%s: no store", s.opt.Dir)
		return s.checkGone()
	}
	s.trace("%s: opening", s.opt.Dir)
	snap, err := s.snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.close()
	s.trace("%s: generation %d, %d keys", s.opt.Dir, snap.header.Generation, snap.header.Keys)
	return look(snap)
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (secret.Value, error) {
	values, err := s.GetBatch(ctx, []string{key})
	if err != nil {
		return secret.Value{}, err
	}
	value, ok := values[key]
	if !ok {
		return secret.Value{}, store.NotFound(key)
	}
	return value, nil
}

// GetBatch implements store.BatchGetter. It opens the store once and each
// bucket once.
func (s *Store) GetBatch(ctx context.Context, keys []string) (map[string]secret.Value, error) {
	if err := store.Ready(ctx, keys...); err != nil {
		return nil, err
	}
	values := make(map[string]secret.Value, len(keys))
	err := s.read(ctx, func(snap *snapshot) error {
		return snap.lookUp(keys, func(e format.Entry, offset int64) error {
			s.trace("%s: opening its record, version %d", e.Key, e.Versions[0].Number)
			value, err := snap.newestValue(e, offset)
			values[e.Key] = value
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

// newestValue opens the newest version of a key, whose record begins at offset. Its error
// always names the key, so that a person knows what stops a command that needs all values.
func (n *snapshot) newestValue(e format.Entry, offset int64) (secret.Value, error) {
	value, err := n.value(e.Key, e.Versions[0], offset)
	if err != nil && secret.KindOf(err) == secret.General {
		err = fmt.Errorf("%s: %w", e.Key, err)
	}
	return secret.New(value), err
}

// Has implements store.Finder: it opens a bucket, and no record.
func (s *Store) Has(ctx context.Context, key string) (found bool, err error) {
	if err := store.Ready(ctx, key); err != nil {
		return false, err
	}
	err = s.read(ctx, func(snap *snapshot) error {
		return snap.lookUp([]string{key}, func(format.Entry, int64) error {
			found = true
			return nil
		})
	})
	return found, err
}

// lookUp calls found for each of the keys that exists, bucket by bucket.
func (n *snapshot) lookUp(keys []string, found func(format.Entry, int64) error) error {
	byBucket := map[int][]string{}
	for _, key := range keys {
		number := n.keys.bucket(key, n.header.Bits)
		byBucket[number] = append(byBucket[number], key)
	}
	for number, keys := range byBucket {
		entries, err := n.bucket(number)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if e, offset, ok := n.find(number, entries, key); ok {
				if err := found(e, offset); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// List implements store.Store.
func (s *Store) List(ctx context.Context) ([]string, error) {
	var keys []string
	err := s.read(ctx, func(snap *snapshot) error {
		return snap.each(func(_ int, entries []format.Entry) error {
			for i := range entries {
				keys = append(keys, entries[i].Key)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(keys)
	return keys, nil
}
