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
	return p.end
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil {
		return
	}
	p.shown = true
	fmt.Fprintf(p.out, "\r\x1b[Kxec: %s", onOneLine(p.text()))
	p.timer.Reset(progressPace)
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
