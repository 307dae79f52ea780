package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// Settings of a terminal, and the one of a key that does nothing.
const (
	getSettings = unix.TCGETS
	setSettings = unix.TCSETS
	noKey       = 0
)

func dropInput(f *os.File) { unix.IoctlSetInt(int(f.Fd()), unix.TCFLSH, unix.TCIFLUSH) }
