//go:build unix

package trust

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

// CheckFile returns an error of kind secret.Permission if somebody else can change what
// the configuration file path says. It must belong to this user or to root, as must the
// folder that it lies in, and nobody else may write to either: not everybody, and not a
// group, unless the group has the number of the owner, whose own it then is.
//
// A folder with the sticky bit is accepted whatever else its mode is, so that -c
// /tmp/ci.yaml can be used: as it belongs to this user or to root, nobody else can
// rename or remove what this user put there, and what others put there belongs to them.
//
// Of a symbolic link all this holds for the file it leads to in the end and for the
// folder of that; and the link itself must be in such hands and lie in such a folder.
//
// XEC_TRUST_CONFIG=1 is the person's word for the file too: the caller then does not ask.
func CheckFile(path string) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return permission(err, path)
	}
	if err := checkEntry(path); err != nil {
		return err
	}
	if path == target {
		return nil
	}
	return checkEntry(target)
}

// checkEntry checks what lies under a name, and the folder that it lies in.
func checkEntry(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return permission(err, path)
	}
	if err := checkHands(info, path); err != nil {
		return err
	}
	return checkFolder(filepath.Dir(path))
}

// checkFolder returns an error if others can put something else in the place of what
// lies in a folder.
func checkFolder(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return permission(err, path)
	}
	return checkHands(info, path)
}

// checkHands returns an error if a file or folder is in the hands of others.
func checkHands(info fs.FileInfo, path string) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if me := os.Geteuid(); int(stat.Uid) != me && stat.Uid != 0 {
		return secret.WithHint(foreign(path, stat), "if it is to be trusted: chown %d %s, or XEC_TRUST_CONFIG=1 for one call", me, path)
	}
	if info.Mode()&fs.ModeSymlink != 0 || info.IsDir() && info.Mode()&fs.ModeSticky != 0 {
		return nil // the mode of a link says nothing
	}
	if mode := info.Mode().Perm(); mode&0o002 != 0 || mode&0o020 != 0 && stat.Gid != stat.Uid {
		err := secret.Errorf(secret.Permission, "%s: mode %04o lets other users change it", path, mode)
		return secret.WithHint(err, "chmod go-w %s", path)
	}
	return nil
}

// checkOwn returns an error unless a file of the registry belongs to this user and its
// mode lets nobody else in.
func checkOwn(info fs.FileInfo, path string) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return foreign(path, stat)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return secret.Errorf(secret.Permission, "%s: mode %04o lets other users in", path, mode)
	}
	return nil
}

func foreign(path string, stat *syscall.Stat_t) error {
	return secret.Errorf(secret.Permission, "%s: belongs to user %d, and this is user %d", path, stat.Uid, os.Geteuid())
}

// openNoFollow opens path for reading. It neither follows a symbolic link nor waits for
// the writer of a FIFO.
func openNoFollow(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.EMLINK):
		return nil, secret.Errorf(secret.Permission, "%s: a symbolic link, not a regular file", path)
	case errors.Is(err, unix.ENXIO), errors.Is(err, unix.EOPNOTSUPP): // a socket
		return nil, secret.Errorf(secret.Permission, "%s: not a regular file", path)
	}
	return f, err
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
