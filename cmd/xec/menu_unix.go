//go:build unix

package main

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// drawable reports whether a screen can be drawn on the terminal.
func (t *terminal) drawable(kind string) bool { return kind != "" && kind != "dumb" }

// watch gives the terminal back before a signal ends or stops this process, and draws anew
// when the window has another size or whoever stopped it has used the terminal.
func (s *fullScreen) watch() (stop func()) {
	ending := notifyEnding()
	s.changes = make(chan os.Signal, 4)
	signal.Notify(s.changes, unix.SIGWINCH, unix.SIGTSTP, unix.SIGCONT)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case end := <-ending:
				s.away()
				dieOf(end)
			case c := <-s.changes:
				s.changed(c)
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(ending)
		signal.Stop(s.changes)
		close(done)
	}
}

func (s *fullScreen) changed(c os.Signal) {
	if c == unix.SIGTSTP {
		s.pause()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c == unix.SIGCONT && s.ours && s.page != nil {
		term.MakeRaw(int(s.t.in.Fd())) // a shell has put its own settings
	}
	s.draw()
}

// pause stops this process with the terminal as it was found.
func (s *fullScreen) pause() {
	s.away()
	signal.Reset(unix.SIGTSTP)
	suspend()
	signal.Notify(s.changes, unix.SIGTSTP)
	s.back()
}
