//go:build unix

package file

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

// openNoFollow opens path for reading. It neither follows a symbolic link nor
// waits for the writer of a FIFO.
func openNoFollow(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.EMLINK) {
		return nil, secret.Errorf(secret.Permission, "%s: a symbolic link, not a regular file", path)
	}
	return f, err
}

// checkOwn returns an error unless the file belongs to this user and nobody
// else may touch it; mode is what it should be.
func checkOwn(info fs.FileInfo, path string, mode fs.FileMode) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if ok && int(stat.Uid) != os.Geteuid() {
		return secret.Errorf(secret.Permission, "%s: belongs to user %d, and this is user %d", path, stat.Uid, os.Geteuid())
	}
	if open := info.Mode().Perm() &^ 0o700; open != 0 {
		err := secret.Errorf(secret.Permission, "%s: mode %04o lets other users in", path, info.Mode().Perm())
		return secret.WithHint(err, "chmod %o %s", mode, path)
	}
	return nil
}

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
