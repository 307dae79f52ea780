package child

import (
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/secret"
)

// memoryFile makes a file that lies in memory, holds v and can be changed no more. It is
// this user's alone, as programs want it that read keys.
func memoryFile(v secret.Value) (f *os.File, err error) {
	fd, err := unix.MemfdCreate("secret", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	f = os.NewFile(uintptr(fd), "secret")
	if err = fill(f, v); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// fill writes v into a file in memory and seals it.
func fill(f *os.File, v secret.Value) error {
	if _, err := f.Write(v.Reveal()); err != nil {
		return err
	}
	if err := unix.Fchmod(int(f.Fd()), 0o400); err != nil {
		return err
	}
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// inherit leaves a file open, under its number, in programs that are started.
func inherit(f *os.File) error {
	_, err := unix.FcntlInt(f.Fd(), unix.F_SETFD, 0)
	return err
}

// putAt makes a file the one of a number, in programs that this process becomes too.
func putAt(number int, f *os.File) error { return unix.Dup3(int(f.Fd()), number, 0) }
