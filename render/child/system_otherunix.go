//go:build unix && !linux && !darwin

package child

import (
	"os/signal"
	"syscall"
)

// isIgnored reports whether a signal is ignored, which Go tells of only two.
func isIgnored(s syscall.Signal) bool { return signal.Ignored(s) }

// byDefault gives a signal its default action where Go can.
func byDefault(s syscall.Signal) { signal.Reset(s) }

func unblock(syscall.Signal) {}
