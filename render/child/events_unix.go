//go:build unix

package child

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// wait handles what happens until the program has ended.
func (r *run) wait() {
	for !r.ended {
		var statuses chan syscall.WaitStatus
		var hungUp chan struct{}
		var look <-chan time.Time
		if r.session != nil {
			statuses, hungUp = r.session.statuses, r.session.hungUp
			if !r.session.terminal.raw() {
				look = time.After(lookAgain)
			}
		}
		select {
		case s := <-r.ears.signals:
			r.hear(s.(syscall.Signal))
		case <-r.ears.stop:
			r.hear(unix.SIGTSTP)
		case <-r.ears.continued:
			r.continued()
		case <-r.ears.children:
			r.reap()
		case status, ok := <-statuses:
			if ok {
				r.became(status)
			} else {
				r.monitorEnded()
			}
		case <-hungUp:
			r.session.hangUp()
		case <-look:
			r.session.lookAround()
		}
	}
}

// hear handles a signal to this process.
func (r *run) hear(s syscall.Signal) {
	resized := false
	if s == unix.SIGWINCH {
		for _, source := range r.sources {
			if source.kind == terminal && copySize(source.out.fd, int(source.files[1].Fd())) {
				resized = true
			}
		}
	}
	switch {
	case r.session != nil:
		// The system tells those in the foreground of a terminal of its new size.
		if !resized {
			r.session.forward(s)
		}
	case resized || !r.ears.byTerminal(s):
		_ = unix.Kill(r.pid, s)
	}
}

// continued handles that this process was continued: it had been stopped with the program, or
// by others, or not at all.
func (r *run) continued() {
	r.hearRest()
	if r.session != nil {
		r.session.goOn(true)
		return
	}
	_ = unix.Kill(r.pid, unix.SIGCONT)
}

// hearRest handles the signals that came before this process was continued: what ends a
// program is to be there when it is continued.
func (r *run) hearRest() {
	for {
		select {
		case s := <-r.ears.signals:
			r.hear(s.(syscall.Signal))
		default:
			return
		}
	}
}

// reap asks what has become of the program, and buries what others have left behind
// where this process is the one that has to.
func (r *run) reap() {
	of := r.pid
	if unix.Getpid() == 1 {
		of = -1
	}
	for of != 0 {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(of, &status, syscall.WNOHANG|syscall.WUNTRACED, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if pid != r.pid {
			continue
		}
		if !status.Stopped() {
			r.pid = 0
		}
		if r.session == nil {
			r.became(status)
		} else if r.pid == 0 && !r.ended {
			r.status = status // unless the monitor has told more
		}
		if r.pid == 0 && of > 0 {
			return
		}
	}
}

// became handles what has become of the program.
func (r *run) became(status syscall.WaitStatus) {
	switch {
	case !status.Stopped():
		r.status, r.ended = status, true
	case r.session != nil:
		r.settle()
		if r.session.stopped(status.StopSignal(), r.ears) {
			r.continued()
		}
	case r.ears.jobControl():
		r.settle()
		r.stopToo(status.StopSignal())
	}
}

// stopToo stops this process by the signal that has stopped the program, which stands in its
// group, and has the program continued with it.
func (r *run) stopToo(s syscall.Signal) {
	r.ears.suspend(s, false)
	r.hearRest()
	// A shell continues all of the group.
	var now syscall.WaitStatus
	if pid, _ := syscall.Wait4(r.pid, &now, syscall.WNOHANG|syscall.WCONTINUED, nil); pid != r.pid {
		_ = unix.Kill(r.pid, unix.SIGCONT)
	} else if !now.Continued() {
		r.pid = 0
		r.became(now)
	}
}

// settle passes on what the program has written to terminals before it stopped.
func (r *run) settle() {
	for _, s := range r.sources {
		if s.kind == terminal {
			s.settle()
		}
	}
}

// monitorEnded handles that the session's monitor has ended without a word: somebody has
// killed it, and the program with it.
func (r *run) monitorEnded() {
	if r.pid != 0 {
		r.status = bury(r.pid)
		r.pid = 0
	}
	r.ended = true
}

// bury waits for the end of a process of this one.
func bury(pid int) (status syscall.WaitStatus) {
	for {
		if _, err := syscall.Wait4(pid, &status, 0, nil); err != unix.EINTR {
			return status
		}
	}
}
