package main

import (
	"os"

	"golang.org/x/sys/unix"
)

func dropInput(f *os.File) { unix.IoctlSetInt(int(f.Fd()), unix.TCFLSH, unix.TCIFLUSH) }
