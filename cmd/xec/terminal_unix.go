//go:build unix

package main

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/render/child"
)

func terminalFiles() (in, out *os.File, err error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	f := os.NewFile(uintptr(fd), "/dev/tty")
	return f, f, nil
}

var endingSignals = []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT}

// onEndingSignal calls leave before a signal ends this process.
func onEndingSignal(leave func()) (stop func()) {
	signals, done := notifyEnding(), make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			leave()
			dieOf(s)
		case <-done:
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// hiddenAgain calls again when this process goes on after it was stopped: whoever stopped it,
// a shell has put its own settings since, in which what is typed is shown.
func hiddenAgain(again func()) (stop func()) {
	resumed, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(resumed, unix.SIGCONT)
	go func() {
		for {
			select {
			case <-resumed:
				again()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(resumed)
		close(done)
	}
}

// interrupt ends this process as Ctrl-C does outside of raw mode.
func interrupt() { dieOf(unix.SIGINT) }

// suspend stops this process and those that it stands in a pipeline with, as Ctrl-Z
// does outside of raw mode, until the person goes on.
func suspend() {
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, unix.SIGCONT)
	defer signal.Stop(resumed)
	unix.Kill(0, unix.SIGTSTP)
	// The signal is not delivered at once, and never where there is no job control.
	select {
	case <-resumed:
	case <-time.After(200 * time.Millisecond):
	}
}

// dieOf ends this process as the signal does others, without a core of it.
func dieOf(s os.Signal) { child.DiedOf(s.(unix.Signal)).Raise() }
