package file

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/xec-sh/xec-go/store/secret"
)

const (
	lockPatience = 500 * time.Millisecond // before the person is told
	lockLimit    = 60 * time.Second
	lockPoll     = 5 * time.Millisecond
)

// lock admits one writer. The lock file lies beside the folder, because a
// store is created and restored as a folder; it stays, for the next one.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	l, err := s.lockFile(ctx)
	if err != nil {
		return nil, err
	}
	return func() { l.Close() }, nil
}

// lockOnce is lock for a place that is written once: unlock removes the lock file, unless it
// is a file of the person's, which has something in it.
func (s *Store) lockOnce(ctx context.Context) (unlock func(), err error) {
	l, err := s.lockFile(ctx)
	if err != nil {
		return nil, err
	}
	return func() {
		if info, err := l.Stat(); err == nil && info.Size() == 0 {
			removeLock(l)
		}
		l.Close()
	}, nil
}

func (s *Store) lockFile(ctx context.Context) (*flock.Flock, error) {
	parent := filepath.Dir(s.opt.Dir)
	if err := makeFolder(parent); err != nil {
		return nil, err
	}
	if err := checkParent(parent); err != nil {
		return nil, err
	}
	if err := checkLock(s.opt.Dir + ".lock"); err != nil {
		return nil, err
	}
	l := flock.New(s.opt.Dir+".lock", flock.SetPermissions(0o600), flock.SetFlag(lockFlags))
	ok, err := s.tryLock(ctx, l, lockPatience)
	if err == nil && !ok {
		s.opt.Notice("waiting for another xec to finish with " + s.opt.Dir)
		ok, err = s.tryLock(ctx, l, lockLimit)
	}
	if err != nil {
		return nil, permission(err, l.Path(), "chmod 600 %s", l.Path())
	}
	if !ok {
		return nil, secret.Errorf(secret.General, "%s: another process has held the lock for %v", l.Path(), lockLimit)
	}
	if err := openToOwner(l.Path()); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// openToOwner gives a lock file that was made under a strict umask the mode by which
// the next writer can open it.
func openToOwner(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o600 != 0o600 {
		err = os.Chmod(path, 0o600)
	}
	return err
}

// tryLock waits up to limit; false with no error means that it was too short.
func (s *Store) tryLock(ctx context.Context, l *flock.Flock, limit time.Duration) (bool, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		ok, err := l.TryLockContext(limited, lockPoll)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return false, nil
		}
		if err != nil || !ok || isInPlace(l) {
			return ok, err
		}
		l.Close()
	}
}

// isInPlace reports whether the file that is locked is the one that others would lock. One
// that was removed after it had been opened keeps nobody out.
func isInPlace(l *flock.Flock) bool {
	held, err := l.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(l.Path())
	return err == nil && os.SameFile(held, there)
}
