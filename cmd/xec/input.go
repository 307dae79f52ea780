package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/xec-sh/xec-go/store/secret"
)

// input is a text that can be read twice.
type input struct {
	*os.File
	path string
}

func (in input) name() string { return in.path }

func (in input) rewind() error {
	_, err := in.Seek(0, io.SeekStart)
	return err
}

// copyTo copies all of it.
func (in input) copyTo(w io.Writer) error {
	if err := in.rewind(); err != nil {
		return err
	}
	_, err := io.Copy(w, in.File)
	return err
}

// openInput opens a file; what cannot be read twice, a pipe or a terminal, is
// spooled first: into a file without a name, which holds no value.
func (a *app) openInput(path string) (input, error) {
	if path == "-" {
		return spool("standard input", a.in)
	}
	f, err := os.Open(path)
	if err != nil {
		return input{}, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.Mode().IsRegular():
		return input{f, path}, nil
	case info.IsDir():
		err = secret.WithHint(secret.Errorf(secret.Invalid, "%s: a folder, not a file", path), "-o FOLDER/ writes all that it holds into another")
	default:
		defer f.Close()
		return spool(path, f)
	}
	f.Close()
	return input{}, err
}

func spool(name string, r io.Reader) (input, error) {
	if f, is := r.(*os.File); is && isDevice(f) {
		return input{}, secret.Errorf(secret.Invalid, "%s: not a regular file", name)
	}
	defer whileItReads()()
	f, err := os.CreateTemp("", "xec-input-")
	if err != nil {
		return input{}, err
	}
	os.Remove(f.Name())
	_, err = io.Copy(f, r)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
	}
	return input{f, name}, err
}

// isDevice reports whether a file is one that may never end, as /dev/zero: a device for bytes
// that is neither a terminal nor the null device.
func isDevice(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && !term.IsTerminal(int(f.Fd())) && !isNull(f)
}

// isNull reports whether a file is the null device.
func isNull(f *os.File) bool {
	if f == nil {
		return false
	}
	info, err := f.Stat()
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && nullErr == nil && os.SameFile(info, null)
}
