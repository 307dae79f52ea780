//go:build unix

package child

import (
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	// chunk is how much a filter is given at most at once.
	chunk = 512 << 10
	// backlog is more than a pseudo-terminal holds. What comes behind it was written
	// later, by programs that are left behind or will be stopped.
	backlog = 1 << 20
)

// source is where the output of a program arrives, a pipe or a pseudo-terminal, and goes
// on through a filter.
type source struct {
	route
	files [2]*os.File // this process's end, and the program's
	fd    int         // of this process's end
	out   *outlet
	stop  *bell
	ended chan struct{} // closed when the end is reached, or the bell has rung
	held  bool          // a session's: it gives up this process's end

	mu     sync.Mutex     // held while a chunk goes through
	filter io.WriteCloser // once the program runs
	buf    []byte
}

// open makes the source of a route.
func (p Plan) open(r route, streams [3]*os.File) (s *source, err error) {
	s = &source{route: r, out: &outlet{fd: int(streams[r.outs[0]].Fd())}, ended: make(chan struct{})}
	if s.stop, err = newBell(); err != nil {
		return nil, err
	}
	if r.kind == terminal {
		s.held = p.session && r.outs[0] == 1
		s.files[0], s.files[1], err = openTerminal(s.out.fd, !s.held)
	} else {
		s.files[0], s.files[1], err = os.Pipe()
	}
	if err != nil {
		return nil, err
	}
	// Fd makes a file of package os one that waits, each time that it is asked.
	s.fd = int(s.files[0].Fd())
	if err := unix.SetNonblock(s.fd, true); err != nil {
		return nil, err
	}
	if r.kind != terminal {
		widen(s.fd) // so that each side does more in its turn
		widen(s.out.fd)
	}
	return s, nil
}

// copy passes on what arrives, until the end or the bell. Where the output leads nowhere
// the program's end of the pipe is broken then too, or its terminal hung up.
func (s *source) copy() {
	defer close(s.ended)
	watched := s.out.fd
	if mayComeBack(watched) {
		watched = -1
	}
	for {
		broken, ready := await(watched, s.stop.fd, s.fd)
		if ready[0] {
			return
		}
		if broken {
			break
		}
		if _, err := s.pass(); err != nil && err != unix.EAGAIN {
			break
		}
	}
	if !s.held {
		s.mu.Lock()
		s.files[0].Close()
		s.fd = -1
		s.mu.Unlock()
	}
}

// pass passes on one chunk. EAGAIN says that there is none yet, another error that there
// will be none, or that it went nowhere.
func (s *source) pass() (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buf == nil {
		s.buf = make([]byte, chunk)
	}
	n, err = unix.Read(s.fd, s.buf)
	switch {
	case err == unix.EINTR:
		return 0, unix.EAGAIN
	case err != nil:
		return 0, err
	case n == 0:
		return 0, io.EOF
	}
	if _, err = s.filter.Write(s.buf[:n]); err == nil && s.out.failed.Load() {
		err = unix.EPIPE
	}
	return n, err
}

// settle passes on what a pseudo-terminal holds while its program is stopped.
func (s *source) settle() {
	select {
	case <-s.ended:
	default:
		s.rest()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.filter.(interface{ Settle() }); ok {
		f.Settle()
	}
}

// rest passes on what a pseudo-terminal holds.
func (s *source) rest() {
	for total := 0; total < backlog; {
		n, err := s.pass()
		if err != nil {
			return
		}
		total += n
	}
}

// finish ends a source whose program has ended. What a pseudo-terminal still holds is
// passed on first; a pipe has been read to its end, unless waiting for that was given up.
func (s *source) finish() {
	select {
	case <-s.ended:
	default:
		s.stop.ring()
		<-s.ended
		if s.kind == terminal {
			s.rest()
		}
	}
	s.filter.Close()
	clear(s.buf)
	s.close()
}

// close gives up the files.
func (s *source) close() {
	s.files[0].Close() // nil, or closed already
	s.files[1].Close()
	s.stop.close()
}
