package file

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Versions implements store.Versioner. It opens a bucket, and no record.
func (s *Store) Versions(ctx context.Context, key string) (versions []store.Version, err error) {
	if err := store.Ready(ctx, key); err != nil {
		return nil, err
	}
	err = s.read(ctx, func(snap *snapshot) error {
		return snap.lookUp([]string{key}, func(e format.Entry, _ int64) error {
			for _, v := range e.Versions {
				versions = append(versions, store.Version{Number: v.Number, Changed: timeOf(v.Changed), Size: sizeOf(v)})
			}
			return nil
		})
	})
	if err == nil && versions == nil {
		err = store.NotFound(key)
	}
	return versions, err
}

func timeOf(milliseconds uint64) time.Time { return time.UnixMilli(int64(milliseconds)) }

func sizeOf(v format.Version) int { return int(v.Length) - format.TagSize }

// Rollback implements store.Versioner: the older value becomes a new version, so that
// nothing is lost but what is the eleventh then.
func (s *Store) Rollback(ctx context.Context, key string, number uint64) (taken uint64, err error) {
	if err := store.Ready(ctx, key); err != nil {
		return 0, err
	}
	if _, err := s.Versions(ctx, key); err != nil { // before a lock, or a folder, is made
		return 0, err
	}
	err = s.write(ctx, func(d *draft) error {
		var value secret.Value
		taken, value, err = d.version(key, number)
		if err != nil {
			return err
		}
		defer value.Clear()
		return d.put(key, value)
	})
	return taken, err
}

// version opens a version of a key; 0 is the one before the newest.
func (d *draft) version(key string, number uint64) (uint64, secret.Value, error) {
	p, err := d.find(key)
	if err != nil {
		return 0, secret.Value{}, err
	}
	if !p.found {
		return 0, secret.Value{}, store.NotFound(key)
	}
	e := p.entries[p.i]
	at := slices.IndexFunc(e.Versions, func(v format.Version) bool { return v.Number == number })
	if number == 0 {
		at = 1
	}
	if at < 0 || at >= len(e.Versions) {
		return 0, secret.Value{}, noVersion(key, number)
	}
	value, err := d.base.value(key, e.Versions[at], e.records[at].offset)
	if err != nil {
		return 0, secret.Value{}, err
	}
	return e.Versions[at].Number, secret.New(value), nil
}

func noVersion(key string, number uint64) error {
	err := secret.Errorf(secret.NotFound, "%s: version %d is not kept", key, number)
	if number == 0 {
		err = secret.Errorf(secret.NotFound, "%s has no older version", key)
	}
	return secret.WithHint(err, "what is kept: xec secrets history %s", key)
}

// Describe implements store.Describer.
func (s *Store) Describe(ctx context.Context) (all []store.Info, err error) {
	err = s.read(ctx, func(snap *snapshot) error {
		return snap.each(func(_ int, entries []format.Entry) error {
			for _, e := range entries {
				newest := e.Versions[0]
				all = append(all, store.Info{
					Key: e.Key, Created: timeOf(e.Created), Changed: timeOf(newest.Changed), Size: sizeOf(newest), Versions: len(e.Versions),
				})
			}
			return nil
		})
	})
	slices.SortFunc(all, func(a, b store.Info) int { return cmp.Compare(a.Key, b.Key) })
	return all, err
}
