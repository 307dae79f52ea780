//go:build unix

package child

import "golang.org/x/sys/unix"

// apart gives files other numbers behind which there is room. To start a program, Go
// takes numbers behind them for its own use, and must not take those of files that the
// program is to inherit.
func apart(numbers []int) (files []uintptr, release func(), err error) {
	var made []int
	release = func() {
		for _, fd := range made {
			unix.Close(fd)
		}
	}
	base := roomFor(2 * len(numbers))
	for _, fd := range numbers {
		if fd > 2 {
			if fd, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, base); err != nil {
				release()
				return nil, nil, err
			}
			made = append(made, fd)
		}
		files = append(files, uintptr(fd))
	}
	return files, release, nil
}

// roomFor gives the first of n numbers in a row that are no file's.
func roomFor(n int) (base int) {
	base = 3
	for fd := base; fd < base+n; fd++ {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			base = fd + 1
		}
	}
	return base
}
