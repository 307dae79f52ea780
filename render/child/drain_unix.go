//go:build unix

package child

import "golang.org/x/sys/unix"

// drain passes on what the program has left. Whoever reads a pipe waits for all who
// write to it, and so does this process, unless it is asked to end.
func (r *run) drain() {
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
