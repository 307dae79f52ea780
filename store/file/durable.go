package file

import (
	"os"
	"path/filepath"

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
	inside, _ := filepath.Glob(filepath.Join(s.opt.Dir, leftoverPattern))
	beside, _ := filepath.Glob(s.opt.Dir + newFolderSuffix)
	for _, path := range inside {
		os.Remove(path)
	}
	for _, path := range beside {
		os.RemoveAll(path)
	}
}

// newFolderSuffix behind the name of a store's folder names the folder in which
// a new store is made.
const newFolderSuffix = ".new-*"

// failed gives an error of a write its context.
func (s *Store) failed(err error) error {
	if err == nil || secret.KindOf(err) != secret.General {
		return err
	}
	return secret.Errorf(secret.General, "%s: nothing was changed: %w", s.opt.Dir, err)
}
