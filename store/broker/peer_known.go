//go:build linux || darwin || freebsd

package broker

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"

	"github.com/xec-sh/xec-go/store/secret"
)

func canCheckPeer() error { return nil }

// checkPeer returns an error unless the process at the other end is of this user.
func checkPeer(c *net.UnixConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var user uint32
	var asked error
	if err := raw.Control(func(fd uintptr) { user, asked = peerUser(int(fd)) }); err != nil {
		return err
	}
	if asked != nil {
		return asked
	}
	if int(user) != os.Geteuid() {
		return secret.Errorf(secret.Permission, "the process at the other end is of user %d", user)
	}
	return nil
}

func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist)
}
