//go:build unix

package file

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

// openNoFollow opens path for reading. It neither follows a symbolic link nor
// waits for the writer of a FIFO.
func openNoFollow(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.EMLINK):
		return nil, notRegular(path, "a symbolic link, not a regular file")
	case errors.Is(err, unix.ENXIO), errors.Is(err, unix.EOPNOTSUPP): // a socket
		return nil, notRegular(path, "not a regular file")
	}
	return f, err
}

// checkOwn returns an error unless the file belongs to this user and nobody
// else may touch it; mode is what it should be.
func checkOwn(info fs.FileInfo, path string, mode fs.FileMode) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && !isOwn(info) {
		err := secret.Errorf(secret.Permission, "%s: belongs to user %d, and this is user %d", path, stat.Uid, os.Geteuid())
		return secret.WithHint(err, "sudo chown %d %s, if it is yours", os.Geteuid(), path)
	}
	if open := info.Mode().Perm() &^ 0o700; open != 0 {
		err := secret.Errorf(secret.Permission, "%s: mode %04o lets other users in", path, info.Mode().Perm())
		if info.IsDir() { // a checkout by git opens the files in it too
			return secret.WithHint(err, "chmod %o %s && chmod 600 %s/*", mode, path, path)
		}
		return secret.WithHint(err, "chmod %o %s", mode, path)
	}
	if need := mode & 0o500; info.Mode().Perm()&need != need {
		err := secret.Errorf(secret.Permission, "%s: mode %04o lets nobody in", path, info.Mode().Perm())
		return secret.WithHint(err, "chmod %o %s", mode, path)
	}
	return nil
}

// isOwn reports whether a file belongs to this user.
func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// checkParent returns an error if others could put another folder in the place of a
// store: if they may write to the folder that it lies in. The group may where it is
// the person's own, which has the person's number; and everybody where the sticky bit
// leaves each what is theirs.
func checkParent(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode()&fs.ModeSticky != 0 {
		return nil
	}
	if me := os.Geteuid(); int(stat.Uid) != me && stat.Uid != 0 {
		return secret.Errorf(secret.Permission, "%s: belongs to user %d, and this is user %d", path, stat.Uid, me)
	}
	if mode := info.Mode().Perm(); mode&0o002 != 0 || mode&0o020 != 0 && stat.Gid != stat.Uid {
		err := secret.Errorf(secret.Permission, "%s: mode %04o lets other users replace the store in it", path, mode)
		return secret.WithHint(err, "chmod go-w %s", path)
	}
	return nil
}

// checkLock returns an error unless the lock file, where there is one, is a file.
func checkLock(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return secret.Errorf(secret.Permission, "%s: not a regular file", path)
	}
	return nil
}

// lockFlags open a lock file without following a link and without waiting.
const lockFlags = os.O_CREATE | os.O_RDWR | unix.O_NOFOLLOW | unix.O_NONBLOCK

// removeLock removes the file of a lock before another can lock it: who has opened it already
// finds that it is not in its place any more.
func removeLock(l *flock.Flock) { os.Remove(l.Path()) }

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	// Some file systems have no such thing; their rename is all there is.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}
