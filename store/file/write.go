package file

import (
	"context"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Set implements store.Store.
func (s *Store) Set(ctx context.Context, key string, value secret.Value) error {
	return s.SetBatch(ctx, map[string]secret.Value{key: value})
}

// SetBatch implements store.BatchSetter, in one write.
func (s *Store) SetBatch(ctx context.Context, values map[string]secret.Value) error {
	if err := store.CheckValues(values); err != nil || len(values) == 0 {
		return err
	}
	return s.write(ctx, func(d *draft) error {
		if err := d.grow(slices.Collect(maps.Keys(values))); err != nil {
			return err
		}
		for key, value := range values {
			if err := d.put(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// Add implements store.Adder.
func (s *Store) Add(ctx context.Context, key string, value secret.Value) error {
	if err := store.CheckValues(map[string]secret.Value{key: value}); err != nil {
		return err
	}
	return s.write(ctx, func(d *draft) error {
		found, err := d.has(key)
		if err == nil && found {
			err = store.ErrExists
		}
		if err == nil {
			err = d.grow([]string{key})
		}
		if err != nil {
			return err
		}
		return d.put(key, value)
	})
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	found, err := s.Has(ctx, key)
	if err != nil {
		return err
	}
	if !found {
		return store.NotFound(key)
	}
	return s.write(ctx, func(d *draft) error {
		found, err := d.remove(key)
		if err == nil && !found {
			err = store.NotFound(key)
		}
		if err != nil {
			return err
		}
		return d.reshape(d.header.Keys)
	})
}

// write makes a new generation of the store in which change has happened. Where
// there is no store it makes one.
func (s *Store) write(ctx context.Context, change func(*draft) error) error {
	if err := s.Warm(ctx); err != nil {
		return err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	s.removeLeftovers()
	exists, err := s.exists()
	if err != nil {
		return err
	}
	if !exists {
		return s.failed(s.create(ctx, change))
	}
	return s.failed(s.update(ctx, change))
}

// Warm implements store.Warmer: it derives the wrapping key. A writer does that
// before it takes the lock, so that nobody waits for a person who types.
func (s *Store) Warm(ctx context.Context) error {
	if len(s.wrapping) > 0 {
		return nil
	}
	return s.read(ctx, func(*snapshot) error { return nil })
}

// update replaces keyring.enc.
func (s *Store) update(ctx context.Context, change func(*draft) error) error {
	base, err := s.snapshot(ctx)
	if err != nil {
		return err
	}
	defer base.close()
	if base.newest == math.MaxUint64 {
		return s.damaged(format.KeyringFile, "no generation can follow its own")
	}
	d := newDraft(base, s.now())
	if err := change(d); err != nil {
		return err
	}
	tmp, err := writeTemp(s.opt.Dir, "."+format.KeyringFile+".*.tmp", d.commit)
	if err != nil {
		return err
	}
	s.trace("%s: writing generation %d", s.opt.Dir, d.header.Generation)
	err = replace(tmp, s.path(format.KeyringFile))
	if err == nil || isUnsynced(err) {
		s.saw(d.header.StoreID, d.header.Generation)
	}
	return err
}

// writeFile writes a file of a new store, durably.
func writeFile(folder, name string, fill func(*os.File) error) error {
	f, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = f.Chmod(0o600) // whatever the umask
	if err == nil {
		err = fill(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}
