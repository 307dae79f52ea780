package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/xec-sh/xec-go/resolve/task"
)

// maxRegistered is how much of an output is registered, in bytes.
const maxRegistered = 16 << 20

// bounded keeps what is written, up to a bound.
type bounded struct {
	text bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := maxRegistered - b.text.Len()
	b.over = b.over || len(p) > room
	b.text.Write(p[:min(len(p), room)])
	return len(p), nil
}

// printed gives what a stream of a command goes through.
func (r *taskStarter) printed(s *task.Step, in *task.Scope, to *os.File) io.WriteCloser {
	var w io.WriteCloser = &lines{to: to, mu: &r.printing}
	if in.Beside {
		w = &lines{to: to, mu: &r.printing, prefix: []byte("[" + onOneLine(s.Title()) + "] ")}
	}
	plan := r.filters.Plan([3]*os.File{1: to})
	if !plan.Filtered() {
		return w
	}
	return maskedLines{r.set.Writer(w), w}
}

// maskedLines are masked before they are taken for lines.
type maskedLines struct {
	io.WriteCloser
	lines io.Closer
}

func (m maskedLines) Close() error { return errors.Join(m.WriteCloser.Close(), m.lines.Close()) }

// lines writes what it is given, if it has a prefix line by line, with the prefix before
// each, so that the lines of several commands do not mix.
type lines struct {
	to     *os.File
	mu     *sync.Mutex
	prefix []byte
	begun  []byte // the last line, which has no end yet
}

// longestLine is how much of a line is waited for, in bytes.
const longestLine = 64 << 10

func (l *lines) Write(b []byte) (int, error) {
	if l.prefix == nil {
		return l.to.Write(b)
	}
	l.begun = append(l.begun, b...)
	end := bytes.LastIndexByte(l.begun, '\n') + 1
	if end == 0 && len(l.begun) > longestLine {
		l.begun = append(l.begun, '\n')
		end = len(l.begun)
	}
	if err := l.put(l.begun[:end]); err != nil {
		return 0, err
	}
	l.begun = append(l.begun[:0], l.begun[end:]...)
	return len(b), nil
}

// put writes whole lines.
func (l *lines) put(whole []byte) error {
	var out []byte
	for line := range bytes.Lines(whole) {
		out = append(append(out, l.prefix...), line...)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.to.Write(out)
	return err
}

// Close writes the last line.
func (l *lines) Close() error {
	if len(l.begun) == 0 {
		return nil
	}
	return l.put(append(l.begun, '\n'))
}
