package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// File is a file that was read.
type File struct {
	Path string // absolute
	Name string // as messages name it
	Text []byte
	Root *Node // nil in an empty file
	// Own is whether it is the person's own, which is trusted.
	Own bool

	before  int     // bytes of the file before Text: a byte order mark
	laidOut *layout // once it is needed
}

// folder is where relative paths of the file begin: the folder in which .xec lies, which may
// have another name where it is the person's own.
func (f *File) folder() string {
	dir := filepath.Dir(f.Path)
	if f.Own || filepath.Base(dir) == ".xec" {
		return filepath.Dir(dir)
	}
	return dir
}

// line is the text of a line.
func (f *File) line(number int) []byte {
	lines := bytes.SplitN(f.Text, []byte("\n"), number+1)
	return lines[min(number, len(lines))-1]
}

func (f *File) errorf(line, column int, format string, args ...any) error {
	return placed(Place{f, line, column}, "", secret.Errorf(secret.General, format, args...))
}

// read reads a file.
func (opt Options) read(path string, own bool) (*File, error) {
	f := &File{Path: path, Name: path, Own: own}
	if opt.Name != nil {
		f.Name = opt.Name(path)
	}
	var err error
	if f.Text, err = f.readRegular(); err != nil {
		return nil, err
	}
	if text, marked := bytes.CutPrefix(f.Text, []byte(resolve.ByteOrderMark)); marked {
		f.Text, f.before = text, len(resolve.ByteOrderMark)
	}
	if err := f.parse(); err != nil {
		return nil, err
	}
	return f, f.checkShape(f.Root, "")
}

// readRegular reads a file that is one; a FIFO would make every command wait.
func (f *File) readRegular() ([]byte, error) {
	info, err := os.Stat(f.Path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, secret.Errorf(secret.General, "%s: not a regular file", f.Name)
	}
	if err == nil && info.Size() > maxSize {
		return nil, secret.Errorf(secret.General, "%s: more than %d MiB", f.Name, maxSize>>20)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(f.Path)
	}
	var failed *fs.PathError
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, secret.Errorf(secret.Permission, "%s: permission denied", f.Name)
	case errors.As(err, &failed):
		return nil, &fs.PathError{Op: failed.Op, Path: f.Name, Err: failed.Err}
	}
	return text, err
}

// maps are the keys whose values must be maps.
var maps = []string{"vars", "env", "targets", "tasks", "profiles", "secrets"}

// checkShape checks a file, or a profile, as far as its keys are known.
func (f *File) checkShape(n *Node, path string) error {
	if n == nil || n.IsNull() && path == "" {
		return nil
	}
	if n.Kind != Map {
		return placed(n.Place, path, secret.Errorf(secret.General, "not a map"))
	}
	for _, p := range n.Pairs {
		if slices.Contains(maps, p.Key) && p.Value.Kind != Map && !p.Value.IsNull() {
			return placed(p.Value.Place, Join(path, p.Key), secret.Errorf(secret.General, "not a map"))
		}
		if p.Key == "profiles" && path == "" {
			for _, profile := range p.Value.Pairs {
				if err := f.checkShape(profile.Value, Join("profiles", profile.Key)); err != nil {
					return err
				}
			}
		}
	}
	return checkEnv(n.Get("env"), Join(path, "env"))
}

func checkEnv(env *Node, path string) error {
	for _, p := range env.All() {
		if p.Value.Kind != Scalar {
			return placed(p.Value.Place, Join(path, p.Key), secret.Errorf(secret.General, "not a text"))
		}
	}
	return nil
}
