//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package child

import "golang.org/x/sys/unix"

const (
	getModes = unix.TIOCGETA
	setModes = unix.TIOCSETA
)
