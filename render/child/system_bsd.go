//go:build unix && !linux

package child

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lastSignal is the highest number of a signal.
const lastSignal = 31

// ownSignals are those by which the system's library works.
var ownSignals []syscall.Signal

// self is this program.
func self() (string, error) { return os.Executable() }

// Attributes has nothing to say: a program does not end with who has started it.
func Attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// dieWithParent has nothing to do either.
func dieWithParent() {}

// await waits until one of the files can be read. A negative number is no file. It
// selects, because poll knows no terminals on macOS; so that output leads nowhere is
// told by the next write to it.
func await(_ int, files ...int) (broken bool, ready []bool) {
	var set unix.FdSet
	for {
		set.Zero()
		highest := -1
		for _, fd := range files {
			if fd >= 0 {
				set.Set(fd)
				highest = max(highest, fd)
			}
		}
		if n, err := unix.Select(highest+1, &set, nil, nil, nil); n > 0 || err != unix.EINTR {
			break
		}
	}
	for _, fd := range files {
		ready = append(ready, fd >= 0 && set.IsSet(fd))
	}
	return false, ready
}

// awaitRoom waits until a file can be written to, or stop can be read.
func awaitRoom(fd, stop int) {
	var room, stopped unix.FdSet
	for {
		room.Zero()
		stopped.Zero()
		room.Set(fd)
		if stop >= 0 {
			stopped.Set(stop)
		}
		if n, err := unix.Select(max(fd, stop)+1, &stopped, &room, nil, nil); n > 0 || err != unix.EINTR {
			return
		}
	}
}

// mayComeBack has no one to tell.
func mayComeBack(int) bool { return true }

// widen has nothing to do: pipes grow by themselves.
func widen(int) {}

// raise sends this process a signal.
func raise(s syscall.Signal) { _ = unix.Kill(unix.Getpid(), s) }

func withoutCore() { noCore() }
