package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

// leftoverPattern matches the temporary files of writers.
const leftoverPattern = ".*.tmp"

// newFolderMark behind the name of a store's folder begins the name of the folder in
// which a new store is made.
const (
	newFolderMark    = ".new-"
	newFolderPattern = "*" + newFolderMark + "*"
)

// writeTemp makes a file of mode 0600 in folder, lets fill write it and syncs
// it. If anything fails the file is gone again.
func writeTemp(folder, pattern string, fill func(*os.File) error) (path string, err error) {
	f, err := os.CreateTemp(folder, pattern)
	if err != nil {
		return "", permission(err, folder, "chmod 700 %s", folder)
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := f.Chmod(0o600); err != nil { // whatever the umask
		return "", err
	}
	if err := fill(f); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}

// replace puts the temporary file in the place of target, durably.
func replace(tmp, target string) error {
	if err := os.Rename(tmp, target); err != nil {
		os.Remove(tmp)
		return permission(err, target, "chmod 700 %s", filepath.Dir(target))
	}
	return unsynced(syncFolder(filepath.Dir(target)))
}

// unsynced is the error for a change that has been made, but may not last: the new
// name of a file could not be synced.
func unsynced(err error) error {
	if err == nil {
		return nil
	}
	return &unsyncedError{err}
}

type unsyncedError struct{ err error }

func (e *unsyncedError) Error() string {
	return "the change was made, but may not survive a power cut: " + e.err.Error()
}

func (e *unsyncedError) Unwrap() error { return e.err }

// removeLeftovers removes what interrupted writers left in the store's folder
// and beside it. The caller holds the lock.
func (s *Store) removeLeftovers() {
	for _, path := range matching(s.opt.Dir, leftoverPattern) {
		os.Remove(path)
	}
	for _, path := range s.newFolders() {
		os.RemoveAll(path)
	}
	for _, path := range s.newKeyFiles() {
		// Writers of other stores may be making the key now, under other locks; but what
		// is a link to the key has done its work.
		info, err := os.Lstat(path)
		key, keyErr := os.Lstat(s.opt.KeyFile)
		if err == nil && (s.opt.Now().Sub(info.ModTime()) > time.Hour || keyErr == nil && os.SameFile(info, key)) {
			os.Remove(path)
		}
	}
}

// leftovers lists what an interrupted writer may have left. What a writer that is at work
// uses is in it too.
func (s *Store) leftovers() []string {
	return slices.Concat(matching(s.opt.Dir, leftoverPattern), s.newFolders(), s.newKeyFiles())
}

// newFolders are those beside the store's in which a new store is made.
func (s *Store) newFolders() (paths []string) {
	parent, name := filepath.Split(s.opt.Dir)
	for _, path := range matching(parent, newFolderPattern) {
		if strings.HasPrefix(filepath.Base(path), name+newFolderMark) {
			paths = append(paths, path)
		}
	}
	return paths
}

// newKeyFiles are the files in which a key file is made.
func (s *Store) newKeyFiles() []string {
	return matching(filepath.Dir(s.opt.KeyFile), keyTempPattern)
}

// matching lists what lies in a folder under names of a pattern. The folder's own
// name may hold anything, which it may not for filepath.Glob.
func matching(folder, pattern string) (paths []string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if ok, _ := filepath.Match(pattern, e.Name()); ok {
			paths = append(paths, filepath.Join(folder, e.Name()))
		}
	}
	return paths
}

// makeFolder makes a folder and those it lies in, durably.
func makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	err := os.Mkdir(path, 0o700)
	if err == nil {
		err = os.Chmod(path, 0o700) // whatever the umask
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return noAccess(err, path)
	}
	err = syncFolder(parent)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder to make others in, but not to read
	}
	return err
}

// failed gives an error of a write its context.
func (s *Store) failed(err error) error {
	if err == nil || secret.KindOf(err) != secret.General {
		return err
	}
	if isUnsynced(err) {
		return secret.Errorf(secret.General, "%s: %w", s.opt.Dir, err)
	}
	return secret.Errorf(secret.General, "%s: nothing was changed: %w", s.opt.Dir, err)
}
