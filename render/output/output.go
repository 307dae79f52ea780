// Package output puts rendered bytes into a file, all or none.
//
// The file is written beside its place under a temporary name, with mode 0600,
// synced and renamed; whatever fails leaves the old file, or none, and nothing
// else. Only a regular file is ever replaced: a symbolic link might lead
// anywhere, and a device or a FIFO would be replaced by a file, so both are errors
// of kind secret.Invalid, as is a folder.
package output

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/xec-sh/xec-go/store/secret"
)

// Write makes the file path hold what fill writes.
func Write(path string, fill func(io.Writer) error) (err error) {
	if err := Check(path); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*.tmp")
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return &fs.PathError{Op: failed.Op, Path: folder, Err: failed.Err}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := f.Chmod(0o600); err != nil { // whatever the umask
		return err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	if err := fill(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Check returns an error unless a file may be put at path.
func Check(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().IsRegular():
		return nil
	case info.Mode()&fs.ModeSymlink != 0:
		err := secret.Errorf(secret.Invalid, "%s: a symbolic link, which xec does not write through", path)
		return secret.WithHint(err, "name the file that it leads to, or write to standard output")
	}
	return secret.WithHint(secret.Errorf(secret.Invalid, "%s: not a regular file", path), "write to standard output")
}
