//go:build unix

package child

import "golang.org/x/sys/unix"

// limited keeps this process from leaving a core, as xec does where the system has no
// better way.
func limited() (undo func()) {
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &was); err != nil {
		return func() {}
	}
	none := was
	none.Cur = 0
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &none)
	return func() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &was) }
}
