package file

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Report is what a look at a store from outside tells. Unless it opens nothing in it is
// proved.
type Report struct {
	Dir, KeyFile string // behind links
	Exists       bool   // there is a store, be it damaged
	// Generation, Keys and Slots are as the header says; Slots is nil where it says
	// nothing.
	Generation, Keys uint64
	Slots            []Slot
	// KeyFileExists is whether there is a key file, KeyFits whether it is the one of the
	// keyfile slot.
	KeyFileExists, KeyFits bool
	// Opens is whether the key file opens the store, and its header is proved.
	Opens     bool
	Leftovers []string // of writers that were killed, or of one that is at work
	Nested    string   // a store one folder too deep, "" if there is none
	// Problems keep the store from being used, Warnings do not. Each has its kind, and a
	// hint where there is something to do.
	Problems, Warnings []error
}

// Has reports whether the header says that there is a slot of a kind.
func (r *Report) Has(kind format.Kind) bool {
	for _, slot := range r.Slots {
		if slot.Kind == kind {
			return true
		}
	}
	return false
}

// problem and warn note an error, if it is one.
func (r *Report) problem(err error) {
	if err != nil {
		r.Problems = append(r.Problems, err)
	}
}

func (r *Report) warn(err error) {
	if err != nil {
		r.Warnings = append(r.Warnings, err)
	}
}

// Look tells everything that is wrong with a store, as far as that can be seen without a
// key, where other methods end at the first, and tries whether the key file opens it. It
// asks for nothing, opens no bucket and no record, and changes nothing.
func (s *Store) Look() *Report {
	r := &Report{Dir: s.opt.Dir, KeyFile: s.opt.KeyFile}
	var h *format.Header
	if s.lookAtFolder(r); r.Exists {
		h = s.lookAtFiles(r)
	}
	s.lookAtKeyFile(r, h)
	s.tryOut(r)
	s.lookAtLock(r)
	r.Leftovers = s.leftovers()
	return r
}

// tryOut opens the store with the key file, if it can be that, and asks nobody. What was
// seen of it is compared and not noted.
func (s *Store) tryOut(r *Report) {
	if len(r.Problems) > 0 || r.Exists && !r.KeyFits {
		return
	}
	quiet := s.opt
	quiet.Passphrase, quiet.Prompt, quiet.Keyring, quiet.noNotes = nil, nil, nil, true
	quiet.Notice = func(text string) {
		if text, ok := strings.CutPrefix(text, "warning: "); ok {
			r.warn(secret.Errorf(secret.Encryption, "%s", text))
		}
	}
	err := Open(quiet).Warm(context.Background())
	r.problem(err)
	r.Opens = r.Exists && err == nil
}

// lookAtFolder does what exists does, to the end.
func (s *Store) lookAtFolder(r *Report) {
	parent := filepath.Dir(s.opt.Dir)
	if err := checkParent(parent); !errors.Is(err, fs.ErrNotExist) {
		r.problem(err)
	}
	info, err := os.Stat(s.opt.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.problem(checkLinks(s.opt.Dir))
		return
	case err != nil:
		r.problem(permission(err, s.opt.Dir, "chmod 700 %s", parent))
		return
	case !info.IsDir():
		r.problem(secret.Errorf(secret.Permission, "%s: not a folder", s.opt.Dir))
		return
	}
	names, err := s.names()
	if !isForeign(names) {
		r.problem(checkOwn(info, s.opt.Dir, 0o700))
	}
	r.problem(err)
	if len(names) == 0 {
		return
	}
	r.Exists = true
	r.Nested = s.nested(names)
	r.problem(s.checkWhole(names))
}

// lookAtFiles does what snapshot does, to the end, and gives the header if it has a
// syntax.
func (s *Store) lookAtFiles(r *Report) *format.Header {
	note := func(err error) {
		if !errors.Is(err, fs.ErrNotExist) { // which was told
			r.problem(err)
		}
	}
	id, config, configErr := s.readConfig()
	note(configErr)
	salt, saltErr := readOwn(s.path(format.SaltFile))
	note(saltErr)
	f, err := openOwn(s.path(format.KeyringFile))
	note(err)
	if err != nil {
		return nil
	}
	defer f.Close()
	n := snapshot{store: s, file: f}
	_, err = n.readHeader()
	note(err)
	h := n.header
	if h == nil {
		return nil
	}
	r.Generation, r.Keys = h.Generation, h.Keys
	for _, slot := range h.Slots {
		r.Slots = append(r.Slots, Slot{slot.Kind, int(slot.Iterations)})
	}
	if configErr == nil {
		note(s.checkConfig(h, id, config))
	}
	if saltErr == nil {
		note(s.checkSalt(h, salt))
	}
	return h
}

// lookAtKeyFile tells whether there is the key that the store needs. What is wrong with one
// that it does not need is a warning.
func (s *Store) lookAtKeyFile(r *Report, h *format.Header) {
	folder := filepath.Dir(s.opt.KeyFile)
	if err := checkParent(folder); folder != filepath.Dir(s.opt.Dir) && !errors.Is(err, fs.ErrNotExist) {
		r.warn(err)
	}
	var slot *format.Slot
	note := r.problem
	if h != nil {
		slot = findSlot(h, format.Keyfile)
	}
	if h != nil && (slot == nil || len(h.Slots) > 1) {
		note = r.warn // something else opens the store
	}
	key, err := s.readKeyFile()
	defer clear(key)
	r.KeyFileExists = !errors.Is(err, fs.ErrNotExist)
	switch {
	case !r.KeyFileExists && slot != nil:
		note(secret.WithHint(s.missingKey(s.opt.KeyFile), "restore %s from a backup", s.opt.KeyFile))
	case !r.KeyFileExists:
	case err != nil:
		note(err)
	case slot != nil && keyID(key) != slot.KeyID:
		note(secret.WithHint(s.anotherKey(s.opt.KeyFile), "restore the key file that belongs to this store"))
	default:
		r.KeyFits = slot != nil
	}
}

// lookAtLock looks at the lock file. One that others may open lets them keep writers
// waiting.
func (s *Store) lookAtLock(r *Report) {
	path := s.opt.Dir + ".lock"
	info, err := os.Lstat(path)
	if err != nil {
		return
	}
	if err := checkLock(path); err != nil {
		r.problem(err)
		return
	}
	note := r.problem
	if isOwn(info) {
		note = r.warn
	}
	note(checkOwn(info, path, 0o600))
}
