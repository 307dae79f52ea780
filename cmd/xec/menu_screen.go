package main

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"golang.org/x/term"

	"github.com/xec-sh/xec-go/render/child"
)

// fullScreen asks on the alternate screen of the terminal. What is to be seen is drawn as a
// whole, row by row at its place, and lines are not wrapped: nothing ever scrolls.
type fullScreen struct {
	t       *terminal
	noColor bool
	cooked  *term.State
	changes chan os.Signal // of the window, and of being stopped
	stop    func()         // hearing of signals

	// mu is held while the terminal changes hands or is drawn on, and for ever by whoever is
	// about to end this process.
	mu   sync.Mutex
	ours bool
	page func(width, height int) page // nil while a command has the terminal
}

func newFullScreen(t *terminal, noColor bool) (*fullScreen, error) {
	cooked, err := term.GetState(int(t.in.Fd()))
	if err != nil {
		return nil, err
	}
	s := &fullScreen{t: t, noColor: noColor, cooked: cooked}
	s.stop = s.watch()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s, s.take()
}

// take makes the terminal a screen of ours.
func (s *fullScreen) take() error {
	if s.ours {
		return nil
	}
	if _, err := term.MakeRaw(int(s.t.in.Fd())); err != nil {
		return err
	}
	s.ours = true
	fmt.Fprint(s.t.out, "\x1b[?1049h\x1b[?7l")
	s.erase()
	return nil
}

// give gives the terminal back as it was found. The rows are overwritten one by one: some
// terminals keep a screen that is cleared at once to scroll back to, and some have no other
// screen than this.
func (s *fullScreen) give() {
	if !s.ours {
		return
	}
	s.ours = false
	s.erase()
	fmt.Fprint(s.t.out, "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l")
	term.Restore(int(s.t.in.Fd()), s.cooked)
}

func (s *fullScreen) erase() {
	_, height := s.size()
	for row := range height {
		fmt.Fprintf(s.t.out, "\x1b[%d;1H\x1b[2K", row+1)
	}
	fmt.Fprint(s.t.out, "\x1b[1;1H")
}

func (s *fullScreen) size() (width, height int) {
	width, height, err := term.GetSize(int(s.t.out.Fd()))
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// away gives the terminal back to whoever had it, as long as nobody says otherwise.
func (s *fullScreen) away() {
	s.mu.Lock()
	s.give()
}

// back undoes away. Commands have the terminal as it was found.
func (s *fullScreen) back() {
	s.take()
	if s.page == nil {
		s.lent()
	}
	s.draw()
	s.mu.Unlock()
}

// end gives the terminal back for good.
func (s *fullScreen) end() {
	s.stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.give()
}

func (s *fullScreen) close() {
	s.end()
	s.t.close()
}

// lend lets a command talk on an empty screen.
func (s *fullScreen) lend(title string, command func() error) error {
	s.mu.Lock()
	s.erase()
	fmt.Fprint(s.t.out, title, "\r\n\r\n"[:min(4, 4*len(title))])
	s.lent()
	s.mu.Unlock()
	err := command()
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, raw := term.MakeRaw(int(s.t.in.Fd())); err == nil {
		err = raw
	}
	fmt.Fprint(s.t.out, "\x1b[?7l")
	s.erase()
	return err
}

// lent makes the screen one that commands can talk on.
func (s *fullScreen) lent() {
	fmt.Fprint(s.t.out, "\x1b[?7h\x1b[?25h")
	term.Restore(int(s.t.in.Fd()), s.cooked)
	lastingKeys(int(s.t.in.Fd()))
}

// asked shows pages until a key answers. press is told each key.
func (s *fullScreen) asked(p func(width, height int) page, press func(key) (done bool)) error {
	s.mu.Lock()
	s.page = p
	s.draw()
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.page = nil
		s.erase()
		s.mu.Unlock()
	}()
	for {
		k, err := s.key()
		if err != nil {
			return err
		}
		s.mu.Lock()
		done := press(k)
		if done || len(s.t.buf) == 0 { // of what is pasted only the end is shown
			s.draw()
		}
		s.mu.Unlock()
		if done {
			return nil
		}
	}
}

// key waits for the next key. Those that leave a question are errors.
func (s *fullScreen) key() (key, error) {
	for {
		k, err := s.t.nextKey()
		switch {
		case err != nil:
			return 0, errQuit
		case k == keyCtrlC || k == keyCtrlBackslash:
			return 0, child.DiedOf(syscall.SIGINT)
		case k == keyEsc || k == keyCtrlD:
			return 0, errBack
		case k == keyCtrlZ:
			s.pause()
		default:
			return k, nil
		}
	}
}

func (s *fullScreen) choose(q choice) (int, error) {
	l := newList(q)
	if err := s.asked(l.page, l.press); err != nil {
		return 0, err
	}
	return l.chosen(), nil
}

func (s *fullScreen) line(question, offered string, check func(string) error) (string, error) {
	f := field{question: question, typed: offered, check: check}
	err := s.asked(f.page, f.press)
	return f.typed, err
}

func (s *fullScreen) reveal(title string, text []byte) error {
	v := viewer{title: title, text: text}
	return s.asked(v.page, v.press)
}
