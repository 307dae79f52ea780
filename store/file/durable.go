package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

// leftoverPattern matches the temporary files of writers.
const leftoverPattern = ".*.tmp"

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
	return syncFolder(filepath.Dir(target))
}

// removeLeftovers removes what interrupted writers left in the store's folder
// and beside it. The caller holds the lock.
func (s *Store) removeLeftovers() {
	parent, name := filepath.Split(s.opt.Dir)
	for _, path := range matching(s.opt.Dir, leftoverPattern) {
		os.Remove(path)
	}
	for _, path := range matching(parent, newFolderPattern) {
		if strings.HasPrefix(filepath.Base(path), name+newFolderMark) {
			os.RemoveAll(path)
		}
	}
	for _, path := range matching(filepath.Dir(s.opt.KeyFile), keyTempPattern) {
		// Writers of other stores may be making the key now, under other locks.
		if info, err := os.Lstat(path); err == nil && s.opt.Now().Sub(info.ModTime()) > time.Hour {
			os.Remove(path)
		}
	}
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
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return permission(err, path, "chmod 700 %s", parent)
	}
	err := syncFolder(parent)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder to make others in, but not to read
	}
	return err
}

// newFolderMark behind the name of a store's folder begins the name of the folder in
// which a new store is made.
const (
	newFolderMark    = ".new-"
	newFolderPattern = "*" + newFolderMark + "*"
)

// failed gives an error of a write its context.
func (s *Store) failed(err error) error {
	if err == nil || secret.KindOf(err) != secret.General {
		return err
	}
	return secret.Errorf(secret.General, "%s: nothing was changed: %w", s.opt.Dir, err)
}
