//go:build unix

package child

import "golang.org/x/sys/unix"

// copyKeys passes on what is typed, while this process is in the foreground.
func (s *session) copyKeys() {
	defer close(s.keysEnded)
	b := make([]byte, 4096)
	for {
		if !s.reads() {
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
		if !s.reads() {
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
