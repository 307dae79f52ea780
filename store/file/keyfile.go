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
	// keySize is the length of a random key: of the key file, the keyring, a recovery key.
	keySize = 32
)

// keyLine is the line that holds a key, without its line feed.
func keyLine(key []byte) []byte {
	line := make([]byte, 0, len(keyFilePrefix)+2*keySize+1) // with room for the line feed
	return hex.AppendEncode(append(line, keyFilePrefix...), key)
}

// parseKeyLine gives the key that a line holds.
func parseKeyLine(line []byte) (key []byte, ok bool) {
	digits, ok := bytes.CutPrefix(line, []byte(keyFilePrefix))
	if !ok || len(digits) != 2*keySize || bytes.ContainsAny(digits, "ABCDEF") {
		return nil, false
	}
	key = make([]byte, keySize)
	_, err := hex.Decode(key, digits)
	return key, err == nil
}

// readKeyFile gives the 32 bytes of the person's key.
func (s *Store) readKeyFile() ([]byte, error) {
	text, err := readOwn(s.opt.KeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	line, ended := bytes.CutSuffix(text, []byte("\n"))
	key, ok := parseKeyLine(line)
	if !ok || !ended {
		return nil, secret.Errorf(secret.Encryption, "%s: not a key file, or a damaged one", s.opt.KeyFile)
	}
	return key, nil
}

// needKeyFile gives the person's key and makes it first where there is none.
func (s *Store) needKeyFile() ([]byte, error) {
	key, err := s.readKeyFile()
	if err == nil {
		err = syncFolder(filepath.Dir(s.opt.KeyFile)) // which a writer that was killed may not have done
	}
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
	key := random(make([]byte, keySize))
	defer clear(key)
	return append(keyLine(key), '\n')
}
