// Package output puts rendered bytes into files, all or none.
//
// A file is written beside its place, with mode 0600, synced and renamed; whatever
// fails leaves the old file, or none, and nothing else. Until it is whole it has no name
// where the system knows such files (Linux, on most file systems; the first 200 of a batch),
// so that also a process that is killed leaves nothing; elsewhere it has a temporary one. Only a regular file is ever replaced: a symbolic link might lead
// anywhere, and a device or a FIFO would be replaced by a file, so both are errors
// of kind secret.Invalid, as is a folder.
//
// Several files go through a [Batch]: all are written before the first takes its place,
// and if one cannot take its place those before it are put back as they were. Only a
// process that is killed between two of these renames leaves some new and some old.
package output

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/xec-sh/xec-go/store/secret"
)

// Write makes the file path hold what fill writes.
func Write(path string, fill func(io.Writer) error) error {
	var b Batch
	defer b.Drop()
	if err := b.Add(path, fill); err != nil {
		return err
	}
	return b.Commit()
}

// Batch is files that take their places together. The zero value is ready.
type Batch struct {
	files []staged
	made  []string // folders
}

// staged is a file that has been written beside its place.
type staged struct {
	path string
	tmp  string   // its temporary name, "" while it has none
	file *os.File // without a name
	old  string   // what was in its place, under another name; "" for nothing
}

// drop removes what was written.
func (f *staged) drop() {
	if f.file != nil {
		f.file.Close()
	}
	if f.tmp != "" {
		os.Remove(f.tmp)
	}
}

// MakeFolder makes a folder of mode 0700, and those that it lies in, which Drop removes
// again. What is there already must be folders, and no symbolic links below root.
func (b *Batch) MakeFolder(root, path string) error {
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil && path == root:
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return nil // the person's own link
		}
		fallthrough
	case err == nil:
		return secret.Errorf(secret.Invalid, "%s: not a folder", path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if parent := filepath.Dir(path); parent != path && path != root {
		if err := b.MakeFolder(root, parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	b.made = append(b.made, path)
	return nil
}

// Add writes a file beside its place.
func (b *Batch) Add(path string, fill func(io.Writer) error) error {
	if err := Check(path); err != nil {
		return err
	}
	f, err := stage(path, len(b.files) < maxUnnamed)
	if err != nil {
		return err
	}
	if err := f.write(fill); err != nil {
		f.drop()
		return err
	}
	b.files = append(b.files, f)
	return nil
}

// Commit puts all files into their places.
func (b *Batch) Commit() error {
	for i := range b.files {
		if err := b.files[i].place(len(b.files) > 1); err != nil {
			for j := range i {
				err = errors.Join(err, b.files[j].putBack())
			}
			return err
		}
	}
	for i := range b.files {
		if b.files[i].old != "" {
			os.Remove(b.files[i].old)
		}
	}
	b.files, b.made = nil, nil
	return nil
}

// Drop removes what Add and MakeFolder have made and Commit has not put in place.
func (b *Batch) Drop() {
	for _, f := range b.files {
		f.drop()
		if f.old != "" {
			os.Remove(f.old)
		}
	}
	for i := range b.made {
		os.Remove(b.made[len(b.made)-1-i]) // which fails where somebody uses it
	}
	b.files, b.made = nil, nil
}

// place renames the file to its place, and keeps what was there if it may be wanted back.
func (f *staged) place(keep bool) error {
	if err := Check(f.path); err != nil { // it may have become something else
		return err
	}
	if err := f.named(); err != nil {
		return err
	}
	if keep {
		old := f.tmp + ".old"
		err := os.Link(f.path, old)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			err = os.Rename(f.path, old) // on a file system without links
		}
		if err == nil {
			f.old = old
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(f.tmp, f.path)
}

// putBack undoes place.
func (f *staged) putBack() error {
	if f.old == "" {
		return os.Remove(f.path)
	}
	err := os.Rename(f.old, f.path)
	f.old = ""
	return err
}

// named gives the file its temporary name, if it has none yet.
func (f *staged) named() error {
	if f.tmp != "" {
		return nil
	}
	tmp := filepath.Join(filepath.Dir(f.path), "."+filepath.Base(f.path)+"."+rand.Text()+".tmp")
	err := name(f.file, tmp)
	if err == nil {
		f.tmp = tmp
	}
	return errors.Join(err, f.file.Close())
}

// maxUnnamed is how many files of a batch stay open without a name.
const maxUnnamed = 200

// stage opens a file beside path.
func stage(path string, unnamed bool) (staged, error) {
	folder := filepath.Dir(path)
	if unnamed {
		if file, err := openUnnamed(folder); err == nil {
			return staged{path: path, file: file}, nil
		}
	}
	file, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*.tmp")
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return staged{}, &fs.PathError{Op: failed.Op, Path: folder, Err: failed.Err}
	}
	if err != nil {
		return staged{}, err
	}
	return staged{path: path, tmp: file.Name(), file: file}, nil
}

// write writes what fill writes. A file with a name is closed then.
func (f *staged) write(fill func(io.Writer) error) error {
	if err := f.file.Chmod(0o600); err != nil { // whatever the umask
		return err
	}
	w := bufio.NewWriterSize(f.file, 64<<10)
	if err := fill(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.file.Sync(); err != nil || f.tmp == "" {
		return err
	}
	return f.file.Close()
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
