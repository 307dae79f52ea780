package child

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lastSignal is the highest number of a signal.
const lastSignal = 64

// ownSignals are those by which the system's library works.
var ownSignals = []syscall.Signal{32, 33}

// self is this program, whatever has become of its file.
func self() (string, error) { return "/proc/self/exe", nil }

// Attributes has a program die with the thread that starts it.
func Attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL} }

// dieWithParent has what this thread becomes die with the thread that has started this
// process.
func dieWithParent() { _ = unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0) }

// await waits until one of the files can be read, or output leads nowhere any more. A
// negative number is no file.
func await(output int, files ...int) (broken bool, ready []bool) {
	polls := []unix.PollFd{{Fd: int32(output)}}
	for _, fd := range files {
		polls = append(polls, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	}
	for {
		if n, err := unix.Poll(polls, -1); n > 0 || err != unix.EINTR {
			break
		}
	}
	for _, p := range polls[1:] {
		ready = append(ready, p.Revents != 0)
	}
	return polls[0].Revents != 0, ready
}

// awaitRoom waits until a file can be written to, or stop can be read.
func awaitRoom(fd, stop int) {
	polls := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}, {Fd: int32(stop), Events: unix.POLLIN}}
	for {
		if n, err := unix.Poll(polls, -1); n > 0 || err != unix.EINTR {
			return
		}
	}
}

// mayComeBack reports whether a file that leads nowhere may lead somewhere later: a named
// pipe waits for the next reader.
func mayComeBack(fd int) bool {
	var file unix.Stat_t
	var system unix.Statfs_t
	if unix.Fstat(fd, &file) != nil || unix.Fstatfs(fd, &system) != nil {
		return true
	}
	return file.Mode&unix.S_IFMT == unix.S_IFIFO && int64(system.Type) != unix.PIPEFS_MAGIC
}

// widen lets a pipe hold as much as a filter is given at once.
func widen(fd int) { _, _ = unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, chunk) }

// action is what the kernel calls a sigaction: at its head what to do, then flags, a
// restorer and a mask, of 128 bits at most. All zero is the default action.
type action [8]uint64

// maskSize is the size of the kernel's sets of signals.
const maskSize = 8

// isIgnored reports whether a signal is ignored. Go tells that of only two.
func isIgnored(s syscall.Signal) bool {
	var was action
	_, _, err := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s), 0, uintptr(unsafe.Pointer(&was)), maskSize, 0, 0)
	const ignore = 1
	return err == 0 && uintptr(was[0]) == ignore
}

// byDefault gives a signal its default action, behind the back of Go, whose own would
// print goroutines, or nothing would happen at all.
func byDefault(s syscall.Signal) {
	var none action
	_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&none)), 0, maskSize, 0, 0)
}

// unblock lets this thread have a signal.
func unblock(s syscall.Signal) {
	set := uint64(1) << (s - 1)
	_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_UNBLOCK, uintptr(unsafe.Pointer(&set)), 0, maskSize, 0, 0)
}

// raise sends this thread a signal.
func raise(s syscall.Signal) { _ = unix.Tgkill(unix.Getpid(), unix.Gettid(), s) }

// withoutCore keeps the kernel from writing a core of this process, whatever the limit
// and whoever would take it.
func withoutCore() {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	noCore()
}
