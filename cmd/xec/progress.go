package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells a person on a terminal how far long work has come. What takes less than
// a second is not told of, and nothing is left on the screen.
type progress struct {
	mu    sync.Mutex
	out   io.Writer // nil where nobody is watching
	text  func() string
	timer *time.Timer
	shown bool
	holds int // of those who need the line for something else
}

const (
	progressPatience = time.Second
	progressPace     = 200 * time.Millisecond
)

// progress begins to tell what text gives, until end is called. Text must be safe for use
// beside the work.
func (a *app) progress(text func() string) (end func()) {
	p := &progress{text: text}
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.errTerminal {
		p.out = a.err
		p.timer = time.AfterFunc(progressPatience, p.show)
	}
	a.working = p
	return p.end
}

// pauseProgress keeps the line free for something else, such as a question, until again is
// called.
func (a *app) pauseProgress() (again func()) {
	p := a.working
	if p == nil {
		return func() {}
	}
	p.hold(1)
	return func() { p.hold(-1) }
}

func (p *progress) hold(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown && p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	p.shown, p.holds = false, p.holds+n
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil {
		return
	}
	p.timer.Reset(progressPace)
	if p.holds > 0 {
		return
	}
	p.shown = true
	fmt.Fprintf(p.out, "\r\x1b[Kxec: %s", onOneLine(p.text()))
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil {
		return
	}
	p.timer.Stop()
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	p.out = nil
}
