package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/xec-sh/xec-go/store/secret"
)

// terminal is where questions are asked and answered.
type terminal struct {
	in, out *os.File
	buf     []byte // read, but not asked for yet
	// away is called before this process ends, and pause instead of stopping it, where xec has
	// a screen of its own on the terminal; nil is where it has none.
	away, pause func()
	// escapes says that Esc, pressed alone, is the wish to go back.
	escapes bool
	// restore undoes what was changed to draw on the terminal, nil for nothing.
	restore func()
}

// errNoTerminal says that nobody can be asked.
var errNoTerminal = secret.Errorf(secret.Invalid, "there is no terminal to ask on")

// errBack says that the person goes back instead of answering.
var errBack = secret.Errorf(secret.General, "nothing was done")

// errInterrupted says that the person pressed Ctrl-C at a hidden prompt.
var errInterrupted = secret.Errorf(secret.General, "interrupted")

// openTerminal opens the terminal that controls this process.
func openTerminal() (*terminal, error) {
	in, out, err := terminalFiles()
	if err != nil {
		return nil, errNoTerminal
	}
	return &terminal{in: in, out: out}, nil
}

// close drops what was typed ahead, so that no rest of a pasted value reaches the
// shell, and closes the terminal.
func (t *terminal) close() {
	dropInput(t.in)
	clear(t.buf)
	if t.restore != nil {
		t.restore()
	}
	t.in.Close()
	if t.out != t.in {
		t.out.Close()
	}
}

// confirm asks a question whose answer is no unless it is yes.
func (t *terminal) confirm(question string) (bool, error) {
	fmt.Fprintf(t.out, "%s [y/N] ", question)
	line, err := t.shownLine()
	if err != nil {
		return false, err
	}
	answer := strings.ToLower(strings.TrimSpace(string(line)))
	return answer == "y" || answer == "yes", nil
}

// errSuspended says that the person pressed Ctrl-Z at a hidden prompt.
var errSuspended = secret.Errorf(secret.General, "suspended")

// hidden asks for bytes that are not shown. After Ctrl-Z it asks anew.
func (t *terminal) hidden(prompt string) ([]byte, error) {
	for {
		line, err := t.hiddenLine(prompt)
		switch err {
		case errInterrupted:
			t.leave()
			interrupt()
		case errSuspended:
			t.suspend()
			continue
		}
		return line, err
	}
}

// leave gives the terminal back as it was before xec had a screen there.
func (t *terminal) leave() {
	if t.away != nil {
		t.away()
	}
}

// suspend stops this process until the person goes on.
func (t *terminal) suspend() {
	if t.pause != nil {
		t.pause()
	} else {
		suspend()
	}
}

// hiddenTwice asks for bytes that are not shown, and for the same again if check finds
// nothing wrong with them.
func (t *terminal) hiddenTwice(prompt string, check func(secret.Value) error) (value secret.Value, same bool, err error) {
	first, err := t.hidden(prompt)
	if err != nil {
		return secret.Value{}, false, err
	}
	value = secret.New(first)
	defer func() {
		if !same {
			value.Clear()
		}
	}()
	if err := check(value); err != nil {
		return value, false, err
	}
	again, err := t.hidden("The same again: ")
	defer clear(again)
	return value, bytes.Equal(first, again), err
}

// shownLine reads a line in the terminal's line mode.
func (t *terminal) shownLine() ([]byte, error) {
	if state, err := term.GetState(int(t.in.Fd())); err == nil {
		defer t.restoreOnSignal(state)()
	}
	return t.line(nil)
}

// restoreOnSignal puts the terminal back before a signal ends this process.
func (t *terminal) restoreOnSignal(state *term.State) (stop func()) {
	return onEndingSignal(func() {
		term.Restore(int(t.in.Fd()), state)
		dropInput(t.in) // half of a value is not for the shell
		t.leave()
	})
}

// hiddenLine reads the terminal in raw mode, because in its line mode it cuts a line
// at 4,095 bytes.
func (t *terminal) hiddenLine(prompt string) ([]byte, error) {
	fd := int(t.in.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	stop := t.restoreOnSignal(state)
	defer hiddenAgain(func() {
		if _, err := term.MakeRaw(fd); err == nil {
			dropInput(t.in) // what was shown while the terminal had other settings
			fmt.Fprint(t.out, prompt)
		}
	})()
	fmt.Fprint(t.out, prompt)
	line, err := t.line(t.hiddenKey)
	stop()
	term.Restore(fd, state)
	fmt.Fprintln(t.out)
	return line, err
}

// hiddenKey is hiddenKeys with a way back. Behind an Esc of a longer sequence there is more
// to read.
func (t *terminal) hiddenKey(line []byte, key byte) ([]byte, error) {
	if t.escapes && key == byte(keyEsc) && len(t.buf) == 0 {
		return nil, errBack
	}
	return hiddenKeys(line, key)
}

// hiddenKeys edits a line in raw mode, where the terminal does not.
func hiddenKeys(line []byte, key byte) ([]byte, error) {
	const ctrlC, ctrlD, ctrlH, ctrlU, ctrlZ, ctrlBackslash, del = 3, 4, 8, 21, 26, 28, 127
	switch key {
	case ctrlC, ctrlBackslash:
		return nil, errInterrupted
	case ctrlZ:
		return nil, errSuspended
	case ctrlD:
		if len(line) == 0 {
			return nil, secret.Errorf(secret.Invalid, "nothing was typed")
		}
	case ctrlU:
		clear(line)
		return line[:0], nil
	case ctrlH, del:
		for len(line) > 0 {
			last := line[len(line)-1]
			line[len(line)-1] = 0
			line = line[:len(line)-1]
			if last&0xC0 != 0x80 { // not in the middle of a character
				break
			}
		}
	default:
		return append(grown(line, 1), key), nil
	}
	return line, nil
}

// line reads up to the end of a line. Each byte goes through edit, if given. What was
// typed before an error is cleared.
func (t *terminal) line(edit func([]byte, byte) ([]byte, error)) ([]byte, error) {
	if edit == nil {
		edit = func(line []byte, key byte) ([]byte, error) { return append(line, key), nil }
	}
	var line []byte
	for {
		key, err := t.next()
		if err == nil && (key == '\n' || key == '\r') {
			return line, nil
		}
		edited := line
		if err == nil {
			edited, err = edit(line, key)
		}
		if err != nil {
			clear(line)
			return nil, err
		}
		line = edited
	}
}

func (t *terminal) next() (byte, error) {
	if len(t.buf) == 0 {
		if err := t.read(); err != nil {
			return 0, err
		}
	}
	key := t.buf[0]
	t.buf[0] = 0
	t.buf = t.buf[1:]
	return key, nil
}

// read waits for more than what has been read.
func (t *terminal) read() error {
	const chunk = 4096
	t.buf = grown(t.buf, chunk)
	n, err := t.in.Read(t.buf[len(t.buf) : len(t.buf)+chunk])
	if n == 0 || err != nil {
		return secret.Errorf(secret.Invalid, "the terminal was closed before the answer")
	}
	t.buf = t.buf[:len(t.buf)+n]
	return nil
}
