//go:build unix

package child

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

// lookAgain is how often a session in the background looks whether it is there still: a
// shell that takes a running job to the foreground tells nobody.
const lookAgain = 200 * time.Millisecond

// session is this process's half of a session on a pseudo-terminal.
type session struct {
	terminal *outer
	screen   *source // the pseudo-terminal
	monitor  *os.File
	far      int // the monitor's end, until it has it
	statuses chan syscall.WaitStatus

	stopKeys    *bell
	keysEnded   chan struct{} // nil until keys are read
	entered     chan struct{} // told when keys may be read again
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

// socketPair gives an end for this process, and one to be inherited by a number.
func socketPair() (near *os.File, far int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, -1, err
	}
	unix.CloseOnExec(fds[0])
	if err := unix.SetNonblock(fds[0], true); err != nil { // so that Close ends a Read
		return nil, -1, err
	}
	return os.NewFile(uintptr(fds[0]), "socket"), fds[1], nil
}

// start starts the monitor, and by it the program.
func (s *session) start(r *run, files []uintptr) (pid int, err error) {
	starter, far, err := socketPair()
	if err != nil {
		return 0, cannotStart(err)
	}
	defer starter.Close()
	pid, err = s.startMonitor(r, files, far)
	unix.Close(far)
	unix.Close(s.far)
	s.far = -1
	if err != nil {
		return 0, cannotStart(err)
	}
	if err := s.startProgram(r, starter); err != nil {
		s.close()
		bury(pid)
		return 0, err
	}
	go s.listen()
	s.keysEnded = make(chan struct{})
	go func() {
		defer r.guard()
		s.copyKeys()
	}()
	go func() {
		<-s.screen.ended // by itself, where the output leads nowhere
		s.hangsUp()
	}()
	return pid, nil
}

func cannotStart(err error) error {
	return secret.Errorf(secret.General, "cannot start a session on a pseudo-terminal: %w", err)
}

// startMonitor starts this program again as the leader of a session. It has no
// environment, and learns the numbers of its descriptors from its only argument.
func (s *session) startMonitor(r *run, files []uintptr, starter int) (pid int, err error) {
	path, err := self()
	if err != nil {
		return 0, err
	}
	background := 0
	if !inForeground(s.terminal.fd) {
		background = 1
	}
	as := Attributes()
	as.Setsid, as.Setctty = true, true
	defer r.plan.filters.lift()()
	return syscall.ForkExec(path, []string{monitorName, fmt.Sprintf("%d,%d,%d", s.far, starter, background)}, &syscall.ProcAttr{Files: files, Sys: as})
}

// startProgram waits until the starter stands where the program is to stand, and lets it
// become the program.
func (s *session) startProgram(r *run, starter *os.File) error {
	if _, err := io.ReadFull(s.monitor, make([]byte, 1)); err != nil {
		return cannotStart(errors.New("its monitor has ended"))
	}
	request, err := encode(r.path, r.command)
	defer clear(request)
	if err != nil {
		return notStarted(r.command.Argv[0], r.path, err)
	}
	s.enter()
	if _, err := starter.Write(request); err != nil {
		return cannotStart(err)
	}
	raw, err := starter.SyscallConn()
	if err != nil {
		return cannotStart(err)
	}
	if err := raw.Control(func(fd uintptr) { _ = unix.Shutdown(int(fd), unix.SHUT_WR) }); err != nil {
		return cannotStart(err)
	}
	// The end comes when the program runs, and has no such descriptor.
	answer, _ := io.ReadAll(starter)
	if number, err := strconv.Atoi(string(answer)); err == nil {
		return notStarted(r.command.Argv[0], r.path, syscall.Errno(number))
	}
	return nil
}

// encode writes a program down: its file, the number of arguments, arguments,
// environment, each with a NUL behind it.
func encode(path string, c Command) ([]byte, error) {
	var b bytes.Buffer
	count := 0
	for _, texts := range [][]string{{path, strconv.Itoa(len(c.Argv))}, c.Argv, c.Env} {
		for _, text := range texts {
			count++
			b.WriteString(text)
			b.WriteByte(0)
		}
	}
	if bytes.Count(b.Bytes(), []byte{0}) != count {
		return b.Bytes(), unix.EINVAL // as the system says of a NUL
	}
	return b.Bytes(), nil
}

// listen hears from the monitor.
func (s *session) listen() {
	defer close(s.statuses)
	for b := make([]byte, 4); ; {
		if _, err := io.ReadFull(s.monitor, b); err != nil {
			return
		}
		s.statuses <- syscall.WaitStatus(binary.LittleEndian.Uint32(b))
	}
}

// tell tells the monitor what to do, and a number.
func (s *session) tell(order byte, number int) {
	_, _ = s.monitor.Write([]byte{order, byte(number)}) // it may have ended
}

// forward sends the program's process group a signal.
func (s *session) forward(sig syscall.Signal) { s.tell(orderSignal, int(sig)) }

// goOn puts the program where this process is, in the foreground or the background, and
// continues it if it is stopped.
func (s *session) goOn(stopped bool) {
	order := byte(orderBackground)
	if s.enter() {
		order = orderForeground
		copySize(s.terminal.fd, int(s.screen.files[1].Fd()))
		select {
		case s.entered <- struct{}{}:
		default:
		}
	}
	number := 0
	if stopped {
		number = 1
	}
	s.tell(order, number)
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

// copyKeys passes on what is typed, while this process is in the foreground.
func (s *session) copyKeys() {
	defer close(s.keysEnded)
	b := make([]byte, 4096)
	for {
		if !s.terminal.raw() || !inForeground(s.terminal.fd) {
			select {
			case <-s.entered:
			case <-s.stopKeys.rung:
				return
			}
			continue
		}
		_, ready := await(-1, s.stopKeys.fd, s.terminal.fd)
		if ready[0] {
			return
		}
		if !s.terminal.raw() || !inForeground(s.terminal.fd) {
			continue
		}
		n, err := unix.Read(s.terminal.fd, b)
		switch {
		case n > 0:
			s.typed(b[:n])
		case err != unix.EINTR && err != unix.EAGAIN:
			s.hangsUp()
			return
		}
	}
}

// typed passes on keys. A program that does not read may keep them waiting.
func (s *session) typed(b []byte) {
	for len(b) > 0 {
		n, err := unix.Write(s.screen.fd, b)
		switch {
		case err == unix.EAGAIN:
			awaitRoom(s.screen.fd, s.stopKeys.fd)
		case err != nil && err != unix.EINTR:
			return
		}
		select {
		case <-s.stopKeys.rung:
			return
		default:
		}
		b = b[max(n, 0):]
	}
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
