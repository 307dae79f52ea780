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

// watch gives the terminal back before a signal ends this process, and draws anew when the
// window has another size, or whoever stopped this process has used the terminal.
func (s *fullScreen) watch() (stop func()) {
	ending := notifyEnding()
	s.changes = make(chan os.Signal, 4)
	signal.Notify(s.changes, unix.SIGWINCH, unix.SIGCONT)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case end := <-ending:
				s.away()
				dropInput(s.t.in) // half of a value is not for the shell
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
	suspend()
	s.back()
}

// lastingKeys has Ctrl-Z not stop this process while a command talks on the screen: what
// once was notified of SIGTSTP is not stopped by it any more, so that it could not be done
// here with the terminal as it was found.
func lastingKeys(fd int) {
	settings, err := unix.IoctlGetTermios(fd, getSettings)
	if err != nil {
		return
	}
	settings.Cc[unix.VSUSP] = noKey
	unix.IoctlSetTermios(fd, setSettings, settings)
}
