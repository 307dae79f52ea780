//go:build unix

package child

import (
	"runtime"
	"syscall"

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
		r.pid, err = r.startProgram(files)
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
		r.beside(s.copy)
	}
	return nil
}

// startProgram starts the program as a child of this process, in its group.
func (r *run) startProgram(files []uintptr) (pid int, err error) {
	defer r.plan.filters.lift()()
	pid, err = syscall.ForkExec(r.path, r.command.Argv, &syscall.ProcAttr{Env: r.command.Env, Files: files, Sys: Attributes()})
	if err != nil {
		return 0, notStarted(r.command.Argv[0], r.path, err)
	}
	return pid, nil
}

// beside does some of the work in a goroutine of its own. If that panics this process ends
// without what Run has deferred, so the terminal is put back before.
func (r *run) beside(work func()) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				if r.session != nil {
					r.session.terminal.leave()
				}
				panic(p)
			}
		}()
		work()
	}()
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
