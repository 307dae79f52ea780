//lint:file-ignore SA1019 package unix has no wrapper for what this file calls

package child

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// action is what the kernel calls a sigaction: at its head what to do, then a
// trampoline, a mask and flags. All zero is the default action.
type action [4]uint64

// isIgnored reports whether a signal is ignored. Go tells that of only two.
func isIgnored(s syscall.Signal) bool {
	var was action
	_, _, err := syscall.RawSyscall(unix.SYS_SIGACTION, uintptr(s), 0, uintptr(unsafe.Pointer(&was)))
	const ignore = 1
	return err == 0 && was[0] == ignore
}

// byDefault gives a signal its default action, behind the back of Go, whose own would
// print goroutines, or nothing would happen at all.
func byDefault(s syscall.Signal) {
	var none action
	_, _, _ = syscall.RawSyscall(unix.SYS_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&none)), 0)
}

// unblock lets this thread have a signal.
func unblock(s syscall.Signal) {
	const unblock = 2
	set := uint32(1) << (s - 1)
	_, _, _ = syscall.RawSyscall(unix.SYS___PTHREAD_SIGMASK, unblock, uintptr(unsafe.Pointer(&set)), 0)
}
