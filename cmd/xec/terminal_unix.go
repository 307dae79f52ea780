//go:build unix

package main

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

func terminalFiles() (in, out *os.File, err error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	f := os.NewFile(uintptr(fd), "/dev/tty")
	return f, f, nil
}

// restoreOnSignal puts the terminal back before a signal ends this process.
func restoreOnSignal(fd int, state *term.State) (stop func()) {
	signals := make(chan os.Signal, 1)
	done := make(chan struct{})
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	go func() {
		select {
		case s := <-signals:
			term.Restore(fd, state)
			dieOf(s.(unix.Signal))
		case <-done:
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// interrupt ends this process as Ctrl-C does outside of raw mode.
func interrupt() { dieOf(unix.SIGINT) }

func dieOf(s unix.Signal) {
	if s == unix.SIGQUIT {
		s = unix.SIGINT // Go would print its goroutines
	}
	signal.Reset(s)
	unix.Kill(unix.Getpid(), s)
	time.Sleep(time.Second) // until it is delivered
}
