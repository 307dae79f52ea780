//go:build unix

package child

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// neverForwarded are signals that tell this process of itself, that Go uses, and that
// no process is told of.
var neverForwarded = []syscall.Signal{
	unix.SIGKILL, unix.SIGSTOP, unix.SIGCHLD, unix.SIGURG, unix.SIGPIPE, unix.SIGTTIN, unix.SIGTTOU,
	unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGILL, unix.SIGTRAP, unix.SIGSYS,
}

// ears hear the signals to this process.
type ears struct {
	signals   chan os.Signal // to forward
	stop      chan os.Signal // SIGTSTP
	continued chan os.Signal
	children  chan os.Signal
	tty       int // the terminal that controls this process, -1 where none does
}

// commonSignals are heard before the program starts. To hear of each costs Go a while.
var commonSignals = []syscall.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGWINCH, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM}

// listen begins to hear. What is ignored stays so, here and in the program. It goes on to
// the end of this process, which is near when the program has ended.
func listen() *ears {
	e := &ears{signals: make(chan os.Signal, 64), stop: make(chan os.Signal, 1), continued: make(chan os.Signal, 1), children: make(chan os.Signal, 1)}
	for _, s := range commonSignals {
		e.hear(s)
	}
	if isIgnored(unix.SIGTSTP) {
		e.stop = nil
	} else {
		signal.Notify(e.stop, unix.SIGTSTP)
	}
	signal.Notify(e.continued, unix.SIGCONT)
	signal.Notify(e.children, unix.SIGCHLD)
	var err error
	if e.tty, err = unix.Open("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC, 0); err != nil {
		e.tty = -1
	}
	return e
}

// hear hears a signal that is to be forwarded.
func (e *ears) hear(s syscall.Signal) {
	if !signal.Ignored(s) {
		signal.Notify(e.signals, s)
	}
}

// hearAll hears all others, once the program runs.
func (e *ears) hearAll() {
	for s := syscall.Signal(1); s <= lastSignal; s++ {
		if s != unix.SIGCONT && s != unix.SIGTSTP && !slices.Contains(neverForwarded, s) && !slices.Contains(ownSignals, s) && !slices.Contains(commonSignals, s) {
			e.hear(s)
		}
	}
}

func (e *ears) close() {
	if e.tty >= 0 {
		unix.Close(e.tty)
	}
}

// byTerminal reports whether a signal counts as one that the terminal has sent to this
// process's whole group, in which the program is. Go does not tell who has sent it.
func (e *ears) byTerminal(s syscall.Signal) bool {
	switch s {
	case unix.SIGINT, unix.SIGQUIT, unix.SIGTSTP, unix.SIGWINCH:
		group, err := foregroundGroup(e.tty)
		return err == nil && group == unix.Getpgrp()
	}
	return false
}

// jobControl reports whether there seems to be a shell that would continue this process
// after a stop. There is none where nobody else is in the session that this process is of.
func (e *ears) jobControl() bool {
	if e.tty < 0 {
		return false
	}
	session, err := unix.Getsid(0)
	if err != nil || session == unix.Getpid() {
		return false
	}
	parents, err := unix.Getsid(unix.Getppid())
	return unix.Getpgrp() != unix.Getpid() || err == nil && parents == session
}

// stopping is how long a stop may take to begin.
const stopping = time.Second

// suspend stops this process, or all of its group, as a signal does by default, and
// returns when it is continued. Where the system does not let a signal stop it, because
// nobody would continue it, that is a second later.
func (e *ears) suspend(s syscall.Signal, group bool) {
	if s == unix.SIGTSTP && e.stop != nil {
		signal.Ignore(s) // so that Go knows that it has to begin anew afterwards
		byDefault(s)
		forget(e.stop) // the terminal sent it here too, and this is what comes of it
		defer signal.Notify(e.stop, s)
	}
	e.hearContinuationsAnew()
	if group {
		_ = unix.Kill(0, s)
	} else {
		raise(s)
	}
	// The signal is not delivered at once. The stop itself uses up one part of the time at
	// most, so that the continuation behind it is heard here and not once more later.
	const parts = 10
	for range parts {
		select {
		case <-e.continued:
			return
		case <-time.After(stopping / parts):
		}
	}
}

// hearContinuationsAnew forgets that this process was continued, also where Go knows and has
// not told yet: told during the next stop it would seem to be the end of that.
func (e *ears) hearContinuationsAnew() {
	signal.Stop(e.continued) // waits until all is told
	forget(e.continued)
	signal.Notify(e.continued, unix.SIGCONT)
}

// forget drops a signal that has been heard.
func forget(heard chan os.Signal) {
	select {
	case <-heard:
	default:
	}
}
