//go:build unix

package keyring

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFlags open a lock file without following a link and without waiting.
const lockFlags = os.O_CREATE | os.O_RDWR | unix.O_NOFOLLOW | unix.O_NONBLOCK
