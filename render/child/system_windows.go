package child

import (
	"os"
	"syscall"
)

// isTerminal says no: there are no pseudo-terminals, so a console is left alone as a device is.
func isTerminal(*os.File) bool { return false }

func sameTerminal(_, _ *os.File) bool { return false }

// dieOf has nothing to do: there are no signals.
func dieOf(syscall.Signal) {}

// Helper has nothing to do: there are no sessions.
func Helper([]string, func() (undo func())) (status int, is bool) { return 0, false }
