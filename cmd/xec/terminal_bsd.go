//go:build unix && !linux

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// Settings of a terminal, and the one of a key that does nothing.
const (
	getSettings = unix.TIOCGETA
	setSettings = unix.TIOCSETA
	noKey       = 0xff
)

func dropInput(f *os.File) {
	const fread = 1 // the queue to flush, as <sys/fcntl.h> has it
	unix.IoctlSetPointerInt(int(f.Fd()), unix.TIOCFLUSH, fread)
}
