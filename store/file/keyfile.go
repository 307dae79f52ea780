package file

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/xec-sh/xec-go/store/secret"
)

const (
	keyFilePrefix = "xec-key-1:"
	// keyTempPattern matches key files that are being made.
	keyTempPattern = ".key.*.tmp"
	keyFileSize    = len(keyFilePrefix) + 64 + 1
)

// readKeyFile gives the 32 bytes of the person's key.
func (s *Store) readKeyFile() ([]byte, error) {
	text, err := readOwn(s.opt.KeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	key := make([]byte, 32)
	digits, ok := bytes.CutPrefix(text, []byte(keyFilePrefix))
	if !ok || len(text) != keyFileSize || text[len(text)-1] != '\n' || bytes.ContainsAny(digits, "ABCDEF") {
		return nil, s.badKeyFile()
	}
	if _, err := hex.Decode(key, digits[:64]); err != nil {
		clear(key)
		return nil, s.badKeyFile()
	}
	return key, nil
}

func (s *Store) badKeyFile() error {
	err := secret.Errorf(secret.Encryption, "%s: not a key file, or a damaged one", s.opt.KeyFile)
	return secret.WithHint(err, "restore %s from a backup", s.opt.KeyFile)
}

// needKeyFile gives the person's key and makes it first where there is none.
func (s *Store) needKeyFile() ([]byte, error) {
	key, err := s.readKeyFile()
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := s.makeKeyFile(); err != nil {
		return nil, err
	}
	return s.readKeyFile()
}

// makeKeyFile puts a new key in its place. Link, unlike rename, replaces
// nothing: if another process was faster, its key stays.
func (s *Store) makeKeyFile() error {
	folder := filepath.Dir(s.opt.KeyFile)
	if err := makeFolder(folder); err != nil {
		return err
	}
	text := newKeyFile()
	defer clear(text)
	tmp, err := writeTemp(folder, keyTempPattern, func(f *os.File) error {
		_, err := f.Write(text)
		return err
	})
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, s.opt.KeyFile); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

// newKeyFile gives the text of a key file with a new key.
func newKeyFile() []byte {
	key := random(make([]byte, 32))
	defer clear(key)
	text := append(make([]byte, 0, keyFileSize), keyFilePrefix...)
	return append(hex.AppendEncode(text, key), '\n')
}
