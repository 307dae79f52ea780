//go:build unix

package main

import (
	"io"
	"io/fs"
	"syscall"
)

// plainFile is a file that is read from its beginning and nothing else. Package os makes
// each ready for waiting, which takes longer than to read a small one.
type plainFile int

func openPlain(path string) (plainFile, error) {
	for {
		fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
		switch {
		case err == nil:
			return plainFile(fd), nil
		case err != syscall.EINTR:
			return 0, &fs.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

// Read implements io.Reader.
func (f plainFile) Read(b []byte) (int, error) {
	for {
		n, err := syscall.Read(int(f), b)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, err
		case n == 0 && len(b) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (f plainFile) Close() error { return syscall.Close(int(f)) }
