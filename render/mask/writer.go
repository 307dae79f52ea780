package mask

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Writer masks what is written to it and writes it on. Its methods may be called at the
// same time.
type Writer struct {
	// Pause is how long nothing has to be written for the writer to let go of what it keeps
	// back; 50 ms if it is 0. It is not to be changed after the first Write.
	Pause time.Duration
	// AfterFunc calls f when d has gone by, as time.AfterFunc does, which is used if it is nil.
	AfterFunc func(d time.Duration, f func()) Timer

	mu     sync.Mutex
	stream *stream // behind a pointer: it holds bytes of values
	timer  Timer
	set    bool // the timer runs, or its call waits for mu
	late   int  // calls that wait for mu and have been overtaken by a Write
	closed bool
}

// Timer is what AfterFunc returns, a *time.Timer for one.
type Timer interface {
	Stop() bool
	Reset(d time.Duration) bool
}

var (
	_ io.WriteCloser = (*Writer)(nil)
	_ fmt.Formatter  = (*Writer)(nil)
)

// Writer returns a filter that masks the values of s and writes to dst.
func (s *Set) Writer(dst io.Writer) *Writer {
	return &Writer{stream: &stream{set: s.inside(), out: output{dst: dst}}}
}

// Write masks p. What may begin a value is kept back, so that an error may be that of
// bytes from an earlier Write; all later calls return it too.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0, fmt.Errorf("mask: write after close: %w", os.ErrClosed)
	}
	if err := w.stream.out.err; err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	w.disarm()
	if err := w.stream.write(p); err != nil {
		return 0, err
	}
	if w.stream.waiting() {
		w.arm()
	}
	return len(p), nil
}

// Settle lets go of what a pause would let go of, for a reader who sees no more for now.
func (w *Writer) Settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.disarm()
		w.stream.pause()
	}
}

// Close writes what was kept back. It does not close what it writes to. It returns the
// first error of writing, also when it is called again.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.stream.out.err
	}
	w.closed = true
	w.disarm()
	return w.stream.close()
}

// Format hides what is kept back.
func (*Writer) Format(f fmt.State, _ rune) { io.WriteString(f, "mask.Writer") }

func (w *Writer) disarm() {
	if w.set && !w.timer.Stop() {
		w.late++
	}
	w.set = false
}

func (w *Writer) arm() {
	pause := w.Pause
	if pause == 0 {
		pause = 50 * time.Millisecond
	}
	w.set = true
	switch {
	case w.timer != nil:
		w.timer.Reset(pause)
	case w.AfterFunc != nil:
		w.timer = w.AfterFunc(pause, w.paused)
	default:
		w.timer = time.AfterFunc(pause, w.paused)
	}
}

// paused is called when nothing was written for the length of a pause.
func (w *Writer) paused() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.late > 0 {
		w.late-- // something was written before this call had the lock
		return
	}
	w.set = false
	w.stream.pause()
}
