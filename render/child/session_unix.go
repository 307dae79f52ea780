//go:build unix

package child

import (
	"encoding/binary"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lookAgain is how often a session in the background looks whether it is there still: a
// shell that takes a running job to the foreground tells nobody.
const lookAgain = 200 * time.Millisecond

// session is this process's half of a session on a pseudo-terminal.
type session struct {
	terminal *outer
	screen   *source // the pseudo-terminal
	monitor  *os.File
	far      int                     // the monitor's end, until it has it
	statuses chan syscall.WaitStatus // what the monitor tells of the program; closed when it has ended

	stopKeys    *bell
	keysEnded   chan struct{} // nil until keys are read
	entered     chan struct{} // told when keys may be read again
	elsewhere   atomic.Bool   // the program is not in the foreground of its session yet, which keys must not overtake
	hungUp      chan struct{} // closed when the terminal is gone
	goneOnce    sync.Once
	unprocessed bool // the pseudo-terminal leaves output as it is, as long as the terminal does not
	shown       bool // it has been in the foreground
	gone        bool // and the pseudo-terminal with it
}

func newSession(fd int, screen *source) (s *session, err error) {
	s = &session{terminal: &outer{fd: fd}, screen: screen, entered: make(chan struct{}, 1), hungUp: make(chan struct{}), statuses: make(chan syscall.WaitStatus)}
	if s.stopKeys, err = newBell(); err != nil {
		return nil, err
	}
	s.monitor, s.far, err = socketPair()
	return s, err
}

// listen hears from the monitor.
func (s *session) listen() {
	defer close(s.statuses)
	for b := make([]byte, 4); ; {
		if _, err := io.ReadFull(s.monitor, b); err != nil {
			return
		}
		status := syscall.WaitStatus(binary.LittleEndian.Uint32(b))
		if status == placed {
			s.mayRead()
			continue
		}
		s.statuses <- status
	}
}

// mayRead lets keys pass.
func (s *session) mayRead() {
	s.elsewhere.Store(false)
	select {
	case s.entered <- struct{}{}:
	default:
	}
}

// reads reports whether keys are for the program.
func (s *session) reads() bool {
	return !s.elsewhere.Load() && s.terminal.raw() && inForeground(s.terminal.fd)
}

// tell gives the monitor an order.
func (s *session) tell(o order) { _, _ = s.monitor.Write(o[:]) } // it may have ended

// forward sends the program's process group a signal.
func (s *session) forward(sig syscall.Signal) { s.tell(order{orderSignal, byte(sig)}) }

// goOn puts the program where this process is, in the foreground or the background, and
// continues it if it is stopped.
func (s *session) goOn(stopped bool) {
	s.elsewhere.Store(true)
	o := order{orderBackground, 0}
	if s.enter() {
		o[0] = orderForeground
		copySize(s.terminal.fd, int(s.screen.files[1].Fd()))
	}
	if stopped {
		o[1] = 1
	}
	s.tell(o)
}

// enter has the pseudo-terminal do what the terminal did, and the terminal nothing, while
// this process is in the foreground, and reports whether it is. In the background the
// terminal does it, and what it does to output must not be done twice.
func (s *session) enter() bool {
	inside := int(s.screen.files[1].Fd())
	if !s.shown && inForeground(s.terminal.fd) {
		// Until now the terminal was as a shell has it that edits a line.
		s.shown, s.unprocessed = copyModes(s.terminal.fd, inside, false) == nil, false
	}
	entered := s.terminal.enter()
	if !entered {
		s.terminal.leave()
	}
	if modes, err := unix.IoctlGetTermios(inside, getModes); err == nil {
		switch {
		case !entered && modes.Oflag&unix.OPOST != 0:
			modes.Oflag &^= unix.OPOST
			s.unprocessed = unix.IoctlSetTermios(inside, setModes, modes) == nil
		case entered && s.unprocessed:
			modes.Oflag |= unix.OPOST
			s.unprocessed = unix.IoctlSetTermios(inside, setModes, modes) != nil
		}
	}
	return entered
}

// lookAround finds out that this process is in the foreground by now.
func (s *session) lookAround() {
	if !s.gone && inForeground(s.terminal.fd) {
		s.goOn(false)
	}
}

// stopped handles that the program has been stopped: as this process would be in its
// place, and all that stand in a pipeline with it. It reports whether the program is to
// go on.
func (s *session) stopped(sig syscall.Signal, e *ears) (goesOn bool) {
	wantsTerminal := sig == unix.SIGTTIN || sig == unix.SIGTTOU
	switch {
	case wantsTerminal && inForeground(s.terminal.fd):
		// It was in the background when it asked.
	case e.jobControl():
		s.terminal.leave()
		e.suspend(sig, sig != unix.SIGSTOP)
	case wantsTerminal || sig == unix.SIGSTOP:
		return false // until somebody continues it
	}
	return true
}

// hangsUp says that the terminal is gone.
func (s *session) hangsUp() { s.goneOnce.Do(func() { close(s.hungUp) }) }

// hangUp hangs the pseudo-terminal up, as the terminal that it stands for has been.
func (s *session) hangUp() {
	s.gone, s.hungUp = true, nil
	s.end()
	s.screen.stop.ring()
	<-s.screen.ended
	s.screen.files[0].Close()
}

// end ends the reading of keys.
func (s *session) end() {
	s.stopKeys.ring()
	if s.keysEnded != nil {
		<-s.keysEnded
	}
}

// close puts the terminal back and lets the monitor end.
func (s *session) close() {
	s.terminal.leave()
	s.monitor.Close()
	s.stopKeys.close()
	if s.far >= 0 {
		unix.Close(s.far)
		s.far = -1
	}
}
