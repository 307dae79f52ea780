package child

import (
	"fmt"
	"os"
)

// Command is a program to start.
type Command struct {
	Argv []string // the program, then its arguments
	Env  []string // all of its environment
	// Streams are what it reads from and writes to where it runs beside this
	// process; where it replaces this process it has this process's own.
	Streams [3]*os.File
}

// Statuses by which shells say that a program did not start.
const (
	notRun   = 126
	notFound = 127
)

// ExitError ends this process with the status of the child, or with the one by
// which shells say that there was none. Err is nil when the child has ended by
// itself and nothing is left to be said.
type ExitError struct {
	Status int
	Err    error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Status)
	}
	return e.Err.Error()
}

// Unwrap gives the reason.
func (e *ExitError) Unwrap() error { return e.Err }
