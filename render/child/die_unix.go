//go:build unix

package child

import (
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dieOf ends this process by a signal. The first process of a system, or of a container,
// does not die so.
func dieOf(s syscall.Signal) {
	runtime.LockOSThread()
	withoutCore()
	byDefault(s)
	unblock(s)
	raise(s)
	if unix.Getpid() != 1 {
		time.Sleep(time.Second) // until another thread has died of it
	}
}

// noCore limits the core of this process to nothing.
func noCore() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &limit) == nil {
		limit.Cur = 0
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &limit) // to lower it cannot fail
	}
}
