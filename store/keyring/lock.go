package keyring

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/xec-sh/xec-go/store/secret"
)

const (
	lockLimit = 60 * time.Second
	lockPoll  = 5 * time.Millisecond
)

// lock admits one writer. The file is never removed, because another process may be about to
// lock it. The lock is kept as long as one of the calls runs.
func lock(ctx context.Context, path string, c *calls) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, lockRefused(path, err)
	}
	l := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(lockFlags))
	limited, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	if _, err := l.TryLockContext(limited, lockPoll); err != nil {
		l.Close()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case limited.Err() != nil:
			err := secret.Errorf(secret.General, "%s: another writer has held the lock for %v", path, lockLimit)
			return nil, secret.WithHint(err, "it may be waiting for somebody to unlock the keyring; end it, or unlock the keyring")
		}
		return nil, lockRefused(path, err)
	}
	return func() {
		free := func() {
			c.running.Wait()
			l.Close()
		}
		if c.givenUp.Load() {
			go free()
			return
		}
		free()
	}, nil
}

func lockRefused(path string, err error) error {
	kind := secret.General
	if errors.Is(err, fs.ErrPermission) {
		kind = secret.Permission
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return secret.WithHint(secret.Errorf(kind, "%s: the lock file cannot be used: %w", path, err), "it has to be a file of yours, of mode 600")
}
