//go:build unix

package main

import (
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// screen is a terminal of tmux, which shows what a person would see.
type screen struct {
	*between
	socket string // in the folder, since the name of one must not be long
	shots  []string
}

// settled is how often a screen has to be the same before it counts as all that comes.
const settled = 10

// screen starts an interactive bash on one.
func (x *between) screen() *screen {
	x.Helper()
	s := &screen{between: x, socket: "tmux"}
	s.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "bash", "--norc", "--noprofile", "--noediting", "-i")
	x.Cleanup(func() { s.plain("tmux", "-S", s.socket, "kill-server").Run() })
	s.shows(prompt)
	return s
}

// tmux runs one of its commands.
func (s *screen) tmux(args ...string) string {
	s.Helper()
	out, err := s.plain(append([]string{"tmux", "-S", s.socket}, args...)...).CombinedOutput()
	if err != nil {
		s.Fatalf("tmux: %v: %d bytes", err, len(out))
	}
	return string(out)
}

// keys presses keys, in the words of tmux.
func (s *screen) keys(keys ...string) {
	s.Helper()
	s.tmux(append([]string{"send-keys"}, keys...)...)
}

// line types a line.
func (s *screen) line(text string) {
	s.Helper()
	s.tmux("send-keys", "-l", text)
	s.keys("Enter")
}

// shows waits until the screen shows a text, and all that is to be seen: what it is
// without xec, or else what no longer changes.
func (s *screen) shows(text string) {
	s.Helper()
	want := strings.Split(s.want, "\f")
	last, same := "", 0
	for deadline := time.Now().Add(hanging); ; time.Sleep(50 * time.Millisecond) {
		shot := s.tmux("capture-pane", "-p")
		if shot == last {
			same++
		} else {
			last, same = shot, 0
		}
		n := len(s.shots)
		there := strings.Contains(shot, text)
		if there && (s.want == "" && same >= settled || n < len(want) && shot == want[n]) || time.Now().After(deadline) {
			s.shots = append(s.shots, shot)
			return
		}
	}
}

// seen is all that was shown.
func (s *screen) seen() string { return strings.Join(s.shots, "\f") }

// numbered makes a file of numbered lines.
func (x *between) numbered() {
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "line %d of the file\n", i+1)
	}
	x.write("file", text.String(), 0o600)
}

// observeEditor is an editor that is opened, used, resized and left.
func observeEditor(x *between) string {
	x.numbered()
	s := x.screen()
	vi := "vi"
	if exec.Command("vi", "--version").Run() == nil {
		vi = "vi -u NONE -i NONE -n" // Vim, which may be told to be what it always was
	}
	s.line("$RUN sh -c '" + vi + " file; echo \"$K\" left $?'")
	s.shows("line 1 of")
	s.keys("G")
	s.shows("line 200 of")
	s.keys("o", "inserted", "Escape")
	s.shows("inserted")
	s.tmux("resize-window", "-x", "100", "-y", "40")
	s.shows("line 165 of")
	s.line(":wq")
	s.shows("left 0")
	s.line("tail -n 1 file; stty -a")
	s.shows("-echoprt")
	return s.seen()
}

// observePager is a pager with a file, and one behind a program.
func observePager(x *between) string {
	x.numbered()
	s := x.screen()
	s.line("$RUN sh -c 'less file; echo \"$K\" left $?'")
	s.shows("line 1 of")
	s.keys("Space")
	s.shows("line 40 of")
	s.line("/line 123")
	s.shows("line 123 of")
	s.tmux("resize-window", "-x", "100", "-y", "40")
	s.shows("line 161 of")
	s.keys("q")
	s.shows("left 0")
	s.line("clear; $RUN sh -c 'cat file; echo \"$K\" is behind' | less")
	s.shows("line 1 of")
	s.keys("G")
	s.shows("(END)")
	s.keys("b")
	s.shows("line 130 of")
	s.keys("q")
	s.shows(prompt)
	s.line("echo ${PIPESTATUS[*]}; stty -a")
	s.shows("-echoprt")
	return s.seen()
}
