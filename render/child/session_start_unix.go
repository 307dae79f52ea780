//go:build unix

package child

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

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
	r.beside(s.copyKeys)
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
