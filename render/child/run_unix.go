//go:build unix

package child

import (
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

// Run starts the program beside this process, with its output through filters, and
// returns when it has ended: nil for status 0, else an *ExitError, as for a program that
// does not start. Any other error is of this process, before the program has started.
func (c Command) Run(p Plan) error {
	name := c.Argv[0]
	path, err := find(name)
	if err != nil {
		return notStarted(name, path, err)
	}
	runtime.LockOSThread() // on Linux the program dies with the thread that starts it
	defer runtime.UnlockOSThread()
	r := run{command: c, path: path, plan: p}
	defer r.close()
	if err := r.open(); err != nil {
		return secret.Errorf(secret.General, "cannot filter the output: %w", err)
	}
	r.ears = listen()
	if err := r.start(); err != nil {
		return err
	}
	go r.ears.hearAll()
	r.wait()
	r.drain()
	return r.result()
}

// run is a program beside this process.
type run struct {
	command Command
	path    string
	plan    Plan
	sources []*source
	session *session // nil where the program is in this process's own
	ears    *ears

	pid    int // of the program, or of the session's monitor; 0 when it has been waited for
	ended  bool
	status syscall.WaitStatus
}

// open makes what the output goes through.
func (r *run) open() error {
	for _, way := range r.plan.routes {
		s, err := r.plan.open(way, r.command.Streams)
		if err != nil {
			return err
		}
		r.sources = append(r.sources, s)
	}
	if r.plan.session {
		var err error
		r.session, err = newSession(int(r.command.Streams[0].Fd()), r.sources[0])
		return err
	}
	return nil
}

// start starts the program, and everything that its output goes through.
func (r *run) start() error {
	files, release, err := r.files()
	if err != nil {
		return secret.Errorf(secret.General, "cannot filter the output: %w", err)
	}
	if r.session != nil {
		r.pid, err = r.session.start(r, files)
	} else {
		again := r.plan.filters.lift()
		r.pid, err = syscall.ForkExec(r.path, r.command.Argv, &syscall.ProcAttr{Env: r.command.Env, Files: files, Sys: Attributes()})
		again()
		if err != nil {
			err = notStarted(r.command.Argv[0], r.path, err)
		}
	}
	release()
	if err != nil {
		return err
	}
	for _, s := range r.sources {
		s.filter = r.plan.filters.Stream(s.out)
		if s.kind != terminal {
			s.files[1].Close() // the program's alone, so that its end is the end
		}
		go func() {
			defer r.guard()
			s.copy()
		}()
	}
	return nil
}

// guard puts the terminal back in a goroutine that panics.
func (r *run) guard() {
	if p := recover(); p != nil {
		if r.session != nil {
			r.session.terminal.leave()
		}
		panic(p)
	}
}

// files gives the numbers of the program's standard streams.
func (r *run) files() (files []uintptr, release func(), err error) {
	numbers := [3]int{int(r.command.Streams[0].Fd()), int(r.command.Streams[1].Fd()), int(r.command.Streams[2].Fd())}
	for _, s := range r.sources {
		for _, out := range s.outs {
			numbers[out] = int(s.files[1].Fd())
		}
	}
	if r.session != nil {
		numbers[0] = int(r.sources[0].files[1].Fd())
	}
	return apart(numbers[:])
}

// apart gives files other numbers behind which there is room. To start a program, Go
// takes numbers behind them for its own use, and must not take those of files that the
// program is to inherit.
func apart(numbers []int) (files []uintptr, release func(), err error) {
	var made []int
	release = func() {
		for _, fd := range made {
			unix.Close(fd)
		}
	}
	base := roomFor(2 * len(numbers))
	for _, fd := range numbers {
		if fd > 2 {
			if fd, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, base); err != nil {
				release()
				return nil, nil, err
			}
			made = append(made, fd)
		}
		files = append(files, uintptr(fd))
	}
	return files, release, nil
}

// roomFor gives the first of n numbers in a row that are no file's.
func roomFor(n int) (base int) {
	base = 3
	for fd := base; fd < base+n; fd++ {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			base = fd + 1
		}
	}
	return base
}

// wait handles what happens until the program has ended.
func (r *run) wait() {
	defer r.guard()
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

// continued handles that this process was continued, while it was not stopped or when it
// had been stopped by others.
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
			r.hearRest()
			r.session.goOn(true)
		}
	case r.ears.jobControl():
		r.settle()
		r.ears.suspend(status.StopSignal(), false)
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

// drain passes on what the program has left. Whoever reads a pipe waits for all who
// write to it, and so does this process, unless it is asked to end.
func (r *run) drain() {
	defer r.guard()
	if r.session != nil {
		r.session.end()
	}
	for _, s := range r.sources {
		if s.kind == terminal {
			s.finish()
		}
	}
	if r.session != nil {
		r.session.close()
		if r.pid != 0 {
			bury(r.pid)
			r.pid = 0
		}
	}
	for _, s := range r.sources {
		if s.kind != terminal {
			r.drainPipe(s)
			s.finish()
		}
	}
}

// drainPipe waits for the end of a pipe.
func (r *run) drainPipe(s *source) {
	for {
		select {
		case <-s.ended:
			return
		case <-r.ears.children:
			r.reap()
		case <-r.ears.stop:
			r.ears.suspend(unix.SIGTSTP, false)
		case sig := <-r.ears.signals:
			switch sig {
			case unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT:
				return
			}
		}
	}
}

// result is the program's end as that of this process.
func (r *run) result() error {
	switch s := r.status; {
	case s.Signaled():
		return DiedOf(s.Signal())
	case s.ExitStatus() != 0:
		return &ExitError{Status: s.ExitStatus()}
	}
	return nil
}

// close gives up what is left where the program did not start.
func (r *run) close() {
	if r.ears != nil {
		r.ears.close()
	}
	if r.session != nil {
		r.session.close()
	}
	for _, s := range r.sources {
		s.close()
	}
}
