package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

var storeFiles = []string{format.KeyringFile, format.SaltFile, format.ConfigFile}

// exists reports whether the folder holds a store. A folder that is missing or
// empty is none; one that holds anything but a whole store is an error.
func (s *Store) exists() (bool, error) {
	info, err := os.Stat(s.opt.Dir)
	parent := filepath.Dir(s.opt.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := checkLinks(s.opt.Dir); err != nil {
			return false, err
		}
		err := checkParent(parent)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return false, err
	}
	if err != nil {
		return false, permission(err, s.opt.Dir, "chmod 700 %s", parent)
	}
	if !info.IsDir() {
		return false, secret.Errorf(secret.Permission, "%s: not a folder", s.opt.Dir)
	}
	names, err := s.names()
	if isForeign(names) {
		return true, s.checkWhole(names)
	}
	if err := checkOwn(info, s.opt.Dir, 0o700); err != nil {
		return false, err
	}
	if err := checkParent(parent); err != nil {
		return false, err
	}
	if err != nil || len(names) == 0 {
		return false, err
	}
	return true, s.checkWhole(names)
}

// isForeign reports whether a folder holds something, and no store. Whether others may look
// into it is not for xec to say: to close it would close whatever it is.
func isForeign(names map[string]bool) bool {
	return len(names) > 0 && !names[format.KeyringFile]
}

// wasNone reports whether nothing in a folder that is foreign is what is left of a store. A
// config is in many folders.
func wasNone(names map[string]bool) bool {
	others := 0
	for name := range names {
		if !slices.Contains(storeFiles, name) {
			others++
		}
	}
	return others > 0 && isForeign(names) && !names[format.SaltFile]
}

// checkLinks returns an error if path does not exist because it, or a folder that it
// lies in, is a symbolic link that leads nowhere: to a disk that is not there, maybe,
// and its store must not be taken for an empty one.
func checkLinks(path string) error {
	for {
		info, err := os.Lstat(path)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return secret.Errorf(secret.Permission, "%s: a symbolic link that leads nowhere", path)
		}
		parent := filepath.Dir(path)
		if err == nil || parent == path {
			return nil
		}
		path = parent
	}
}

// names lists the folder, without what an interrupted writer left there.
func (s *Store) names() (map[string]bool, error) {
	entries, err := os.ReadDir(s.opt.Dir)
	if err != nil {
		return nil, permission(err, s.opt.Dir, "chmod 700 %s", s.opt.Dir)
	}
	names := make(map[string]bool, len(entries))
	for _, e := range entries {
		if ok, _ := filepath.Match(leftoverPattern, e.Name()); !ok {
			names[e.Name()] = true
		}
	}
	return names, nil
}

// checkWhole returns an error unless all three files are there.
func (s *Store) checkWhole(names map[string]bool) error {
	missing := ""
	for _, name := range storeFiles {
		if !names[name] {
			missing = name
			break
		}
	}
	deep := ""
	if missing != "" || len(names) > len(storeFiles) {
		deep = s.nested(names)
	}
	if missing == "" {
		if deep != "" {
			s.opt.Notice(fmt.Sprintf("%s is a store one folder too deep, as cp -r makes it; the one above it is used", deep))
		}
		return nil
	}
	if deep == "" && wasNone(names) {
		err := secret.Errorf(secret.Encryption, "%s: not a store, and not empty", s.opt.Dir)
		return secret.WithHint(err, "name an empty folder, or one that does not exist yet; if this was a store, restore it from a backup")
	}
	err := secret.Errorf(secret.Encryption, "%s: missing, though the folder is not empty", s.path(missing))
	if deep != "" {
		return secret.WithHint(err, "%s is a store one folder too deep, as cp -r makes it; move its files up", deep)
	}
	return secret.WithHint(err, "restore %s from a backup; xec makes nothing anew beside a store", missing)
}

// nested gives a folder in the store's folder that holds a store itself.
func (s *Store) nested(names map[string]bool) string {
	for name := range names {
		if _, err := os.Lstat(filepath.Join(s.path(name), format.KeyringFile)); err == nil {
			return s.path(name)
		}
	}
	return ""
}

// openOwn opens a file for reading that must be regular, the person's own and
// closed to others.
func openOwn(path string) (*os.File, error) {
	f, err := openNoFollow(path)
	if err != nil {
		return nil, permission(err, path, "chmod 600 %s", path)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(path, "not a regular file")
	}
	if err == nil {
		err = checkOwn(info, path, 0o600)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// notRegular is the error for something else in the place of a file.
func notRegular(path, what string) error {
	return secret.WithHint(secret.Errorf(secret.Permission, "%s: %s", path, what), "move it away, and put the file back from a backup")
}

// readOwn reads a whole small file that openOwn would open.
func readOwn(path string) ([]byte, error) {
	f, err := openOwn(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return nil, secret.Errorf(secret.General, "%w", err)
	}
	return b, nil
}

// noAccess is permission for a folder that could not be made: only the person's own
// parent is worth a hint.
func noAccess(err error, path string) error {
	parent := filepath.Dir(path)
	if info, statErr := os.Stat(parent); statErr == nil && isOwn(info) {
		return permission(err, path, "chmod 700 %s", parent)
	}
	if errors.Is(err, fs.ErrPermission) {
		return secret.Errorf(secret.Permission, "%s: permission denied", path)
	}
	return err
}

// permission gives a refusal by the operating system its kind and a hint.
func permission(err error, path, hint string, args ...any) error {
	if errors.Is(err, fs.ErrPermission) {
		return secret.WithHint(secret.Errorf(secret.Permission, "%s: permission denied", path), hint, args...)
	}
	return err
}
