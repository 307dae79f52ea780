package child

import "golang.org/x/sys/unix"

// private keeps this process's memory from others.
func private() { unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }
