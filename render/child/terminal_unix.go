//go:build unix

package child

import (
	"os"
	"sync"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// sameTerminal reports whether two terminals are the same, whatever names they were
// opened by: /dev/tty is another device than the terminal that it stands for.
func sameTerminal(a, b *os.File) bool {
	_, notA := foregroundGroup(int(a.Fd()))
	_, notB := foregroundGroup(int(b.Fd()))
	if notA == nil || notB == nil {
		return notA == nil && notB == nil // the one that controls this process
	}
	var as, bs unix.Stat_t
	if unix.Fstat(int(a.Fd()), &as) != nil || unix.Fstat(int(b.Fd()), &bs) != nil {
		return false
	}
	return as.Rdev == bs.Rdev
}

// foregroundGroup gives the process group in the foreground of the terminal that
// controls this process; another terminal is an error.
func foregroundGroup(fd int) (int, error) { return unix.IoctlGetInt(fd, unix.TIOCGPGRP) }

// inForeground reports whether this process may use a terminal as it likes. It may use
// one that does not control it, where there is no job control.
func inForeground(fd int) bool {
	group, err := foregroundGroup(fd)
	return err != nil || group == unix.Getpgrp()
}

// copySize gives a pseudo-terminal the size of the terminal that it stands for, and
// reports whether it had another.
func copySize(from, to int) (changed bool) {
	size, err := unix.IoctlGetWinsize(from, unix.TIOCGWINSZ)
	if err != nil {
		return false
	}
	was, err := unix.IoctlGetWinsize(to, unix.TIOCGWINSZ)
	if err != nil || *was == *size {
		return false
	}
	return unix.IoctlSetWinsize(to, unix.TIOCSWINSZ, size) == nil
}

// copyModes gives a pseudo-terminal the modes of the terminal that it stands for. Where
// that goes on to work in them, what they do to output must not be done twice.
func copyModes(from, to int, twice bool) error {
	modes, err := unix.IoctlGetTermios(from, getModes)
	if err != nil {
		return err
	}
	if twice {
		modes.Oflag &^= unix.OPOST
	}
	return unix.IoctlSetTermios(to, setModes, modes)
}

// openTerminal makes a pseudo-terminal that stands for a terminal. On one that is not a
// session's the other goes on to work.
func openTerminal(fd int, alone bool) (near, far *os.File, err error) {
	near, far, err = pty.Open()
	if err != nil {
		return nil, nil, err
	}
	inside := int(far.Fd())
	copySize(fd, inside)
	return near, far, copyModes(fd, inside, alone)
}

// outer is the terminal that a session's pseudo-terminal stands for.
type outer struct {
	fd    int
	mu    sync.Mutex
	saved *term.State // while it is raw
}

// enter makes the terminal pass every key on as it is, and reports whether it does. In
// the background it is not this process's to change.
func (t *outer) enter() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !inForeground(t.fd) {
		return false
	}
	state, err := term.MakeRaw(t.fd)
	if err != nil {
		return false
	}
	if t.saved == nil {
		t.saved = state
	}
	return true
}

// leave puts the terminal back as it was. One that others have in the foreground by now
// they have set as they want it, and to touch it would stop this process.
func (t *outer) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.saved != nil && inForeground(t.fd) {
		_ = term.Restore(t.fd, t.saved) // it may be gone
	}
	t.saved = nil
}

// raw reports whether the terminal is entered.
func (t *outer) raw() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.saved != nil
}
