package child

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/xec-sh/xec-go/store/secret"
)

// Delivery hands values to a program that takes them from files. The zero Delivery has
// handed over nothing.
type Delivery struct {
	memory []*os.File
	folder string // of files that are removed at the end, "" without any
	files  int
	stays  bool
}

// File makes a file that holds v, and gives the path by which the program can read it, as
// often as it likes: on Linux /dev/fd/N of a sealed file in memory, which the program
// inherits; elsewhere a file of mode 0600 in a folder of mode 0700.
func (d *Delivery) File(v secret.Value) (path string, err error) {
	if f, err := memoryFile(v); err == nil {
		path = "/dev/fd/" + strconv.Itoa(int(f.Fd()))
		if _, err := os.Stat(path); err == nil {
			d.memory = append(d.memory, f) // else it would be closed when it is collected
			return path, inherit(f)
		}
		f.Close() // no /proc is mounted
	}
	return d.onDisk(v)
}

// onDisk makes a file in a folder that is removed at the end.
func (d *Delivery) onDisk(v secret.Value) (path string, err error) {
	d.stays = true
	if d.folder == "" {
		tmp, err := filepath.Abs(os.TempDir()) // the program may go elsewhere
		if err != nil {
			return "", err
		}
		if d.folder, err = os.MkdirTemp(tmp, "xec-files-"); err != nil {
			return "", err
		}
	}
	d.files++
	path = filepath.Join(d.folder, strconv.Itoa(d.files))
	return path, writeFile(path, v)
}

// Stdin gives a file that holds v, to be the standard input of the program.
func (d *Delivery) Stdin(v secret.Value) (*os.File, error) {
	if f, err := memoryFile(v); err == nil {
		return f, nil
	}
	d.stays = true
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		defer w.Close()
		w.Write(v.Reveal()) // what the program does not read is not missed
	}()
	return r, nil
}

// Stays reports whether this process must outlive the program, to remove what it has made
// or to go on with what it hands over.
func (d *Delivery) Stays() bool { return d.stays }

// Remove removes the files that were made on a disk.
func (d *Delivery) Remove() error {
	if d.folder == "" {
		return nil
	}
	return os.RemoveAll(d.folder)
}

// writeFile writes v into a new file.
func writeFile(path string, v secret.Value) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(v.Reveal())
	if failed := f.Close(); err == nil {
		err = failed
	}
	return err
}
