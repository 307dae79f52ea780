//go:build darwin || freebsd

package broker

import "golang.org/x/sys/unix"

// peerUser is the user at the other end, as the kernel noted it when they connected.
func peerUser(fd int) (uint32, error) {
	peer, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return 0, err
	}
	return peer.Uid, nil
}
