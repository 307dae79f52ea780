//go:build unix

package child

import (
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// outlet is a stream of this process that a filter writes to. It writes without the help
// of package os, which ends a process whose standard output is a broken pipe.
type outlet struct {
	fd     int
	failed atomic.Bool // then no more is written
}

func (o *outlet) Write(b []byte) (n int, err error) {
	for n < len(b) {
		if o.failed.Load() {
			return n, unix.EPIPE
		}
		m, err := unix.Write(o.fd, b[n:])
		switch {
		case err == nil:
			n += m
		case err == unix.EAGAIN: // others may have made it one that does not wait
			awaitRoom(o.fd, -1)
		case err != unix.EINTR:
			o.failed.Store(true)
			return n, err
		}
	}
	return n, nil
}
