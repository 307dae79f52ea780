//go:build unix && !linux

package private

import "golang.org/x/sys/unix"

// Keep keeps this process from leaving a core. Programs inherit the limit; undo
// puts it back.
func Keep() (undo func()) {
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &was); err != nil {
		return func() {}
	}
	none := was
	none.Cur = 0
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &none) // to lower it cannot fail
	return func() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &was) }
}
