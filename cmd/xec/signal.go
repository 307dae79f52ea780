package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/xec-sh/xec-go/render/child"
)

// signalError is why a context has ended.
type signalError struct{ os.Signal }

func (e signalError) Error() string { return "interrupted: " + e.String() }

// exit is the end of a program that dies of the signal.
func (e signalError) exit() error {
	number, _ := e.Signal.(syscall.Signal)
	return child.DiedOf(number)
}

// die ends this process as the signal asks.
func (e signalError) die() { dieOf(e.Signal) }

// watch has a signal that asks this process to end cancel what it does, so that programs
// which work for it end first. unwatch is called before a child is to hear signals itself.
func (a *app) watch() {
	a.unwatch()
	signals, done := notifyEnding(), make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			a.cancel(signalError{s})
		case <-done:
		}
	}()
	a.unwatch = sync.OnceFunc(func() {
		signal.Stop(signals)
		close(done)
	})
}

// untilSignal gives a context that ends when a signal asks this process to end, for
// work that must not leave something half-done behind. end is called when it has
// been cleaned up; after a signal this process then dies of it.
func untilSignal(parent context.Context) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := notifyEnding()
	go func() {
		select {
		case s := <-signals:
			cancel(signalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		var s signalError
		if errors.As(context.Cause(ctx), &s) {
			dieOf(s.Signal)
		}
		cancel(nil)
	}
}

// whileItReads has a signal end this process as it ends others while it waits for input, which
// may take for ever: at SIGQUIT Go would print what all goroutines do, with what is in hand.
func whileItReads() (end func()) { return onEndingSignal(func() {}) }

// outliveReaders has this process go on where nobody reads what it writes, so that it can
// clean up: writing fails then. To ignore the signal would have children ignore it too.
func outliveReaders() (end func()) {
	unread := make(chan os.Signal, 1)
	signal.Notify(unread, syscall.SIGPIPE)
	return func() { signal.Stop(unread) }
}

// notifyEnding hears of signals that ask this process to end, but for those that
// whoever started it wants ignored.
func notifyEnding() chan os.Signal {
	signals := make(chan os.Signal, 1)
	for _, s := range endingSignals {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	return signals
}

// contextWriter writes until its context has ended, and counts what it writes.
type contextWriter struct {
	ctx     context.Context
	w       io.Writer
	written *atomic.Int64
}

func (c contextWriter) Write(b []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	n, err := c.w.Write(b)
	c.written.Add(int64(n))
	return n, err
}
