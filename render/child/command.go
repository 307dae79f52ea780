package child

import (
	"fmt"
	"os"
	"syscall"
)

// Command is a program to start.
type Command struct {
	Argv []string // the program, then its arguments
	Env  []string // all of its environment
	// Streams are what it reads from and writes to. Where it replaces this process the
	// last two are this process's own, whatever stands here.
	Streams [3]*os.File
}

// Statuses by which shells say that a program did not start.
const (
	notRun   = 126
	notFound = 127
)

// signaled is what shells add to the number of a signal that has ended a program.
const signaled = 128

// ExitError ends this process with the status of the child, or with the one by
// which shells say that there was none. Err is nil when the child has ended by
// itself and nothing is left to be said. Signal is what the child has died of, 0 where
// it has not: then [ExitError.Raise] comes before an end with Status.
type ExitError struct {
	Status int
	Err    error
	Signal syscall.Signal
}

// DiedOf is the end of a program that a signal has ended.
func DiedOf(signal syscall.Signal) *ExitError {
	return &ExitError{Status: signaled + int(signal), Signal: signal}
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Status)
	}
	return e.Err.Error()
}

// Unwrap gives the reason.
func (e *ExitError) Unwrap() error { return e.Err }

// Raise ends this process by the signal that the child has died of, without a core, so
// that whoever waits for this process sees the same. It is for the very end: nothing
// deferred runs. It returns where there was no signal, and where a process cannot end by
// it; then Status tells.
func (e *ExitError) Raise() {
	if e.Signal != 0 {
		dieOf(e.Signal)
	}
}
